import type { AcceleratorArgs, AksClusterArgs, FpgaArgs, FpgaServiceArgs, GpuArgs } from "../../components";
import type { Rule } from "../../components/internal/problems";
import type { BuiltImage } from "../built-image";
import { aksFields, fieldsOf, mayBeSecret, readCluster, readImages, serviceFields } from "./clusters";
import type { SettingsReader } from "./reader";
import { anything, checkFields, isRecord, map, text } from "./shape";

/** Options of one accelerator, by names of images in place of images. */
export type AcceleratorSettings<A extends AcceleratorArgs> = Omit<A, "image"> & {
  /** Scorer whose image it runs. @default - the service's */
  readonly scorer?: string;
};

/** Options of a service, under `scorestack:services`: those of `FpgaService` but for its keys. */
export interface FpgaServiceSettings extends Omit<
  FpgaServiceArgs,
  "host" | "image" | "serviceName" | "primaryKey" | "secondaryKey" | "fpga" | "gpu"
> {
  /** Scorer whose image the service runs, or a name of `scorestack:images`. @default - that of the service's name */
  readonly scorer?: string;
  readonly fpga?: AcceleratorSettings<FpgaArgs>;
  readonly gpu?: AcceleratorSettings<GpuArgs>;
}

/** What the configuration of an fpga stack says. */
export interface FpgaSettings {
  readonly kind: "fpga";
  readonly location: string | undefined;
  readonly cluster: Omit<AksClusterArgs, "host">;
  /** Stack whose images are run. */
  readonly source: string;
  /** Images by name, beside the source's. */
  readonly images: Readonly<Record<string, BuiltImage>>;
  /** By name. Only what is named here is served. */
  readonly services: Readonly<Record<string, FpgaServiceSettings>>;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

const unfit = (
  "versions defaultVersion rollout gpuCount extendedResources workers maxBatchSize maxLatencyMs" as const
).split(" ");
const acceleratedFields = new Map<string, Rule<unknown>>([
  ...[...serviceFields].filter(([field]) => !unfit.includes(field)),
  ...fieldsOf("accelerator acknowledgeRetirement devicesPerReplica nodes"),
  ["fpga", map],
  ["gpu", map],
]);
const common: [string, Rule<unknown>][] = [["scorer", text], ...fieldsOf("vmSize devicePlugin")];
const fieldsOfKind = {
  fpga: new Map<string, Rule<unknown>>([...common, ...fieldsOf("resourceName bitstream devicePluginImage")]),
  gpu: new Map<string, Rule<unknown>>(common),
} as const;

export function readFpgaSettings(reader: SettingsReader): FpgaSettings {
  const cluster = readCluster(reader, "AksCluster", aksFields) as FpgaSettings["cluster"];
  reader.unused(["scorers"], "other stacks in a cloud: here only what 'services' names is served");
  const services: FpgaSettings["services"] = reader.services(acceleratedFields, mayBeSecret);
  for (const [name, options] of Object.entries(services)) {
    checkKinds(reader, name, options);
  }
  return {
    kind: "fpga",
    location: reader.text("location"),
    cluster,
    source: reader.text("source") ?? "dev",
    images: readImages(reader),
    services,
    problems: reader.problems.lines,
  };
}

function checkKinds(reader: SettingsReader, name: string, options: FpgaServiceSettings): void {
  for (const kind of ["fpga", "gpu"] as const) {
    const property = `services.${name}.${kind}`;
    if (isRecord(options[kind])) {
      checkFields(reader.problems, property, options[kind], fieldsOfKind[kind]);
    }
  }
  const { bitstream } = options.fpga ?? {};
  if (bitstream !== undefined) {
    const fields = new Map<string, Rule<unknown>>([
      ["modelName", text],
      ["file", anything],
    ]);
    checkFields(reader.problems, `services.${name}.fpga.bitstream`, bitstream, fields);
  }
}
