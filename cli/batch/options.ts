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
  readonly format: string;
  readonly outputFormat?: string;
  readonly miniBatchSize?: string;
  readonly workers?: string;
  readonly retries: string;
  readonly timeoutSeconds: string;
  readonly errorThreshold: string;
  readonly env: readonly string[];
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

const numbers = [
  { key: "miniBatchSize", option: "--mini-batch-size", low: 1, high: 1_000_000, whole: true },
  { key: "workers", option: "--workers", low: 1, high: 256, whole: true },
  { key: "retries", option: "--retries", low: 0, high: 100, whole: true },
  { key: "timeoutSeconds", option: "--timeout-seconds", low: 0.001, high: 259_200, whole: false },
  { key: "errorThreshold", option: "--error-threshold", low: -1, high: Number.MAX_SAFE_INTEGER, whole: true },
] as const;
const ours = /^(AML_|AZUREML_|SCORESTACK_|PYTHON|PATH$)/;

/** Reads the options; paths count from `from`. @throws UsageError with everything that is wrong, one problem a line. */
export function readOptions(given: GivenOptions, from: string, environment: NodeJS.ProcessEnv): BatchOptions {
  const problems: string[] = [];
  const wanted = readWanted(given, problems);
  const inputs = readInputs(given.input ?? [], from, problems);
  const output = readOutput(given.output, from, problems);
  const settings = readSettings(given, problems);
  const variables = readVariables(given.env, environment, problems);
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
    problems.push(
      `one of '--scorer', '--image' and '--identity' must be given, got ${given.length || "none"}; --scorer NAME runs a scorer as it is now`,
    );
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
  const settings = numbers.flatMap(({ key, option, low, high, whole }) => {
    const text = given[key];
    return text === undefined ? [] : numberSetting(option, text, { low, high, whole }, problems);
  });
  const word = (option: string, value: string | undefined, rule: Rule<string>): string[] => {
    if (value !== undefined && !rule.holds(value)) {
      problems.push(problemLine(option, rule.must, shown(value)));
    }
    return value === undefined ? [] : [option, value];
  };
  return [
    ...word("--format", given.format, oneOf(inputFormats) as Rule<string>),
    ...word("--output-format", given.outputFormat, oneOf(outputFormats) as Rule<string>),
    ...settings,
  ];
}

function numberSetting(
  option: string,
  text: string,
  { low, high, whole }: { readonly low: number; readonly high: number; readonly whole: boolean },
  problems: string[],
): string[] {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
    const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
    problems.push(problemLine(option, `must be a ${whole ? "whole " : ""}number ${range}`, shown(text)));
  }
  return [option, String(value)];
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
