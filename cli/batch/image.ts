import * as fs from "node:fs";
import * as path from "node:path";
import type { ImageModel } from "../../components/internal/local-contract";
import type { LaunchImage } from "../../provider/service/launch";
import { imageHandler } from "../../provider/resources/image";
import { modelHandler } from "../../provider/resources/model";
import type { Context } from "../../provider/rpc/handler";
import type { Store } from "../../provider/store";
import { damagedFiles } from "../../provider/store/contents";
import type { StoredImage } from "../../provider/store/images";
import { CliError, Interrupted, UsageError } from "../errors";
import { isInterrupted, whileStoppable } from "../interruption";
import { Progress, say, warn } from "../output/messages";
import type { WantedImage } from "./options";

/** An image that is ready to be run. */
export interface BatchImage extends LaunchImage {
  readonly imageId: string;
  readonly modelIds: readonly string[];
  /** Folder with the packages that the engine needs and the image's environment lacks; undefined where it lacks none. */
  readonly packages: string | undefined;
}

const preparing = "Preparing the image";

/** The image to run: a kept one, or the scorer's as it is on the disk now, which is built where the store doesn't have it. */
export async function prepareImage(root: string, store: Store, wanted: WantedImage): Promise<BatchImage> {
  const progress = new Progress(preparing);
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  const context = contextOf(progress, stop.signal);
  const prepared = async (): Promise<BatchImage> =>
    ready(store, "scorer" in wanted ? await build(root, store, wanted.scorer, context) : kept(store, wanted), context);
  try {
    return await whileStoppable({ stop: abort, kill: abort }, prepared());
  } catch (error) {
    throw isInterrupted() ? new Interrupted("interrupted; run the same command again to go on from here") : error;
  } finally {
    progress.end();
  }
}

/** As the engine has the provider do it, but for services: the stack's next update finds what was built here. */
async function build(root: string, store: Store, scorer: string, context: Context): Promise<string> {
  // Reading scorers loads the Pulumi SDK.
  const { scorerImage } = await import("../../stacks/scorer-image");
  process.env["SCORESTACK_ROOT"] = root;
  const plan = readScorer(() => scorerImage(scorer));
  const models: ImageModel[] = [];
  for (const model of plan.models) {
    const { outputs } = await modelHandler(store).create(model, context);
    models.push({ modelName: outputs.modelName, version: outputs.version, digest: outputs.digest });
  }
  const image = readScorer(() => plan.image(models));
  const isNew = !store.imageStore.find(image.imageName, image.identity);
  const { outputs } = await imageHandler(store).create(image, context);
  if (isNew) {
    say(`Built image ${outputs.imageId} (${image.identity.slice(0, 12)}).`);
  }
  return image.identity;
}

function readScorer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function kept(store: Store, wanted: Exclude<WantedImage, { scorer: string }>): string {
  const images = store.imageStore.all();
  const found =
    "image" in wanted
      ? images.filter((image) => idOf(image) === wanted.image)
      : images.filter(({ identity }) => identity.startsWith(wanted.identity));
  const identities = [...new Set(found.map(({ identity }) => identity))];
  const [identity] = identities;
  if (identity === undefined || identities.length > 1) {
    const [option, value] = "image" in wanted ? ["--image", wanted.image] : ["--identity", wanted.identity];
    const choices = images.map((image) => `${idOf(image)} (${image.identity.slice(0, 12)})`).join(", ");
    throw new UsageError(
      `'${option}' must be one image that is kept here: ${choices || "there is none"}; got '${value}'`,
    );
  }
  return identity;
}

async function ready(store: Store, identity: string, context: Context): Promise<BatchImage> {
  const bundle = store.imageStore.bundle(identity);
  const environment = bundle && store.environments.get(bundle.environment);
  const folder = store.imageStore.folderOf(identity);
  if (!bundle || !environment) {
    throw new CliError(
      `image ${identity.slice(0, 12)} has no Python environment here any more; put its scorer's content back and run it with --scorer`,
    );
  }
  const [damaged] = damagedFiles(folder, bundle.contents ?? {}, "quick");
  if (damaged !== undefined) {
    throw new CliError(
      `image ${identity.slice(0, 12)} is damaged (${damaged}); put its scorer's content back and run it with --scorer, which mends it`,
    );
  }
  return {
    bundle,
    folder,
    python: store.environments.python(environment.key),
    imageId: idOf(store.imageStore.named(identity).pop()) ?? identity.slice(0, 12),
    modelIds: bundle.models.map(({ modelName, version }) => `${modelName}:${version}`),
    packages: await store.batchPackages.ensure(environment, context),
  };
}

/** The batch engine of an image: its own; for images that were built before there was one, the project's. */
export function engineFolder(root: string, { folder }: Pick<BatchImage, "folder">): string {
  const own = path.join(folder, "server", "batch");
  return fs.existsSync(path.join(own, "__main__.py")) ? own : path.join(root, "runtime", "batch");
}

function idOf(image: StoredImage): string;
function idOf(image: StoredImage | undefined): string | undefined;
function idOf(image: StoredImage | undefined): string | undefined {
  return image && `${image.name}:${image.version}`;
}

function contextOf(progress: Progress, cancelled: AbortSignal): Context {
  return {
    name: "batch",
    // What was registered and built before is nothing to tell.
    info: () => undefined,
    warn,
    progress: (message) => {
      progress.update(preparing, message);
    },
    cancelled,
    secretPaths: new Set(),
  };
}
