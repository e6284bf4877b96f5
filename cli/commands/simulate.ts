import { Option, type Command } from "commander";
import type { ArrivalKind } from "../simulation/load";
import type { ScalerKind } from "../simulation/scaler";
import { type Context, describe, numberWithin as within, wholeNumber, withJson } from "./common";

export interface SimulateOptions {
  readonly trace?: string;
  readonly rps?: number;
  readonly duration: number;
  readonly secondsPerRequest?: number;
  readonly profile?: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetUtilization: number;
  readonly concurrency?: number;
  readonly maxWaitMs: number;
  readonly startSeconds: number;
  readonly scaler: ScalerKind;
  readonly refreshSeconds?: number;
  readonly removeAfterSeconds?: number;
  readonly arrivals: ArrivalKind;
  readonly seed: number;
  readonly max503Percent: number;
  readonly maxP95Ms?: number;
  readonly pricePerReplicaHour?: number;
  readonly cpuCores?: number;
  readonly memoryInGb?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const traceFormat = `
Trace: CSV with the header time,requestsPerSecond (other columns are left aside), or without one:
requests per second, one line for each second, or time,requests per second. Or JSON lines:
{"time": 0, "requestsPerSecond": 12.5}. Times are seconds or ISO 8601, and rise; each rate holds
until the next line's time.`;

/** `simulate`: what a load makes of a service that scales. */
export function simulateCommand(_: Context): Command {
  const command = describe(
    "simulate",
    "Run a load through a model of a service that scales with its busy replicas.\n" +
      "Shows replicas, latencies, share of 503 and cost, and proposes minReplicas,\n" +
      "maxReplicas and targetUtilization (docs/sizing.md).",
    "npm run simulate -- --trace monday.csv --profile churn.profile.json --out monday.svg",
  );
  withModel(withLoad(command));
  return withJson(command, "all of it")
    .option(
      "--max-503-percent <percent>",
      "goal: share of requests answered 503",
      within("--max-503-percent", 0, 100),
      0.1,
    )
    .option(
      "--max-p95-ms <ms>",
      "goal: 95th percentile of latency (default: none)",
      within("--max-p95-ms", 0.001, 3.6e6),
    )
    .option(
      "--price-per-replica-hour <usd>",
      "price of a replica (default: by CPU and memory, docs/costs.md)",
      within("--price-per-replica-hour", 0, 1e6),
    )
    .option(
      "--cpu-cores <cores>",
      "CPU of a replica (default: the profile's, else 0.1)",
      within("--cpu-cores", 0.001, 1000),
    )
    .option(
      "--memory-in-gb <gb>",
      "memory of a replica (default: the profile's, else 0.5)",
      within("--memory-in-gb", 0.001, 1e5),
    )
    .option("--out <file>", "draw it, as SVG")
    .addHelpText("after", traceFormat)
    .action(async (options: SimulateOptions) => {
      const { simulate } = await import("../simulate");
      await simulate(options);
    });
}

function withLoad(command: Command): Command {
  return command
    .option("--trace <file>", "load over time: CSV or JSON lines, as said below")
    .option("--rps <rate>", "the same load all the time, in requests per second", within("--rps", 0.001, 1_000_000))
    .option("--duration <seconds>", "how long, with --rps", within("--duration", 1, 31_536_000), 600)
    .addOption(
      new Option("--arrivals <kind>", "how requests come: each on its own, or at even distances")
        .choices(["poisson", "even"])
        .default("poisson"),
    )
    .option(
      "--seed <number>",
      "another one gives other chances; the same one the same result",
      wholeNumber("--seed", 0),
      1,
    );
}

/** Defaults are those of 2019's service. */
function withModel(command: Command): Command {
  return command
    .option("--seconds-per-request <s>", "time of a replica for a request", within("--seconds-per-request", 1e-5, 3600))
    .option("--profile <file>", "or times as measured by npm run profile")
    .option("--min-replicas <count>", "replicas at least", wholeNumber("--min-replicas", 1), 1)
    .option("--max-replicas <count>", "replicas at most", wholeNumber("--max-replicas", 1), 10)
    .option(
      "--target-utilization <percent>",
      "share of the replicas to be busy",
      within("--target-utilization", 1, 100),
      70,
    )
    .option(
      "--concurrency <count>",
      "requests that a replica works on at a time (default: the profile's, else 1)",
      wholeNumber("--concurrency", 1),
    )
    .option(
      "--max-wait-ms <ms>",
      "how long a request waits before it is answered 503",
      within("--max-wait-ms", 0, 3.6e6),
      500,
    )
    .option("--start-seconds <s>", "until a new replica takes requests", within("--start-seconds", 0, 3600), 10)
    .addOption(
      new Option("--scaler <kind>", "who decides: 2019's router, or KEDA, which AksService has (docs/sizing.md)")
        .choices(["router", "keda"])
        .default("router"),
    )
    .option(
      "--refresh-seconds <s>",
      "until the scaler looks again; it adds at once (default: 1, with keda 15)",
      within("--refresh-seconds", 0.1, 3600),
    )
    .option(
      "--remove-after-seconds <s>",
      "how long fewer must have been enough before some go (default: 60)",
      within("--remove-after-seconds", 0, 86_400),
    );
}
