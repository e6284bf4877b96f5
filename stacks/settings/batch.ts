import type { BatchScoringPoolArgs } from "../../components";
import type { Rule } from "../../components/internal/problems";
import { allKeys, clusterKeys } from "./keys";
import type { SettingsReader } from "./reader";
import { anything, text } from "./shape";

/** Options of a pool, under `scorestack:pools`: those of `BatchScoringPool`. */
export interface PoolSettings extends Omit<BatchScoringPoolArgs, "workspace" | "image" | "model"> {
  /** Scorer whose image the pool runs. @default - that of the pool's name */
  readonly scorer?: string;
  /** Name of the model that jobs are told to use, one of the image's. @default - the image's first */
  readonly model?: string;
}

/** What the configuration of a batch stack says. */
export interface BatchSettings {
  readonly kind: "batch";
  /** Stack whose images are run, in whose workspace. */
  readonly source: string;
  /** Scorers that have a pool of their name; all without it. */
  readonly scorers: readonly string[] | undefined;
  /** By name. */
  readonly pools: Readonly<Record<string, PoolSettings>>;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

const options = [
  "endpointName existingCompute vmSize vmPriority minNodes maxNodes idleSecondsBeforeScaledown vcpuQuota dedicatedTopUp",
  "vnetResourceGroupName vnetName subnetName subnetId nodePublicIp identity assignRoles miniBatchSize",
  "maxConcurrencyPerInstance instanceCount retries errorThreshold outputAction outputFileName loggingLevel",
  "environmentVariables schedules tags description",
].join(" ");
const fields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ["model", text],
  ...options.split(" ").map((key): [string, Rule<unknown>] => [key, anything]),
]);

export function readBatchSettings(reader: SettingsReader): BatchSettings {
  reader.onlyKeys(allKeys);
  reader.unused(["pins", "keyRotations"], "local stacks");
  reader.unused(["spark"], "stacks that build images");
  reader.unused(["location", "workspace"], "dev stacks: pools are made in the source's workspace");
  reader.unused(["services"], "stacks that serve");
  reader.unused(
    clusterKeys.filter((key) => key !== "source"),
    "stacks in clusters",
  );
  // Whoever may read the workspace sees a pool's variables: none of them is a secret.
  const pools = reader.named("pools", "must be a map of pools by name", fields, []) as Record<string, unknown>;
  return {
    kind: "batch",
    source: reader.text("source") ?? "dev",
    scorers: reader.list("scorers"),
    pools: pools as BatchSettings["pools"],
    problems: reader.problems.lines,
  };
}
