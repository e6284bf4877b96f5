import * as fs from "node:fs";
import * as path from "node:path";
import { localTokens } from "../components/internal/local-contract";
import type { Held } from "../provider/store/prune";
import { CliError } from "./errors";
import { say } from "./output/messages";
import { openProject, type Project } from "./project";

/** A resource in the state of a stack. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  /** URNs. */
  readonly dependencies?: readonly string[];
  /** URNs by property. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
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
  const content = parseState(file) ?? parseState(copyOf(file));
  if (!content) {
    throw damagedState(file);
  }
  return content.checkpoint?.latest ?? {};
}

/**
 * Puts the engine's copy in the place of a state that can't be read, and says so. The copy lacks the last step at most, and our
 * resources find again what that has made; for other stacks a `CliError` says what to do.
 */
export function mendState(project: Project, stackName: string, mayMend: boolean): void {
  const file = stackStateFile(project, stackName);
  if (!file || !fs.existsSync(file) || parseState(file)) {
    return;
  }
  const copy = copyOf(file);
  if (!parseState(copy)) {
    throw damagedState(file);
  }
  if (!mayMend) {
    throw new CliError(
      `'${file}' is damaged, and the engine's copy of it may lack the last step: npm run up -- --stack ${stackName} mends a ` +
        `local stack; for another one compare '${copy}' with what is there, and put it in that place`,
    );
  }
  fs.renameSync(file, `${file}.damaged`);
  fs.copyFileSync(copy, file);
  say(
    `The state of stack '${stackName}' was damaged: the engine's copy from before the last step is in its place again.`,
  );
}

interface StateFile {
  readonly checkpoint?: { readonly latest?: StackState };
}

function parseState(file: string): StateFile | undefined {
  try {
    const content: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}

function copyOf(file: string): string {
  return `${file}.bak`;
}

function damagedState(file: string): CliError {
  return new CliError(
    `'${file}' is damaged, and so is the engine's copy beside it; restore one of them, or remove both: npm start then takes over ` +
      `the local services that are there, with new keys where they have any`,
  );
}

/** What engines write, or were killed writing, to be put in the place of a file of the state; while they do they hold a lock. */
export function unfinishedFiles({ stateFolder, name: project }: Project, stackName: string): string[] {
  const places = [
    [`stacks/${project}`, `${stackName}.json.`],
    [`history/${project}/${stackName}`, `${stackName}-`],
    [`backups/${project}/${stackName}`, `${stackName}.`],
  ] as const;
  return places.flatMap(([part, start]) => {
    const folder = path.join(stateFolder ?? "", ".pulumi", part);
    const names = stateFolder && fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    const files = names.filter((name) => name.startsWith(start)).map((name) => path.join(folder, name));
    // Beside each file the engine keeps its attributes, written where they lie: cut off, it can't read the file any more.
    return files.filter((file) => file.endsWith(".tmp") || (file.endsWith(".attrs") && !parseState(file)));
  });
}

/** Whether a stack has been made; `true` where only the backend, not a folder, can tell. */
export function stackExists(root: string, stackName: string): boolean {
  const file = stackStateFile(openProject(root), stackName);
  return file === undefined || fs.existsSync(file);
}

/** Stacks of this project, where the backend is a folder. */
export function stacks(root: string): string[] {
  const file = stackStateFile(openProject(root), "any");
  const folder = file === undefined ? undefined : path.dirname(file);
  const names = folder && fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.map((name) => name.slice(0, -".json".length));
}

/** Those of them that have resources. */
export function stacksWithResources(root: string): string[] {
  const project = openProject(root);
  return stacks(root).filter((name) => (readState(project, name)?.resources ?? []).length > 0);
}

/** Images and models of this machine that the stacks of this project have, where the backend is a folder. */
export function heldByStacks(root: string): Held {
  const project = openProject(root);
  const resources = stacksWithResources(root).flatMap((name) => readState(project, name)?.resources ?? []);
  const texts = (values: readonly unknown[]): string[] => values.filter((value) => typeof value === "string");
  return {
    images: texts(resources.filter(({ type }) => type === localTokens.image).map(({ inputs }) => inputs?.identity)),
    models: texts(resources.filter(({ type }) => type === localTokens.model).map(({ outputs }) => outputs?.modelId)),
  };
}
