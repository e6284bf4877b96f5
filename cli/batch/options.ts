import * as fs from "node:fs";
import * as path from "node:path";
import { oneOf, problemLine, type Rule, shown } from "../../components/internal/problems";
import { UsageError } from "../errors";
import { expandInput } from "./inputs";

export const inputFormats = ["auto", "csv", "jsonl", "parquet", "files"] as const;
export const outputFormats = ["csv", "jsonl", "parquet"] as const;

/** What was written behind `npm run batch --`, not yet checked. */
export interface GivenOptions {
  readonly scorer?: string;
  readonly image?: string;
  readonly identity?: string;
  readonly input?: readonly string[];
  readonly output?: string;
  readonly format?: string;
  readonly outputFormat?: string;
  readonly miniBatchSize?: string;
  readonly workers?: string;
  readonly retries?: string;
  readonly timeoutSeconds?: string;
  readonly errorThreshold?: string;
  readonly columns?: string;
  readonly restart?: boolean;
  readonly env?: readonly string[];
  readonly json?: boolean;
}

/** What to run. */
export interface BatchOptions {
  readonly wanted: WantedImage;
  /** Where relative paths count from. */
  readonly from: string;
  /** Files and folders; there is at least one, and all are there. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Settings of the engine, as its command line has them. */
  readonly settings: readonly string[];
  /** Environment variables that the scorer is given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly json: boolean;
}

export type WantedImage = { readonly scorer: string } | { readonly image: string } | { readonly identity: string };

/** Those that are left out the engine knows: runtime/batch/arguments.py. */
const numbers = [
  { key: "miniBatchSize", option: "--mini-batch-size", low: 1, high: 1_000_000_000 },
  { key: "workers", option: "--workers", low: 1, high: 1024 },
  { key: "retries", option: "--retries", low: 0, high: 100 },
  { key: "timeoutSeconds", option: "--timeout-seconds", low: 1, high: 604_800 },
  { key: "errorThreshold", option: "--error-threshold", low: -1, high: 2_000_000_000 },
] as const;
const ours = /^(AML_|AZUREML_|SCORESTACK_|PYTHON|PATH$)/;

/** Reads the options; paths count from `from`. @throws UsageError with everything that is wrong, one problem a line. */
export function readOptions(given: GivenOptions, from: string, environment: NodeJS.ProcessEnv): BatchOptions {
  const problems: string[] = [];
  const wanted = readWanted(given, problems);
  const inputs = readInputs(given.input ?? [], from, problems);
  const output = readOutput(given.output, from, problems);
  const settings = readSettings(given, problems);
  const variables = readVariables(given.env ?? [], environment, problems);
  if (problems.length > 0 || !wanted) {
    throw new UsageError(problems.join("\n"));
  }
  return { wanted, from, inputs, output, settings, environment: variables, json: given.json ?? false };
}

function readWanted({ scorer, image, identity }: GivenOptions, problems: string[]): WantedImage | undefined {
  const given = [
    ...(scorer === undefined ? [] : [{ scorer }]),
    ...(image === undefined ? [] : [{ image }]),
    ...(identity === undefined ? [] : [{ identity }]),
  ];
  if (given.length !== 1) {
    const rule = "must be given, or '--image' or '--identity' in its place, and only one of them";
    problems.push(problemLine("--scorer", rule, given.length === 0 ? "none" : String(given.length)));
  }
  if (image !== undefined && !/^[^:]+:[1-9]\d*$/.test(image)) {
    problems.push(problemLine("--image", "must be NAME:VERSION", shown(image), "npm run images lists them"));
  }
  if (identity !== undefined && !/^[0-9a-f]{6,64}$/.test(identity)) {
    const rule = "must be 6 to 64 of the characters 0-9 a-f";
    problems.push(problemLine("--identity", rule, shown(identity), "npm run images lists them"));
  }
  return given[0];
}

function readInputs(given: readonly string[], from: string, problems: string[]): string[] {
  if (given.length === 0) {
    problems.push(problemLine("--input", "must be given: files, folders or patterns such as 'data/*.csv'", "none"));
  }
  return given.flatMap((input) => {
    const found = expandInput(input, from);
    if (found.length === 0) {
      problems.push(problemLine("--input", "must be a pattern that files fit", shown(input), `it counts from ${from}`));
    }
    return found.filter((file) => {
      const isThere = fs.existsSync(path.resolve(from, file));
      if (!isThere) {
        problems.push(
          problemLine("--input", "must be a file or folder that is there", shown(file), `it counts from ${from}`),
        );
      }
      return isThere;
    });
  });
}

function readOutput(given: string | undefined, from: string, problems: string[]): string {
  if (given === undefined || given === "") {
    problems.push(problemLine("--output", "must be given: the folder for the results", "none"));
    return "";
  }
  if (fs.statSync(path.resolve(from, given), { throwIfNoEntry: false })?.isDirectory() === false) {
    problems.push(problemLine("--output", "must be a folder, or new", shown(given)));
  }
  return given;
}

function readSettings(given: GivenOptions, problems: string[]): string[] {
  const word = (option: string, value: string | undefined, rule: Rule<string>): string[] => {
    if (value !== undefined && !rule.holds(value)) {
      problems.push(problemLine(option, rule.must, shown(value)));
    }
    return value === undefined ? [] : [option, value];
  };
  return [
    ...word("--format", given.format, oneOf(inputFormats) as Rule<string>),
    ...word("--output-format", given.outputFormat, oneOf(outputFormats) as Rule<string>),
    ...word("--columns", given.columns, columnNames),
    ...numbers.flatMap(({ key, option, low, high }) => word(option, given[key], wholeNumber(low, high))),
    ...(given.restart ? ["--restart"] : []),
  ];
}

const columnNames: Rule<string> = {
  must: "must be names of columns with commas between them",
  holds: (text) => text.split(",").every((name) => name.trim() !== ""),
};

function wholeNumber(low: number, high: number): Rule<string> {
  return {
    must: `must be a whole number from ${low} to ${high}`,
    holds: (text) => /^-?\d+$/.test(text) && Number(text) >= low && Number(text) <= high,
  };
}

/** Only names are taken, so that no secret stands on a command line. */
function readVariables(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  problems: string[],
): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = environment[name];
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      const [before = ""] = name.split("=");
      problems.push(
        problemLine(
          "--env",
          "must be the name of an environment variable",
          shown(before),
          `export it, and give its name alone`,
        ),
      );
    } else if (ours.test(name)) {
      problems.push(problemLine("--env", "must not be a variable that the run itself sets", shown(name)));
    } else if (value === undefined) {
      problems.push(
        problemLine("--env", "must be an environment variable that is set", shown(name), "export it first"),
      );
    }
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}
