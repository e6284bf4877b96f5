import type { ServiceRecord } from "../store/records";
import { addresses } from "./deploy";
import { readCounts } from "./counts";
import type { ServiceFolder, Status } from "./files";
import { readJson } from "../store/files";
import { treeMemory, usageOf } from "./group";
import { ageInSeconds } from "./process";
import { liveStatus } from "./supervisor";

/** A service as it stands now; undefined for a folder that holds none. */
export function describeService(folder: ServiceFolder): ServiceRecord | undefined {
  const [desired, status] = [folder.desired(), liveStatus(folder)];
  if (!desired && !status) {
    return undefined;
  }
  const revision = status?.revision ?? desired?.revision ?? 0;
  const release = folder.release(revision);
  const port = desired?.port ?? release?.port ?? 0;
  const server = status?.server ?? undefined;
  return {
    name: folder.name,
    state: status?.state ?? "stopped",
    engine: release?.engine ?? "process",
    revision: server ? revision : 0,
    imageId: release?.imageId ?? "",
    imageIdentity: release?.imageIdentity ?? "",
    modelIds: release?.modelIds ?? [],
    port,
    ...addresses(port),
    pid: server?.pid,
    startedAt: server ? startOf(server).toISOString() : undefined,
    restarts: status?.restarts ?? 0,
    memoryInBytes: server ? memoryOf(folder, server) : undefined,
    ...(server?.reports === undefined ? {} : readCounts(folder.file(server.reports))),
    logFile: folder.logFile,
    problem: desired && release ? problemOf(status) : "what is kept of it on the disk is damaged; npm run up mends it",
  };
}

/** Of its server, with the container behind it. */
function memoryOf(folder: ServiceFolder, { pid, reports }: NonNullable<Status["server"]>): number | undefined {
  const told = reports === undefined ? undefined : readJson(folder.file(`${reports}/container.json`));
  const container = (told as { pid: number } | undefined)?.pid;
  const own = usageOf([pid])?.bytes;
  return own === undefined || container === undefined ? own : own + treeMemory(container);
}

/** By the clock as it is now: the supervisor's note may be of another time. */
function startOf({ pid, startedAt }: { pid: number; startedAt: number }): Date {
  const age = ageInSeconds(pid);
  return new Date(age === undefined ? Math.min(startedAt * 1000, Date.now()) : Date.now() - age * 1000);
}

function problemOf(status: Status | undefined): string | undefined {
  if (!status) {
    return "its supervisor is not running; npm run up brings the service back";
  }
  // A service that runs may still hold why an update to it was refused.
  return status.state === "running" ? undefined : status.failure?.problem;
}
