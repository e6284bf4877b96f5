import { createRequire } from "node:module";
import * as path from "node:path";
import { RunError } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { ProgramOptions } from "../stacks/settings";
import { bundle } from "./bundle.cjs";
import { CliError } from "./errors";

interface BuildMessage {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/**
 * The program of the project, `index.ts`, evaluated anew at each run and as the engine's own language host does: what it
 * exports is the stack's outputs, or a function that returns them; only we give that function options.
 */
export function projectProgram(root: string, options: ProgramOptions = {}): PulumiFn {
  return async () => {
    const load = createRequire(path.join(root, "package.json"));
    const file = load.resolve(bundleForEngine(root));
    Reflect.deleteProperty(load.cache, file);
    const exported: unknown = load(file);
    const outputs: unknown =
      typeof exported === "function" ? await (exported as (given: ProgramOptions) => unknown)(options) : await exported;
    return typeof outputs === "object" && outputs !== null ? { ...outputs } : undefined;
  };
}

/** The engine shows a `RunError` without a stack. */
function bundleForEngine(root: string): string {
  try {
    return bundleProgram(root);
  } catch (error) {
    throw error instanceof CliError ? new RunError(error.message) : error;
  }
}

/** Path of the bundled program; throws a `CliError` with file, line and column when a source does not parse. */
export function bundleProgram(root: string): string {
  try {
    return bundle(root, "index.ts");
  } catch (error) {
    const messages = buildMessages(error);
    throw messages ? new CliError(messages.map(describe).join("\n")) : error;
  }
}

function buildMessages(error: unknown): readonly BuildMessage[] | undefined {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors)
    ? (error.errors as BuildMessage[])
    : undefined;
}

function describe({ text, location }: BuildMessage): string {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text;
}
