import * as fs from "node:fs";
import * as path from "node:path";
import { openProject, type Project } from "./project";

/** A resource in the state of a stack. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface PendingOperation {
  readonly type: string;
  readonly resource: StateResource;
}

/** The state of a stack as the engine's `file://` backend keeps it. */
export interface StackState {
  readonly resources?: readonly StateResource[];
  /** What the engine had begun, and of which it does not know whether it was done. */
  readonly pending_operations?: readonly PendingOperation[];
}

/** File of a stack's state; undefined where the backend is not a folder. */
export function stackStateFile(project: Project, stackName: string): string | undefined {
  return project.stateFolder && path.join(project.stateFolder, ".pulumi", "stacks", project.name, `${stackName}.json`);
}

/** State of a stack; undefined when there is none, or it is not in a folder. An engine command would take half a second. */
export function readState(project: Project, stackName: string): StackState | undefined {
  const file = stackStateFile(project, stackName);
  if (!file || !fs.existsSync(file)) {
    return undefined;
  }
  const content = JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint?: { latest?: StackState } };
  return content.checkpoint?.latest ?? {};
}

/** Whether a stack has been made; `true` where only the backend, not a folder, can tell. */
export function stackExists(root: string, stackName: string): boolean {
  const file = stackStateFile(openProject(root), stackName);
  return file === undefined || fs.existsSync(file);
}

/** Stacks of this project that have resources, where the backend is a folder. */
export function stacksWithResources(root: string): string[] {
  const project = openProject(root);
  const file = stackStateFile(project, "any");
  const folder = file === undefined ? undefined : path.dirname(file);
  const names = folder && fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names
    .map((name) => name.slice(0, -".json".length))
    .filter((name) => (readState(project, name)?.resources ?? []).length > 0);
}
