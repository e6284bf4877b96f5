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
    bytes: memoryOf(found),
  };
}

/** Resident memory of a process and of all below it, in bytes; 0 where /proc does not have it. */
export function treeMemory(root: number): number {
  const all = processes();
  const inTree = new Set([root]);
  for (let before = 0; before < inTree.size;) {
    before = inTree.size;
    all.filter(({ fields }) => inTree.has(Number(fields[1]))).forEach(({ pid }) => inTree.add(pid));
  }
  return memoryOf(all.filter(({ pid }) => inTree.has(pid)));
}

/** A process, with what stands in `/proc/<pid>/stat` after its name. */
interface Process {
  readonly pid: number;
  readonly fields: readonly string[];
}

/** Processes of some groups. */
export function processesOf(groups: readonly number[]): Process[] {
  return processes().filter(({ fields }) => groups.includes(Number(fields[2])));
}

function memoryOf(found: readonly Process[]): number {
  return found.reduce((sum, { fields }) => sum + Number(fields[21] ?? 0), 0) * pageBytes;
}

function processes(): Process[] {
  const names = fs.existsSync("/proc/self") ? fs.readdirSync("/proc") : [];
  return names.filter((name) => /^\d+$/.test(name)).map((name) => ({ pid: Number(name), fields: fieldsOf(name) }));
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
