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
  /** How far from the target they may be, as a share of it, before their number is changed. */
  readonly tolerance: number;
}

/** Who decides: 2019's router, or KEDA with the Horizontal Pod Autoscaler. */
export const scalerKinds = ["router", "keda"] as const;
export type ScalerKind = (typeof scalerKinds)[number];

/** How each decides. The autoscaler's period and tolerance are Kubernetes' defaults, which a managed cluster does not let one set. */
export const scalerDefaults = {
  router: { refreshSeconds: 1, removeAfterSeconds: 60, tolerance: 0, countsWaiting: false },
  keda: { refreshSeconds: 15, removeAfterSeconds: 60, tolerance: 0.1, countsWaiting: true },
} as const satisfies Record<ScalerKind, object>;

/** Replicas are added at once, and removed when none of the last looks would have kept them. */
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

  /** How many there are to be. `busy`: replicas that had something to do. */
  decide(busy: number, current: number): number {
    const { minReplicas, maxReplicas, targetUtilization, tolerance } = this.settings;
    const distance = Math.abs((busy * 100) / (targetUtilization * current) - 1);
    const proposed = tolerance > 0 && distance <= tolerance ? current : replicasForBusy(busy, targetUtilization);
    const wanted = Math.min(maxReplicas, Math.max(minReplicas, proposed));
    this.looks[this.next] = wanted;
    this.next = (this.next + 1) % this.looks.length;
    return wanted >= current ? wanted : Math.min(current, Math.max(...this.looks));
  }
}
