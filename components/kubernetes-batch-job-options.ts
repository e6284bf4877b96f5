import type { ReplicaArgs } from "./aks-service-options";
import type { KubernetesHost } from "./kubernetes-host";
import type { ContainerImageReference } from "./scoring-service";

/** How the files that a batch run reads are written. */
export const BatchInputFormat = {
  /** By each file's name. */
  auto: "auto",
  csv: "csv",
  jsonl: "jsonl",
  parquet: "parquet",
  /** Each file is one row: its path. */
  files: "files",
} as const;
/** How the files that a batch run reads are written. */
export type BatchInputFormat = (typeof BatchInputFormat)[keyof typeof BatchInputFormat];

/** How the files that a batch run writes are written. */
export const BatchOutputFormat = { csv: "csv", jsonl: "jsonl", parquet: "parquet" } as const;
/** How the files that a batch run writes are written. */
export type BatchOutputFormat = (typeof BatchOutputFormat)[keyof typeof BatchOutputFormat];

/** Arguments of {@link KubernetesBatchJob}. What decides which objects there are is plain: it must be known when the program runs. */
export interface KubernetesBatchJobArgs extends Pick<
  ReplicaArgs,
  | "cpuCores"
  | "cpuCoresLimit"
  | "memoryInGb"
  | "memoryInGbLimit"
  | "gpuCount"
  | "nodePool"
  | "temporaryInGb"
  | "environmentVariables"
> {
  /** Where it runs; an `AksCluster` or a `KubernetesCluster`. */
  readonly host: KubernetesHost;
  /** The image whose scorer is run. */
  readonly image: ContainerImageReference;
  /** Name: 3 to 32 lower-case letters, digits and dashes, a letter first; plain. @default - the component's name */
  readonly jobName?: string;
  /** Namespace that exists, with the claims in it: 1 to 63 lower-case letters, digits and dashes. @default "default" */
  readonly namespace?: string;
  /** PersistentVolumeClaim with the input; it is mounted read-only. */
  readonly inputClaim: string;
  /** Files and folders in it to read, relative to it. @default - all of it */
  readonly inputPaths?: readonly string[];
  /** PersistentVolumeClaim for the output, which may be the input's; with several nodes it must be `ReadWriteMany`. */
  readonly outputClaim: string;
  /**
   * Folder in it for the output, relative to it. With results of another image, other input or other options in it the run is refused.
   * @default - `jobName`, `run` where there is one, and a hash of what the results depend on
   */
  readonly outputFolder?: string;
  /** Which run it is: 1 to 63 letters, digits, dashes, dots and underscores, such as a date. Another one runs everything again. @default - none */
  readonly run?: string;
  /** Parts that the input is divided into, each with a pod of its own, 1 to 10000. @default 1 */
  readonly shards?: number;
  /** Pods at a time, 1 to `shards`. A change makes the Job anew, which goes on where it was; what `render` has written is changed in place. @default - `shards`, at most 10 */
  readonly parallelism?: number;
  /** How often a part is tried again, 0 to 100. Pods that the cluster ends, as on a spot node that is taken back, don't count. @default 3 */
  readonly retriesPerShard?: number;
  /** Parts that may fail, 0 to `shards`; one more ends all the others. @default - any number: the others go on, and the Job fails at last */
  readonly maxFailedShards?: number;
  /** Seconds after which the Job is ended, however far it is, 60 to 31536000. @default - none */
  readonly activeDeadlineSeconds?: number;
  /**
   * Seconds after its end at which Kubernetes removes the Job, 0 to 31536000. What is removed is missing from the cluster, so that
   * a refresh, Argo CD or Flux would make it, and so run it, again. @default - it stays until another takes its place
   */
  readonly ttlSecondsAfterFinished?: number;
  /** How the input is written. @default "auto" */
  readonly inputFormat?: BatchInputFormat;
  /** Names of the columns that the scorer is given, in this order; for tables. @default - all, as they stand */
  readonly columns?: readonly string[];
  /** How the output is to be written. @default "csv" */
  readonly outputFormat?: BatchOutputFormat;
  /** Rows (or files) in one call of `run()`, 1 to 1000000. @default - 8192 rows, 16 files */
  readonly miniBatchSize?: number;
  /** Processes in each pod, 1 to 64; each loads the models. @default 1 */
  readonly workers?: number;
  /** How often a mini-batch is tried again whose process crashed, hung or failed, 0 to 100. @default 3 */
  readonly retries?: number;
  /** Seconds that one call of `run()` may take, 1 to 86400. @default 60 */
  readonly timeoutSeconds?: number;
  /** Rows of a part that may fail, -1 (any number) to 2147483647; one more ends it. @default -1 */
  readonly errorThreshold?: number;
  /** Labels of every object. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}
