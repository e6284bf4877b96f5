import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signalGroup } from "../../cli/engine/process";
import { using } from "../cleanup";
import { type Scoring, untilAnswered } from "./ask";

/** How to start a server, and what it is asked. */
export interface ServerSpec {
  /** Program and arguments, with nothing of the bench's own environment. */
  readonly command: (port: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly scoring: Omit<Scoring, "port">;
}

/** A server that answers. */
export interface Server {
  readonly scoring: Scoring;
  /** Its process group. */
  readonly group: number;
  /** From the start of the process to the first right answer. */
  readonly startSeconds: number;
}

/** Does `work` with a server in a process group of its own. `prefix`: such as `taskset -c 0`. What it says goes to `log`. */
export async function withServer<Result>(
  spec: ServerSpec,
  prefix: readonly string[],
  log: string,
  work: (server: Server) => Promise<Result>,
): Promise<Result> {
  const scoring = { ...spec.scoring, port: await freePort() };
  const [program = "", ...args] = [...prefix, ...spec.command(scoring.port)];
  const output = fs.openSync(log, "w");
  const { cwd, env } = spec;
  const started = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", output, output], detached: true });
  fs.closeSync(output);
  return using(child, stop, async () => {
    await untilAnswered(scoring, () => child.exitCode === null).catch((problem: unknown) => {
      const said = fs.readFileSync(log, "utf8").slice(-2000);
      throw new Error(`${String(problem)}; its log:\n${said}`, { cause: problem });
    });
    const startSeconds = (performance.now() - started) / 1000;
    return work({ scoring, group: child.pid ?? 0, startSeconds });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
  }
  signalGroup(child, "SIGKILL");
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
