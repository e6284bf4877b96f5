import * as os from "node:os";
import * as path from "node:path";
import { Store } from "../provider/store";
import type { ServiceRecord } from "../provider/store/records";
import { usageOf } from "../provider/service/group";
import type { Context } from "./commands/common";
import type { ProfileOptions } from "./commands/profile";
import { CliError } from "./errors";
import { print, printJson, Progress, say } from "./output/messages";
import { formatBytes, renderTable } from "./output/table";
import { bestOf, type Call, measure, type Measured, quantile } from "./profiling/measure";
import { type Level, type Profile, writeProfile } from "./profiling/profile-file";
import { proposeSize } from "./profiling/propose";
import { withTemporaryService } from "./profiling/temporary-service";
import { threeDigits } from "./simulation/report";
import { keyOf, requestOfSample } from "./score";
import { servicesOf } from "./services";

/** Requests before the first that count: what is made at the first call, and read from the disk, is there then. */
const warmUp = 20;
const quantiles = 200;
const rounds = 3;

/** Measures a service that runs here, or one that is started for it, and writes and prints what it measured. */
export async function profile({ root }: Context, name: string, options: ProfileOptions): Promise<void> {
  const store = new Store(root);
  const services = await servicesOf(root, store, options.stack);
  const running = services.find((service) => service.name === name && service.state === "running");
  const measured =
    running && running.state !== "missing"
      ? await measureService(root, store, running, options)
      : await withTemporaryService(root, name, (service) => measureService(root, store, { ...service }, options));
  const content = { ...measured, service: name };
  const file = options.out ?? `${name}.profile.json`;
  writeProfile(path.resolve(process.env.INIT_CWD ?? process.cwd(), file), content);
  if (options.json) {
    printJson(content);
  } else {
    print(renderProfile(content, file));
  }
  say(`Wrote ${file}.`);
}

async function measureService(
  root: string,
  store: Store,
  service: ServiceRecord,
  { stack, sample: sampleName, requests, concurrency }: ProfileOptions,
): Promise<Profile> {
  const { sample, request } = requestOfSample(store, service, sampleName);
  const key = await keyOf(root, service, stack);
  const headers = { ...request.headers, ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }) };
  const call: Call = { ...request, origin: new URL(service.scoringUri).origin, headers };
  const levels = await measureLevels(call, service, requests, concurrency);
  const [alone] = levels;
  if (!alone) {
    throw new CliError("'--concurrency' must have a level, got none");
  }
  const memoryInBytes = usageOfService(service)?.bytes;
  return {
    profileVersion: 1,
    service: service.name,
    imageId: service.imageId,
    imageIdentity: service.imageIdentity,
    sample,
    measuredAt: new Date().toISOString(),
    machine: `${os.cpus()[0]?.model.trim() ?? "unknown"}, ${os.cpus().length} cores, load average ${(os.loadavg()[0] ?? NaN).toFixed(2)}`,
    requestsPerLevel: requests,
    serviceTimesMs: Array.from({ length: quantiles + 1 }, (_, index) => quantile(alone.latenciesMs, index / quantiles)),
    levels: levels.map(({ level }) => level),
    memoryInBytes,
    proposal: proposeSize(
      levels.map(({ level }) => level),
      memoryInBytes,
    ),
  };
}

/** Every level once in each round: the best of its rounds is the one that the machine disturbed least. */
async function measureLevels(call: Call, service: ServiceRecord, requests: number, most: number): Promise<Measured[]> {
  const progress = new Progress(`Measuring ${service.name}`);
  try {
    await measure(call, 1, warmUp);
    const found: Measured[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (let concurrency = 1; concurrency <= most; concurrency *= 2) {
        progress.update(`Measuring ${service.name}`, `round ${round} of ${rounds}, ${concurrency} at a time`);
        const share = Math.max(Math.ceil(requests / rounds), concurrency);
        found.push(await measure(call, concurrency, share, () => usageOfService(service)));
      }
    }
    return bestOf(found);
  } finally {
    progress.end();
  }
}

function usageOfService({ pid }: ServiceRecord) {
  return pid === undefined ? undefined : usageOf([pid]);
}

function renderProfile({ imageId, sample, levels, memoryInBytes, proposal }: Profile, file: string): string {
  const right = (title: string, value: (level: Level) => string) => ({ title, value, align: "right" as const });
  const table = renderTable(levels, [
    right("at a time", ({ concurrency }) => String(concurrency)),
    right("requests/s", ({ requestsPerSecond }) => threeDigits(requestsPerSecond)),
    right("p50, ms", ({ p50Ms }) => threeDigits(p50Ms)),
    right("p95, ms", ({ p95Ms }) => threeDigits(p95Ms)),
    right("p99, ms", ({ p99Ms }) => threeDigits(p99Ms)),
    right("CPU, ms", ({ cpuSecondsPerRequest }) =>
      cpuSecondsPerRequest === undefined ? "-" : threeDigits(cpuSecondsPerRequest * 1000),
    ),
  ]);
  const { cpuCores, memoryInGb, maxConcurrentRequestsPerReplica } = proposal;
  return [
    `${imageId}, sample request '${sample}'; ${memoryInBytes === undefined ? "memory unknown" : `${formatBytes(memoryInBytes)} of memory`}`,
    table,
    `Proposed: cpuCores ${cpuCores}, memoryInGb ${memoryInGb}, maxConcurrentRequestsPerReplica ${maxConcurrentRequestsPerReplica}`,
    `Next: npm run simulate -- --profile ${file} --rps 20`,
  ].join("\n");
}
