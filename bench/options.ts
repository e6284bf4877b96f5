import * as path from "node:path";
import { Command, CommanderError } from "commander";
import { UsageError } from "../cli/errors";
import type { SectionName } from "./comparison";

export const sectionNames: readonly SectionName[] = [
  "scoring",
  "edit",
  "noop",
  "dev",
  "updates",
  "simulate",
  "batch",
  "fpga",
];

export interface Options {
  readonly sections: readonly SectionName[];
  /** Few and short rounds, to see that it works. */
  readonly quick: boolean;
  /** Numbers of services of `noop`. */
  readonly sizes: readonly number[];
  readonly json: string;
}

const sizes = [1, 10, 100, 1000];
const quickSizes = [1, 10];

/** Reads the command line; throws a `UsageError`, or commander's own error after help. */
export function readOptions(args: readonly string[], root: string, now: Date): Options {
  const command = new Command("npm run bench --")
    .description("Measure, side by side with others, what the README promises, and hold it against the bars.")
    .argument("[sections...]", `of ${sectionNames.join(", ")}; all without`)
    .option("--quick", "few and short rounds: to see that it works, not to quote", false)
    .option("--sizes <numbers>", `numbers of services of 'noop', such as 1,10 (default: ${sizes.join(",")})`)
    .option("--json <file>", "where the results go (default: .scorestack/bench/<time>.json)")
    .exitOverride((error) => {
      throw isHelp(error) ? error : new UsageError(error.message.replace(/^error: /, ""));
    })
    .configureOutput({ writeErr: () => undefined })
    .parse(args, { from: "user" });
  const given = command.opts<{ quick: boolean; sizes?: string; json?: string }>();
  return {
    sections: readSections(command.args),
    quick: given.quick,
    sizes: given.sizes === undefined ? (given.quick ? quickSizes : sizes) : readSizes(given.sizes),
    json: path.resolve(process.env.INIT_CWD ?? root, given.json ?? defaultFile(root, now)),
  };
}

export function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

function readSections(given: readonly string[]): readonly SectionName[] {
  const strange = given.find((name) => !(sectionNames as readonly string[]).includes(name));
  if (strange !== undefined) {
    throw new UsageError(`'sections' must be of ${sectionNames.join(", ")}, got '${strange}'`);
  }
  return given.length === 0 ? sectionNames : sectionNames.filter((name) => given.includes(name));
}

function readSizes(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (!/^\d+(,\d+)*$/.test(text) || numbers.some((size) => size < 1 || size > 5000)) {
    throw new UsageError(`'--sizes' must be whole numbers from 1 to 5000 with commas between, got '${text}'`);
  }
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function defaultFile(root: string, now: Date): string {
  return path.join(root, ".scorestack", "bench", `${now.toISOString().slice(0, 19).replaceAll(":", "")}.json`);
}
