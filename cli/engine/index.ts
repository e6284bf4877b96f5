import * as fs from "node:fs";
import * as path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as lockfile from "proper-lockfile";
import { CliError, errorCode, Interrupted, UsageError } from "../errors";
import { say } from "../output/messages";
import { buildEngine } from "./build";
import { ownGroup } from "./command";
import { downloadEngine } from "./download";
import {
  engineFits,
  enginePath,
  engineRange,
  engineVersion,
  findOnPath,
  hasLanguageHost,
  installedRoots,
  installRoot,
  versionsFolder,
} from "./versions";

/** Where the engine may come from, in the order in which the places are tried. */
export const engineSources = ["path", "versions", "download", "build"] as const;
export type EngineSource = (typeof engineSources)[number];

export interface Engine {
  readonly command: PulumiCommand;
  readonly version: string;
  /** Absolute path of the executable. */
  readonly file: string;
  readonly source: EngineSource;
  /** Whether it can run Node programs by itself; one built from Go modules can't, and runs ours through this process. */
  readonly whole: boolean;
}

/** What is done at each place; tests put their own in place of the two that take minutes. */
export interface Steps {
  readonly download: (projectRoot: string) => Promise<string>;
  readonly build: (projectRoot: string) => Promise<string>;
}

/**
 * The Pulumi engine: found on PATH or in the versions folder, else downloaded, else built. `SCORESTACK_ENGINE_SOURCES`
 * (such as `versions,build`) leaves places out. Throws a `CliError` that says what was tried and what to install.
 */
export async function findEngine(
  projectRoot: string,
  steps: Steps = { download: downloadEngine, build: buildEngine },
): Promise<Engine> {
  const sources = allowedSources(process.env.SCORESTACK_ENGINE_SOURCES);
  const reasons: string[] = [];
  for (const source of ["path", "versions"] as const) {
    const engine = sources.includes(source) ? await findInstalled(source, reasons) : undefined;
    if (engine) {
      return engine;
    }
  }
  const makers = (["download", "build"] as const).filter((source) => sources.includes(source));
  if (makers.length > 0) {
    say(`No Pulumi engine yet: ${reasons.join("; ") || "not looked for"}.`);
    const engine = await alone(async () => install(projectRoot, makers, steps, reasons, sources.includes("versions")));
    if (engine) {
      return engine;
    }
  }
  throw new CliError(
    [
      `'pulumi' ${engineRange}, is needed, and could not be had:`,
      ...reasons.map((reason) => `  - ${reason}`),
      "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go 1.25 or later to have it built, and run this again.",
    ].join("\n"),
  );
}

/** Reads `SCORESTACK_ENGINE_SOURCES`: a comma-separated part of `engineSources`. */
export function allowedSources(setting: string | undefined): readonly EngineSource[] {
  if (!setting) {
    return engineSources;
  }
  const names = setting.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !(engineSources as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `'SCORESTACK_ENGINE_SOURCES' must be some of ${engineSources.join(",")}, got ${unknown.join(",")}; correct or unset it`,
    );
  }
  return engineSources.filter((source) => names.includes(source));
}

async function findInstalled(source: "path" | "versions", reasons: string[]): Promise<Engine | undefined> {
  const onPath = findOnPath("pulumi");
  const files = source === "versions" ? installedRoots().map(enginePath) : onPath ? [onPath] : [];
  for (const file of files) {
    const engine = await probe(file, source, reasons);
    if (engine) {
      return engine;
    }
  }
  if (files.length === 0) {
    reasons.push(source === "path" ? "no pulumi on PATH" : `no version ${engineRange}, in ${versionsFolder()}`);
  }
  return undefined;
}

/** Asks an executable for its version; undefined, and a reason, when it does not answer or is too old or too new. */
async function probe(file: string, source: EngineSource, reasons: string[]): Promise<Engine | undefined> {
  try {
    // On PATH it need not lie in a folder `bin`, so it is not asked for by its root.
    const place = source === "path" ? {} : { root: path.dirname(path.dirname(file)) };
    const command = await PulumiCommand.get({ ...place, skipVersionCheck: true });
    const version = String(command.version ?? "unknown");
    if (engineFits(version)) {
      return { command: ownGroup(command, file), version, file, source, whole: hasLanguageHost(file) };
    }
    reasons.push(`${file} is version ${version}, not ${engineRange}`);
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n").slice(-1);
    reasons.push(`${file} does not work: ${line.trim()}`);
  }
  return undefined;
}

async function install(
  projectRoot: string,
  makers: readonly ("download" | "build")[],
  steps: Steps,
  reasons: string[],
  recheck: boolean,
): Promise<Engine | undefined> {
  // Another process may have been at it while we waited for our turn.
  const there = recheck && fs.existsSync(enginePath(installRoot(engineVersion)));
  const found = there ? await probe(enginePath(installRoot(engineVersion)), "versions", []) : undefined;
  if (found) {
    return found;
  }
  for (const source of makers) {
    try {
      const root = await steps[source](projectRoot);
      const engine = await probe(enginePath(root), source, reasons);
      if (engine) {
        return engine;
      }
    } catch (error) {
      if (error instanceof Interrupted || !(error instanceof Error)) {
        throw error;
      }
      reasons.push(`${source}: ${error.message}`);
      say(`${source === "download" ? "It can't be downloaded" : "It can't be built"}: ${error.message}`);
    }
  }
  return undefined;
}

/** Runs `work` while no other process installs an engine, and clears away what a killed one has left. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  const folder = versionsFolder();
  fs.mkdirSync(folder, { recursive: true });
  const release = await takeTurn(folder);
  try {
    for (const name of fs.readdirSync(folder)) {
      if (name.startsWith(`.${engineVersion}-`)) {
        fs.rmSync(path.join(folder, name), { recursive: true, force: true });
      }
    }
    return await work();
  } finally {
    await release();
  }
}

async function takeTurn(folder: string): Promise<() => Promise<void>> {
  for (let waiting = false; ; waiting = true) {
    try {
      return await lockfile.lock(folder, { lockfilePath: path.join(folder, ".scorestack.lock") });
    } catch (error) {
      if (errorCode(error) !== "ELOCKED") {
        throw error;
      }
      if (!waiting) {
        say("Another process is installing the engine; waiting for it ...");
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
