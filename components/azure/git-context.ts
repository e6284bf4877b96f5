import { execFileSync } from "node:child_process";
import { contextRecord, type ContextRecord, parseRecord } from "../internal/build-context";
import { type Fault, shown } from "../internal/problems";
import { fromRoot } from "../internal/project";
import type { CommittedContexts } from "./image-place";

/**
 * The last commit, up to the one given, that changed a build context. A commit that changes others must not have this one built
 * anew. Undefined if there is none.
 */
export function lastCommitOf(git: CommittedContexts, folder: string): string | undefined {
  return run(git, ["log", "-1", "--format=%H", git.commit, "--", `:/${folder}`])?.trim() || undefined;
}

/** The record of a build context in the commit; undefined if there is none. */
export function recordAt(git: CommittedContexts, folder: string): ContextRecord | undefined {
  const text = run(git, ["show", `${git.commit}:${folder}/${contextRecord}`]);
  return text === undefined ? undefined : parseRecord(text);
}

/** What is wrong with a build context in the commit, but for its identity. */
export function committedFaults(git: CommittedContexts, folder: string): Fault[] {
  if (run(git, ["cat-file", "-e", `${git.commit}^{commit}`]) === undefined) {
    const remedy = "fetch it, or name a clone that has it in 'git.checkout'";
    return [{ rule: "must be a commit of a clone on this machine", got: shown(git.commit), remedy }];
  }
  if (run(git, ["rev-parse", "--is-shallow-repository"])?.trim() === "true") {
    const remedy = "git fetch --unshallow (in CI: fetch-depth 0)";
    return [{ rule: "must be in a clone with its history", got: "a shallow one", remedy }];
  }
  const record = recordAt(git, folder);
  if (!record) {
    const remedy = `npm run context -- --scorer NAME --out ${folder}, and commit it`;
    return [{ rule: `must hold a build context in ${shown(folder)}`, got: "none", remedy }];
  }
  const [wrong] = differing(record, git, folder);
  const remedy =
    "see what .gitignore, .gitattributes and Git LFS do there; the contexts are to be committed as they are";
  return wrong === undefined
    ? []
    : [{ rule: "must hold each file of a build context as it was written", got: shown(wrong), remedy }];
}

/** Files that are not in the commit as the record has them: left out, made executable, with other line ends. */
function differing(record: ContextRecord, git: CommittedContexts, folder: string): string[] {
  const listed = run(git, ["ls-tree", "-r", "-l", "-z", "--full-tree", git.commit, `${folder}/`]) ?? "";
  const lines = listed.split("\0").filter((line) => line !== "");
  const found = new Map(
    lines.map((line) => {
      const [mode, , , size, ...path] = line.split(/[ \t]+/);
      return [path.join(" ").slice(folder.length + 1), `${mode ?? ""} ${size ?? ""}`] as const;
    }),
  );
  found.delete(contextRecord);
  const wanted = new Map(
    [...record.files].map(
      ([at, file]) => [at, `${file.executable ? "100755" : "100644"} ${file.sizeInBytes}`] as const,
    ),
  );
  return [...new Set([...wanted.keys(), ...found.keys()])].filter((at) => wanted.get(at) !== found.get(at));
}

function run({ checkout = "." }: CommittedContexts, args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", fromRoot(checkout), ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 28,
    });
  } catch {
    return undefined;
  }
}
