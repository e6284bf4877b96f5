import { replicasForBusy } from "../../components/internal/replicas";

/** How many replicas there may be, and what their number follows. */
export interface ScalerSettings {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Percent of the replicas that should be busy. */
  readonly targetUtilization: number;
  /** From one look at how busy they are to the next. */
  readonly refreshSeconds: number;
  /** How long fewer must have been enough before any is removed. */
  readonly removeAfterSeconds: number;
}

/** The article's decisions: replicas are added at once, and removed when none of the last looks would have kept them. */
export class Scaler {
  private readonly looks: number[];
  private next = 0;

  constructor(
    private readonly settings: ScalerSettings,
    initialReplicas: number,
  ) {
    const count = Math.max(1, Math.round(settings.removeAfterSeconds / settings.refreshSeconds));
    this.looks = Array.from({ length: count }, () => initialReplicas);
  }

  /** How many there are to be. `busy`: replicas that worked since the last look, in the mean. */
  decide(busy: number, current: number): number {
    const { minReplicas, maxReplicas, targetUtilization } = this.settings;
    const wanted = Math.min(maxReplicas, Math.max(minReplicas, replicasForBusy(busy, targetUtilization)));
    this.looks[this.next] = wanted;
    this.next = (this.next + 1) % this.looks.length;
    return wanted >= current ? wanted : Math.min(current, Math.max(...this.looks));
  }
}
