import { nvidiaPlugin } from "../aks/gpus";
import { Accelerator, type FpgaArgs, type FpgaServiceArgs } from "../fpga-options";
import { extendedResourceName } from "../internal/kubernetes-rules";
import { oneOf, type Rule, shown } from "../internal/problems";
import { flag, someText } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { vmSize, vmSizeOf } from "../internal/vm-sizes";
import type { DevicePluginPlan } from "../render/kubernetes/device-plugin";
import type { ContainerImageReference } from "../scoring-service";
import { checkBitstream, shellWarning } from "./bitstream";
import { fpgaRetirement, fpgaSizes } from "./machines";

/** What a service needs of an accelerator of one kind. */
export interface Machine {
  readonly vmSize: string;
  /** Devices of one machine; undefined for machines that are not known. */
  readonly devices: number | undefined;
  /** What Kubernetes calls the devices. */
  readonly resourceName: string;
  readonly image: ContainerImageReference;
  readonly hasPlugin: boolean;
  readonly plugin: Pick<DevicePluginPlan, "image" | "environment" | "resources" | "isFileSystemReadOnly">;
  readonly warnings: readonly (string | undefined)[];
}

/** AMD's plugin: Xilinx/FPGA_as_a_Service, k8s-device-plugin.yml of 2023. That has no resources, and lets it write to its own files. */
export const amdPlugin = {
  image: "public.ecr.aws/xilinx_dcg/k8s-device-plugin:1.3.0",
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } },
  isFileSystemReadOnly: true,
} as const satisfies Partial<DevicePluginPlan>;

/** Checks what is said of GPUs; returns what the service needs. */
export function checkGpu(problems: Problems, args: FpgaServiceArgs, today: Date): Machine {
  const { gpu = {}, nodePool, image } = args;
  const { vmSize: size = "Standard_NC4as_T4_v3" } = gpu;
  const devices = vmSizeOf(size)?.gpus;
  const known: Rule<string> = {
    must: "must be a size with whole NVIDIA GPUs, such as 'Standard_NC4as_T4_v3'",
    holds: (name) => (vmSizeOf(name)?.gpus ?? 0) > 0,
  };
  problems.plain("gpu.vmSize", gpu.vmSize, known.holds(size) ? vmSize(today) : known);
  problems.plain("gpu.devicePlugin", gpu.devicePlugin, flag);
  return {
    vmSize: size,
    devices,
    resourceName: "nvidia.com/gpu",
    image: gpu.image ?? image,
    hasPlugin: gpu.devicePlugin ?? nodePool === undefined,
    plugin: nvidiaPlugin,
    warnings: [],
  };
}

/** Checks what is said of FPGAs; returns what the service needs. */
export function checkFpga(problems: Problems, args: FpgaServiceArgs, today: Date): Machine {
  const { image, host } = args;
  const inAzure = host.nodePools !== undefined;
  if (inAzure && today.toISOString().slice(0, 10) >= fpgaRetirement) {
    const rule = `must be 'gpu' from ${fpgaRetirement} on, when Azure stops its FPGA machines`;
    problems.add(
      "accelerator",
      rule,
      `'fpga' on ${today.toISOString().slice(0, 10)}`,
      "docs/fpga.md says how to leave",
    );
  }
  if (args.fpga === undefined) {
    problems.add("fpga", `must be given with the accelerator '${Accelerator.fpga}'`);
  }
  const fpga: Partial<FpgaArgs> = args.fpga ?? {};
  const size = fpga.vmSize ?? "Standard_NP10s";
  problems.plain("fpga.vmSize", fpga.vmSize, oneOf(Object.keys(fpgaSizes)));
  problems.plain("fpga.devicePlugin", fpga.devicePlugin, flag);
  problems.plain("fpga.devicePluginImage", fpga.devicePluginImage, someText);
  if (args.fpga !== undefined) {
    const remedy = "'kubectl describe node' has it under Allocatable, once the device plugin runs";
    problems.plain("fpga.resourceName", fpga.resourceName ?? "", { ...extendedResourceName, remedy: () => remedy });
  }
  const used = fpga.image ?? image;
  const { modelIds, warnings } = checkBitstreamOf(problems, used, args.fpga, inAzure);
  return {
    vmSize: size,
    devices: fpgaSizes[size],
    resourceName: extendedResourceName.holds(fpga.resourceName ?? "") ? (fpga.resourceName as string) : "later/fpga",
    image: { ...used, ...(modelIds === undefined ? {} : { modelIds }) },
    hasPlugin: fpga.devicePlugin ?? true,
    plugin: { ...amdPlugin, image: fpga.devicePluginImage ?? amdPlugin.image },
    warnings,
  };
}

/** The bitstream is a model of the image; its file is looked at where it is here. */
function checkBitstreamOf(
  problems: Problems,
  { modelIds }: ContainerImageReference,
  fpga: Partial<FpgaArgs> | undefined,
  inAzure: boolean,
) {
  const bitstream = fpga?.bitstream;
  if (bitstream === undefined) {
    if (fpga !== undefined) {
      problems.add("fpga.bitstream", "must be given: a model of the image");
    }
    return { modelIds, warnings: [] };
  }
  const { modelName, file } = bitstream;
  const platform = file === undefined ? undefined : checkBitstream(problems, "fpga.bitstream.file", file, inAzure);
  const isModel: Rule<readonly string[]> = {
    must: "must be the name of a model in the image",
    holds: (ids) => ids.some((id) => id.startsWith(`${modelName}:`)),
    show: (ids) => `${shown(modelName)}; its models are ${ids.join(", ")}`,
  };
  return {
    modelIds: problems.check("fpga.bitstream.modelName", modelIds as readonly string[] | undefined, isModel),
    warnings: [platform === undefined || !inAzure ? undefined : shellWarning("fpga.bitstream.file", platform)],
  };
}
