import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { byCodeUnits } from "../../components/internal/canonical-json";
import { parseRecord, contextRecord } from "../../components/internal/build-context";
import { contextsFolder } from "../../components/internal/context-folder";
import { UsageError } from "../errors";

/** A file of an image, as far as it is known. */
export interface ContentPart {
  readonly sha256: string;
  readonly sizeInBytes?: number;
}

/** What a report looks up on this machine, beside what the engine tells. */
export interface Sources {
  /** Files edited since the base, relative to the project; undefined where there is no base. */
  readonly edited?: readonly string[];
  /** Files of the build context of an image's identity, where it is on this machine. */
  readonly context: (identity: string) => ReadonlyMap<string, ContentPart> | undefined;
  /** Size of a file of the project; undefined where there is none. */
  readonly sizeOf: (file: string) => number | undefined;
}

/** The sources of a clone. */
export function sourcesOf(root: string, base: string | undefined): Sources {
  return {
    ...(base === undefined ? {} : { edited: editedSince(root, base) }),
    context: (identity) => {
      const file = path.join(root, contextsFolder, identity, contextRecord);
      return fs.existsSync(file) ? parseRecord(fs.readFileSync(file, "utf8"))?.files : undefined;
    },
    sizeOf: (file) => fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.size,
  };
}

/**
 * Files of the project that differ from where this branch left a revision, committed or not, and new ones; sorted.
 *
 * @throws UsageError when git does not know the revision, or there is no git.
 */
export function editedSince(root: string, base: string): string[] {
  const commit = tryGit(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`]);
  if (commit === undefined) {
    throw new UsageError(`'--base' must be a revision that git knows here, got '${base}'; fetch it first`);
  }
  // In a shallow clone there may be no common ancestor.
  const from = tryGit(root, ["merge-base", commit.trim(), "HEAD"])?.trim() ?? commit.trim();
  const changed = git(root, ["diff", "--name-only", "--no-renames", "--relative", "-z", from, "--", "."]);
  const added = git(root, ["ls-files", "--others", "--exclude-standard", "-z", "--", "."]);
  return [...new Set(`${changed}${added}`.split("\0"))].filter((file) => file !== "").sort(byCodeUnits);
}

function tryGit(root: string, args: readonly string[]): string | undefined {
  try {
    return git(root, args);
  } catch {
    return undefined;
  }
}

function git(root: string, args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1e8,
  });
}
