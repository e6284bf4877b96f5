import { Heap } from "heap-js";
import type { ServiceTimes } from "./service-times";

/** A request that is worked on. */
interface Job {
  readonly arrivedAt: number;
  /** What is left of it, as seconds alone on a replica. */
  left: number;
}

/** Shares what it gets done equally among the requests that it has in hand. */
class Replica {
  readonly jobs: Job[] = [];
  isLeaving = false;
  /** Counts what has moved its next end. */
  version = 0;
  private since = 0;

  constructor(readonly readyAt: number) {}

  take(now: number, job: Job, speedup: ServiceTimes["speedup"]): void {
    this.advance(now, speedup);
    this.jobs.push(job);
  }

  /** Ends the request that has the least left. */
  end(now: number, speedup: ServiceTimes["speedup"]): Job {
    this.advance(now, speedup);
    const [first, ...others] = this.jobs as [Job, ...Job[]];
    const done = others.reduce((least, job) => (job.left < least.left ? job : least), first);
    this.jobs.splice(this.jobs.indexOf(done), 1);
    return done;
  }

  nextEnd(speedup: ServiceTimes["speedup"]): number {
    const least = this.jobs.reduce((found, { left }) => Math.min(found, left), Infinity);
    return this.since + Math.max(0, least) * (this.jobs.length / speedup(this.jobs.length));
  }

  private advance(now: number, speedup: ServiceTimes["speedup"]): void {
    const done = this.jobs.length === 0 ? 0 : (now - this.since) * (speedup(this.jobs.length) / this.jobs.length);
    for (const job of this.jobs) {
      job.left -= done;
    }
    this.since = now;
  }
}

interface End {
  readonly at: number;
  readonly replica: Replica;
  readonly version: number;
}

/** The replicas of a service: some start, some take requests, some only end what they have. */
export class Fleet {
  /** Requests that are worked on. */
  inHand = 0;
  private readonly starting: Replica[] = [];
  /** Those that take requests, by how many each has in hand. */
  private readonly byLoad: readonly Set<Replica>[];
  private readonly ends = new Heap<End>((one, other) => one.at - other.at);
  private ready = 0;
  private leaving = 0;

  constructor(
    private readonly limit: number,
    private readonly speedup: ServiceTimes["speedup"],
  ) {
    this.byLoad = Array.from({ length: limit + 1 }, () => new Set());
  }

  /** Those that take requests, or will. */
  get size(): number {
    return this.starting.length + this.ready;
  }

  /** Those that have to be paid for. */
  get paid(): number {
    return this.size + this.leaving;
  }

  /** When the next replica has started. */
  get nextReady(): number {
    return this.starting[0]?.readyAt ?? Infinity;
  }

  /** When the next request ends, if none comes before. */
  get nextEnd(): number {
    for (let end = this.ends.peek(); end; end = this.ends.peek()) {
      if (end.version === end.replica.version) {
        return end.at;
      }
      this.ends.pop();
    }
    return Infinity;
  }

  add(count: number, readyAt: number): void {
    this.starting.push(...Array.from({ length: count }, () => new Replica(readyAt)));
  }

  /** Lets the first one that starts take requests. */
  makeReady(): void {
    const replica = this.starting.shift();
    if (replica) {
      this.byLoad[0]?.add(replica);
      this.ready += 1;
    }
  }

  /** Those that have not started yet go first, then those with the least in hand, which end it. */
  remove(count: number): void {
    const unstarted = Math.min(count, this.starting.length);
    this.starting.splice(this.starting.length - unstarted);
    const idlest = this.byLoad.flatMap((replicas) => [...replicas]).slice(0, count - unstarted);
    for (const replica of idlest) {
      this.byLoad[replica.jobs.length]?.delete(replica);
      this.ready -= 1;
      replica.isLeaving = true;
      this.leaving += replica.jobs.length > 0 ? 1 : 0;
    }
  }

  /** Whether a replica could take a request now. */
  get hasRoom(): boolean {
    return this.ready > (this.byLoad[this.limit]?.size ?? 0);
  }

  /** Gives a request to the replica with the least in hand. Only while there is room. */
  begin(now: number, arrivedAt: number, seconds: number): void {
    const [replica] = this.byLoad.find((replicas) => replicas.size > 0) as unknown as [Replica];
    this.byLoad[replica.jobs.length]?.delete(replica);
    replica.take(now, { arrivedAt, left: seconds }, this.speedup);
    this.byLoad[replica.jobs.length]?.add(replica);
    this.inHand += 1;
    this.plan(replica);
  }

  /** Ends the next request; returns when it had come. Only while there is one. */
  end(now: number): number {
    const { replica } = this.ends.pop() as End;
    if (!replica.isLeaving) {
      this.byLoad[replica.jobs.length]?.delete(replica);
    }
    const { arrivedAt } = replica.end(now, this.speedup);
    this.inHand -= 1;
    if (!replica.isLeaving) {
      this.byLoad[replica.jobs.length]?.add(replica);
    } else if (replica.jobs.length === 0) {
      this.leaving -= 1;
    }
    this.plan(replica);
    return arrivedAt;
  }

  private plan(replica: Replica): void {
    replica.version += 1;
    if (replica.jobs.length > 0) {
      this.ends.push({ at: replica.nextEnd(this.speedup), replica, version: replica.version });
    }
  }
}
