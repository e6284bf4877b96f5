import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import ignore, { type Ignore } from "ignore";
import { byCodeUnits, hashJson } from "./canonical-json";

export { byCodeUnits, canonicalJson, hashJson } from "./canonical-json";

/** A file of hashed content. */
export interface ContentFile {
  /** Relative to the folder (for a single file: its base name), `/` as separator. */
  readonly path: string;
  /** 64 hex characters. */
  readonly sha256: string;
  readonly sizeInBytes: number;
  /** True if anyone may execute it. */
  readonly executable: boolean;
}

/** The files of a file or folder, with one digest over all of them. */
export interface ContentTree {
  /**
   * 64 hex characters: sha256 over the canonical JSON of each file's path, sha256 and executable flag. In a folder's digest the
   * paths begin with the folder's base name (`weights/a.bin`), as the scorer sees them; where the folder lies doesn't matter.
   */
  readonly digest: string;
  /** Sorted by path, by code units. */
  readonly files: readonly ContentFile[];
  readonly sizeInBytes: number;
}

/** A file of content, not yet read. */
export interface ListedFile {
  /** As in {@link ContentFile}. */
  readonly path: string;
  /** Where it is read from: absolute, links resolved. */
  readonly from: string;
  readonly executable: boolean;
}

/** Content that can't be hashed. The message reads `content must …, got '<path>'; <remedy>`. */
export class ContentError extends Error {
  /**
   * @param rule what the content must be, such as `must exist`
   * @param inside the culprit, relative to the content; empty for the content itself
   */
  constructor(
    root: string,
    readonly inside: string,
    readonly rule: string,
    readonly remedy: string,
  ) {
    super(`content ${rule}, got '${path.posix.join(root, inside)}'; ${remedy}`);
    this.name = "ContentError";
  }
}

const alwaysLeftOut = ["__pycache__", "*.pyc", ".DS_Store", ".ipynb_checkpoints", ".git", "/.amlignore"];
const chunk = Buffer.allocUnsafeSlow(1 << 20);

/**
 * Hashes a file or folder: names, bytes and executable bits; no timestamps, owners or other modes. A folder's `.amlignore`
 * (gitignore rules) is honoured and not part of the content, nor are caches (`__pycache__`, `*.pyc`, `.DS_Store`,
 * `.ipynb_checkpoints`, `.git`). Links are followed within the folder.
 *
 * @throws {@link ContentError} if there is nothing there or no file in it, or for a link that dangles, leaves the folder or goes
 * in a circle, or something that is neither file nor folder.
 */
export function hashContent(content: string): ContentTree {
  const absolute = path.resolve(content);
  const listed = listContent(content);
  const prefix = fs.statSync(absolute).isDirectory() ? `${path.basename(absolute)}/` : "";
  const files = listed.map((file) => ({ path: file.path, ...readHash(file.from), executable: file.executable }));
  const digest = hashJson(files.map(({ path: at, sha256, executable }) => ({ path: prefix + at, sha256, executable })));
  return { digest, files, sizeInBytes: files.reduce((sum, file) => sum + file.sizeInBytes, 0) };
}

/**
 * The files that {@link hashContent} would hash, sorted by path, without reading them.
 *
 * @throws {@link ContentError} as that does.
 */
export function listContent(content: string): ListedFile[] {
  const absolute = path.resolve(content);
  const stats = fs.statSync(absolute, { throwIfNoEntry: false });
  if (!stats) {
    throw new ContentError(content, "", "must exist", "correct the path or create it");
  }
  if (stats.isFile()) {
    return [{ path: path.basename(absolute), from: absolute, executable: isExecutable(stats) }];
  }
  if (!stats.isDirectory()) {
    throw new ContentError(content, "", "must be a file or folder", "correct the path");
  }
  const files = new FolderWalk(content, absolute).files();
  if (files.length === 0) {
    throw new ContentError(
      content,
      "",
      "must hold at least one file",
      "fill the folder or see what .amlignore leaves out",
    );
  }
  return files;
}

/** The sha256 of a file's bytes, as 64 hex characters. */
export function hashFile(file: string): string {
  return readHash(file).sha256;
}

class FolderWalk {
  private readonly found: ListedFile[] = [];
  private readonly ignored: Ignore;
  private readonly realRoot: string;

  constructor(
    private readonly shown: string,
    private readonly root: string,
  ) {
    this.realRoot = fs.realpathSync(root);
    this.ignored = ignoreRules(root);
  }

  files(): ListedFile[] {
    this.folder("", [this.realRoot]);
    return this.found.sort((a, b) => byCodeUnits(a.path, b.path));
  }

  private folder(inside: string, parents: readonly string[]): void {
    for (const entry of fs.readdirSync(path.join(this.root, inside), { withFileTypes: true })) {
      const relative = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (!this.leftOut(relative, entry)) {
        this.entry(relative, entry.isSymbolicLink(), parents);
      }
    }
  }

  private leftOut(relative: string, entry: fs.Dirent): boolean {
    return this.ignored.ignores(relative) || (!entry.isFile() && this.ignored.ignores(`${relative}/`));
  }

  private entry(relative: string, isLink: boolean, parents: readonly string[]): void {
    const absolute = path.join(this.root, relative);
    const real = isLink
      ? this.target(relative, absolute)
      : path.join(parents.at(-1) ?? this.realRoot, path.basename(absolute));
    const stats = fs.statSync(real);
    if (stats.isFile()) {
      this.found.push({ path: relative, from: real, executable: isExecutable(stats) });
    } else if (!stats.isDirectory()) {
      throw new ContentError(
        this.shown,
        relative,
        "must be files and folders only",
        "remove it or name it in .amlignore",
      );
    } else if (parents.includes(real)) {
      throw new ContentError(
        this.shown,
        relative,
        "must not link in a circle",
        "remove the link or name it in .amlignore",
      );
    } else {
      this.folder(relative, [...parents, real]);
    }
  }

  private target(relative: string, absolute: string): string {
    let real: string;
    try {
      real = fs.realpathSync(absolute);
    } catch {
      throw new ContentError(
        this.shown,
        relative,
        "must not hold a dangling link",
        "remove it or name it in .amlignore",
      );
    }
    if (real !== this.realRoot && !real.startsWith(this.realRoot + path.sep)) {
      throw new ContentError(
        this.shown,
        relative,
        "must not link out of its folder",
        "copy the file in place of the link",
      );
    }
    return real;
  }
}

function ignoreRules(folder: string): Ignore {
  const rules = ignore({ ignorecase: false });
  const file = path.join(folder, ".amlignore");
  if (fs.existsSync(file)) {
    rules.add(fs.readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  }
  return rules.add(alwaysLeftOut);
}

function isExecutable(stats: fs.Stats): boolean {
  return (stats.mode & 0o111) !== 0;
}

function readHash(file: string): { sha256: string; sizeInBytes: number } {
  const hash = crypto.createHash("sha256");
  const descriptor = fs.openSync(file, "r");
  let sizeInBytes = 0;
  try {
    for (let read = 0; (read = fs.readSync(descriptor, chunk)) > 0; sizeInBytes += read) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return { sha256: hash.digest("hex"), sizeInBytes };
}
