import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation";
import pc from "picocolors";
import { CliError, engineFailure, Interrupted, remedyFor } from "./errors";
import { isInterrupted } from "./interruption";
import { engineAgent } from "./locks";
import { type Counts, Changes, labelOf, nameOf, type ResourceChange } from "./output/changes";
import { Diagnostics } from "./output/diagnostics";
import { outputLabel, Progress, say, warn } from "./output/messages";
import type { OpenStack } from "./stack";

export type OperationName = "up" | "preview" | "refresh" | "destroy";

export interface OperationOptions {
  /** Gets a line for each resource that moves. */
  readonly onLine: (line: string) => void;
  /** URNs of the resources that may move; all without it. */
  readonly target?: readonly string[];
  /** Gets each of the engine's events. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Where a preview writes the engine's plan. */
  readonly planFile?: string;
}

const stages: Record<OperationName, string> = {
  up: "Updating",
  preview: "Previewing",
  refresh: "Refreshing",
  destroy: "Stopping",
};
const shownReasons = 5;
const symbols: Record<string, string> = { create: "+", update: "~", replace: "±", delete: "-", read: "=" };
const colors: Record<string, (text: string) => string> = {
  create: pc.green,
  update: pc.yellow,
  replace: pc.magenta,
  delete: pc.red,
};

/**
 * Runs one operation of the engine and shows how it goes. Throws a `CliError` with what went wrong, each failure once, and
 * `Interrupted` after a Ctrl-C.
 */
export async function runOperation(open: OpenStack, name: OperationName, options: OperationOptions): Promise<Changes> {
  const changes = new Changes();
  const diagnostics = new Diagnostics();
  const progress = new Progress(`${stages[name]} stack ${open.stack.name}`);
  const label = outputLabel();
  if (label !== undefined) {
    options.onLine(label);
  }
  const onEvent = (event: EngineEvent): void => {
    options.onEvent?.(event);
    const change = changes.add(event);
    if (change && isShown(change)) {
      options.onLine(changeLine(change, name === "refresh" ? refreshWords : {}));
    }
    showDiagnostic(event, diagnostics, progress, stages[name]);
  };
  try {
    await open.stack[name]({
      onEvent,
      target: options.target && [...options.target],
      color: "never",
      suppressOutputs: true,
      suppressProgress: true,
      userAgent: engineAgent(),
      ...(options.planFile === undefined ? {} : { plan: options.planFile }),
    });
  } catch (error) {
    progress.end();
    if (isInterrupted()) {
      throw new Interrupted("interrupted; run the same command again to go on from here");
    }
    throw failure(error, diagnostics);
  }
  progress.end();
  if (diagnostics.problems.length > 0) {
    throw new CliError(diagnostics.render());
  }
  return changes;
}

/** What the engine calls a deletion is, in a refresh, that something is not there any more. */
const refreshWords: Record<string, string> = { delete: "gone", update: "differs" };

/** Providers and components are the engine's own book-keeping: what they hold is shown. */
export function isShown(change: ResourceChange): boolean {
  return change.custom && !change.type.startsWith("pulumi:providers:");
}

export function changeLine(change: ResourceChange, words: Readonly<Record<string, string>> = {}): string {
  const paint = colors[change.op] ?? String;
  const word = words[change.op] ?? change.op;
  const more = change.reasons.length - shownReasons;
  const told = [...change.reasons.slice(0, shownReasons), ...(more > 0 ? [`${more} more`] : [])].join(", ");
  const reasons = told === "" ? "" : `  (${told})`;
  return `  ${paint(`${symbols[change.op] ?? "·"} ${word.padEnd(7)} ${labelOf(change)}`)}${reasons}`;
}

/** The engine's counts by its own words: `create 3, same 12`. */
export function countsLine(counts: Counts): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([word, count]) => `${word} ${count as number}`).join(", ") || "nothing";
}

/** What `--json` prints of an operation. */
export function toJson(changes: Changes): object {
  return {
    ...(outputLabel() === undefined ? {} : { rehearsal: true }),
    ...changes.counts,
    resources: changes.resources.map(({ urn, type, name, op, diffs, reasons }) => ({
      urn,
      type,
      name,
      op,
      diffs,
      reasons,
    })),
  };
}

function showDiagnostic(event: EngineEvent, diagnostics: Diagnostics, progress: Progress, stage: string): void {
  const diagnostic = event.diagnosticEvent;
  const message = diagnostic?.message.trim() ?? "";
  if (!diagnostic || message === "") {
    return;
  }
  const about = diagnostic.urn ? `${nameOf(diagnostic.urn)}: ` : "";
  if (diagnostic.severity === "error") {
    diagnostics.add(diagnostic);
  } else if (diagnostic.severity === "warning") {
    warn(about + message);
  } else if (diagnostic.ephemeral) {
    progress.update(stage, about + message);
  } else if (!isDebug(diagnostic.severity)) {
    say(about + message);
  }
}

/** The engine sends these to whoever listens, though its types leave them out. */
function isDebug(severity: string): boolean {
  return severity === "debug";
}

function failure(error: unknown, diagnostics: Diagnostics): unknown {
  if (diagnostics.problems.length > 0) {
    const said = diagnostics.render();
    return new CliError([said, remedyFor(said) ?? []].flat().join("\n"));
  }
  // Without an event it failed before the program ran.
  return error instanceof CommandError ? engineFailure(error.message) : error;
}
