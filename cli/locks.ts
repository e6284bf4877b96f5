import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exclusively } from "../provider/store/exclusive";
import { CliError, errorCode } from "./errors";
import { Progress, say } from "./output/messages";
import type { Project } from "./project";
import { unfinishedFiles } from "./state";

/** A lock of the engine's `file://` backend. */
export interface Lock {
  readonly file: string;
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

/**
 * What the process that made a lock does: `orphan` when it goes on after the command line that started it was killed,
 * `unknown` when it ran on another machine.
 */
export type Holder = "alive" | "dead" | "orphan" | "unknown";

const stopMs = 60_000;
const tornMs = 1000;
const agentPrefix = "scorestack-cli-";

/** Says to which command line an engine belongs; it stands in the engine's arguments. */
export function engineAgent(): string {
  return `${agentPrefix}${process.pid}`;
}

/** Reads what the engine writes into a lock; undefined when the file is not one, or is cut off. */
export function parseLock(file: string, text: string): Lock | undefined {
  try {
    const content = JSON.parse(text) as Partial<Lock>;
    return typeof content.pid === "number" && typeof content.hostname === "string"
      ? {
          file,
          pid: content.pid,
          username: content.username ?? "",
          hostname: content.hostname,
          timestamp: content.timestamp ?? "",
        }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Locks of a stack; none where the backend is not a folder on this machine. */
export function readLocks(project: Project, stackName: string): Lock[] {
  if (!project.stateFolder) {
    return [];
  }
  return lockFiles(project.stateFolder, project, stackName)
    .filter((file) => file.endsWith(".json"))
    .map((file) => parseLock(file, fs.readFileSync(file, "utf8")))
    .filter((lock) => lock !== undefined);
}

function lockFiles(stateFolder: string, project: Project, stackName: string): string[] {
  const folder = path.join(stateFolder, ".pulumi", "locks", "organization", project.name, stackName);
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

/** Removes locks that were never written to their end, by an engine that was killed or had no space: the next can't read them. */
function clearTornLocks(project: Project, stackName: string): void {
  const files = project.stateFolder ? lockFiles(project.stateFolder, project, stackName) : [];
  const locks = files.filter((file) => /\.json(\.[^.]+\.tmp)?$/.test(file));
  for (const file of locks.filter((one) => !parseLock(one, fs.readFileSync(one, "utf8")))) {
    const age = Date.now() - fs.statSync(file).mtimeMs;
    // One that was begun just now may be another engine's; a clock that was put back does not keep it.
    if (Math.abs(age) > tornMs) {
      fs.rmSync(file, { force: true });
      say(`Removed ${path.basename(file)}, a lock that was never written to its end.`);
    }
  }
}

export function holderOf(lock: Lock): Holder {
  if (lock.hostname !== os.hostname()) {
    return "unknown";
  }
  if (!isAlive(lock.pid)) {
    return "dead";
  }
  const command = commandOf(lock.pid);
  if (command === undefined) {
    return "alive";
  }
  // The number of a process that has ended goes to another one sooner or later.
  if (!command.includes("pulumi")) {
    return "dead";
  }
  const owner = new RegExp(`${agentPrefix}(\\d+)`).exec(command)?.[1];
  return owner === undefined || isAlive(Number(owner)) ? "alive" : "orphan";
}

/**
 * Removes the locks that killed runs have left, and says so; an engine that outlived its command line is stopped. Throws a
 * `CliError` when a run is under way, or may be on another machine.
 */
export async function clearDeadLocks(project: Project, stackName: string): Promise<void> {
  clearTornLocks(project, stackName);
  // Listed before it is asked who is at work: an engine that comes later writes others.
  const unfinished = unfinishedFiles(project, stackName);
  for (const lock of readLocks(project, stackName)) {
    const holder = holderOf(lock);
    const who = `process ${lock.pid} (${lock.username} on ${lock.hostname}, since ${lock.timestamp})`;
    if (holder === "alive") {
      throw new CliError(
        `stack '${stackName}' is being worked on by ${who}; wait until it ends, or stop it with: kill -INT ${lock.pid}`,
      );
    }
    if (holder === "unknown") {
      throw new CliError(
        `stack '${stackName}' is locked by ${who}, another machine; if that run is over, remove its lock with: ` +
          `npm run pulumi -- cancel --yes --stack ${stackName}`,
      );
    }
    if (holder === "orphan") {
      await stopOrphan(lock.pid);
    }
    if (fs.existsSync(lock.file)) {
      fs.rmSync(lock.file, { force: true });
      fs.rmSync(`${lock.file}.attrs`, { force: true });
      say(`Removed the lock of ${who}: that run was ended before it could do so.`);
    }
  }
  for (const file of unfinished.filter((one) => fs.existsSync(one))) {
    fs.rmSync(file, { force: true });
    say(`Removed ${path.basename(file)}, a file of the state that was never written to its end.`);
  }
}

/**
 * Does what a setting and an update belong together in, while no other such work is done on the stack: `watch` would take the
 * setting for a save, and update beside it.
 */
export function inTurn<T>(project: Project, stackName: string, work: () => Promise<T>): Promise<T> {
  return exclusively(path.join(project.home, "turns", stackName), work);
}

/** Lets an engine end its current step; after `stopMs` it is killed, and its plugins end with it. */
async function stopOrphan(pid: number): Promise<void> {
  const progress = new Progress(`Waiting for process ${pid}, left at work by a run that was killed`);
  try {
    process.kill(pid, "SIGINT");
    for (const end = performance.now() + stopMs; isAlive(pid) && performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (isAlive(pid)) {
      process.kill(pid, "SIGKILL");
    }
  } catch (error) {
    if (errorCode(error) !== "ESRCH") {
      throw error;
    }
  } finally {
    progress.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Program and arguments of a process; undefined when they can't be told. */
function commandOf(pid: number): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // No /proc: macOS.
  }
  try {
    return execFileSync("ps", ["-p", String(pid), "-o", "args="], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}
