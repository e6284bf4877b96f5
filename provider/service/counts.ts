import * as fs from "node:fs";
import * as path from "node:path";

/** Requests that a server has answered since it started. */
export interface Counts {
  /** Requests to `/score`. */
  readonly requests: number;
  /** Those answered with 4xx. */
  readonly clientErrors: number;
  /** Those answered with 5xx. */
  readonly serverErrors: number;
}

const bytesPerCount = 8;

/**
 * Sums what the workers of a server have counted: files `counts-<pid>` with three little-endian 64-bit numbers, one for each
 * worker that ever ran. What is not whole counts as nothing. Undefined when there is no such folder.
 */
export function readCounts(folder: string): Counts | undefined {
  if (!fs.existsSync(folder)) {
    return undefined;
  }
  // Those of a container's workers lie in a folder of their own.
  const all = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile() && /^counts-\d+$/.test(entry.name));
  const rows = files.map(({ parentPath, name }) => readRow(path.join(parentPath, name)));
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { requests: sum(0), clientErrors: sum(1), serverErrors: sum(2) };
}

function readRow(file: string): number[] {
  try {
    const bytes = fs.readFileSync(file);
    return bytes.length < 3 * bytesPerCount
      ? []
      : [0, 1, 2].map((column) => Number(bytes.readBigUInt64LE(column * bytesPerCount)));
  } catch {
    // A server that is replaced takes its folder along.
    return [];
  }
}
