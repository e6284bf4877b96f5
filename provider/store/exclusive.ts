import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../rpc/handler";
import { type ProcessIdentity, identityOf, isAlive, signal } from "../service/process";

const pollMs = 100;
const patienceMs = 600_000;
const tornMs = 1000;

/** Who has a lock, and what it has started that works on the folder: such a process goes on when the holder is killed. */
interface Holder extends ProcessIdentity {
  readonly helpers?: readonly ProcessIdentity[];
}

/** Takes note of a process that helps the holder of a lock. */
export type HelpedBy = (pid: number) => void;

/**
 * Does work that no other process may do at the same time on the same folder. A lock whose holder has ended is taken over at once,
 * and what helped it is ended; no clock is asked whether one is stale, as clocks jump and processes may stand still.
 *
 * @throws {@link UserError} if the lock is held for ten minutes
 */
export async function exclusively<T>(folder: string, work: (helpedBy: HelpedBy) => Promise<T>): Promise<T> {
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
      return await work(helping(file));
    } finally {
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
}

function helping(file: string): HelpedBy {
  const helpers: ProcessIdentity[] = [];
  return (pid) => {
    helpers.push(identityOf(pid));
    const holder: Holder = { ...identityOf(process.pid), helpers: helpers.filter(isAlive) };
    const next = `${file}.${crypto.randomBytes(6).toString("hex")}`;
    fs.writeFileSync(next, JSON.stringify(holder));
    fs.renameSync(next, file);
  };
}

/** Whether nobody works under a lock any more. What helped a holder that has ended is told to end, and waited for. */
function isOver(holder: Holder): boolean {
  if (isAlive(holder)) {
    return false;
  }
  const left = (holder.helpers ?? []).filter(isAlive);
  left.forEach((helper) => {
    signal(helper, "SIGKILL");
  });
  return left.length === 0;
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
  if (text !== undefined && (!holder || isOver(holder))) {
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
    if ((problem as NodeJS.ErrnoException).code === "EEXIST" && holder && isOver(holder)) {
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
  if (text === undefined || (holder ? !isOver(holder) : isNew(file))) {
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

function holderOf(file: string): Holder | undefined {
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

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    return typeof holder.pid === "number" && typeof holder.pidStartedAt === "string" ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}
