import * as fs from "node:fs";
import * as path from "node:path";
import { type ContextPlan, type ModelFiles, planContext } from "../../components/internal/build-context";
import type { ImageModel } from "../../components/internal/local-contract";
import { lockFits } from "../../components/internal/lock";
import { UserError } from "../rpc/handler";
import type { Store } from ".";
import { type Bundle, modelFolder } from "./images";

/**
 * The build context of a bundle, from the store alone: the one that the program has for builds in Azure, to the byte.
 *
 * @throws {@link UserError} if its environment has no lock that fits
 */
export function contextOf(store: Store, bundle: Bundle): ContextPlan {
  const folder = store.imageStore.folderOf(bundle.identity);
  const fileOf = (at: string, sha256: string) => {
    const source = path.join(folder, at);
    return { source, sha256, executable: (fs.statSync(source).mode & 0o111) !== 0 };
  };
  const all = Object.entries(bundle.contents ?? {}).map(([at, { sha256 }]) => [at, fileOf(at, sha256)] as const);
  const models = bundle.models.map((model) => filesOf(model, all));
  const inModels = bundle.models.map((model) => `${modelFolder(model)}${path.sep}`);
  return planContext(
    {
      identity: bundle.identity,
      dockerfile: fs.readFileSync(path.join(folder, "Dockerfile"), "utf8"),
      environment: { python: "", requirements: [], lock: lockOf(store, bundle) },
      files: Object.fromEntries(all.filter(([at]) => !inModels.some((home) => at.startsWith(home)))),
    },
    models,
  );
}

/**
 * The lock that a bundle's environment was installed from, where it was made by `npm run lock`.
 *
 * @throws {@link UserError} if there is none
 */
export function lockOf({ environments, imageStore }: Store, { identity, environment: key }: Bundle): string {
  const lock = environments.lockText(key) ?? "";
  if (!lockFits(lock, environments.get(key)?.requirements ?? [])) {
    const name = imageStore.named(identity).pop()?.name ?? identity.slice(0, 12);
    throw new UserError(
      `'condaFile' of image '${name}' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it`,
    );
  }
  return lock;
}

type Entry = readonly [string, ModelFiles["files"][string]];

function filesOf(model: ImageModel, all: readonly Entry[]): ModelFiles {
  const home = `${modelFolder(model)}${path.sep}`;
  const own = all.filter(([at]) => at.startsWith(home)).map(([at, file]) => [at.slice(home.length), file] as const);
  return { modelName: model.modelName, digest: model.digest, files: Object.fromEntries(own) };
}
