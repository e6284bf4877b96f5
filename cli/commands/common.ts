import * as readline from "node:readline/promises";
import { Command } from "commander";
import { CliError, Interrupted, UsageError } from "../errors";
import { cloudOption, type RehearsalCloud } from "../rehearsal";

/** What a command works on. */
export interface Context {
  /** Root of the project. */
  readonly root: string;
  readonly setExitCode: (code: number) => void;
}

export interface StackOptions {
  readonly stack: string;
}

export interface CloudOptions extends StackOptions {
  readonly cloud?: RehearsalCloud;
}

export interface ChangeOptions extends CloudOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Commands are called by npm, which keeps to itself what stands before `--`. */
export const helpStyle = {
  commandUsage: (command: Command): string =>
    command.parent ? `npm run ${command.name()} -- ${command.usage()}` : "npm run <command> -- [options]",
};

/** A command with its help; `example` is how it is called by npm. */
export function describe(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .configureHelp(helpStyle)
    .exitOverride()
    .showHelpAfterError("(--help explains the options)")
    .addHelpText("after", `\nExample:\n  ${example}`);
}

export function withStack(command: Command): Command {
  return command.option("--stack <name>", "stack to work on", "local");
}

/** The stack, and where it may be rehearsed. */
export function withCloud(command: Command): Command {
  return withStack(command).option(
    "--cloud <name>",
    "rehearse the stack on a cloud that is not there: 'stand-in' (docs/rehearse.md)",
    cloudOption,
  );
}

export function withJson(command: Command, what: string): Command {
  return command.option("--json", `print ${what} as JSON on stdout`);
}

export function withYes(command: Command): Command {
  return command.option("-y, --yes", "do it without asking");
}

/** Whether a person can be asked. */
function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Throws a `UsageError` where consent is needed and nobody can be asked for it. */
export function requireConsent(yes: boolean | undefined, what: string): void {
  if (!yes && !canAsk()) {
    throw new UsageError(`${what} must be confirmed, and there is no terminal to ask on; add --yes`);
  }
}

/** Asks on stderr; throws a `CliError` when the answer is no, `Interrupted` when there is none. */
export async function confirm(question: string): Promise<void> {
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: interruptSignal(prompt) });
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new CliError("nothing was changed");
    }
  } catch (error) {
    throw error instanceof Error && error.name === "AbortError" ? new Interrupted("nothing was changed") : error;
  } finally {
    prompt.close();
  }
}

/** Aborted by Ctrl-C or Ctrl-D, which readline keeps from the process while it asks. */
function interruptSignal(prompt: readline.Interface): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  prompt.once("SIGINT", abort);
  prompt.once("close", abort);
  return controller.signal;
}

/** Reads a whole number of at least `least`; for `option(..., parser)`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least) {
      throw new UsageError(`'${name}' must be a whole number of at least ${least}, got '${text}'`);
    }
    return Number(text);
  };
}

/** Reads a number within a range; for `option(..., parser)`. */
export function numberWithin(name: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value >= low && value <= high)) {
      throw new UsageError(`'${name}' must be a number from ${low} to ${high}, got '${text}'`);
    }
    return value;
  };
}
