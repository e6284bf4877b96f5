import type * as pulumi from "@pulumi/pulumi";
import type { VersionPlan } from "./plan";

/** What the objects of a batch run are rendered from. */
export interface BatchJobPlan extends Pick<
  VersionPlan,
  "imageRef" | "imageIdentity" | "cpuCores" | "memoryInGb" | "limits" | "gpus" | "nodeSelector" | "tolerations"
> {
  /** 3 to 32 lower-case letters, digits and dashes, a letter first. */
  readonly jobName: string;
  readonly namespace: string;
  /** Labels of every object, beside those that the renders need. */
  readonly labels: Readonly<Record<string, string>>;
  /** Parts that the input is divided into, each with a pod of its own. */
  readonly shards: number;
  /** Pods at a time. */
  readonly parallelism: number;
  /** How often a part may fail before it is given up; what the cluster ends itself does not count. */
  readonly retriesPerShard: number;
  /** Parts that may be given up before all the others are ended; undefined: any number. */
  readonly maxFailedShards?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  /** PersistentVolumeClaim with the input, and what of it is read, relative to it; none: all. */
  readonly inputClaim: string;
  readonly inputPaths: readonly string[];
  /** PersistentVolumeClaim for the output, and the folder in it. */
  readonly outputClaim: string;
  readonly outputFolder: pulumi.Input<string>;
  /** Options of the batch engine, as its command line has them. */
  readonly options: readonly string[];
  /** Any text; another one is another run. */
  readonly run?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that are secret; undefined without any. */
  readonly secretEnvironment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** GiB of `/tmp`; nothing else but the output can be written to. */
  readonly temporaryInGb: number;
  /** `kubernetes.io/dockerconfigjson` Secret of the namespace; undefined where the nodes may pull. */
  readonly pullSecretName?: string;
}
