import { spawn } from "node:child_process";
import { answerOf } from "../test/support/clone";

export interface Timed {
  readonly seconds: number;
  /** User and system time of the process and of all that it waited for. */
  readonly cpuSeconds: number;
  readonly stdout: string;
}

// `times` is the shell's own, and its last two lines are of what it has started.
const withTimes = '"$@"; code=$?; times; exit $code';

/** Runs a command to its end; throws with what it said when that is no good one. */
export async function timed(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Timed> {
  const started = performance.now();
  const child = spawn("/bin/sh", ["-c", withTimes, "sh", ...command], {
    cwd,
    env: { ...process.env, SCORESTACK_ROOT: undefined, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { code, stdout, stderr } = await answerOf(child);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) {
    throw new Error(`${command.join(" ")} ended with ${String(code)}\n${stdout}\n${stderr}`);
  }
  return { seconds, cpuSeconds: childTimes(stdout), stdout };
}

/** Reads what `times` prints: two lines, the shell's own and its children's, each `0m0.52s 0m0.11s`. */
export function childTimes(stdout: string): number {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const parts = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.length === 2
    ? parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0)
    : NaN;
}
