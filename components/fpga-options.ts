import type { AksServiceArgs } from "./aks-service-options";
import type { ContainerImageReference } from "./scoring-service";

/** What a service calculates with, beside its CPU. */
export const Accelerator = { gpu: "gpu", fpga: "fpga" } as const;
/** What a service calculates with, beside its CPU. */
export type Accelerator = (typeof Accelerator)[keyof typeof Accelerator];

/** A bitstream that Azure has attested, as a model that is in the image. */
export interface BitstreamArgs {
  /** Name of the registered model. */
  readonly modelName: string;
  /** Its file `*.azure.xclbin`, relative to the project's folder: its kind and shell are checked in every preview. @default - not checked */
  readonly file?: string;
}

/** What is different on an accelerator of one kind. */
export interface AcceleratorArgs {
  /** Image in place of the service's own, where what drives this accelerator needs one. @default - the service's `image` */
  readonly image?: ContainerImageReference;
  /** Make the device plugin, which tells Kubernetes of the devices on the service's nodes. @default true, for GPUs of a `nodePool` false */
  readonly devicePlugin?: boolean;
}

/** What is needed on FPGAs. It may stay where the service has moved to GPUs. */
export interface FpgaArgs extends AcceleratorArgs {
  /** `Standard_NP10s`, `Standard_NP20s` or `Standard_NP40s`: one, two or four Alveo U250. @default "Standard_NP10s" */
  readonly vmSize?: string;
  /** What the nodes' status calls an FPGA, which depends on its shell: `kubectl describe node`, under Allocatable. No name is guessed. */
  readonly resourceName: string;
  /** The bitstream. */
  readonly bitstream: BitstreamArgs;
  /** AMD's device plugin. @default "public.ecr.aws/xilinx_dcg/k8s-device-plugin:1.3.0" */
  readonly devicePluginImage?: string;
}

/** What is different on GPUs. */
export interface GpuArgs extends AcceleratorArgs {
  /** Size of machines with whole NVIDIA GPUs. @default "Standard_NC4as_T4_v3" */
  readonly vmSize?: string;
}

/** The nodes that a service makes for itself, as many as its replicas need. */
export interface AcceleratorNodesArgs {
  /** Nodes when nothing is asked, 1 to 1000. @default - as many as the fewest replicas need */
  readonly minNodes?: number;
  /** Nodes at most, `minNodes` to 1000: a new release needs room for one replica more. @default - as many as all replicas and one more need */
  readonly maxNodes?: number;
  /** Availability zones. @default - Azure chooses */
  readonly zones?: readonly string[];
  /** Size of a node's disk, 30 to 2048 GB. @default - Azure chooses by the machine's size */
  readonly osDiskSizeInGb?: number;
}

/** What an accelerated service has not: several versions, and requests side by side in a replica. */
type Unfit =
  | ("image" | "versions" | "defaultVersion" | "rollout" | "gpuCount" | "extendedResources")
  | ("workers" | "maxBatchSize" | "maxLatencyMs");

/** Arguments of {@link FpgaService}; all others are those of `AksService`. */
export interface FpgaServiceArgs extends Omit<AksServiceArgs, Unfit> {
  /** The image to serve, on either accelerator. */
  readonly image: ContainerImageReference;
  /** What to calculate with. A change makes the new nodes, moves the service, and deletes the old nodes. @default "gpu" */
  readonly accelerator?: Accelerator;
  /** Do not warn that Azure stops its FPGA machines on 2027-05-31; from that day on nothing helps. @default false */
  readonly acknowledgeRetirement?: boolean;
  /** What is needed on FPGAs. @default - none: the accelerator "fpga" needs it */
  readonly fpga?: FpgaArgs;
  /** What is different on GPUs. @default - nothing */
  readonly gpu?: GpuArgs;
  /** FPGAs or GPUs of each replica, 1 to 8, on one node. @default 1 */
  readonly devicesPerReplica?: number;
  /** The nodes that are made for the service. @default - as many as its replicas need */
  readonly nodes?: AcceleratorNodesArgs;
  /** Nodes that there are, a name among the host's `nodeSizes`; in place of nodes that are made. @default - nodes are made, where the host can */
  readonly nodePool?: string;
  /** CPU cores that each replica has for itself, 0.01 to 512. @default 1 */
  readonly cpuCores?: number;
  /** Memory that each replica has for itself, in GB (2³⁰ bytes), 0.05 to 4096. @default 4 */
  readonly memoryInGb?: number;
  /** Replicas, 1 to 1000, whatever the load. @default 1, unless `minReplicas`, `maxReplicas` or `targetUtilization` is given */
  readonly numReplicas?: number;
}
