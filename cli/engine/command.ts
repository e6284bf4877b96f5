import { spawn } from "node:child_process";
import * as path from "node:path";
import { CommandError, ConcurrentUpdateError, type PulumiCommand, StackNotFoundError } from "@pulumi/pulumi/automation";
import { engineFailure } from "../errors";
import { isInterrupted, whileStoppable } from "../interruption";
import { signalGroup } from "./process";

interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  toString(): string;
}

type Listener = (text: string) => void;

/** What the Automation API calls on its command; its type declarations leave it out, `test/cli/engine.test.ts` holds it. */
interface Runnable {
  run(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: Listener,
    onError?: Listener,
    input?: string,
  ): Promise<CommandResult>;
}

/**
 * The command with its own way of starting the engine: in a process group of its own. A Ctrl-C on the terminal, which goes
 * to all of the foreground group, then reaches the engine once, through us; twice would make it drop what it is doing.
 */
export function ownGroup(command: PulumiCommand, file: string): PulumiCommand {
  const runnable: Runnable = {
    run: async (args, cwd, env, onOutput, onError, input) => {
      const all = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
      const result = await runEngine(file, all, { cwd, env, onOutput, onError, input });
      if (result.code !== 0) {
        throw commandError(result);
      }
      return result;
    },
  };
  return Object.assign(Object.create(command) as PulumiCommand, runnable);
}

/**
 * Runs any engine command through `command` and returns its stdout; it reads `input`, if there is any, from its stdin. When it
 * fails it throws a `CliError` with what the engine said, or `StackNotFoundError`.
 */
export async function runEngineCommand(
  command: PulumiCommand,
  args: string[],
  cwd: string,
  env: Record<string, string>,
  input?: string,
): Promise<string> {
  try {
    return (await (command as unknown as Runnable).run(args, cwd, env, undefined, undefined, input)).stdout;
  } catch (error) {
    const plain = error instanceof CommandError && !(error instanceof StackNotFoundError);
    throw plain && !isInterrupted() ? engineFailure(error.message) : error;
  }
}

interface EngineRun {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly onOutput: Listener | undefined;
  readonly onError: Listener | undefined;
  readonly input: string | undefined;
}

async function runEngine(file: string, args: readonly string[], options: EngineRun): Promise<CommandResult> {
  const { cwd, env, onOutput, onError, input } = options;
  const child = spawn(file, args, {
    cwd,
    env: {
      ...process.env,
      ...env,
      // Plugins that came with this engine are found before others.
      PATH: [path.dirname(file), env.PATH ?? process.env.PATH].join(path.delimiter),
      PULUMI_AUTOMATION_API: "true",
    },
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  // One that ends without reading it says itself why.
  child.stdin.on("error", () => undefined).end(input);
  let kills = 0;
  const stoppable = {
    stop: (): void => {
      child.kill("SIGINT");
    },
    // The engine takes a second SIGINT as "do not wait for the current step"; what does not end then is killed.
    kill: (): void => {
      kills += 1;
      if (kills === 1) {
        child.kill("SIGINT");
      } else {
        signalGroup(child, "SIGKILL");
      }
    },
  };
  return whileStoppable(
    stoppable,
    new Promise((resolve, reject) => {
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        onOutput?.(text);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
        onError?.(text);
      });
      child.on("error", reject);
      child.on("close", (code, signal) => {
        resolve({ stdout, stderr, code: code ?? -1, toString: () => describe(args, stdout, stderr, code, signal) });
      });
    }),
  );
}

function describe(
  args: readonly string[],
  stdout: string,
  stderr: string,
  code: number | null,
  signal: string | null,
): string {
  return [`pulumi ${args[0] ?? ""} ended with ${signal ?? `code ${code ?? -1}`}`, stderr.trim(), stdout.trim()]
    .filter((part) => part !== "")
    .join("\n");
}

type ErrorClass = new (result: CommandResult) => CommandError;

/** The error that the Automation API would have made; it tells some failures by their class. */
function commandError(result: CommandResult): CommandError {
  const kind = /no stack named.*found/.test(result.stderr)
    ? StackNotFoundError
    : result.stderr.includes("the stack is currently locked by") || result.stderr.includes("[409] Conflict")
      ? ConcurrentUpdateError
      : CommandError;
  return new (kind as unknown as ErrorClass)(result);
}
