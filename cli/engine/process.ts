import { type ChildProcess, spawn } from "node:child_process";
import { Interrupted } from "../errors";
import { isInterrupted, whileStoppable } from "../interruption";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** Gets each piece of stderr as it comes. */
  readonly onStderr?: (text: string) => void;
}

/**
 * Runs a program in a process group of its own, so that Ctrl-C reaches it through us alone and ends its children as well.
 * Throws `Interrupted` after a Ctrl-C, and an `Error` when it can't be started or takes longer than `timeoutMs`.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const end = (signal: NodeJS.Signals): void => {
    signalGroup(child, signal);
  };
  const stoppable = {
    stop: (): void => {
      end("SIGINT");
    },
    kill: (): void => {
      end("SIGKILL");
    },
  };
  const finished = await whileStoppable(stoppable, outcome(child, options, end));
  if (isInterrupted()) {
    throw new Interrupted();
  }
  return finished;
}

/** Runs a program on our own terminal and returns its exit code; one that was ended by a signal counts as 1. */
export async function runOnTerminal(
  command: string,
  args: readonly string[],
  options: Pick<RunOptions, "cwd" | "env">,
): Promise<number> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: "inherit" });
  // On a terminal Ctrl-C reaches it by itself.
  const pass = (): void => {
    if (!process.stdin.isTTY) {
      child.kill("SIGINT");
    }
  };
  return whileStoppable(
    { stop: pass, kill: pass },
    new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        resolve(code ?? 1);
      });
    }),
  );
}

/** Sends `signal` to a process that `runProgram` has started, and to its children. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid === undefined || process.platform === "win32") {
      child.kill(signal);
    } else {
      process.kill(-child.pid, signal);
    }
  } catch {
    // It has ended already.
  }
}

function outcome(child: ChildProcess, options: RunOptions, end: (signal: NodeJS.Signals) => void): Promise<Finished> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    let late = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            end("SIGKILL");
          }, options.timeoutMs);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onStderr?.(text);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (late) {
        reject(new Error(`no answer within ${(options.timeoutMs ?? 0) / 1000} seconds`));
      } else {
        resolve({ code, stdout, stderr });
      }
    });
  });
}
