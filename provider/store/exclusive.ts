import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../rpc/handler";
import { type ProcessIdentity, identityOf, isAlive } from "../service/process";

const pollMs = 100;
const patienceMs = 600_000;
const tornMs = 1000;

/**
 * Does work that no other process may do at the same time on the same folder. A lock whose holder has ended is taken over at once;
 * no clock is asked whether one is stale, as clocks jump and processes may stand still.
 *
 * @throws {@link UserError} if the lock is held for ten minutes
 */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, ".lock");
  const own = `${file}.${crypto.randomBytes(6).toString("hex")}`;
  fs.writeFileSync(own, JSON.stringify(identityOf(process.pid)));
  const start = performance.now();
  try {
    while (!take(own, file)) {
      if (performance.now() - start > patienceMs) {
        throw new UserError(
          `'${folder}' is being worked on by process ${holderOf(file)?.pid ?? "?"}; wait until it ends`,
        );
      }
      await sleep(pollMs);
    }
    removeLeftOvers(folder);
    try {
      return await work();
    } finally {
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
}

/** Makes `file` be `own`, which only one can; false while another one that lives has it. */
function take(own: string, file: string): boolean {
  try {
    fs.linkSync(own, file);
    return true;
  } catch (problem) {
    const { code = "" } = problem as NodeJS.ErrnoException;
    if (["EPERM", "ENOTSUP", "ENOSYS", "EMLINK"].includes(code)) {
      return copyTo(own, file);
    }
    if (code !== "EEXIST") {
      throw problem;
    }
  }
  const text = textOf(file);
  const holder = text === undefined ? undefined : parse(text);
  if (text !== undefined && !(holder && isAlive(holder))) {
    removeDead(file, text);
  }
  return false;
}

/** Where there are no hard links. */
function copyTo(own: string, file: string): boolean {
  try {
    fs.copyFileSync(own, file, fs.constants.COPYFILE_EXCL);
    return true;
  } catch (problem) {
    const holder = holderOf(file);
    if ((problem as NodeJS.ErrnoException).code === "EEXIST" && holder && !isAlive(holder)) {
      removeDead(file, textOf(file) ?? "");
    }
    return false;
  }
}

/** What those have left who were killed while they waited. */
function removeLeftOvers(folder: string): void {
  for (const name of fs.readdirSync(folder).filter((one) => one.startsWith(".lock."))) {
    removeDeadLock(path.join(folder, name));
  }
}

/** Removes a lock whose holder has ended, or that was never written to its end; false where it is someone's, or none. */
export function removeDeadLock(file: string): boolean {
  const text = textOf(file);
  const holder = parse(text ?? "");
  if (text === undefined || (holder ? isAlive(holder) : isNew(file))) {
    return false;
  }
  removeDead(file, text);
  return true;
}

/** One that was begun just now may be written to its end yet. */
function isNew(file: string): boolean {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < tornMs;
}

/** Moved away first, so that of several who see the same dead holder none removes the lock of the one who was faster. */
function removeDead(file: string, text: string): void {
  const aside = `${file}.${crypto.randomBytes(6).toString("hex")}`;
  try {
    fs.renameSync(file, aside);
    if (textOf(aside) !== text) {
      fs.linkSync(aside, file);
    }
  } catch {
    // Another one was faster.
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

function holderOf(file: string): ProcessIdentity | undefined {
  return parse(textOf(file) ?? "");
}

/** The empty text for a folder, which was the lock of an earlier release. */
function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "EISDIR" ? "" : undefined;
  }
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof holder.pid === "number" && typeof holder.pidStartedAt === "string"
      ? (holder as ProcessIdentity)
      : undefined;
  } catch {
    return undefined;
  }
}
