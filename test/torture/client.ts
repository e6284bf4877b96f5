import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { question } from "./content";

/** A request that was not answered with 200. */
export interface Failed {
  readonly begunAt: number;
  readonly endedAt: number;
  readonly problem: string;
}

export interface Heard {
  readonly answers: number;
  readonly failed: readonly Failed[];
  /** Each reply once. */
  readonly replies: readonly string[];
}

const pauseMs = 20;
const patienceMs = 60_000;

/** Asks a service again and again, one request at a time, until it is told to stop. */
export function listenTo(port: number, key: string): { stop: () => Promise<Heard> } {
  const failed: Failed[] = [];
  const replies = new Set<string>();
  let [answers, stopped] = [0, false];
  const run = (async () => {
    while (!stopped) {
      const begunAt = performance.now();
      const { status, body } = await ask(port, key).catch((problem: unknown) => ({ status: 0, body: String(problem) }));
      if (status === 200) {
        answers += 1;
        replies.add(body);
      } else {
        failed.push({ begunAt, endedAt: performance.now(), problem: `${status} ${body.slice(0, 200)}` });
      }
      await sleep(pauseMs);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await run;
      return { answers, failed, replies: [...replies] };
    },
  };
}

/** Sends the question to `/score`. */
export function ask(port: number, key: string): Promise<{ status: number; body: string }> {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${key}` };
  return request({ port, path: "/score", method: "POST", headers }, JSON.stringify(question));
}

/** Who answers, as the service says. */
export async function versionOf(port: number): Promise<{ revision: number; imageIdentity: string }> {
  const { body } = await request({ port, path: "/version" }, "");
  return JSON.parse(body) as { revision: number; imageIdentity: string };
}

function request(options: http.RequestOptions, content: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ ...options, host: "127.0.0.1", agent: false, timeout: patienceMs }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer in ${patienceMs / 1000} s`)));
    sent.on("error", reject);
    sent.end(content);
  });
}
