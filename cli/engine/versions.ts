import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The version that is downloaded or built; `cli/engine/go/go.mod` and `package.json` name the same. */
export const engineVersion = "3.245.0";
/** Versions of the CLI that this program works with, in words. */
export const engineRange = "3.200 or later, below 4";

const executable = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** Whether a version as `pulumi version` prints it (`v3.245.0`) is within `engineRange`. */
export function engineFits(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  return Number(major) === 3 && Number(minor) >= 200;
}

/** Where the Pulumi CLI keeps what it installs: `PULUMI_HOME`, else `~/.pulumi`. */
export function versionsFolder(): string {
  return path.join(process.env.PULUMI_HOME || path.join(os.homedir(), ".pulumi"), "versions");
}

/** Folder of one version: its executable is `bin/pulumi` in it. */
export function installRoot(version: string): string {
  return path.join(versionsFolder(), version);
}

export function enginePath(root: string): string {
  return path.join(root, "bin", executable);
}

/** The first executable `name` on PATH. */
export function findOnPath(name: string): string | undefined {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter((entry) => entry !== "")) {
    for (const suffix of suffixes) {
      const file = path.join(folder, name + suffix);
      if (isExecutable(file)) {
        return file;
      }
    }
  }
  return undefined;
}

/** Roots of the installed versions that will do: the known one first, then the newest. */
export function installedRoots(): string[] {
  const versions = readNames(versionsFolder())
    .filter((name) => engineFits(name) && isExecutable(enginePath(installRoot(name))))
    .sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
  const known = versions.filter((version) => version === engineVersion);
  return [...known, ...versions.filter((version) => version !== engineVersion)].map(installRoot);
}

/** Whether the CLI brings the host for Node programs; one that was built from Go modules does not. */
export function hasLanguageHost(command: string): boolean {
  const host = process.platform === "win32" ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";
  return fs.existsSync(path.join(path.dirname(fs.realpathSync(command)), host));
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function readNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
