import { measure, quantile } from "../cli/profiling/measure";
import { arrivalsOf, type Trace } from "../cli/simulation/load";
import { Tally } from "../cli/simulation/outcome";
import { Random } from "../cli/simulation/random";
import { simulate as simulateRouter } from "../cli/simulation/router";
import { scalerDefaults } from "../cli/simulation/scaler";
import { measuredTimes } from "../cli/simulation/service-times";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";
import type { Scoring } from "./serving/ask";
import { ServingClone } from "./serving/clone";
import { route } from "./serving/router";

const measures: readonly MeasureSpec[] = [
  { name: "p50", unit: "ms", better: "lower" },
  { name: "p95", unit: "ms", better: "lower" },
  { name: "p99", unit: "ms", better: "lower" },
  { name: "answered 503", unit: "share", better: "lower" },
  { name: "requests", unit: "", better: "higher" },
  { name: "failures", unit: "", better: "lower" },
];
// Long beside what a busy machine adds to it.
const pauseSeconds = 0.1;
const waitMs = 500;
const names = ["replica-1", "replica-2", "replica-3"];
/** Of what the replicas can answer; 1.2 is more than that. */
const wave = [0.4, 0.7, 0.9, 1.2, 0.9, 0.5];

/** The model beside real services: the same requests at the same times, as many replicas, the same limit to the wait. */
export const simulate: Section = async ({ quick }, tell) => {
  const service = { scorer: "light", environmentVariables: { BENCH_PAUSE_SECONDS: String(pauseSeconds) } };
  const services = Object.fromEntries(names.map((name) => [name, service]));
  await using(
    ServingClone.make(["light"], services),
    (clone) => clone.remove(),
    async (clone) => {
      await clone.up();
      const replicas = names.map((name) => clone.scoring(name, "light"));
      const times = await serviceTimesOf(replicas, quick ? 30 : 200);
      const trace = traceOf(quick ? 4 : 20, (replicas.length * 1000) / quantile(times, 0.5));
      const samples = await interleave(quick ? 1 : 3, {
        simulated: simulated(trace, times),
        real: real(trace, replicas),
      });
      tell(compare("three replicas under a wave", measures, samples));
    },
  );
};

/** What `npm run profile` measures, of all replicas together. */
async function serviceTimesOf(replicas: readonly Scoring[], requests: number): Promise<number[]> {
  const all: number[] = [];
  for (const { port, path, body } of replicas) {
    const headers = { "content-type": "application/json" };
    const call = { origin: `http://127.0.0.1:${port}`, method: "POST", path, headers, body: Buffer.from(body) };
    await measure(call, 1, 10);
    all.push(...(await measure(call, 1, requests)).latenciesMs);
  }
  return all.sort((one, other) => one - other);
}

function traceOf(stepSeconds: number, capacity: number): Trace {
  const steps = wave.map((share, index) => ({ atSeconds: index * stepSeconds, requestsPerSecond: share * capacity }));
  return { steps, durationSeconds: wave.length * stepSeconds };
}

function simulated(trace: Trace, timesMs: readonly number[]): () => Promise<Sample> {
  let seed = 0;
  return () => {
    seed += 1;
    const tally = new Tally();
    const replicas = names.length;
    const settings = {
      minReplicas: replicas,
      maxReplicas: replicas,
      initialReplicas: replicas,
      targetUtilization: 70,
      maxConcurrentRequestsPerReplica: 1,
      maxRequestWaitTimeMs: waitMs,
      startSeconds: 0,
      ...scalerDefaults.router,
    };
    const times = measuredTimes(timesMs, [{ concurrency: 1, requestsPerSecond: 1 }], new Random(seed + 1000));
    simulateRouter(arrivalsOf(trace, "poisson", seed), trace.durationSeconds, settings, times, tally);
    const { latencyMs, refusedShare, requests } = tally.outcome();
    const { p50, p95, p99 } = latencyMs;
    return Promise.resolve({ p50, p95, p99, "answered 503": refusedShare, requests, failures: 0 });
  };
}

function real(trace: Trace, replicas: readonly Scoring[]): () => Promise<Sample> {
  let seed = 0;
  return async () => {
    seed += 1;
    const { latenciesMs, refused, failures } = await route(arrivalsOf(trace, "poisson", seed), replicas, waitMs);
    const sorted = [...latenciesMs].sort((one, other) => one - other);
    const requests = sorted.length + refused;
    return {
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      "answered 503": refused / requests,
      requests,
      failures,
    };
  };
}
