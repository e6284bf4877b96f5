import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runUv } from "../uv";
import type { EnvironmentStore, Progress, StoredEnvironment } from "./environments";
import { exclusively } from "./exclusive";
import { assemble, entries, readText, remove, sizeOf } from "./files";

const needed = "pyarrow";

/** What batch runs need and an image's environment may lack: pinned packages beside it, one folder for each version of Python. */
export class BatchPackages {
  /** Pins versions and hashes. */
  private readonly lockFile: string;

  constructor(
    private readonly folder: string,
    private readonly projectRoot: string,
    private readonly environments: EnvironmentStore,
  ) {
    this.lockFile = path.join(projectRoot, "runtime", "batch", `${needed}.lock`);
  }

  /** Folder with the packages for an environment, installed if it isn't there; undefined where the environment has its own. */
  async ensure(environment: StoredEnvironment, log: Progress): Promise<string | undefined> {
    if (this.has(environment.key)) {
      return undefined;
    }
    const target = path.join(this.folder, this.keyFor(environment));
    if (!fs.existsSync(target)) {
      await exclusively(path.join(this.folder, "locks"), async (helpedBy) => {
        if (!fs.existsSync(target)) {
          await assemble(target, async (partial) => {
            const pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", this.lockFile];
            const python = this.environments.python(environment.key);
            const args = ["pip", "install", "--quiet", "--compile-bytecode", "--python", python, "--target", partial];
            const remedy = `PyPI, or the index that uv is told of, must have ${needed} for Python ${environment.pythonVersion}`;
            await runUv(this.projectRoot, `installing ${needed}`, [...args, ...pinned], log, helpedBy, remedy);
          });
        }
      });
    }
    return target;
  }

  /** Those that none of the environments needs. */
  unused(environments: readonly StoredEnvironment[]): { key: string; sizeInBytes: number }[] {
    const used = new Set(environments.map((environment) => this.keyFor(environment)));
    const keys = entries(this.folder).filter((name) => /^[0-9a-f]{16}$/.test(name) && !used.has(name));
    return keys.map((key) => ({ key, sizeInBytes: sizeOf(path.join(this.folder, key)) }));
  }

  remove(key: string): void {
    remove(path.join(this.folder, key));
  }

  private has(environment: string): boolean {
    const lib = path.join(this.environments.folderOf(environment), "lib");
    const sites = entries(lib).map((python) => path.join(lib, python, "site-packages"));
    return sites.some((site) =>
      entries(site).some((name) => name.startsWith(`${needed}-`) && name.endsWith(".dist-info")),
    );
  }

  private keyFor({ pythonVersion }: StoredEnvironment): string {
    const minor = pythonVersion.split(".").slice(0, 2).join(".");
    const parts = JSON.stringify([readText(this.lockFile), minor, process.platform, os.arch()]);
    return crypto.createHash("sha256").update(parts).digest("hex").slice(0, 16);
  }
}
