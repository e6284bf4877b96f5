import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

/** A process, told from a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (Linux), or as `ps -o lstart` has it; as the supervisor writes it. */
  readonly pidStartedAt: string;
}

/** USER_HZ, which is the same on every Linux. */
const ticksPerSecond = 100;

export function isAlive({ pid, pidStartedAt }: ProcessIdentity): boolean {
  return startOf(pid) === pidStartedAt;
}

/** The process of that id as it is now. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, pidStartedAt: startOf(pid) ?? "" };
}

/** How long a process has run, by a clock that does not jump; undefined for one that has ended, or where /proc is not there. */
export function ageInSeconds(pid: number): number | undefined {
  try {
    const uptime = Number(fs.readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    const start = startOf(pid);
    return start === undefined ? undefined : uptime - Number(start) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** Start time of a process, as the supervisor writes it; undefined when it has ended. */
export function startOf(pid: number): string | undefined {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const rest = fields.slice(fields.lastIndexOf(")") + 2).split(" ");
    return rest[0] === "Z" ? undefined : rest[19];
  } catch {
    return process.platform === "linux" ? undefined : startByPs(pid);
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (isAlive(identity)) {
    try {
      process.kill(identity.pid, name);
    } catch {
      // It ended just now.
    }
  }
}
