import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Observer, Totals } from "./router";

/** What came of a run. Latencies are of what was answered; NaN where nothing was. */
export interface Outcome {
  readonly requests: number;
  readonly refused: number;
  /** Of all requests, those that were answered with 503; 0 to 1. */
  readonly refusedShare: number;
  readonly latencyMs: Readonly<Record<"mean" | "p50" | "p95" | "p99" | "max", number>>;
  readonly replicas: Readonly<Record<"least" | "mean" | "most", number>>;
  /** Of the replicas, those that worked, in the mean; 0 to 1. */
  readonly utilization: number;
  readonly replicaHours: number;
}

/** A histogram of latencies: microseconds, three digits. */
export function latencies(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 4 * 3600 * 1_000_000, figures: 3 });
}

export function recordSeconds(histogram: RecordableHistogram, seconds: number): void {
  histogram.record(Math.max(1, Math.round(seconds * 1_000_000)));
}

/** A percentile in milliseconds; NaN without values. */
export function percentileMs(histogram: RecordableHistogram, percent: number): number {
  return histogram.count === 0 ? NaN : histogram.percentile(percent) / 1000;
}

/** Counts a run. */
export class Tally implements Observer {
  private readonly histogram = latencies();
  private latencySum = 0;
  private refusals = 0;
  private totals: Totals = { at: 0, replicas: 0, replicaSeconds: 0, busySeconds: 0 };
  private least = Infinity;
  private most = 0;

  answered(seconds: number): void {
    recordSeconds(this.histogram, seconds);
    this.latencySum += seconds;
  }

  refused(): void {
    this.refusals += 1;
  }

  looked(totals: Totals): boolean {
    this.totals = totals;
    this.least = Math.min(this.least, totals.replicas);
    this.most = Math.max(this.most, totals.replicas);
    return true;
  }

  outcome(): Outcome {
    const { histogram, refusals, totals } = this;
    const requests = histogram.count + refusals;
    const latency = (percent: number): number => percentileMs(histogram, percent);
    return {
      requests,
      refused: refusals,
      refusedShare: requests === 0 ? 0 : refusals / requests,
      latencyMs: {
        mean: (this.latencySum * 1000) / histogram.count,
        p50: latency(50),
        p95: latency(95),
        p99: latency(99),
        max: histogram.count === 0 ? NaN : histogram.max / 1000,
      },
      replicas: { least: this.least, mean: totals.replicaSeconds / totals.at, most: this.most },
      utilization: totals.busySeconds / totals.replicaSeconds,
      replicaHours: totals.replicaSeconds / 3600,
    };
  }
}
