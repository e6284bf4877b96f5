import { Client } from "undici";
import type { Usage } from "../../provider/service/group";
import { CliError } from "../errors";
import type { Level } from "./profile-file";

/** A request that is sent again and again. */
export interface Call {
  /** Such as `http://127.0.0.1:27570`. */
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A level, with each of its latencies in rising order. */
export interface Measured {
  readonly level: Level;
  readonly latenciesMs: readonly number[];
}

/**
 * Sends `requests` requests, `concurrency` of them at a time, each on a connection that is kept. `usage` tells what the service has
 * used so far. Throws a `CliError` at the first reply that is not 200.
 */
export async function measure(
  call: Call,
  concurrency: number,
  requests: number,
  usage: () => Usage | undefined = () => undefined,
): Promise<Measured> {
  const latenciesMs: number[] = [];
  const before = usage();
  const started = performance.now();
  let left = requests;
  const caller = async (): Promise<void> => {
    const client = new Client(call.origin, { pipelining: 1 });
    try {
      while (left-- > 0) {
        latenciesMs.push(await sendOnce(client, call));
      }
    } finally {
      left = 0;
      await client.close();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - started) / 1000;
  const after = usage();
  latenciesMs.sort((one, other) => one - other);
  const level: Level = {
    concurrency,
    requestsPerSecond: requests / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p95Ms: quantile(latenciesMs, 0.95),
    p99Ms: quantile(latenciesMs, 0.99),
    ...(before && after ? { cpuSecondsPerRequest: (after.cpuSeconds - before.cpuSeconds) / requests } : {}),
  };
  return { level, latenciesMs };
}

/** The quickest measurement of each level, by rising concurrency, with the latencies of all of them. */
export function bestOf(found: readonly Measured[]): Measured[] {
  const levels = [...new Set(found.map(({ level }) => level.concurrency))].sort((one, other) => one - other);
  return levels.map((concurrency) => {
    const rounds = found.filter(({ level }) => level.concurrency === concurrency);
    const rates = rounds.map(({ level }) => level.requestsPerSecond);
    const best = rounds.find(({ level }) => level.requestsPerSecond === Math.max(...rates)) as Measured;
    const latenciesMs = rounds.flatMap((round) => round.latenciesMs).sort((one, other) => one - other);
    return { level: best.level, latenciesMs };
  });
}

async function sendOnce(client: Client, { method, path, headers, body }: Call): Promise<number> {
  const started = performance.now();
  const reply = await client.request({ method, path, headers: { ...headers }, body: body ?? null });
  const text = await reply.body.text();
  if (reply.statusCode !== 200) {
    throw new CliError(
      `${method} ${path} must be answered with 200, got ${reply.statusCode} ${text.slice(0, 200)}; look at: npm run logs`,
    );
  }
  return performance.now() - started;
}

/** Of rising values; between two of them it is drawn straight. */
export function quantile(values: readonly number[], share: number): number {
  const place = (values.length - 1) * share;
  const below = Math.floor(place);
  const [low = NaN, high = low] = values.slice(below, below + 2);
  return low + (high - low) * (place - below);
}
