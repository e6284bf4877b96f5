import { Fleet } from "./fleet";
import type { ServiceTimes } from "./service-times";
import { Scaler, type ScalerSettings } from "./scaler";

/** How a service is routed and scaled. */
export interface RouterSettings extends ScalerSettings {
  readonly maxConcurrentRequestsPerReplica: number;
  /** How long a request waits for a replica before it is answered with 503. */
  readonly maxRequestWaitTimeMs: number;
  /** From the decision for a replica until it takes requests. */
  readonly startSeconds: number;
  /** Whether the scaler counts what is in hand and what waits, as it is when it looks; else what was in hand, in the mean since it looked last. */
  readonly countsWaiting: boolean;
  /** Replicas at the beginning, which have started. */
  readonly initialReplicas: number;
}

/** What there was so far, up to the end of the load. */
export interface Totals {
  readonly at: number;
  /** Replicas that have to be paid for: those that start and those that end their last request too. */
  readonly replicas: number;
  readonly replicaSeconds: number;
  /** Replica seconds in which a replica worked; a share of it, where it worked on less than it takes. */
  readonly busySeconds: number;
}

/** Is told what happens. */
export interface Observer {
  readonly arrived?: (at: number) => void;
  readonly answered: (seconds: number) => void;
  readonly refused: () => void;
  /** At each look of the scaler, and at the end of the load. `false` gives the run up. */
  readonly looked: (totals: Totals) => boolean;
}

/**
 * Runs requests through a router as 2019's article describes it: a request goes to the replica with the least in hand, or waits
 * in one queue, first come, first served, and is refused when it has waited too long. `arrivals` gives their times.
 */
export function simulate(
  arrivals: () => number,
  durationSeconds: number,
  settings: RouterSettings,
  times: ServiceTimes,
  observer: Observer,
): void {
  new Router(arrivals, durationSeconds, settings, times, observer).run();
}

class Router {
  private readonly fleet: Fleet;
  private readonly scaler: Scaler;
  private readonly waiting: number[] = [];
  /** Of `waiting`, how many have gone. */
  private gone = 0;
  private now = 0;
  private arrival: number;
  private look: number;
  private replicaSeconds = 0;
  private busySeconds = 0;
  private busyBefore = 0;
  private goesOn = true;

  constructor(
    private readonly arrivals: () => number,
    private readonly duration: number,
    private readonly settings: RouterSettings,
    private readonly times: ServiceTimes,
    private readonly observer: Observer,
  ) {
    const { initialReplicas, maxConcurrentRequestsPerReplica, refreshSeconds } = settings;
    this.fleet = new Fleet(maxConcurrentRequestsPerReplica, times.speedup);
    this.fleet.add(initialReplicas, 0);
    this.scaler = new Scaler(settings, initialReplicas);
    this.arrival = arrivals();
    this.look = Math.min(refreshSeconds, this.duration);
  }

  run(): void {
    while (this.goesOn) {
      const { nextEnd, nextReady } = this.fleet;
      const [expiry, { arrival, look }] = [this.expiry(), this];
      const next = Math.min(nextEnd, nextReady, expiry, arrival, look);
      if (next === Infinity || (look === Infinity && this.fleet.inHand === 0 && this.waiting.length === this.gone)) {
        return;
      }
      this.elapse(next);
      // At the same time: what makes room comes before what takes it, or gives up.
      if (nextEnd === next) {
        this.observer.answered(next - this.fleet.end(next));
        this.serve();
      } else if (nextReady === next) {
        this.fleet.makeReady();
        this.serve();
      } else if (expiry === next) {
        this.gone += 1;
        this.observer.refused();
      } else if (arrival === next) {
        this.arrive();
      } else {
        this.scale();
      }
    }
  }

  private elapse(to: number): void {
    const seconds = Math.min(to, this.duration) - Math.min(this.now, this.duration);
    this.replicaSeconds += this.fleet.paid * seconds;
    this.busySeconds += (this.fleet.inHand * seconds) / this.settings.maxConcurrentRequestsPerReplica;
    this.now = to;
  }

  private arrive(): void {
    this.observer.arrived?.(this.now);
    this.waiting.push(this.now);
    this.arrival = this.arrivals();
    this.serve();
  }

  private serve(): void {
    while (this.gone < this.waiting.length && this.fleet.hasRoom) {
      this.fleet.begin(this.now, this.waiting[this.gone] ?? NaN, this.times.draw());
      this.gone += 1;
    }
    if (this.gone === this.waiting.length || this.gone > 10_000) {
      this.waiting.splice(0, this.gone);
      this.gone = 0;
    }
  }

  private expiry(): number {
    return (this.waiting[this.gone] ?? Infinity) + this.settings.maxRequestWaitTimeMs / 1000;
  }

  private scale(): void {
    const { refreshSeconds, startSeconds, countsWaiting, maxConcurrentRequestsPerReplica } = this.settings;
    const { fleet, now, replicaSeconds, busySeconds } = this;
    const there = (fleet.inHand + this.waiting.length - this.gone) / maxConcurrentRequestsPerReplica;
    const busy = countsWaiting ? there : (busySeconds - this.busyBefore) / refreshSeconds;
    const wanted = this.scaler.decide(busy, fleet.size);
    this.busyBefore = busySeconds;
    this.goesOn = this.observer.looked({ at: now, replicas: fleet.paid, replicaSeconds, busySeconds });
    if (wanted > fleet.size) {
      fleet.add(wanted - fleet.size, now + startSeconds);
    } else {
      fleet.remove(fleet.size - wanted);
    }
    this.look = now >= this.duration ? Infinity : Math.min(now + refreshSeconds, this.duration);
  }
}
