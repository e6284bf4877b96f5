import * as fs from "node:fs";
import * as path from "node:path";

/**
 * The folder all relative paths count from: the nearest one, from the current folder upward, that holds a `Pulumi.yaml`.
 * The environment variable `SCORESTACK_ROOT` overrides it.
 *
 * @throws Error if there is none.
 */
export function projectRoot(): string {
  const given = process.env["SCORESTACK_ROOT"];
  if (given) {
    return path.resolve(given);
  }
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) {
      return folder;
    }
    if (folder === path.dirname(folder)) {
      throw new Error(
        `'Pulumi.yaml' must lie in the current folder or above it, got '${process.cwd()}'; change to the project's folder`,
      );
    }
  }
}

/** The absolute form of a path that is relative to the project root. */
export function fromRoot(file: string): string {
  return path.resolve(projectRoot(), file);
}

/** A path as it is stored: relative to the project root with `/` as separator; absolute when it lies outside. */
export function toRoot(file: string): string {
  const absolute = fromRoot(file);
  const relative = path.relative(projectRoot(), absolute);
  const outside = relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return (outside ? absolute : relative || ".").split(path.sep).join("/");
}
