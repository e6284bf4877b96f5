import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A scoring request, and what a right reply to it holds. */
export interface Scoring {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly contains: string;
}

/** Sends it once and returns the body; without an agent over a connection of its own. Rejects unless it is answered right. */
export function ask({ port, path, body, contains }: Scoring, agent: http.Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const request = http.request({ host: "127.0.0.1", port, path, method: "POST", headers, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200 && text.includes(contains)) {
          resolve(text);
        } else {
          reject(new Error(`answered ${String(response.statusCode)} ${text.slice(0, 200)}`));
        }
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Asks until it is answered right. */
export async function untilAnswered(scoring: Scoring, goOn: () => boolean, limitMs = 120_000): Promise<void> {
  const end = performance.now() + limitMs;
  for (;;) {
    try {
      await ask(scoring);
      return;
    } catch (problem) {
      if (!goOn() || performance.now() > end) {
        throw new Error(`no right answer from port ${scoring.port}: ${String(problem)}`, { cause: problem });
      }
    }
    await sleep(10);
  }
}
