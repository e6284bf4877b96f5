import * as fs from "node:fs";
import * as path from "node:path";
import { replicasOf } from "../components/internal/replicas";
import type { SimulateOptions } from "./commands/simulate";
import { CliError, errorCode, UsageError } from "./errors";
import { print, printJson, Progress, say } from "./output/messages";
import { type Profile, readProfile } from "./profiling/profile-file";
import { renderChart } from "./simulation/chart";
import { arrivalsOf, expectedRequests, peakRate, steady, type Trace } from "./simulation/load";
import { listPrice } from "./simulation/price";
import { type Goal, propose, type Trial } from "./simulation/proposal";
import { Random } from "./simulation/random";
import { type Report, renderReport } from "./simulation/report";
import { type RouterSettings, simulate as runRouter } from "./simulation/router";
import { scalerDefaults } from "./simulation/scaler";
import { constantTimes, measuredTimes, type ServiceTimes } from "./simulation/service-times";
import { Timeline } from "./simulation/timeline";
import { mostRequests, parseTrace } from "./simulation/trace-file";

/** Replicas that a proposal may ask for. */
const mostReplicas = 1000;

/** Runs the model, and prints what came of it. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const trace = traceOf(options);
  const profile = options.profile === undefined ? undefined : readProfile(pathOf(options.profile));
  const times = timesOf(options, profile);
  const settings = settingsOf(options, trace, profile, times().meanSeconds);
  const progress = new Progress("Simulating");
  let report: Report;
  try {
    report = await reportOf(options, trace, settings, times, profile, (count) => {
      progress.update("Simulating", `${count} candidates for a proposal tried`);
    });
  } finally {
    progress.end();
  }
  if (options.out !== undefined) {
    write(options.out, renderChart(report));
  }
  if (options.json) {
    printJson(report);
  } else {
    print(renderReport(report));
  }
}

async function reportOf(
  options: SimulateOptions,
  trace: Trace,
  settings: RouterSettings,
  times: () => ServiceTimes,
  profile: Profile | undefined,
  tried: (count: number) => void,
): Promise<Report> {
  const { durationSeconds } = trace;
  const arrivals = (): (() => number) => arrivalsOf(trace, options.arrivals, options.seed);
  const timeline = new Timeline(durationSeconds, settings.refreshSeconds);
  runRouter(arrivals(), durationSeconds, settings, times(), timeline);
  const outcome = timeline.outcome();
  const trial: Trial = { durationSeconds, requests: outcome.requests, arrivals, times, tried };
  const goal: Goal = { refusedShare: options.max503Percent / 100, p95Ms: options.maxP95Ms };
  const secondsPerRequest = times().meanSeconds;
  return {
    load: loadText(options, trace, secondsPerRequest),
    durationSeconds,
    replicasForPeak: peakReplicas(trace, settings, secondsPerRequest),
    secondsPerRequest,
    settings,
    outcome,
    pricePerReplicaHour: priceOf(options, profile),
    goal,
    proposal: await propose(trial, settings, goal, mostReplicas),
    timeline: timeline.stretches,
  };
}

function traceOf({ trace, rps, duration }: SimulateOptions): Trace {
  if ((trace === undefined) === (rps === undefined)) {
    throw new UsageError("one of '--trace' and '--rps' must be given; leave out the other");
  }
  if (trace === undefined) {
    const load = steady(rps ?? 0, duration);
    if (expectedRequests(load) > mostRequests) {
      throw new UsageError(
        `'--duration' must make at most ${mostRequests} requests, got ${expectedRequests(load)}; shorten it`,
      );
    }
    return load;
  }
  const parsed = parseTrace(trace, readText("--trace", trace));
  if ("steps" in parsed) {
    return parsed;
  }
  throw new UsageError(parsed.join("\n"));
}

function timesOf({ secondsPerRequest, seed }: SimulateOptions, profile: Profile | undefined): () => ServiceTimes {
  if ((secondsPerRequest === undefined) === (profile === undefined)) {
    throw new UsageError("one of '--seconds-per-request' and '--profile' must be given; npm run profile makes one");
  }
  return profile
    ? () => measuredTimes(profile.serviceTimesMs, profile.levels, new Random(seed + 1))
    : () => constantTimes(secondsPerRequest ?? 0);
}

/** A load that has gone on for long: the run begins with what the first rate needs, or as near as the limits let it. */
function settingsOf(
  options: SimulateOptions,
  { steps }: Trace,
  profile: Profile | undefined,
  secondsPerRequest: number,
): RouterSettings {
  const { minReplicas, maxReplicas, targetUtilization } = options;
  if (minReplicas > maxReplicas) {
    throw new UsageError(`'--min-replicas' must be at most '--max-replicas', got ${minReplicas} and ${maxReplicas}`);
  }
  const maxConcurrentRequestsPerReplica = options.concurrency ?? profile?.proposal.maxConcurrentRequestsPerReplica ?? 1;
  const scaler = scalerDefaults[options.scaler];
  const [{ requestsPerSecond } = { requestsPerSecond: 0 }] = steps;
  const load = { requestsPerSecond, secondsPerRequest, targetUtilization, maxConcurrentRequestsPerReplica };
  return {
    minReplicas,
    maxReplicas,
    targetUtilization,
    maxConcurrentRequestsPerReplica,
    maxRequestWaitTimeMs: options.maxWaitMs,
    startSeconds: options.startSeconds,
    ...scaler,
    refreshSeconds: options.refreshSeconds ?? scaler.refreshSeconds,
    removeAfterSeconds: options.removeAfterSeconds ?? scaler.removeAfterSeconds,
    initialReplicas: Math.min(maxReplicas, Math.max(minReplicas, replicasOf(load))),
  };
}

function peakReplicas(trace: Trace, settings: RouterSettings, secondsPerRequest: number): number {
  return replicasOf({ ...settings, requestsPerSecond: peakRate(trace), secondsPerRequest });
}

function priceOf({ pricePerReplicaHour, cpuCores, memoryInGb }: SimulateOptions, profile: Profile | undefined): number {
  const size = {
    cpuCores: cpuCores ?? profile?.proposal.cpuCores ?? 0.1,
    memoryInGb: memoryInGb ?? profile?.proposal.memoryInGb ?? 0.5,
  };
  return pricePerReplicaHour ?? listPrice(size);
}

function loadText({ trace, rps, arrivals }: SimulateOptions, load: Trace, secondsPerRequest: number): string {
  const { durationSeconds } = load;
  const lasts = durationSeconds >= 7200 ? `${(durationSeconds / 3600).toFixed(1)} h` : `${durationSeconds} s`;
  const rate =
    trace === undefined ? `${rps ?? 0} requests/s` : `${path.basename(trace)}, up to ${peakRate(load)} requests/s`;
  const manner = arrivals === "even" ? ", at even distances" : "";
  return `${rate} for ${lasts}${manner}, ${Number(secondsPerRequest.toPrecision(3))} s each`;
}

function readText(option: string, file: string): string {
  try {
    return fs.readFileSync(pathOf(file), "utf8");
  } catch (error) {
    throw new UsageError(`'${option}' must be a file that can be read, got ${file} (${errorCode(error) ?? "error"})`);
  }
}

function write(file: string, content: string): void {
  try {
    fs.writeFileSync(pathOf(file), content);
  } catch (error) {
    throw new CliError(`'--out' must be a file that can be written, got ${file} (${errorCode(error) ?? "error"})`);
  }
  say(`Wrote ${file}.`);
}

/** Paths count from where the user is. */
function pathOf(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
}
