import { strict as assert } from "node:assert";
import { arrivalsOf, steady, type Trace } from "../../../cli/simulation/load";
import { type Goal, propose, type Trial } from "../../../cli/simulation/proposal";
import { Random } from "../../../cli/simulation/random";
import { constantTimes, measuredTimes, type ServiceTimes } from "../../../cli/simulation/service-times";
import { defaults, run } from "./support";

const settings = { ...defaults, startSeconds: 5 };
const wave: Trace = {
  steps: Array.from({ length: 24 }, (_, index) => ({
    atSeconds: index * 30,
    requestsPerSecond: Math.round(20 - 18 * Math.cos((index / 24) * 2 * Math.PI)),
  })),
  durationSeconds: 720,
};

/** Does not prove that nothing cheaper exists: the search goes in tens of utilisation. */
describe("a proposal", () => {
  const trialOf = (trace: Trace, times: () => ServiceTimes): Trial => ({
    durationSeconds: trace.durationSeconds,
    requests: run(trace, settings, times()).requests,
    arrivals: () => arrivalsOf(trace, "poisson", 1),
    times,
  });
  const times = (): ServiceTimes => constantTimes(0.25);
  const propositionOf = (goal: Goal, most = 100) => propose(trialOf(wave, times), settings, goal, most);

  it("keeps to its goal when it is run again", async () => {
    const goal = { refusedShare: 0.001, p95Ms: 300 };
    const proposal = await propositionOf(goal);
    assert.ok(proposal);
    const initialReplicas = proposal.minReplicas;
    const { refusedShare, latencyMs, replicaHours } = run(wave, { ...settings, ...proposal, initialReplicas }, times());
    assert.deepEqual([refusedShare <= 0.001, latencyMs.p95 <= 300], [true, true]);
    assert.equal(replicaHours, proposal.outcome.replicaHours);
  });

  it("costs no less for a stricter goal, and less than replicas for the peak all the time", async () => {
    const shares = [0, 0.001, 0.05];
    const [strict, usual, lax] = await Promise.all(shares.map((refusedShare) => propositionOf({ refusedShare })));
    assert.ok(strict && usual && lax);
    const hours = [strict, usual, lax].map(({ outcome }) => outcome.replicaHours);
    assert.deepEqual(
      hours,
      [...hours].sort((one, other) => other - one),
    );
    assert.ok((hours[1] ?? NaN) < (usual.maxReplicas * wave.durationSeconds) / 3600);
  });

  it("is none where a request alone takes longer than the goal, or the replicas do not do", async () => {
    assert.equal(await propositionOf({ refusedShare: 0.001, p95Ms: 200 }), undefined);
    assert.equal(await propositionOf({ refusedShare: 0.001 }, 3), undefined);
  });

  it("is one replica for next to nothing", async () => {
    const trial = trialOf(steady(0.1, 600), times);
    const proposal = await propose(trial, settings, { refusedShare: 0 }, 50);
    assert.deepEqual([proposal?.minReplicas, proposal?.maxReplicas], [1, 1]);
  });
});

describe("measured times", () => {
  const rates = [
    { concurrency: 1, requestsPerSecond: 10 },
    { concurrency: 4, requestsPerSecond: 25 },
  ];

  it("are drawn as they were measured", () => {
    const times = measuredTimes([10, 20, 40], rates, new Random(2));
    const drawn = Array.from({ length: 20_000 }, () => times.draw() * 1000);
    const below = (limit: number): number => drawn.filter((value) => value < limit).length / drawn.length;
    assert.equal(times.meanSeconds, 0.0225);
    assert.ok(drawn.every((value) => value >= 10 && value <= 40));
    assert.ok([below(15) - 0.25, below(20) - 0.5, below(30) - 0.75].every((error) => Math.abs(error) < 0.01));
  });

  it("say what more at a time are worth: straight between two measurements, no more beyond the last", () => {
    const { speedup } = measuredTimes([10, 20], rates, new Random(2));
    assert.deepEqual([1, 2, 3, 4, 5, 9].map(speedup), [1, 1.5, 2, 2.5, 2.5, 2.5]);
    assert.deepEqual([1, 7].map(constantTimes(1).speedup), [1, 7]);
  });
});
