import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signalGroup } from "../../cli/engine/process";
import { type Scoring, untilAnswered } from "./ask";

/** How to start a server, and what it is asked. */
export interface ServerSpec {
  /** Program and arguments, with nothing of the bench's own environment. */
  readonly command: (port: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly scoring: Omit<Scoring, "port">;
}

/** A server in a process group of its own. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly scoring: Scoring,
    /** From the start of the process to the first right answer. */
    readonly startSeconds: number,
  ) {}

  /** `prefix`: such as `taskset -c 0`. What it says goes to `log`. */
  static async start(spec: ServerSpec, prefix: readonly string[], log: string): Promise<Server> {
    const scoring = { ...spec.scoring, port: await freePort() };
    const [program = "", ...args] = [...prefix, ...spec.command(scoring.port)];
    const output = fs.openSync(log, "w");
    const started = performance.now();
    const { cwd, env } = spec;
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", output, output], detached: true });
    fs.closeSync(output);
    try {
      await untilAnswered(scoring, () => child.exitCode === null);
    } catch (error) {
      signalGroup(child, "SIGKILL");
      throw new Error(`${String(error)}; its log:\n${fs.readFileSync(log, "utf8").slice(-2000)}`, { cause: error });
    }
    return new Server(child, scoring, (performance.now() - started) / 1000);
  }

  get group(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
    signalGroup(this.child, "SIGKILL");
  }
}

export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** `command` on a socket of 127.0.0.1 that it is handed. */
export function onHeldSocket(python: string, port: number, command: readonly string[]): string[] {
  return [python, path.join(__dirname, "held_socket.py"), String(port), ...command];
}
