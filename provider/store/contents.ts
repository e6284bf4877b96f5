import * as fs from "node:fs";
import * as path from "node:path";
import { hashFile } from "../../components/internal/content-hash";

/** The files of a folder as they were made, by path. */
export type Contents = Readonly<
  Record<string, { readonly sha256: string; readonly size: number; readonly at: number }>
>;

/** `quick` reads only files whose size or time of change is another one; `thorough` reads all. */
export type Care = "quick" | "thorough";

/** Notes files whose hashes are known. */
export function noteContents(folder: string, hashes: Readonly<Record<string, string>>): Contents {
  return Object.fromEntries(
    Object.entries(hashes).map(([file, sha256]) => {
      const { size, mtimeMs } = fs.statSync(path.join(folder, file));
      return [file, { sha256, size, at: mtimeMs }];
    }),
  );
}

/** The files that are gone, or have other bytes. */
export function damagedFiles(folder: string, contents: Contents, care: Care): string[] {
  return Object.entries(contents).flatMap(([file, { sha256, size, at }]) => {
    const stats = fs.statSync(path.join(folder, file), { throwIfNoEntry: false });
    const isAsNoted = stats?.size === size && stats.mtimeMs === at;
    if (stats?.isFile() && ((isAsNoted && care === "quick") || hashFile(path.join(folder, file)) === sha256)) {
      return [];
    }
    return [file];
  });
}
