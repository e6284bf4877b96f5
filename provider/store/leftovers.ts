import * as fs from "node:fs";
import * as path from "node:path";
import type { Store } from ".";
import { exclusively, removeDeadLock } from "./exclusive";
import { entries, isAbandoned, numbered, remove } from "./files";

/** Parts of `.scorestack/` that are others' below their first level, or of any size: the engine's, uv's, a model's own files. */
const closed = /^(state|tools\/[^/]+|environments\/(?!locks)[^/]+|models\/[^/]+\/\d+\/content)$/;

/**
 * Removes what processes that have ended have left below `home`: half-made files and folders, and locks. What a process that
 * lives works on stays. Returns their paths, relative to `home`.
 */
export function removeLeftovers(home: string): string[] {
  return leftoversIn(home, "");
}

/** Those in a folder alone, such as the one that holds a stack's settings. */
export function removeHalfMadeFiles(folder: string): string[] {
  return entriesOf(folder).flatMap(({ name }) => removeIfLeft(folder, name) ?? []);
}

/**
 * Removes the images, models and environments that have no record and that nothing uses: half built, or half removed, and counted
 * nowhere. One that is used is mended where it lies. Returns their paths, relative to `.scorestack/`.
 */
export async function removeUnrecorded(store: Store): Promise<string[]> {
  const inStore = (...parts: string[]): string => path.join(store.folder, ...parts);
  const users = store.imageUsers();
  const bundles = entries(inStore("bundles")).filter((name) => name !== "locks" && !users.has(name));
  const removed: string[] = [];
  const removeWithout = async (record: string, place: string, lock: string): Promise<void> => {
    const isUnrecorded = (): boolean => !fs.existsSync(inStore(place, record)) && fs.existsSync(inStore(place));
    if (isUnrecorded()) {
      await exclusively(inStore(lock), () => {
        if (isUnrecorded()) {
          remove(inStore(place));
          removed.push(place);
        }
        return Promise.resolve();
      });
    }
  };
  for (const identity of bundles) {
    await removeWithout("image.json", `bundles/${identity}`, `bundles/locks/${identity}`);
  }
  for (const name of entries(inStore("models"))) {
    for (const version of numbered(inStore("models", name))) {
      await removeWithout("model.json", `models/${name}/${version}`, `models/${name}`);
    }
  }
  for (const key of unusedEnvironments(store)) {
    await removeWithout("environment.json", `environments/${key}`, `environments/locks/${key}`);
  }
  return removed;
}

/** None where an image can't say which environment it needs. */
function unusedEnvironments({ folder, imageStore }: Store): string[] {
  const identities = entries(path.join(folder, "bundles")).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const used = identities.map((identity) => imageStore.bundle(identity)?.environment);
  const keys = entries(path.join(folder, "environments")).filter((name) => /^[0-9a-f]{16}$/.test(name));
  return used.includes(undefined) ? [] : keys.filter((key) => !used.includes(key));
}

function leftoversIn(home: string, folder: string): string[] {
  return entriesOf(path.join(home, folder)).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    const removed = removeIfLeft(home, place);
    if (removed !== undefined) {
      return [removed];
    }
    return entry.isDirectory() && !closed.test(place) ? leftoversIn(home, place) : [];
  });
}

function removeIfLeft(home: string, place: string): string | undefined {
  const target = path.join(home, place);
  if (isAbandoned(target)) {
    remove(target);
    return place;
  }
  return /^\.lock(\.|$)/.test(path.basename(place)) && removeDeadLock(target) ? place : undefined;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
