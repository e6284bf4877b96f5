import * as fs from "node:fs";

const ticksPerSecond = 100;
const pageBytes = 4096;

export interface Usage {
  /** User and system time of the processes that are there. */
  readonly cpuSeconds: number;
  /** Resident memory. */
  readonly bytes: number;
}

/** What the processes of some groups have used; undefined where /proc is not there. */
export function usageOf(groups: readonly number[]): Usage | undefined {
  if (process.platform !== "linux") {
    return undefined;
  }
  const found = processesOf(groups);
  return {
    cpuSeconds: found.reduce((sum, { fields }) => sum + Number(fields[11]) + Number(fields[12]), 0) / ticksPerSecond,
    bytes: found.reduce((sum, { fields }) => sum + Number(fields[21]), 0) * pageBytes,
  };
}

/** Processes of some groups, with what stands in `/proc/<pid>/stat` after the name. */
export function processesOf(groups: readonly number[]): { pid: number; fields: string[] }[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), fields: fieldsOf(name) }))
    .filter(({ fields }) => groups.includes(Number(fields[2])));
}

function fieldsOf(pid: string): string[] {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has ended.
    return [];
  }
}
