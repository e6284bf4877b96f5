import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { identityOf, startOf } from "../service/process";

/** Reads a record; undefined if it isn't there, or is damaged: what it tells of is then made or written anew. */
export function readJson(file: string): unknown {
  const content = readText(file);
  return content === undefined ? undefined : parseRecord(content);
}

/** True for a record that is there and can't be read. */
export function isDamaged(file: string): boolean {
  const content = readText(file);
  return content !== undefined && parseRecord(content) === undefined;
}

/** The text of a file; undefined if it isn't there. */
export function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw problem;
  }
}

function parseRecord(text: string): object | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === "object" && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file: string, content: object, mode = 0o644): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const partial = partialOf(file);
  const descriptor = fs.openSync(partial, "wx", mode);
  try {
    try {
      fs.writeFileSync(descriptor, `${JSON.stringify(content, null, 2)}\n`);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(partial, file);
  } catch (problem) {
    remove(partial);
    throw problem;
  }
}

/** Names of the entries of a folder, in order; none if it isn't there. */
export function entries(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The numbers among the names of a folder's entries (`3`, `3.json`), ascending. */
export function numbered(folder: string): number[] {
  const numbers = entries(folder).map((entry) => /^(\d+)(\.json)?$/.exec(entry)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Makes a folder beside its final place, lets `fill` fill it, and moves it there in one step. */
export async function assemble(target: string, fill: (folder: string) => Promise<void> | void): Promise<void> {
  const partial = partialOf(target);
  fs.mkdirSync(partial, { recursive: true });
  try {
    await fill(partial);
    fs.renameSync(partial, target);
  } finally {
    remove(partial);
  }
}

/** Puts a file in the place of another one, in one step, so that who reads it has the one or the other. */
export function putInPlace(source: string, target: string, how: "copy" | "link", executable = false): void {
  const partial = partialOf(target);
  try {
    place(source, partial, how, executable);
    fs.renameSync(partial, target);
  } finally {
    remove(partial);
  }
}

/** A name beside `target` for what is to take its place; it says which process makes it. */
export function partialOf(target: string): string {
  const { pid, pidStartedAt } = identityOf(process.pid);
  return `${target}.${pid}-${inName(pidStartedAt)}.${crypto.randomBytes(6).toString("hex")}.partial`;
}

/** Whether this is half made, by a process that has ended. */
export function isAbandoned(file: string): boolean {
  const [, pid, start] = /\.(\d+)-(\w*)\.[0-9a-f]{12}\.partial$/.exec(file) ?? [];
  return pid !== undefined && inName(startOf(Number(pid)) ?? "ended") !== start;
}

function inName(start: string): string {
  return start.replace(/\W/g, "");
}

/** Puts a file at another place without a second copy where the file system can, read-only. */
export function place(source: string, target: string, how: "copy" | "link", executable = false): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  if (how === "link") {
    try {
      fs.linkSync(source, target);
      return;
    } catch {
      // Another file system, or one without hard links: copied below.
    }
  }
  fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
  fs.chmodSync(target, executable ? 0o555 : 0o444);
}

export function remove(target: string): void {
  fs.rmSync(target, { recursive: true, force: true, maxRetries: 3 });
}

/** Files below a folder, relative to it, in order. */
export function filesBelow(folder: string): string[] {
  const below = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return below.filter((name) => fs.lstatSync(path.join(folder, name)).isFile()).sort();
}

/** Bytes of the files below a folder. */
export function sizeOf(folder: string): number {
  return fs.existsSync(folder)
    ? filesBelow(folder).reduce((sum, file) => sum + fs.lstatSync(path.join(folder, file)).size, 0)
    : 0;
}

/** Free bytes on the disk that holds a path. */
export function freeBytes(target: string): number {
  const stats = fs.statfsSync(target);
  return stats.bavail * stats.bsize;
}
