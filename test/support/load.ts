import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Who sends the requests of a {@link load}. */
export interface Clients {
  /** Clients that each keep one connection for as long as the server does. @default 1 */
  readonly keptAlive?: number;
  /** Clients that connect anew for each request. @default 0 */
  readonly fresh?: number;
  /** Longest pause of a client between two requests, in milliseconds. @default 2 */
  readonly pauseMs?: number;
}

export type FailureKind = "refused" | "reset" | "timeout" | "status" | "wrong" | "other";

export interface Failure {
  readonly kind: FailureKind;
  readonly cause: string;
}

/** An answer that is none, or not a right one. */
export class BadAnswer extends Error {
  constructor(
    readonly kind: "status" | "wrong",
    message: string,
  ) {
    super(message);
  }
}

/** What came of the requests of a {@link load}. */
export interface LoadResult {
  readonly answers: number;
  readonly failures: readonly Failure[];
  /** What `ask` gave, in the order in which it was seen first. */
  readonly seen: readonly string[];
}

/** Has each client send one request after the other, with no second try, until it is told to stop. */
export function load(
  ask: (agent: http.Agent) => Promise<string>,
  { keptAlive = 1, fresh = 0, pauseMs = 2 }: Clients = {},
): { stop: () => Promise<LoadResult> } {
  const failures: Failure[] = [];
  const seen = new Set<string>();
  let [answers, stopped] = [0, false];
  const client = async (agent: http.Agent): Promise<void> => {
    while (!stopped) {
      await ask(agent).then(
        (answer) => {
          answers += 1;
          seen.add(answer);
        },
        (error: unknown) => failures.push(failureOf(error)),
      );
      await sleep(pauseMs * (0.5 + Math.random() / 2));
    }
    agent.destroy();
  };
  const agents = [...Array(keptAlive + fresh).keys()].map((index) => new http.Agent({ keepAlive: index < keptAlive }));
  const running = Promise.all(agents.map(client));
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { answers, failures, seen: [...seen] };
    },
  };
}

const kinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  ABORT_ERR: "timeout",
  ETIMEDOUT: "timeout",
};

function failureOf(error: unknown): Failure {
  if (error instanceof BadAnswer) {
    return { kind: error.kind, cause: error.message };
  }
  // fetch keeps the socket's own error as the cause of its own.
  const { cause = error } = error as { cause?: unknown };
  const { code = "", message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  return { kind: kinds[code] ?? "other", cause: `${code} ${message}`.trim() };
}
