import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { replicasFor } from "../../../components";
import { steady, type Trace } from "../../../cli/simulation/load";
import { Scaler, scalerDefaults } from "../../../cli/simulation/scaler";
import { constantTimes } from "../../../cli/simulation/service-times";
import { defaults, run } from "./support";

/** The decisions of 2019's article. Does not prove that a cluster's own scalers decide so. */
describe("the router's scaler", () => {
  it("ends with the article's 286 replicas under the article's load, from 1 and from 400", () => {
    const load = { requestsPerSecond: 20, secondsPerRequest: 10, targetUtilization: 70 };
    for (const initialReplicas of [1, 400]) {
      const settings = { ...defaults, maxReplicas: 1000, initialReplicas };
      const { replicasOverTime } = run(steady(20, 300), settings, constantTimes(10), "even");
      assert.equal(replicasOverTime.at(-1), replicasFor(load));
    }
  });

  it("ends with as many replicas as replicasFor says, under any steady load, from few and from many", function () {
    this.timeout(60_000);
    const loads = fc.record({
      requestsPerSecond: fc.integer({ min: 1, max: 40 }),
      secondsPerRequest: fc.integer({ min: 10, max: 3000 }).map((milliseconds) => milliseconds / 1000),
      targetUtilization: fc.integer({ min: 20, max: 95 }),
      maxConcurrentRequestsPerReplica: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(loads, fc.boolean(), (load, fromMany) => {
        const wanted = replicasFor(load);
        const settings = { ...defaults, ...load, maxReplicas: 5000, initialReplicas: fromMany ? wanted + 7 : 1 };
        const times = constantTimes(load.secondsPerRequest);
        const { replicasOverTime } = run(steady(load.requestsPerSecond, 240), settings, times, "even");
        assert.equal(replicasOverTime.at(-1), wanted);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("has no less in the mean than replicasFor says where requests come on their own", () => {
    const load = { requestsPerSecond: 20, secondsPerRequest: 1, targetUtilization: 70 };
    const { replicas } = run(steady(20, 3600), { ...defaults, maxReplicas: 100 }, constantTimes(1));
    assert.ok(replicas.mean >= replicasFor(load) && replicas.mean < 1.5 * replicasFor(load), String(replicas.mean));
  });

  it("adds a second after the load came, and removes a minute after it has gone", () => {
    const trace: Trace = {
      steps: [
        { atSeconds: 0, requestsPerSecond: 1 },
        { atSeconds: 100, requestsPerSecond: 20 },
        { atSeconds: 200, requestsPerSecond: 1 },
      ],
      durationSeconds: 400,
    };
    const { replicasOverTime } = run(trace, defaults, constantTimes(0.2), "even");
    const firstAt = (from: number, holds: (replicas: number) => boolean): number =>
      replicasOverTime.findIndex((replicas, index) => index >= from && holds(replicas)) + 1;
    assert.equal(replicasOverTime[98], 1);
    // A look shows what there was before its decision.
    assert.equal(
      firstAt(99, (replicas) => replicas > 1),
      102,
    );
    assert.equal(replicasOverTime[198], 6, "what had waited is long worked off");
    assert.ok([260, 261, 262].includes(firstAt(200, (replicas) => replicas < 6)));
    assert.equal(replicasOverTime.at(-1), 1);
  });

  it("sees a burst whole where it counts those who wait, and only at its next look", () => {
    const burst: Trace = {
      steps: [
        { atSeconds: 0, requestsPerSecond: 1 },
        { atSeconds: 100, requestsPerSecond: 40 },
      ],
      durationSeconds: 160,
    };
    const settings = { ...defaults, maxReplicas: 20, maxRequestWaitTimeMs: 1e6 };
    const keda = run(burst, { ...settings, ...scalerDefaults.keda }, constantTimes(0.2), "even").replicasOverTime;
    const router = run(burst, settings, constantTimes(0.2), "even").replicasOverTime;
    // Looks of keda are at 15, 30 … 105 s, and each shows what there was before its decision.
    assert.deepEqual(keda.slice(5, 8), [1, 1, 20]);
    assert.deepEqual(router.slice(100, 107), [1, 2, 3, 5, 8, 12, 18]);
  });

  it("leaves their number where it is within the autoscaler's tolerance of the target", () => {
    const scaler = new Scaler({ ...defaults, ...scalerDefaults.keda, removeAfterSeconds: 15 }, 5);
    assert.deepEqual(
      [3.8, 3.2, 3.9, 3.1].map((busy) => scaler.decide(busy, 5)),
      [5, 5, 6, 5],
    );
    assert.equal(new Scaler({ ...defaults, removeAfterSeconds: 1 }, 5).decide(3.6, 5), 6);
  });

  it("keeps within the least and the most", () => {
    const settings = { ...defaults, minReplicas: 3, maxReplicas: 4, initialReplicas: 3 };
    const { replicas } = run(steady(50, 60), settings, constantTimes(0.5));
    assert.deepEqual([replicas.least, replicas.most], [3, 4]);
    assert.equal(new Scaler(settings, 4).decide(0, 4), 4, "what was enough a moment ago is not known yet");
  });

  it("refuses while a replica starts, and no more once it has", () => {
    const load = steady(10, 100);
    const refusedWith = (startSeconds: number): number =>
      run(load, { ...defaults, startSeconds }, constantTimes(0.2), "even").refused;
    assert.equal(refusedWith(0) < refusedWith(30), true);
    assert.equal(
      run(steady(10, 200), { ...defaults, startSeconds: 30 }, constantTimes(0.2), "even").refused,
      refusedWith(30),
    );
  });

  it("pays for a replica that ends its last request, and not for one that is gone", () => {
    const trace: Trace = { steps: [{ atSeconds: 0, requestsPerSecond: 0 }], durationSeconds: 120 };
    const settings = { ...defaults, initialReplicas: 5, removeAfterSeconds: 60 };
    const { replicaHours, replicas } = run(trace, settings, constantTimes(1));
    assert.deepEqual([replicas.most, replicas.least], [5, 1]);
    assert.ok(Math.abs(replicaHours * 3600 - (5 * 60 + 60)) <= 5, String(replicaHours * 3600));
  });
});
