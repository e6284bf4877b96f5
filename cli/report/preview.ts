import * as fs from "node:fs";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { CliError, describeError, Interrupted, UsageError } from "../errors";
import { runOperation } from "../operation";
import { openProject } from "../project";
import { type OpenStack, openStack, discardIfNew } from "../stack";
import { readState, type StackState } from "../state";
import type { Changes } from "../output/changes";
import { formatOf, type ReportFormat } from "./formats";
import { renderHtml } from "./html";
import { renderJson } from "./json";
import { makeReport, type Previewed } from "./make";
import { renderMarkdown } from "./markdown";
import type { Report } from "./model";
import { type Sources, sourcesOf } from "./sources";

const renderers: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  ".md": (report) => renderMarkdown(report),
  ".json": renderJson,
  ".html": renderHtml,
};

/** What a preview with a report is asked for. */
export interface ReportRequest {
  readonly root: string;
  readonly stackName: string;
  readonly rehearsal: boolean;
  /** Files to write, by their endings. */
  readonly files: readonly string[];
  readonly base?: string;
  /** Gets a line for each resource that moves. */
  readonly onLine: (line: string) => void;
}

/**
 * Previews a stack and writes what it says. Where the preview fails the report says why, and the failure is thrown when it is
 * written; only wrong usage and a Ctrl-C leave none.
 */
export async function previewWithReport(request: ReportRequest): Promise<Changes> {
  const sources = withoutReports(sourcesOf(request.root, request.base), request);
  const events: EngineEvent[] = [];
  const seen: { state?: StackState; plan?: unknown } = {};
  const outcome = await preview(request, events, seen).catch((error: unknown) => ({ error }));
  if (!("error" in outcome)) {
    writeAll(request, previewedOf(request, events, seen), sources);
    return outcome;
  }
  const { error } = outcome;
  if (!(error instanceof UsageError || error instanceof Interrupted)) {
    const failure = error instanceof CliError ? error.message : describeError(error);
    writeAll(request, { ...previewedOf(request, events, seen), failure }, sources);
  }
  throw error;
}

/** A report of an earlier run is no edited file. */
function withoutReports(sources: Sources, { root, files }: ReportRequest): Sources {
  const own = files.map((file) => path.relative(root, path.resolve(root, file)).split(path.sep).join("/"));
  return { ...sources, edited: sources.edited?.filter((file) => !own.includes(file)) };
}

async function preview(
  { root, stackName, onLine }: ReportRequest,
  events: EngineEvent[],
  seen: { state?: StackState; plan?: unknown },
): Promise<Changes> {
  const open = await openStack({ root, stackName, create: true });
  try {
    seen.state = await stateOf(open);
    return await withPlan(open, async (planFile) => {
      const onEvent = (event: EngineEvent): void => void events.push(event);
      const changes = await runOperation(open, "preview", { onLine, onEvent, planFile });
      seen.plan = fs.existsSync(planFile) ? (JSON.parse(fs.readFileSync(planFile, "utf8")) as unknown) : undefined;
      return changes;
    });
  } finally {
    await discardIfNew(open);
  }
}

/** Lends a place for the engine's plan, which nobody else may read; it goes with the work. */
async function withPlan<T>({ project }: OpenStack, work: (file: string) => Promise<T>): Promise<T> {
  fs.mkdirSync(project.home, { recursive: true });
  const folder = fs.mkdtempSync(path.join(project.home, "plan-"));
  try {
    return await work(path.join(folder, "plan.json"));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** State of the stack: from its folder, or from wherever else the engine keeps it. */
async function stateOf({ project, stack }: OpenStack): Promise<StackState> {
  const known = readState(project, stack.name);
  return known ?? ((await stack.exportStack()).deployment as StackState | undefined) ?? {};
}

function previewedOf(
  { root, stackName: stack, rehearsal, base }: ReportRequest,
  events: readonly EngineEvent[],
  { state, plan }: { state?: StackState; plan?: unknown },
): Previewed {
  const { root: folder } = openProject(root);
  return { stack, root: folder, rehearsal, base, events, state: state?.resources ?? [], plan };
}

function writeAll({ files, root }: ReportRequest, previewed: Previewed, sources: Sources): void {
  const report = makeReport(previewed, sources);
  for (const file of files) {
    const target = path.resolve(root, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, renderers[formatOf(file) ?? ".json"](report));
  }
}
