import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { partialOf } from "../provider/store/files";
import type { Project } from "./project";

/** Where a setting stands in a stack's file, such as `["scorestack:pins", "wine"]`. */
export type SettingPath = readonly [key: string, ...names: string[]];

/** The value of a setting in the stack's own file; undefined when it has none. */
export function readSetting(project: Project, stackName: string, place: SettingPath): unknown {
  const value: unknown = documentOf(settingsFile(project, stackName)).toJS();
  return ["config", ...place].reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** Sets a setting in the stack's own file, or removes it with what it leaves empty; everything else there stays, comments too. */
export function writeSetting(project: Project, stackName: string, place: SettingPath, value: string | undefined): void {
  const file = settingsFile(project, stackName);
  const document = documentOf(file);
  const steps = ["config", ...place];
  if (value === undefined) {
    removeFrom(document, steps);
  } else {
    makeMaps(document, steps.slice(0, -1));
    document.setIn(steps, value);
  }
  writeDocument(file, document);
}

/**
 * Does `work` with a setting that has another value, or none. When it fails, the setting is put back, unless `took` says that
 * the work has taken effect all the same.
 */
export async function withSetting<T>(
  project: Project,
  stackName: string,
  [place, value]: readonly [place: SettingPath, value: string | undefined],
  work: () => Promise<T>,
  took: () => boolean = () => false,
): Promise<T> {
  const before = readSetting(project, stackName, place);
  writeSetting(project, stackName, place, value);
  try {
    return await work();
  } catch (error) {
    if (!took()) {
      writeSetting(project, stackName, place, before as string | undefined);
    }
    throw error;
  }
}

/** Writes a stack's settings; a file that would say nothing is removed. */
export function writeDocument(file: string, document: Document): void {
  const text = document.contents === null || String(document).trim() === "{}" ? "" : String(document);
  if (text.trim() === "") {
    fs.rmSync(file, { force: true });
    return;
  }
  const temporary = partialOf(file);
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

function settingsFile(project: Project, stackName: string): string {
  return path.join(project.root, `Pulumi.${stackName}.yaml`);
}

function documentOf(file: string): Document {
  return parseDocument(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
}

function makeMaps(document: Document, steps: readonly string[]): void {
  steps.forEach((_, index) => {
    const place = steps.slice(0, index + 1);
    if (!isMap(document.getIn(place))) {
      document.setIn(place, document.createNode({}));
    }
  });
}

function removeFrom(document: Document, steps: readonly string[]): void {
  for (let depth = steps.length; depth > 0; depth -= 1) {
    const place = steps.slice(0, depth);
    const found = document.getIn(place);
    if (found !== undefined && (depth === steps.length || (isMap(found) && found.items.length === 0))) {
      document.deleteIn(place);
    }
  }
}
