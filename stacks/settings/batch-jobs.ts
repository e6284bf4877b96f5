import type { KubernetesBatchJobArgs } from "../../components";
import type { Rule } from "../../components/internal/problems";
import type { SettingsReader } from "./reader";
import { anything, text } from "./shape";

/** Options of a batch run, under `scorestack:batchJobs`: those of `KubernetesBatchJob`. */
export interface BatchJobSettings extends Omit<KubernetesBatchJobArgs, "host" | "image" | "jobName"> {
  /** Scorer whose image is run, or a name of `scorestack:images`. @default - that of the run's name */
  readonly scorer?: string;
}

const options =
  "namespace inputClaim inputPaths outputClaim outputFolder run shards parallelism retriesPerShard maxFailedShards activeDeadlineSeconds ttlSecondsAfterFinished inputFormat columns outputFormat miniBatchSize workers retries timeoutSeconds errorThreshold cpuCores cpuCoresLimit memoryInGb memoryInGbLimit gpuCount nodePool temporaryInGb environmentVariables tags";
const fields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ...options.split(" ").map((key): [string, Rule<unknown>] => [key, anything]),
]);

/** Reads the batch runs of a stack in a cluster. */
export function readBatchJobs(reader: SettingsReader): Readonly<Record<string, BatchJobSettings>> {
  const must = "must be a map of batch runs by name";
  return reader.named("batchJobs", must, fields, ["environmentVariables"]) as Record<string, unknown> as Record<
    string,
    BatchJobSettings
  >;
}
