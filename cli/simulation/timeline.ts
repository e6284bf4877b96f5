import { latencies, percentileMs, recordSeconds, Tally } from "./outcome";
import type { Totals } from "./router";

/** A stretch of a run. */
export interface Stretch {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly requestsPerSecond: number;
  readonly refusedPerSecond: number;
  /** Replicas at its end. */
  readonly replicas: number;
  /** Replicas that worked, in the mean. */
  readonly busy: number;
  /** Of what was answered in it; NaN where nothing was. */
  readonly p95Ms: number;
}

const mostStretches = 240;

/** Counts a run and keeps what it looked like over time. */
export class Timeline extends Tally {
  readonly stretches: Stretch[] = [];
  private readonly length: number;
  private readonly recent = latencies();
  private from = 0;
  private arrivals = 0;
  private refusedSince = 0;
  private busyBefore = 0;

  constructor(
    private readonly durationSeconds: number,
    refreshSeconds: number,
  ) {
    super();
    this.length = Math.ceil(durationSeconds / mostStretches / refreshSeconds) * refreshSeconds;
  }

  arrived(): void {
    this.arrivals += 1;
  }

  override answered(seconds: number): void {
    super.answered(seconds);
    recordSeconds(this.recent, seconds);
  }

  override refused(): void {
    super.refused();
    this.refusedSince += 1;
  }

  override looked(totals: Totals): boolean {
    if (totals.at >= this.from + this.length - 1e-9 || totals.at >= this.durationSeconds) {
      this.close(totals);
    }
    return super.looked(totals);
  }

  private close({ at, replicas, busySeconds }: Totals): void {
    const seconds = at - this.from;
    this.stretches.push({
      fromSeconds: this.from,
      toSeconds: at,
      requestsPerSecond: this.arrivals / seconds,
      refusedPerSecond: this.refusedSince / seconds,
      replicas,
      busy: (busySeconds - this.busyBefore) / seconds,
      p95Ms: percentileMs(this.recent, 95),
    });
    this.recent.reset();
    [this.from, this.arrivals, this.refusedSince, this.busyBefore] = [at, 0, 0, busySeconds];
  }
}
