import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findPython } from "../python";
import { UserError } from "../rpc/handler";
import type { Desired, ServiceFolder, Status } from "./files";
import { portInUse } from "./port";
import { isAlive, signal } from "./process";
import { giveSecrets, type Variables } from "./secrets";

const exitLocked = 4;
const exitPort = 5;

/** The status of the supervisor that is running now; undefined when none is. */
export function liveStatus(folder: ServiceFolder): Status | undefined {
  const status = folder.status();
  return status && isAlive(status) ? status : undefined;
}

/**
 * Tells the supervisor what should answer, starting it if need be, and waits for what becomes of it.
 *
 * @returns the status in which `desired` has either taken over or failed
 * @throws {@link UserError} if the port is taken or the supervisor can't be started
 */
export async function apply(
  folder: ServiceFolder,
  desired: Desired,
  secrets: Variables,
  script: string,
  cancelled: AbortSignal,
): Promise<Status> {
  folder.writeDesired(desired);
  const running = liveStatus(folder);
  const launched = running ? undefined : launch(folder, script);
  if (running) {
    signal(running, "SIGHUP");
  }
  const hasEnded = (): boolean => launched?.exitCode !== undefined || (running !== undefined && !isAlive(running));
  if (desired.secrets) {
    await giveSecrets(folder, desired.secrets, secrets, hasEnded);
  }
  const deadline = performance.now() + (desired.startTimeoutSeconds + 30) * 1000;
  while (performance.now() < deadline) {
    const status = liveStatus(folder);
    if (status?.serial === desired.serial && isSettled(status, desired)) {
      return status;
    }
    if (hasEnded() && status === undefined) {
      throw launched?.exitCode === undefined
        ? ended(folder, "it was killed")
        : launchFailure(folder, desired, launched.exitCode);
    }
    if (cancelled.aborted) {
      throw new UserError(
        `service '${folder.name}': stopped while revision ${desired.revision} was starting; run npm run up to go on`,
      );
    }
    await sleep(20);
  }
  throw new UserError(
    `service '${folder.name}': its supervisor did not answer; see ${folder.logFile}, then run npm run up again`,
  );
}

/** Ends the supervisor and its server, and only them. */
export async function stop(folder: ServiceFolder): Promise<void> {
  const status = liveStatus(folder);
  if (!status) {
    return;
  }
  signal(status, "SIGTERM");
  const patience = performance.now() + ((folder.desired()?.drainSeconds ?? 30) + 10) * 1000;
  while (isAlive(status) && performance.now() < patience) {
    await sleep(20);
  }
  // Its server ends by itself when the supervisor is gone.
  signal(status, "SIGKILL");
}

function isSettled(status: Status, desired: Desired): boolean {
  return (
    status.failure?.serial === desired.serial || (status.state === "running" && status.revision === desired.revision)
  );
}

function launch(folder: ServiceFolder, script: string): { exitCode?: number } {
  fs.mkdirSync(path.dirname(folder.logFile), { recursive: true });
  const log = fs.openSync(folder.logFile, "a");
  const child = spawn(findPython().executable, [script, folder.path], {
    cwd: folder.path,
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: process.env.LANG ?? "C.UTF-8",
      TMPDIR: process.env.TMPDIR,
    },
  });
  fs.closeSync(log);
  child.unref();
  const launched: { exitCode?: number } = {};
  child.on("exit", (code) => {
    launched.exitCode = code ?? -1;
  });
  child.on("error", () => {
    launched.exitCode = -1;
  });
  return launched;
}

function launchFailure(folder: ServiceFolder, { port }: Desired, code: number): UserError {
  if (code === exitPort) {
    return portInUse(folder.name, port);
  }
  return ended(folder, code === exitLocked ? "another supervisor holds its folder" : `exit code ${code}`);
}

function ended(folder: ServiceFolder, cause: string): UserError {
  return new UserError(
    `service '${folder.name}': its supervisor ended (${cause}); see ${folder.logFile}, then run npm run up again`,
  );
}
