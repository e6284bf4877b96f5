import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { canonicalJson } from "../../components/internal/content-hash";
import type { EnvironmentSpec } from "../../components/internal/local-contract";
import { lockFits, pinnedPackages } from "../../components/internal/lock";
import { UserError } from "../rpc/handler";
import { runUv } from "../uv";
import type { Care } from "./contents";
import { exclusively, type HelpedBy } from "./exclusive";
import { entries, readJson, remove, writeJson } from "./files";
import { missingPackageFiles } from "./packages";

export interface StoredEnvironment {
  key: string;
  /** Version of the interpreter, such as `3.11.7`. */
  pythonVersion: string;
  requirements: string[];
  createdAt: string;
}

/** What to tell the user while it lasts. */
export interface Progress {
  progress(message: string): void;
  info(message: string): void;
  readonly cancelled?: AbortSignal;
}

/** Python environments, one for each set of requirements: `environments/<key>/` beside its lock `environments/<key>.lock`. */
export class EnvironmentStore {
  constructor(
    private readonly folder: string,
    private readonly projectRoot: string,
  ) {}

  /** Same requirements, interpreter and platform: same key. */
  key(spec: EnvironmentSpec): string {
    const parts = { python: spec.python, requirements: spec.requirements, lock: spec.lock, platform: process.platform };
    const hash = crypto.createHash("sha256").update(canonicalJson({ ...parts, architecture: os.arch() }));
    return hash.digest("hex").slice(0, 16);
  }

  /** The environment, built and locked if it isn't there. A half-built one is made anew, a damaged one mended. */
  async ensure(spec: EnvironmentSpec, log: Progress, care: Care = "quick"): Promise<StoredEnvironment> {
    const key = this.key(spec);
    const ready = this.has(key, care) && this.get(key);
    if (ready) {
      return ready;
    }
    return exclusively(path.join(this.folder, "locks", key), async (helpedBy) =>
      this.has(key, care) ? (this.get(key) as StoredEnvironment) : await this.build(key, spec, log, helpedBy),
    );
  }

  get(key: string): StoredEnvironment | undefined {
    return fs.existsSync(this.python(key)) ? (readJson(this.record(key)) as StoredEnvironment | undefined) : undefined;
  }

  /** Whether it is there: its record and interpreter, and with thorough care the files of its packages. */
  has(key: string, care: Care): boolean {
    return this.get(key) !== undefined && (care === "quick" || missingPackageFiles(this.folderOf(key)).length === 0);
  }

  all(): StoredEnvironment[] {
    return entries(this.folder).flatMap((key) => this.get(key) ?? []);
  }

  /** What it was installed from: pinned versions with hashes. */
  lockText(key: string): string | undefined {
    const lock = this.lockFile(key);
    return fs.existsSync(lock) ? fs.readFileSync(lock, "utf8") : undefined;
  }

  /** Interpreter of an environment. */
  python(key: string): string {
    return path.join(this.folder, key, "bin", "python");
  }

  remove(key: string): void {
    // The record goes first: without it the rest counts as half built.
    remove(this.record(key));
    remove(path.join(this.folder, key));
  }

  folderOf(key: string): string {
    return path.join(this.folder, key);
  }

  private async build(
    key: string,
    spec: EnvironmentSpec,
    log: Progress,
    helpedBy: HelpedBy,
  ): Promise<StoredEnvironment> {
    const home = path.join(this.folder, key);
    const mending = this.prepare(key, log);
    const uv = (stage: string, ...args: string[]): Promise<string> =>
      runUv(this.projectRoot, stage, args, log, helpedBy);
    const wanted = spec.python === "" ? ">=3.9,<3.13" : spec.python;
    await uv(
      `finding Python ${wanted}`,
      "venv",
      "--quiet",
      "--no-project",
      "--relocatable",
      ...mending.venv,
      "--python",
      wanted,
      home,
    );
    const lock = await this.lock(key, spec, uv);
    const hashed = / @ /.test(fs.readFileSync(lock, "utf8")) ? [] : ["--require-hashes"];
    const sync = [
      "pip",
      "sync",
      "--quiet",
      "--compile-bytecode",
      ...mending.sync,
      ...hashed,
      "--python",
      this.python(key),
      lock,
    ];
    await uv(`installing ${pinnedPackages(fs.readFileSync(lock, "utf8"))} Python packages`, ...sync);
    const version = /version_info = (\S+)/.exec(fs.readFileSync(path.join(home, "pyvenv.cfg"), "utf8"))?.[1];
    if (version === undefined) {
      throw new UserError(`uv made no environment in ${home}; remove the folder and run the command again`);
    }
    const created = {
      key,
      pythonVersion: version,
      requirements: spec.requirements,
      createdAt: new Date().toISOString(),
    };
    writeJson(this.record(key), created);
    return created;
  }

  /** What is half built goes. What was whole once is mended where it lies, for servers may run from it. */
  private prepare(key: string, log: Progress): { venv: string[]; sync: string[] } {
    if (!fs.existsSync(this.record(key))) {
      this.remove(key);
      return { venv: [], sync: [] };
    }
    const missing = missingPackageFiles(this.folderOf(key));
    const told = missing.length > 0 ? missing.slice(0, 3).join(", ") : "bin/python or environment.json";
    log.info(`Python environment ${key} is damaged (${told}): it is mended`);
    remove(this.record(key));
    return { venv: ["--allow-existing"], sync: missing.length > 0 ? ["--reinstall"] : [] };
  }

  private async lock(
    key: string,
    spec: EnvironmentSpec,
    uv: (stage: string, ...args: string[]) => Promise<string>,
  ): Promise<string> {
    const lock = this.lockFile(key);
    if (fs.existsSync(lock)) {
      return lock;
    }
    // Within the environment's folder, which is made anew after a failure.
    const partial = path.join(this.folder, key, "requirements.lock");
    fs.writeFileSync(partial, spec.lock ?? "");
    if (spec.lock === undefined || !lockFits(spec.lock, spec.requirements)) {
      const requirements = path.join(this.folder, key, "requirements.in");
      fs.writeFileSync(requirements, `${spec.requirements.join("\n")}\n`);
      // A lock made for other requirements still says which versions to prefer.
      const compile = ["pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--python", this.python(key)];
      await uv("locking the environment", ...compile, "--output-file", partial, requirements);
    }
    fs.renameSync(partial, lock);
    return lock;
  }

  private lockFile(key: string): string {
    return path.join(this.folder, `${key}.lock`);
  }

  private record(key: string): string {
    return path.join(this.folder, key, "environment.json");
  }
}
