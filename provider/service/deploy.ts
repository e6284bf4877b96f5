import * as path from "node:path";
import type { LocalServiceInputs, LocalServiceOutputs } from "../../components/internal/local-contract";
import { appRoot } from "../../components/internal/container-contract";
import { canonicalJson } from "../../components/internal/content-hash";
import { ensureContainerImage } from "../docker/images";
import { requireDocker } from "../docker/client";
import { type Context, UserError } from "../rpc/handler";
import type { Store } from "../store";
import { exclusively } from "../store/exclusive";
import { type BundlePlace, explainFailure } from "./failure";
import type { Desired, Release, ServiceFolder } from "./files";
import { hasKeys, keysFor, type ServiceKeys, writeKeys } from "./keys";
import { type LaunchImage, launchOf } from "./launch";
import { choosePort } from "./port";
import { digestOf, partVariables } from "./secrets";
import { verify } from "./probe";
import { apply, liveStatus, stop } from "./supervisor";

/** Releases of a service that are kept for going back. */
const keptReleases = 10;

/** Makes a service run what `inputs` say, beside and then instead of what it runs now. Running it already is enough. */
export async function deploy(
  store: Store,
  inputs: LocalServiceInputs,
  olds: LocalServiceOutputs | undefined,
  context: Context,
): Promise<LocalServiceOutputs> {
  const folder = store.serviceFolder(inputs.serviceName);
  return exclusively(folder.path, async () => {
    const image = await imageOf(store, inputs, context);
    const keys = inputs.authEnabled ? keysFor(inputs, olds) : {};
    const port =
      inputs.port ??
      olds?.port ??
      folder.desired()?.port ??
      (await choosePort(folder.path, store.portsInUse(folder.name)));
    const release = nextRelease(store, folder, inputs, port);
    settleReleases(folder);
    // The revision that answers now keeps its keys until the new one has taken over; one that has none yet needs them before.
    if (!hasKeys(folder)) {
      writeKeys(folder, keys);
    }
    const revision = await start(store, folder, inputs, image, release, context);
    writeKeys(folder, keys);
    await verify(inputs.serviceName, port, inputs.imageIdentity);
    forgetReleases(folder, revision);
    return outputsOf(inputs, { ...release, revision }, keys);
  });
}

/** Outputs that are known before the service has started. */
export function outputsOf(inputs: LocalServiceInputs, release: Release, keys: ServiceKeys): LocalServiceOutputs {
  return {
    ...inputs,
    ...keys,
    ...addresses(release.port),
    port: release.port,
    revision: release.revision,
    imageId: release.imageId,
    modelIds: release.modelIds,
  };
}

export function addresses(
  port: number,
): Pick<LocalServiceOutputs, "scoringUri" | "swaggerUri" | "healthUri" | "versionUri"> {
  const base = `http://127.0.0.1:${port}`;
  return {
    scoringUri: `${base}/score`,
    swaggerUri: `${base}/swagger.json`,
    healthUri: `${base}/`,
    versionUri: `${base}/version`,
  };
}

async function start(
  store: Store,
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: LaunchImage,
  release: Release,
  context: Context,
): Promise<number> {
  const previous = folder.desired();
  const { plain, secret } = partVariables(inputs, context.secretPaths);
  const digest = digestOf(secret, previous?.secrets?.salt);
  const status = liveStatus(folder);
  // A damaged desired.json says nothing of the serials that the supervisor has seen.
  const serial = Math.max(previous?.serial ?? 0, status?.serial ?? 0, status?.failure?.serial ?? 0) + 1;
  const desired = launchOf(folder, inputs, image, { plain, digest }, release, serial);
  if (status?.state === "running" && status.revision === previous?.revision && runsAlready(previous, desired)) {
    if (!folder.release(previous.revision)) {
      folder.writeRelease({ ...release, revision: previous.revision });
    }
    return previous.revision;
  }
  folder.writeRelease({ ...release, unproven: true });
  context.progress(`starting revision ${release.revision} (${release.imageId}) …`);
  const outcome = await apply(folder, desired, secret, store.supervisorScript, context.cancelled).catch(
    async (problem: unknown) => {
      await giveUp(folder, previous, desired, release);
      throw problem;
    },
  );
  if (outcome.failure?.serial === desired.serial) {
    const cause = explainFailure(outcome.failure, placeOf(image));
    const goesOn = await giveUp(folder, previous, desired, release);
    throw new UserError(
      `service '${folder.name}': revision ${release.revision} (${release.imageId}) did not take over: ${cause}\n${goesOn}`,
    );
  }
  folder.writeRelease(release);
  context.info(`revision ${release.revision} (${release.imageId}) answers on port ${release.port}`);
  return release.revision;
}

