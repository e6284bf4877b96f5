import type { DiagnosticEvent } from "@pulumi/pulumi/automation";
import { nameOf } from "./changes";

/** A failure as it is shown: where, and what. */
export interface Problem {
  /** Name of the resource; undefined when the program itself failed. */
  readonly resource: string | undefined;
  readonly message: string;
}

/** Prefixes that the engine and its SDK put before what was thrown. */
const wrappers = [
  /^Unhandled exception: /,
  /^One or more errors occurred: /,
  /^(Resource|Run)?Error: /,
  /^(\d+ error occurred:)\s*\*?\s*/,
  /^rpc error: code = \w+ desc = /,
];
// Lines of a stack trace, unless they are of this project.
const foreignFrame = /^\s+at .*(node_modules|node:internal|\(node:)/;
const summaryLines = /^(update failed|preview failed|resource .* has a problem|the program failed)/i;

/** Gathers errors, each once: the engine reports one failure for the resource, its parents and the program. */
export class Diagnostics {
  readonly problems: Problem[] = [];

  add(event: DiagnosticEvent): void {
    const message = clean(event.message);
    if (message === "" || summaryLines.test(message)) {
      return;
    }
    const known = this.problems.findIndex(
      (problem) => problem.message.includes(message) || message.includes(problem.message),
    );
    const problem = { resource: event.urn ? nameOf(event.urn) : undefined, message };
    const old = this.problems[known];
    if (!old) {
      this.problems.push(problem);
    } else if (old.resource === undefined && problem.resource !== undefined) {
      // The resource says more than the program it made fail.
      this.problems[known] = { ...problem, message: shorter(old.message, message) };
    }
  }

  render(): string {
    return this.problems.map(renderProblem).join("\n");
  }
}

function renderProblem({ resource, message }: Problem): string {
  if (resource === undefined) {
    return `error: ${message}`;
  }
  return message.includes("\n")
    ? `error: ${resource}:\n${message.replace(/^/gm, "  ")}`
    : `error: ${resource}: ${message}`;
}

function clean(message: string): string {
  let text = message.trim();
  for (let before = ""; before !== text;) {
    before = text;
    text = wrappers.reduce((rest, wrapper) => rest.replace(wrapper, ""), text).trim();
  }
  return text
    .split("\n")
    .filter((line) => !foreignFrame.test(line))
    .join("\n")
    .trim();
}

function shorter(one: string, other: string): string {
  return one.length <= other.length ? one : other;
}
