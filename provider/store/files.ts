import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { lock } from "proper-lockfile";
import { UserError } from "../rpc/handler";

/** Reads a JSON file; undefined if it isn't there. A file that doesn't parse is named in the error. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw problem;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`'${file}' is damaged: it must hold JSON; remove it and run the command again`);
  }
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file: string, content: object, mode = 0o644): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${crypto.randomBytes(6).toString("hex")}.partial`;
  const descriptor = fs.openSync(partial, "wx", mode);
  try {
    fs.writeFileSync(descriptor, `${JSON.stringify(content, null, 2)}\n`);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(partial, file);
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

/** Does work that no other process may do at the same time on the same folder. */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(folder, { recursive: true });
  const release = await lock(folder, {
    lockfilePath: path.join(folder, ".lock"),
    stale: 15_000,
    update: 5_000,
    retries: { retries: 1200, factor: 1, minTimeout: 250, maxTimeout: 250 },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Makes a folder beside its final place, lets `fill` fill it, and moves it there in one step. */
export async function assemble(target: string, fill: (folder: string) => Promise<void> | void): Promise<void> {
  const partial = `${target}.${crypto.randomBytes(6).toString("hex")}.partial`;
  fs.mkdirSync(partial, { recursive: true });
  try {
    await fill(partial);
    fs.renameSync(partial, target);
  } finally {
    remove(partial);
  }
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
