import * as path from "node:path";
import { projectRoot } from "../../components/internal/project";
import { freeBytes } from "../store/files";

const rules: Readonly<Record<string, string>> = {
  EACCES: "must be writable for this user; change its owner or mode",
  EDQUOT:
    "must be on a disk on which this user may write more; free some of the quota, for instance with npm run prune",
  ENOSPC: "must be on a disk with space; free some, for instance with npm run prune",
  EPERM: "must be writable for this user; change its owner or mode",
  EROFS: "must be writable; its file system is mounted read-only",
};

/** What a failure to write says to the user; undefined for failures of another kind. */
export function diskProblem(error: NodeJS.ErrnoException & { dest?: string }): string | undefined {
  const rule = rules[error.code ?? ""];
  if (rule === undefined) {
    return undefined;
  }
  const place = error.dest ?? error.path ?? path.join(projectRoot(), ".scorestack");
  return `'${place}' ${rule}, then run the command again; got ${error.code ?? ""}${space(error.code)}`;
}

function space(code: string | undefined): string {
  try {
    return code === "ENOSPC"
      ? `, ${(freeBytes(path.join(projectRoot(), ".scorestack")) / 1e6).toFixed(1)} MB free in .scorestack`
      : "";
  } catch {
    return "";
  }
}
