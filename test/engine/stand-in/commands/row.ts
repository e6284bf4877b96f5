import type { Cloud } from "../cloud";
import { Refusal } from "../package";

/** A command that a stack wants to run. */
export interface CommandCall {
  /** Its words; the program first. */
  readonly words: readonly string[];
  /** The variables that it is given, open. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Identifies what it is run for: the resource's triggers, else its inputs. */
  readonly cause: string;
  readonly cloud: Cloud;
}

/** A command line that the stand-in answers. To add one, add a row to `rows.ts`. */
export interface CommandRow {
  /** How it is called, for people. */
  readonly name: string;
  readonly matches: (words: readonly string[]) => boolean;
  /** Its stdout; throws a `CommandFailure` where the real one would fail. */
  readonly run: (call: CommandCall) => string;
}

/** What a command says on stderr before it fails. */
export class CommandFailure extends Refusal {}

/** The value of an option in its long form or its short one. */
export function option(words: readonly string[], ...names: string[]): string | undefined {
  const place = words.findIndex((word) => names.some((name) => word === name || word.startsWith(`${name}=`)));
  const word = words[place];
  return word?.includes("=") === true && word.startsWith("--")
    ? word.slice(word.indexOf("=") + 1)
    : words[place + 1 || words.length];
}

/** The value of an option that the command can't do without. */
export function required(words: readonly string[], ...names: string[]): string {
  const value = option(words, ...names);
  if (value === undefined || value === "") {
    throw new CommandFailure(`the following arguments are required: ${names.join("/")}`);
  }
  return value;
}

/** Whether the words begin with these. */
export function begins(...start: string[]): (words: readonly string[]) => boolean {
  return (words) => start.every((word, index) => words[index] === word);
}
