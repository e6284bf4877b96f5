import { strict as assert } from "node:assert";
import { steady } from "../../../cli/simulation/load";
import { constantTimes } from "../../../cli/simulation/service-times";
import { exponentialTimes, fixed, run } from "./support";

const forever = { maxRequestWaitTimeMs: 1e9 };

/**
 * Long seeded runs against what queueing theory says of the same queue. Requests come on their own (M), replicas are fixed (c), the
 * queue is first come, first served. Does not prove anything about scaling.
 */
describe("the router's model, against queueing theory", () => {
  for (const load of [0.5, 0.8, 0.95]) {
    it(`waits as M/D/1 at load ${load}: ρ s ÷ 2 (1 - ρ), within 4 %`, () => {
      const seconds = 0.1;
      const { latencyMs } = run(steady(load / seconds, 100_000), fixed(1, forever), constantTimes(seconds));
      near(latencyMs.mean / 1000 - seconds, (load * seconds) / (2 * (1 - load)), 0.04);
    });
  }

  for (const [replicas, load] of [
    [1, 0.7],
    [4, 0.8],
    [20, 0.9],
  ] as const) {
    it(`waits as M/M/${replicas} at load ${load}: Erlang's C formula, within 4 %`, () => {
      const seconds = 0.2;
      const rate = (load * replicas) / seconds;
      const outcome = run(steady(rate, 600_000 / rate), fixed(replicas, forever), exponentialTimes(seconds, 5));
      const offered = rate * seconds;
      const expected = (erlangC(replicas, offered) * seconds) / (replicas - offered);
      near(outcome.latencyMs.mean / 1000 - seconds, expected, 0.04);
      near(outcome.utilization, load, 0.01);
    });

    it(`refuses as M/M/${replicas}+D at load ${load} and above it, within 5 %`, () => {
      const seconds = 0.2;
      for (const factor of [1, 1.5]) {
        const rate = (factor * load * replicas) / seconds;
        const waitSeconds = seconds / replicas;
        const settings = fixed(replicas, { maxRequestWaitTimeMs: waitSeconds * 1000 });
        const outcome = run(steady(rate, 600_000 / rate), settings, exponentialTimes(seconds, 7));
        near(outcome.refusedShare, impatientLoss(replicas, rate, 1 / seconds, waitSeconds), 0.05);
      }
    });
  }

  it("shares a replica as M/G/1-PS does, where more at a time get no more done: s ÷ (1 - ρ), within 4 %", () => {
    const [seconds, load] = [0.1, 0.7];
    const settings = fixed(1, { ...forever, maxConcurrentRequestsPerReplica: 200 });
    const shared = { ...constantTimes(seconds), speedup: () => 1 };
    const { latencyMs } = run(steady(load / seconds, 60_000), settings, shared);
    near(latencyMs.mean / 1000, seconds / (1 - load), 0.04);
  });

  it("never waits with evenly spaced requests that the replicas just manage", () => {
    const { latencyMs, refused, utilization } = run(steady(10, 100), fixed(1), constantTimes(0.1), "even");
    assert.deepEqual([latencyMs.max < 100.2, refused, utilization > 0.99], [true, 0, true]);
  });
});

function near(got: number, expected: number, tolerance: number): void {
  const error = Math.abs(got / expected - 1);
  assert.ok(error <= tolerance, `${got} is ${(error * 100).toFixed(1)} % off ${expected}`);
}

/** Terms a^j ÷ j! for j below `count`, and the one after them. */
function terms(count: number, offered: number): { readonly before: readonly number[]; readonly next: number } {
  const before: number[] = [];
  let term = 1;
  for (let index = 0; index < count; index++) {
    before.push(term);
    term *= offered / (index + 1);
  }
  return { before, next: term };
}

/** Probability that a request has to wait in M/M/c. */
function erlangC(servers: number, offered: number): number {
  const { before, next } = terms(servers, offered);
  const waiting = next / (1 - offered / servers);
  return waiting / (before.reduce((sum, term) => sum + term, 0) + waiting);
}

/** Share that leaves M/M/c after waiting `patience`: level crossings of the work ahead of a request (Barrer 1957). */
function impatientLoss(servers: number, rate: number, serviceRate: number, patience: number): number {
  const { before } = terms(servers, rate / serviceRate);
  const total = servers * serviceRate;
  const last = before.at(-1) ?? 1;
  const atPatience = Math.exp((rate - total) * patience);
  const below = rate === total ? patience : (atPatience - 1) / (rate - total);
  const idle = before.reduce((sum, term) => sum + term, 0);
  const beyond = (last * rate * atPatience) / total;
  return beyond / (idle + last * rate * below + beyond);
}
