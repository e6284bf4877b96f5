import type { EdgeModuleArgs, EdgeModuleDeploymentArgs } from "../../components";
import type { Rule } from "../../components/internal/problems";
import type { BuiltImage } from "../built-image";
import { readImages } from "./clusters";
import { allKeys } from "./keys";
import type { SettingsReader } from "./reader";
import { anything, checkFields, text } from "./shape";

/** Options of a module, under `scorestack:services`: those of `EdgeModuleDeployment`'s modules but for their keys. */
export interface EdgeModuleSettings extends Omit<EdgeModuleArgs, "image" | "primaryKey" | "secondaryKey"> {
  /** Scorer whose image the module runs, or a name of `scorestack:images`. @default - that of the module's name */
  readonly scorer?: string;
}

/** What the configuration of an edge stack says. */
export interface EdgeSettings {
  readonly kind: "edge";
  /** Stack whose images are run. */
  readonly source: string;
  readonly location: string | undefined;
  /** Images by name, beside the source's. */
  readonly images: Readonly<Record<string, BuiltImage>>;
  /** Images that are a module of their name; all without it. */
  readonly scorers: readonly string[] | undefined;
  /** By the module's name. */
  readonly services: Readonly<Record<string, EdgeModuleSettings>>;
  /** Options of EdgeModuleDeployment. */
  readonly edge: Omit<EdgeModuleDeploymentArgs, "host" | "modules" | "registryCredentials">;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

const fieldsOf = (words: string): [string, Rule<unknown>][] => words.split(" ").map((key) => [key, anything]);

const edgeFields = new Map(
  fieldsOf(
    "deploymentName hub devices provisioning rings base runtimeVersion platform routes registryToken labels metrics",
  ),
);
const moduleFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ...fieldsOf("workers server maxConcurrentRequests maxBatchSize maxLatencyMs scoringTimeoutMs corsOrigins"),
  ...fieldsOf("authEnabled keyRotation environmentVariables startTimeoutSeconds hostPort hostAddress cpuCores"),
  ...fieldsOf("memoryInGb createOptions restartPolicy imagePullPolicy status startupOrder feed moduleVersion"),
]);

export function readEdgeSettings(reader: SettingsReader): EdgeSettings {
  reader.onlyKeys(allKeys);
  reader.unused(["pins", "keyRotations"], "local stacks");
  reader.unused(["spark"], "stacks that build images");
  reader.unused(["workspace"], "dev stacks");
  reader.unused(["cluster"], "stacks in clusters");
  const given = reader.map("edge", "must be a map of options of EdgeModuleDeployment");
  return {
    kind: "edge",
    source: reader.text("source") ?? "dev",
    location: reader.text("location"),
    images: readImages(reader),
    scorers: reader.list("scorers"),
    services: reader.services(moduleFields, ["environmentVariables"]),
    edge: checkFields(reader.problems, "edge", given, edgeFields),
    problems: reader.problems.lines,
  };
}