/** Leaves the last good revision as the one that is wanted; a service that has none is stopped. */
async function giveUp(
  folder: ServiceFolder,
  previous: Desired | undefined,
  failed: Desired,
  release: Release,
): Promise<string> {
  const status = liveStatus(folder);
  const running = status?.state === "running" || status?.state === "restarting";
  if (running && status.revision !== release.revision) {
    if (previous?.revision === status.revision) {
      // With the serial of the failed attempt: the supervisor has nothing to do.
      folder.writeDesired({ ...previous, serial: failed.serial });
    }
    folder.removeRelease(release.revision);
    return `revision ${status.revision} goes on answering; correct the cause and run npm run up again`;
  }
  await stop(folder);
  if (previous) {
    folder.writeDesired(previous);
  } else {
    folder.removeDesired();
  }
  folder.removeRelease(release.revision);
  return `the service does not answer; correct the cause and run npm run up again; its log: npm run logs -- ${folder.name}`;
}

/** True if the running revision differs from the wanted one in nothing but its number. */
function runsAlready(running: Desired, wanted: Desired): boolean {
  const comparable = ({ serial: _serial, revision: _revision, env, ...rest }: Desired): string =>
    canonicalJson({
      ...rest,
      env: Object.entries(env)
        .map(([name, value]) => [name, unnumbered(name, value)])
        .sort(),
    });
  return comparable(running) === comparable(wanted);
}

function unnumbered(name: string, value: string): string {
  return name.endsWith("SCORESTACK_IDENTITY")
    ? canonicalJson({ ...(JSON.parse(value) as object), revision: 0 })
    : value;
}

async function imageOf(store: Store, inputs: LocalServiceInputs, context: Context): Promise<LaunchImage> {
  const bundle = store.imageStore.bundle(inputs.imageIdentity);
  if (!bundle || !store.environments.get(bundle.environment)) {
    throw new UserError(
      `'imageIdentity' of service '${inputs.serviceName}' must be an image of the store, got ${inputs.imageIdentity.slice(0, 12)}; run npm run up to build it, or, if the service is pinned, npm run rollback -- ${inputs.serviceName} --undo`,
    );
  }
  const python = store.environments.python(bundle.environment);
  const image = { bundle, folder: store.imageStore.folderOf(inputs.imageIdentity), python };
  if (inputs.engine !== "docker") {
    return image;
  }
  await requireDocker(inputs.serviceName);
  return { ...image, container: await ensureContainerImage(store, bundle, context) };
}

/** Where a server's own words have the scorer's files. */
function placeOf({ bundle, folder, container }: LaunchImage): BundlePlace {
  return { app: container === undefined ? path.join(folder, "app") : appRoot, sources: bundle.sources };
}

function nextRelease(store: Store, folder: ServiceFolder, inputs: LocalServiceInputs, port: number): Release {
  const image = store.imageStore.named(inputs.imageIdentity).pop();
  const bundle = store.imageStore.bundle(inputs.imageIdentity);
  return {
    revision:
      Math.max(
        folder.desired()?.revision ?? 0,
        folder.status()?.revision ?? 0,
        ...folder.releases().map(({ revision }) => revision),
      ) + 1,
    imageIdentity: inputs.imageIdentity,
    imageId: image ? `${image.name}:${image.version}` : inputs.imageIdentity.slice(0, 12),
    modelIds: (bundle?.models ?? []).map(({ modelName, version }) => `${modelName}:${version}`),
    port,
    engine: inputs.engine,
    createdAt: new Date().toISOString(),
  };
}

/** What became of the releases of runs that were killed while they started: one that has not answered is nothing to go back to. */
function settleReleases(folder: ServiceFolder): void {
  const answers = folder.status()?.revision;
  for (const { unproven: _unproven, ...release } of folder.releases().filter((one) => one.unproven)) {
    if (release.revision === answers) {
      folder.writeRelease(release);
    } else {
      folder.removeRelease(release.revision);
    }
  }
}

function forgetReleases(folder: ServiceFolder, running: number): void {
  const releases = folder.releases().filter(({ revision }) => revision !== running);
  for (const { revision } of releases.slice(0, Math.max(0, releases.length - keptReleases))) {
    folder.removeRelease(revision);
  }
}
