import { setImmediate as breathe } from "node:timers/promises";
import { type Outcome, Tally } from "./outcome";
import { type RouterSettings, simulate, type Totals } from "./router";
import type { ServiceTimes } from "./service-times";

/** What a service must keep to under the load. */
export interface Goal {
  /** Share of requests that may be answered with 503, 0 to 1. */
  readonly refusedShare: number;
  /** Greatest 95th percentile of what is answered; none where only the share counts. */
  readonly p95Ms?: number;
}

/** The cheapest settings that were found to keep to the goal. */
export interface Proposal {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetUtilization: number;
  readonly outcome: Outcome;
}

/** A load that every candidate gets anew, with the same requests. */
export interface Trial {
  readonly durationSeconds: number;
  /** How many requests it has. */
  readonly requests: number;
  readonly arrivals: () => () => number;
  readonly times: () => ServiceTimes;
  /** Is told how many candidates have been tried. */
  readonly tried?: (count: number) => void;
}

const utilizations = [90, 80, 70, 60, 50, 40, 30, 20, 10];

/**
 * Looks for the least replica hours that keep to the goal: for each utilisation the least minimum, by halving, as more replicas
 * at the least can't be worse; then the least maximum for the best of them. Undefined where not even `mostReplicas` all the time
 * would do.
 */
export async function propose(
  trial: Trial,
  settings: RouterSettings,
  goal: Goal,
  mostReplicas: number,
): Promise<Proposal | undefined> {
  let count = 0;
  const run = async (change: Change, cost = Infinity): Promise<Attempt> => {
    trial.tried?.(count++);
    // For the display of progress, and for who wants to interrupt it.
    await breathe();
    return attempt(trial, settings, change, goal, cost);
  };
  const always = { targetUtilization: utilizations[0] ?? 90, minReplicas: mostReplicas, maxReplicas: mostReplicas };
  const most = await run(always);
  if (typeof most === "string") {
    return undefined;
  }
  let best: Proposal = most;
  for (const targetUtilization of utilizations) {
    const cost = best.outcome.replicaHours;
    const change = { targetUtilization, maxReplicas: mostReplicas };
    best = (await least(1, mostReplicas, (minReplicas) => run({ ...change, minReplicas }, cost))) ?? best;
  }
  const { targetUtilization, minReplicas, outcome } = best;
  const uncapped = { targetUtilization, minReplicas };
  const capped = await least(minReplicas, outcome.replicas.most, (maxReplicas) => run({ ...uncapped, maxReplicas }));
  return capped ?? best;
}

type Change = Pick<RouterSettings, "minReplicas" | "maxReplicas" | "targetUtilization">;
/** A candidate that keeps to the goal, or why it is none. */
type Attempt = Proposal | "misses the goal" | "costs no less";

/** The proposal of the least number from `low` to `high`, where more can only help, and costs more. */
async function least(
  low: number,
  high: number,
  attemptOf: (value: number) => Promise<Attempt>,
): Promise<Proposal | undefined> {
  let [from, to] = [low, high];
  let found: Proposal | undefined;
  while (from <= to) {
    const middle = Math.floor((from + to) / 2);
    const result = await attemptOf(middle);
    found = typeof result === "string" ? found : result;
    [from, to] = result === "misses the goal" ? [middle + 1, to] : [from, middle - 1];
  }
  return found;
}

function attempt(trial: Trial, settings: RouterSettings, change: Change, goal: Goal, cost: number): Attempt {
  const { minReplicas, maxReplicas } = change;
  const initialReplicas = Math.min(maxReplicas, Math.max(minReplicas, settings.initialReplicas));
  const watch = new Watch(trial.requests, goal, cost);
  simulate(trial.arrivals(), trial.durationSeconds, { ...settings, ...change, initialReplicas }, trial.times(), watch);
  if (watch.missesGoal) {
    return "misses the goal";
  }
  return watch.costsNoLess ? "costs no less" : { ...change, outcome: watch.outcome() };
}

/** Gives a run up as soon as it can't come to anything. */
class Watch extends Tally {
  private late = 0;
  private lost = 0;
  private hours = 0;

  constructor(
    private readonly requests: number,
    private readonly goal: Goal,
    private readonly cost: number,
  ) {
    super();
  }

  get missesGoal(): boolean {
    const { requests, goal, lost, late } = this;
    return lost > requests * goal.refusedShare || late > (requests - lost) * 0.05;
  }

  get costsNoLess(): boolean {
    return this.hours >= this.cost;
  }

  override answered(seconds: number): void {
    super.answered(seconds);
    this.late += seconds * 1000 > (this.goal.p95Ms ?? Infinity) ? 1 : 0;
  }

  override refused(): void {
    super.refused();
    this.lost += 1;
  }

  override looked(totals: Totals): boolean {
    this.hours = totals.replicaSeconds / 3600;
    return super.looked(totals) && !this.missesGoal && !this.costsNoLess;
  }
}
