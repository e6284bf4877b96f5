import { arrivalsOf, type ArrivalKind, type Trace } from "../../../cli/simulation/load";
import { type Outcome, Tally } from "../../../cli/simulation/outcome";
import { Random } from "../../../cli/simulation/random";
import { type RouterSettings, simulate, type Totals } from "../../../cli/simulation/router";
import { scalerDefaults } from "../../../cli/simulation/scaler";
import type { ServiceTimes } from "../../../cli/simulation/service-times";

/** 2019's defaults, and replicas that start at once. */
export const defaults: RouterSettings = {
  minReplicas: 1,
  maxReplicas: 10,
  targetUtilization: 70,
  maxConcurrentRequestsPerReplica: 1,
  maxRequestWaitTimeMs: 500,
  startSeconds: 0,
  ...scalerDefaults.router,
  initialReplicas: 1,
};

/** Settings of so many replicas all the time. */
export function fixed(replicas: number, more: Partial<RouterSettings> = {}): RouterSettings {
  const [minReplicas, maxReplicas, initialReplicas] = [replicas, replicas, replicas];
  return { ...defaults, minReplicas, maxReplicas, initialReplicas, ...more };
}

/** As M/M/c has them. */
export function exponentialTimes(meanSeconds: number, seed: number): ServiceTimes {
  const random = new Random(seed);
  return { draw: () => random.exponential() * meanSeconds, meanSeconds, speedup: (inHand) => inHand };
}

/** Keeps what the scaler saw. */
export class Watched extends Tally {
  readonly looks: Totals[] = [];

  override looked(totals: Totals): boolean {
    this.looks.push(totals);
    return super.looked(totals);
  }
}

export function run(
  trace: Trace,
  settings: RouterSettings,
  times: ServiceTimes,
  kind: ArrivalKind = "poisson",
  seed = 1,
): Outcome & { readonly replicasOverTime: readonly number[] } {
  const watched = new Watched();
  simulate(arrivalsOf(trace, kind, seed), trace.durationSeconds, settings, times, watched);
  return { ...watched.outcome(), replicasOverTime: watched.looks.map(({ replicas }) => replicas) };
}
