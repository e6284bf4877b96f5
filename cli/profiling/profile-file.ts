import * as fs from "node:fs";
import { shown } from "../../components/internal/problems";
import { CliError, errorCode, UsageError } from "../errors";

/** What was measured with so many requests in hand at a time. */
export interface Level {
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** CPU time of the service's processes for a request; none where the system does not tell. */
  readonly cpuSecondsPerRequest?: number;
}

/** What to write into a service's arguments. */
export interface SizeProposal {
  readonly cpuCores: number;
  readonly memoryInGb: number;
  readonly maxConcurrentRequestsPerReplica: number;
}

/** A scorer as it was measured with one of its sample requests. */
export interface Profile {
  readonly profileVersion: 1;
  readonly service: string;
  readonly imageId: string;
  readonly imageIdentity: string;
  readonly sample: string;
  readonly measuredAt: string;
  readonly machine: string;
  readonly requestsPerLevel: number;
  /** Of one request at a time: quantiles at equal distances, from the least to the greatest. */
  readonly serviceTimesMs: readonly number[];
  /** By rising concurrency, from 1 on. */
  readonly levels: readonly Level[];
  /** Resident memory of the service's processes, at most; none where the system does not tell. */
  readonly memoryInBytes?: number;
  readonly proposal: SizeProposal;
}

/** Reads a profile; throws a `UsageError` for a file that is none. */
export function readProfile(file: string): Profile {
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    const cause = errorCode(error) ?? (error instanceof Error ? error.message : String(error));
    throw new UsageError(`'--profile' must be a file that npm run profile has written, got ${file} (${cause})`);
  }
  const problem = problemOf(content as Partial<Profile> | null);
  if (problem !== undefined) {
    throw new UsageError(`'--profile' ${file}: ${problem}; measure anew with npm run profile`);
  }
  return content as Profile;
}

export function writeProfile(file: string, profile: Profile): void {
  try {
    fs.writeFileSync(file, `${JSON.stringify(profile, undefined, 2)}\n`);
  } catch (error) {
    throw new CliError(`'--out' must be a file that can be written, got ${file} (${errorCode(error) ?? "error"})`);
  }
}

/** What a simulation needs of a profile. */
function problemOf(profile: Partial<Profile> | null): string | undefined {
  const { profileVersion, serviceTimesMs, levels, proposal } = profile ?? {};
  if (profileVersion !== 1) {
    return `'profileVersion' must be 1, got ${shown(profileVersion)}`;
  }
  const areTimes = Array.isArray(serviceTimesMs) && serviceTimesMs.length > 1 && serviceTimesMs.every(isPositive);
  if (!areTimes || serviceTimesMs.some((value, index) => value < (serviceTimesMs[index - 1] ?? 0))) {
    return `'serviceTimesMs' must be a list of rising times, got ${shown(serviceTimesMs)}`;
  }
  const areLevels = Array.isArray(levels) && levels.length > 0;
  if (!areLevels || !(levels as readonly Level[]).every(isLevel)) {
    return `'levels' must be a list of measurements from concurrency 1 on, got ${shown(levels)}`;
  }
  const sizes = [proposal?.cpuCores, proposal?.memoryInGb, proposal?.maxConcurrentRequestsPerReplica];
  return sizes.every(isPositive) ? undefined : `'proposal' must have sizes above 0, got ${shown(proposal)}`;
}

function isLevel({ concurrency, requestsPerSecond }: Level, index: number, all: readonly Level[]): boolean {
  const before = all[index - 1]?.concurrency;
  return (before === undefined ? concurrency === 1 : concurrency > before) && isPositive(requestsPerSecond);
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}
