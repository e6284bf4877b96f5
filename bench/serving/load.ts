import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { onCore } from "../machine";
import type { Load, LoadResult } from "./generator";

export const serverCore = 0;
const loadCore = 1;

/** The process that sends the requests, on the core that the servers are not on. */
export class Generator {
  private constructor(private readonly child: ChildProcess) {}

  static start(): Generator {
    const command = [process.execPath, "--import", "tsx", path.join(__dirname, "generator.ts")];
    const [program = "", ...args] = [...onCore(loadCore), ...command];
    return new Generator(spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
  }

  async send(load: Load): Promise<LoadResult> {
    const settled = new AbortController();
    const { signal } = settled;
    this.child.send(load);
    try {
      const told = Promise.race([once(this.child, "message", { signal }), once(this.child, "exit", { signal })]);
      const [result] = (await told) as [unknown];
      if (typeof result !== "object" || result === null) {
        throw new Error(`the load generator ended (${String(result)})`);
      }
      return result as LoadResult;
    } finally {
      settled.abort();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.disconnect();
    await ended;
  }
}
