import { storedContexts } from "../../components/internal/context-folder";
import { remove, sizeOf } from "./files";

/** A run that builds from a context is over by then. */
const busyMs = 60 * 60_000;

/** A build context that can go. */
export interface UnusedContext {
  readonly folder: string;
  readonly identity: string;
  readonly sizeInBytes: number;
}

/** Build contexts are caches: those that no program has made sure of for an hour can go, as can what killed runs have left. */
export function unusedContexts(projectRoot: string, now = new Date()): UnusedContext[] {
  return storedContexts(projectRoot)
    .filter(({ usedAt }) => now.getTime() - usedAt.getTime() > busyMs)
    .map(({ folder, identity }) => ({ folder, identity, sizeInBytes: sizeOf(folder) }));
}

export function removeContext({ folder }: UnusedContext): void {
  remove(folder);
}
