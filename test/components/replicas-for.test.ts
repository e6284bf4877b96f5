import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { replicasFor, type ReplicasForArgs } from "../../components";

const loads: fc.Arbitrary<Required<ReplicasForArgs>> = fc.record({
  requestsPerSecond: fc.double({ min: 0.001, max: 10_000, noNaN: true }),
  secondsPerRequest: fc.double({ min: 0.001, max: 100, noNaN: true }),
  targetUtilization: fc.integer({ min: 1, max: 100 }),
  maxConcurrentRequestsPerReplica: fc.integer({ min: 1, max: 100 }),
});

/** Does not prove that so many replicas keep a promise about latencies: the formula is about means. */
describe("replicasFor", () => {
  it("gives 286 for the example of 2019's article", () => {
    const load = { requestsPerSecond: 20, secondsPerRequest: 10, targetUtilization: 70 };
    assert.equal(replicasFor({ ...load, maxConcurrentRequestsPerReplica: 1 }), 286);
    assert.equal(replicasFor({ requestsPerSecond: 20, secondsPerRequest: 10 }), 286, "its values are the defaults");
  });

  it("does not add one for the last digits of a floating-point number", () => {
    assert.equal(replicasFor({ requestsPerSecond: 3, secondsPerRequest: 0.1, targetUtilization: 10 }), 3);
    assert.equal(replicasFor({ requestsPerSecond: 7, secondsPerRequest: 0.1, targetUtilization: 70 }), 1);
    assert.equal(replicasFor({ requestsPerSecond: 70.001, secondsPerRequest: 1, targetUtilization: 70 }), 101);
  });

  it("gives the least whole number that keeps the replicas at the target or below it", () => {
    fc.assert(
      fc.property(loads, (load) => {
        const replicas = replicasFor(load);
        const { requestsPerSecond, secondsPerRequest, targetUtilization, maxConcurrentRequestsPerReplica } = load;
        const busy = (requestsPerSecond * secondsPerRequest) / maxConcurrentRequestsPerReplica;
        const least = (busy * 100) / targetUtilization;
        assert.ok(Number.isInteger(replicas) && replicas >= 1);
        assert.ok(replicas >= least * (1 - 1e-6) - 1e-6 && (replicas === 1 || replicas - 1 < least), String(least));
      }),
    );
  });

  it("is not less for more requests, longer ones, or a lower target, and not more for more at a time", () => {
    fc.assert(
      fc.property(loads, fc.double({ min: 1, max: 3, noNaN: true }), (load, factor) => {
        const replicas = replicasFor(load);
        const more = (change: Partial<ReplicasForArgs>): number => replicasFor({ ...load, ...change });
        assert.ok(more({ requestsPerSecond: load.requestsPerSecond * factor }) >= replicas);
        assert.ok(more({ secondsPerRequest: load.secondsPerRequest * factor }) >= replicas);
        assert.ok(more({ targetUtilization: Math.max(1, load.targetUtilization / factor) }) >= replicas);
        assert.ok(more({ maxConcurrentRequestsPerReplica: load.maxConcurrentRequestsPerReplica + 1 }) <= replicas);
      }),
    );
  });

  it("tells everything that is wrong in one error", () => {
    const load = { requestsPerSecond: 0, secondsPerRequest: NaN, targetUtilization: 0.7 };
    assert.throws(() => replicasFor({ ...load, maxConcurrentRequestsPerReplica: 1.5 }), {
      message: [
        "'replicasFor: requestsPerSecond' must be a number above 0, at most 1000000, got 0",
        "'replicasFor: secondsPerRequest' must be a number above 0, at most 3600, got null",
        "'replicasFor: targetUtilization' must be a percentage from 1 to 100, got 0.7; write 70 for 0.7",
        "'replicasFor: maxConcurrentRequestsPerReplica' must be an integer from 1 to 10000, got 1.5",
      ].join("\n"),
    });
  });
});
