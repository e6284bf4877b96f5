import type { Cloud } from "../cloud";
import { Refusal } from "../package";
import { CommandFailure } from "./row";
import { commandRows } from "./rows";
import { readScript } from "./shell";

export interface Script {
  readonly text: string;
  /** Program and options that it is given to. @default ["/bin/sh", "-c"] */
  readonly interpreter: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly cause: string;
}

/** Answers a script, command by command, and returns its stdout; a command that nobody knows is refused before anything is done. */
export function runScript(script: Script, cloud: Cloud): string {
  const { text, interpreter, environment } = script;
  const isShell = interpreter === undefined || /\bsh$/.test(interpreter[0] ?? "");
  const commands = isShell ? readScript(text, environment) : [[...interpreter, text]];
  const rows = commands?.map((words) => commandRows.find((row) => row.matches(words)));
  const unknown = commands?.find((_, index) => rows?.[index] === undefined);
  if (!commands || unknown) {
    const shown = unknown ? unknown.slice(0, 4).join(" ") : "a script with pipes, redirections or substitutions";
    const known = commandRows.map(({ name }) => name).join(", ");
    throw new Refusal(
      `the stand-in does not know '${shown}'; it knows ${known}: add it to test/engine/stand-in/commands/rows.ts`,
    );
  }
  try {
    return commands.map((words, index) => rows?.[index]?.run({ ...script, words, cloud }) ?? "").join("");
  } catch (error) {
    throw error instanceof CommandFailure ? new Refusal(`exit status 1: running "${text}":\n${error.message}`) : error;
  }
}

/** Answers a program that a script has called, as a stand-in on its PATH. */
export function runProgram(words: readonly string[], cloud: Cloud, cause: string): string {
  const row = commandRows.find(({ matches }) => matches(words));
  if (!row) {
    throw new CommandFailure(`the stand-in does not know '${words.slice(0, 4).join(" ")}'`);
  }
  return row.run({ words, environment: {}, folder: process.cwd(), cause, cloud });
}
