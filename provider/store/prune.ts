import { containerImages, removeContainerImage } from "../docker/images";
import { UserError } from "../rpc/handler";
import { removeContext, unusedContexts } from "./contexts";
import { sizeOf } from "./files";
import type { Store } from ".";

export interface PrunePolicy {
  /** Newest versions of each name that stay even when nothing uses them. */
  readonly keep: number;
  /** Only tell what would go. */
  readonly dryRun: boolean;
  /** What stacks have in their states: it stays, as their next update would make it again. */
  readonly held?: Held;
}

export interface Held {
  /** Identities. */
  readonly images: readonly string[];
  /** `name:version`. */
  readonly models: readonly string[];
}

export interface Removed {
  kind: "model" | "image" | "environment" | "batch packages" | "context" | "container image";
  id: string;
  sizeInBytes: number;
}

/**
 * Images first, then the models, environments and container images that only they held; build contexts, which are caches. Never what a service runs or
 * keeps as a release, nor what a stack has.
 */
export async function prune(store: Store, { keep, dryRun, held }: PrunePolicy): Promise<{ removed: Removed[] }> {
  const [damaged] = store.damagedRecords();
  if (damaged !== undefined) {
    throw new UserError(
      `'${damaged}' is damaged, so that what it holds would count as unused; run npm start, which mends what is in use, or remove it`,
    );
  }
  const users = new Set([...store.imageUsers().keys(), ...(held?.images ?? [])]);
  const images = store.imageStore.all();
  const oldImages = beyond(images, keep).filter(({ identity }) => !users.has(identity));
  const gone = new Set(oldImages.map(({ name, version }) => `${name}:${version}`));
  const kept = new Set([
    ...images.filter(({ name, version }) => !gone.has(`${name}:${version}`)).map(({ identity }) => identity),
    ...users,
  ]);
  const bundles = store.imageStore.allBundles();
  const heldModels = new Set([
    ...(held?.models ?? []),
    ...bundles
      .filter(({ identity }) => kept.has(identity))
      .flatMap(({ models }) => models.map((m) => `${m.modelName}:${m.version}`)),
  ]);
  const heldEnvironments = new Set(
    bundles.filter(({ identity }) => kept.has(identity)).map(({ environment }) => environment),
  );
  const oldModels = beyond(store.modelStore.all(), keep).filter(
    ({ name, version }) => !heldModels.has(`${name}:${version}`),
  );
  const oldEnvironments = store.environments.all().filter(({ key }) => !heldEnvironments.has(key));
  const keptEnvironments = store.environments.all().filter(({ key }) => heldEnvironments.has(key));
  const oldPackages = store.batchPackages.unused(keptEnvironments);
  const oldContexts = unusedContexts(store.projectRoot);
  const oldContainers = (await containerImages(store)).filter(({ identity }) => !kept.has(identity));
  const removed: Removed[] = [
    ...oldImages.map(({ name, version, identity }) => ({
      kind: "image" as const,
      id: `${name}:${version}`,
      sizeInBytes: kept.has(identity) ? 0 : sizeOf(store.imageStore.folderOf(identity)),
    })),
    ...oldModels.map(({ name, version, sizeInBytes }) => ({
      kind: "model" as const,
      id: `${name}:${version}`,
      sizeInBytes,
    })),
    ...oldEnvironments.map(({ key }) => ({
      kind: "environment" as const,
      id: key,
      sizeInBytes: sizeOf(store.environments.folderOf(key)),
    })),
    ...oldPackages.map(({ key, sizeInBytes }) => ({ kind: "batch packages" as const, id: key, sizeInBytes })),
    ...oldContainers.map(({ tag, sizeInBytes }) => ({ kind: "container image" as const, id: tag, sizeInBytes })),
    ...oldContexts.map(({ identity, sizeInBytes }) => ({
      kind: "context" as const,
      id: identity.slice(0, 12),
      sizeInBytes,
    })),
  ];
  if (!dryRun) {
    oldImages.forEach(({ name, version }) => {
      store.imageStore.removeName(name, version);
    });
    bundles
      .filter(({ identity }) => !kept.has(identity))
      .forEach(({ identity }) => {
        store.imageStore.removeBundle(identity);
      });
    oldModels.forEach(({ name, version }) => {
      store.modelStore.remove(name, version);
    });
    oldEnvironments.forEach(({ key }) => {
      store.environments.remove(key);
    });
    oldPackages.forEach(({ key }) => {
      store.batchPackages.remove(key);
    });
    oldContexts.forEach(removeContext);
    for (const image of oldContainers) {
      await removeContainerImage(image);
    }
  }
  return { removed };
}

/** The versions of each name that are older than its newest `keep`. */
function beyond<T extends { name: string; version: number }>(all: readonly T[], keep: number): T[] {
  const newest = new Map<string, number[]>();
  for (const { name, version } of all) {
    newest.set(
      name,
      [...(newest.get(name) ?? []), version].sort((a, b) => b - a),
    );
  }
  return all.filter(({ name, version }) => (newest.get(name)?.indexOf(version) ?? 0) >= keep);
}
