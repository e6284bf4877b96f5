import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "undici";
import type { Scoring } from "./ask";

export interface Routed {
  /** Of what was answered, from when a request was due. */
  readonly latenciesMs: readonly number[];
  /** Requests that no replica was free for in time. */
  readonly refused: number;
  /** Of another status, or without the right reply. */
  readonly failures: number;
}

interface Waiting {
  readonly due: number;
  readonly giveUp: NodeJS.Timeout;
}

/**
 * A router such as the model has it, before real servers: one request at a time for each, one queue, first come, first served, and
 * a limit to the wait. `arrivals` gives times in seconds. Requests come when they are due, whatever became of those before.
 */
export async function route(arrivals: () => number, replicas: readonly Scoring[], waitMs: number): Promise<Routed> {
  const clients = replicas.map((scoring) => ({ scoring, client: new Client(`http://127.0.0.1:${scoring.port}`) }));
  const router = new Router(clients, waitMs);
  const started = performance.now();
  for (let at = arrivals(); at !== Infinity; at = arrivals()) {
    const due = started + at * 1000;
    while (performance.now() < due) {
      await sleep(Math.max(0, due - performance.now()));
    }
    router.take(due);
  }
  await router.idle();
  await Promise.all(clients.map(({ client }) => client.close()));
  return router.routed;
}

interface Replica {
  readonly scoring: Scoring;
  readonly client: Client;
}

class Router extends EventTarget {
  readonly routed = { latenciesMs: [] as number[], refused: 0, failures: 0 };
  private readonly free: Replica[];
  private readonly waiting: Waiting[] = [];

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly waitMs: number,
  ) {
    super();
    this.free = [...replicas];
  }

  take(due: number): void {
    const replica = this.free.shift();
    if (replica) {
      void this.serve(replica, due);
      return;
    }
    const giveUp = setTimeout(
      () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        this.routed.refused += 1;
      },
      due + this.waitMs - performance.now(),
    );
    const entry: Waiting = { due, giveUp };
    this.waiting.push(entry);
  }

  async idle(): Promise<void> {
    while (this.free.length < this.replicas.length) {
      await once(this, "freed");
    }
  }

  private async serve(replica: Replica, due: number): Promise<void> {
    const { path, body, contains } = replica.scoring;
    try {
      const headers = { "content-type": "application/json" };
      const reply = await replica.client.request({ method: "POST", path, headers, body });
      const isRight = (await reply.body.text()).includes(contains) && reply.statusCode === 200;
      this.routed.failures += isRight ? 0 : 1;
    } catch {
      this.routed.failures += 1;
    }
    this.routed.latenciesMs.push(performance.now() - due);
    const next = this.waiting.shift();
    if (next) {
      clearTimeout(next.giveUp);
      return this.serve(replica, next.due);
    }
    this.free.push(replica);
    this.dispatchEvent(new Event("freed"));
  }
}
