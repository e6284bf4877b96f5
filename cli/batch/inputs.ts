import * as fs from "node:fs";
import * as path from "node:path";
import ignore from "ignore";
import { byCodeUnits } from "../../components/internal/canonical-json";

const magic = /[*?[\]]/;

/**
 * Files and folders that the given paths stand for, as they would be written from `from`. A path that is there is itself, whatever
 * characters it has; others may be patterns with `*`, `?`, `[…]` and `**`, which stand for files, in the order of their names.
 */
export function expandInput(given: string, from: string): string[] {
  if (fs.existsSync(path.resolve(from, given)) || !magic.test(given)) {
    return [given];
  }
  const parts = given.split(path.sep);
  const first = parts.findIndex((part) => magic.test(part));
  const base = parts.slice(0, first).join(path.sep);
  const start = path.resolve(from, base === "" && given.startsWith(path.sep) ? path.sep : base);
  const pattern = parts.slice(first).join("/");
  // The patterns of .gitignore are these, seen from the first folder that is named without them.
  const matches = ignore({ ignorecase: false }).add(`/${pattern}`);
  return filesBelow(start, pattern.includes("/"))
    .filter((file) => isAsHidden(file, pattern) && matches.ignores(file))
    .sort(byCodeUnits)
    .map((file) => path.join(given.startsWith(path.sep) ? start : base, file));
}

function filesBelow(folder: string, deep: boolean): string[] {
  try {
    const names = fs.readdirSync(folder, { recursive: deep, encoding: "utf8" });
    return names.filter((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile());
  } catch {
    return [];
  }
}

/** As in a shell, names that begin with a dot are only meant where the pattern has it. */
function isAsHidden(file: string, pattern: string): boolean {
  return pattern.includes("/.") || pattern.startsWith(".") || !/(^|\/)\./.test(file);
}
