import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runUv } from "../uv";
import type { Progress } from "./environments";
import { exclusively } from "./exclusive";
import { assemble, entries, remove, sizeOf } from "./files";

/** An interpreter that packages are for. */
export interface PackagesFor {
  readonly python: string;
  /** Such as `3.11.7`. */
  readonly pythonVersion: string;
}

/** What batch runs need and an image's environment may lack: pinned packages in folders of their own, one for each version of Python. */
export class BatchPackages {
  constructor(
    private readonly folder: string,
    private readonly projectRoot: string,
  ) {}

  /** Folder with the packages that `lockFile` pins with hashes; installed if it isn't there. Nothing else is resolved or built. */
  async ensure(lockFile: string, { python, pythonVersion }: PackagesFor, log: Progress): Promise<string> {
    const target = path.join(this.folder, keyOf(fs.readFileSync(lockFile, "utf8"), pythonVersion));
    if (!fs.existsSync(target)) {
      await exclusively(path.join(this.folder, "locks"), async (helpedBy) => {
        if (!fs.existsSync(target)) {
          await assemble(target, async (partial) => {
            const pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", lockFile];
            const args = ["pip", "install", "--quiet", "--compile-bytecode", "--python", python, "--target", partial];
            const remedy = `PyPI, or the index that UV_INDEX_URL names, must have them for Python ${pythonVersion}`;
            await runUv(
              this.projectRoot,
              "installing what batch runs need",
              [...args, ...pinned],
              log,
              helpedBy,
              remedy,
            );
          });
        }
      });
    }
    return target;
  }

  /** Folders with their sizes: each is made anew when it is needed. */
  all(): { key: string; sizeInBytes: number }[] {
    const keys = entries(this.folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
    return keys.map((key) => ({ key, sizeInBytes: sizeOf(path.join(this.folder, key)) }));
  }

  remove(key: string): void {
    remove(path.join(this.folder, key));
  }
}

/** Whether an environment has a package itself. */
export function hasPackage(environment: string, name: string): boolean {
  const lib = path.join(environment, "lib");
  const sites = entries(lib).map((python) => path.join(lib, python, "site-packages"));
  return sites.some((site) =>
    entries(site).some((entry) => entry.startsWith(`${name}-`) && entry.endsWith(".dist-info")),
  );
}

function keyOf(lock: string, pythonVersion: string): string {
  const minor = pythonVersion.split(".").slice(0, 2).join(".");
  const parts = JSON.stringify([lock, minor, process.platform, os.arch()]);
  return crypto.createHash("sha256").update(parts).digest("hex").slice(0, 16);
}
