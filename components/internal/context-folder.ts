import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ContextModel } from "../render/dockerfile";
import {
  type ContextFile,
  type ContextPlan,
  type ContextRecord,
  contextRecord,
  formatRecord,
  type ModelFiles,
  parseRecord,
  type RecordedFile,
} from "./build-context";
import { hashContent, hashFile } from "./content-hash";
import { fromRoot } from "./project";

/** Folder of the build contexts, relative to the project's folder; each has the name of its image's identity. */
export const contextsFolder = ".scorestack/contexts";

/** 2001-09-09, to which the times of a context's files are near. */
const baseSeconds = 1_000_000_000;

/** A build context in {@link contextsFolder}. */
export interface StoredContext {
  readonly identity: string;
  readonly folder: string;
  /** When a program last made sure of it. */
  readonly usedAt: Date;
}

/**
 * Makes sure that an image's build context is there, and is what it was written as. `plan` reads the files; it is called only when
 * the context has to be written.
 *
 * @returns the folder, relative to the project's.
 */
export function ensureContext(identity: string, plan: () => ContextPlan): string {
  const place = `${contextsFolder}/${identity}`;
  const folder = fromRoot(place);
  if (!isIntact(folder, identity)) {
    writeContext(plan(), folder);
  }
  const now = new Date();
  fs.utimesSync(folder, now, now);
  return place;
}

/**
 * Writes a build context whole or not at all: it is assembled beside its place and moved there. An earlier context in that place is
 * replaced. Every file has the mode and time that follow from its content, because both go into the image's layers.
 *
 * @throws Error if a file is not what was planned, as when it is edited at this moment.
 */
export function writeContext(plan: ContextPlan, folder: string): void {
  removeLeftOvers(folder);
  const aside = `${folder}.${process.pid}-${crypto.randomBytes(4).toString("hex")}.partial`;
  try {
    const files = [...plan.files].map(([at, file]) => [at, writeFile(path.join(aside, at), at, file)] as const);
    const record = formatRecord({ identity: plan.identity, files: new Map(files) });
    writeFile(path.join(aside, contextRecord), contextRecord, textFile(record));
    settleFolders(aside);
    moveTo(aside, folder);
  } finally {
    fs.rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether a folder is an image's build context, with nothing missing, changed or added. No file is read: an edit changes its time. */
export function isIntact(folder: string, identity: string): boolean {
  const record = readRecord(folder);
  if (record?.identity !== identity) {
    return false;
  }
  const found = filesBelow(folder).filter((file) => file !== contextRecord);
  return (
    found.length === record.files.size &&
    [...record.files].every(([at, file]) => isAsWritten(path.join(folder, at), file))
  );
}

/** The record of a build context; undefined if the folder is none. */
export function readRecord(folder: string): ContextRecord | undefined {
  const file = path.join(folder, contextRecord);
  return fs.existsSync(file) ? parseRecord(fs.readFileSync(file, "utf8")) : undefined;
}

/** The build contexts of a project, and what killed runs have left of others. */
export function storedContexts(root: string): StoredContext[] {
  const home = path.join(root, contextsFolder);
  const names = fs.existsSync(home) ? fs.readdirSync(home).sort() : [];
  return names.map((name) => {
    const folder = path.join(home, name);
    return { identity: name.slice(0, 64), folder, usedAt: fs.statSync(folder).mtime };
  });
}

/** A model's files, hashed where they lie. `given` is relative to the project's folder; `found` is the digest of what is there. */
export function readModelFiles({ modelName, digest }: ContextModel, given: string): ModelFiles & { found: string } {
  const root = fromRoot(given);
  const isFolder = fs.statSync(root).isDirectory();
  const tree = hashContent(root);
  const files = tree.files.map(({ path: at, sha256, executable }) => {
    const source = isFolder ? path.join(root, at) : root;
    return [isFolder ? `${path.basename(root)}/${at}` : at, { source, sha256, executable }] as const;
  });
  return { modelName, digest, found: tree.digest, files: Object.fromEntries(files) };
}

function textFile(text: string): ContextFile {
  return { text, sha256: crypto.createHash("sha256").update(text).digest("hex"), executable: false };
}

/** A copy, not a hard link: that would have the source's mode and time, and change when the source is edited. */
function writeFile(target: string, at: string, file: ContextFile): RecordedFile {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  if (file.source === undefined) {
    fs.writeFileSync(target, file.text ?? "");
  } else {
    fs.copyFileSync(file.source, target, fs.constants.COPYFILE_FICLONE);
  }
  const { sha256, executable } = file;
  if (hashFile(target) !== sha256) {
    throw new Error(
      `'${at}' changed while the build context was written, from '${file.source ?? at}'; run the command again`,
    );
  }
  fs.chmodSync(target, modeOf(file));
  fs.utimesSync(target, secondsOf(sha256), secondsOf(sha256));
  return { sha256, executable, sizeInBytes: fs.statSync(target).size };
}

function modeOf({ executable }: Pick<ContextFile, "executable">): number {
  return executable ? 0o755 : 0o644;
}

/**
 * The time of a file: from its content. BuildKit takes a file of the same size and time for the same file, and a layer's digest
 * covers times; so equal files have equal times, and others have others.
 */
function secondsOf(sha256: string): number {
  return baseSeconds + parseInt(sha256.slice(0, 7), 16);
}

function settleFolders(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      settleFolders(path.join(folder, entry.name));
    }
  }
  fs.chmodSync(folder, 0o755);
  fs.utimesSync(folder, baseSeconds, baseSeconds);
}

function isAsWritten(target: string, file: RecordedFile): boolean {
  const stats = fs.lstatSync(target, { throwIfNoEntry: false });
  const isWindows = process.platform === "win32";
  return (
    stats?.isFile() === true &&
    stats.size === file.sizeInBytes &&
    (isWindows || (stats.mode & 0o777) === modeOf(file)) &&
    Math.floor(stats.mtimeMs / 1000) === secondsOf(file.sha256)
  );
}

function moveTo(aside: string, folder: string): void {
  const old = `${aside}.old`;
  try {
    if (fs.existsSync(folder)) {
      fs.renameSync(folder, old);
    }
    fs.renameSync(aside, folder);
  } catch (problem) {
    // Another run was faster; what it wrote is the same.
    const theirs = readRecord(folder);
    if (theirs?.identity !== readRecord(aside)?.identity) {
      throw problem;
    }
  } finally {
    fs.rmSync(old, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What killed runs have left beside a context. */
function removeLeftOvers(folder: string): void {
  const [home, name] = [path.dirname(folder), path.basename(folder)];
  for (const entry of fs.existsSync(home) ? fs.readdirSync(home) : []) {
    const pid = entry.startsWith(`${name}.`) ? /\.(\d+)-[0-9a-f]{8}\.partial(\.old)?$/.exec(entry)?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) {
      fs.rmSync(path.join(home, entry), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function filesBelow(folder: string): string[] {
  const below = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return below
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}
