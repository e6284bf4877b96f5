import * as fs from "node:fs";
import * as path from "node:path";
import type { Instant, Phase } from "./operations";
import type { Sandbox } from "./sandbox";
import { serviceName, stackName } from "./sandbox";

/** Tells whether a step's instant has come. */
export type Clock = () => boolean;

/** Starts to watch for an instant; what a phase is seen by is compared with what is there now. */
export function clockFor(instant: Instant, sandbox: Sandbox): Clock {
  const start = performance.now();
  if ("afterMs" in instant) {
    return () => performance.now() - start >= instant.afterMs * sandbox.slowness;
  }
  const hasCome = watchFor(instant.phase, sandbox);
  let cameAt: number | undefined;
  return () => {
    cameAt ??= hasCome() ? performance.now() : undefined;
    return cameAt !== undefined && performance.now() - cameAt >= instant.plusMs;
  };
}

function watchFor(phase: Phase, sandbox: Sandbox): () => boolean {
  const home = (...parts: string[]): string => sandbox.path(".scorestack", ...parts);
  switch (phase) {
    case "lock taken": {
      const locks = path.join(sandbox.stateFolder, ".pulumi/locks/organization/scorestack", stackName);
      return () => names(locks).length > 0;
    }
    case "state written":
      return whenChanged(() => stampOf(path.join(sandbox.stateFolder, `.pulumi/stacks/scorestack/${stackName}.json`)));
    case "store changing":
      return whenChanged(() =>
        [names(home("bundles")), names(home("images", serviceName)), names(home("models/offset"))].join(),
      );
    case "environment being made":
      return () => names(home("environments")).some((key) => isHalf(home("environments", key)));
    case "service told":
      return whenChanged(() => stampOf(home("services", serviceName, "desired.json")));
    case "candidate starting":
      return () => statusOf(sandbox)?.candidate !== undefined;
    case "handed over":
      return whenChanged(() => String(statusOf(sandbox)?.revision));
    case "settings written":
      return whenChanged(() => stampOf(sandbox.settingsFile));
  }
}

/** What the supervisor says of the service; undefined when there is none. */
export function statusOf(
  sandbox: Sandbox,
): { pid: number; revision: number; server?: { pid: number }; candidate?: { pid: number } } | undefined {
  try {
    const { pid, revision, server, candidate } = JSON.parse(
      fs.readFileSync(sandbox.service("status.json"), "utf8"),
    ) as { pid: number; revision: number; server: { pid: number } | null; candidate: { pid: number } | null };
    return { pid, revision, server: server ?? undefined, candidate: candidate ?? undefined };
  } catch {
    return undefined;
  }
}

function whenChanged(look: () => string): () => boolean {
  const before = look();
  return () => look() !== before;
}

function names(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function stampOf(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.mtimeMs}` : "";
}

function isHalf(environment: string): boolean {
  return (
    fs.existsSync(path.join(environment, "pyvenv.cfg")) && !fs.existsSync(path.join(environment, "environment.json"))
  );
}
