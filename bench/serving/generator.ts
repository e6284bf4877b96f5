/** A process of its own, so that it can have a core of its own: sends requests as it is told by its parent. */

import { createHistogram } from "node:perf_hooks";
import { Client } from "undici";
import type { Scoring } from "./ask";

export interface Load extends Scoring {
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  readonly answered: number;
  /** Refused, reset, of another status, or with another body. None is tried again. */
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The generator's own CPU time, as a share of the time: near 1 it is what limits the rate. */
  readonly busy: number;
}

/** Keeps each connection open, with one request at a time on each. */
export async function send({ port, path, body, contains, connections, milliseconds }: Load): Promise<LoadResult> {
  const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  let [answered, failures] = [0, 0];
  const headers = { "content-type": "application/json" };
  const before = process.cpuUsage();
  const started = performance.now();
  const connection = async (): Promise<void> => {
    const client = new Client(`http://127.0.0.1:${port}`, { pipelining: 1 });
    for (let now = performance.now(); now < started + milliseconds;) {
      try {
        const reply = await client.request({ method: "POST", path, headers, body });
        const text = await reply.body.text();
        if (reply.statusCode !== 200 || !text.includes(contains)) {
          failures += 1;
        }
      } catch {
        failures += 1;
      }
      const end = performance.now();
      latencies.record(Math.max(1, Math.round((end - now) * 1000)));
      answered += 1;
      now = end;
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    answered: answered - failures,
    failures,
    seconds,
    p50Ms: latencies.percentile(50) / 1000,
    p99Ms: latencies.percentile(99) / 1000,
    busy: (user + system) / 1e6 / seconds,
  };
}

if (require.main === module) {
  process.on("message", (load: Load) => {
    void send(load).then((result) => process.send?.(result));
  });
  process.on("disconnect", () => process.exit(0));
}
