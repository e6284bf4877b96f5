import type { LocalServiceInputs, LocalServiceOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { requireDocker } from "../docker/client";
import { removeContainers } from "../docker/containers";
import { type Changes, compare } from "../rpc/diff";
import type { Handler, Secrecy } from "../rpc/handler";
import { isUnknown, unknown } from "../rpc/values";
import { addresses, deploy } from "../service/deploy";
import { acceptsKeys, keptKeys } from "../service/keys";
import { isFree, portInUse } from "../service/port";
import { partVariables } from "../service/secrets";
import { liveStatus, stop } from "../service/supervisor";
import type { Store } from "../store";
import { lockOf } from "../store/bundle-context";
import { required } from "./inputs";

/** `scorestack:local:Service`: an image that answers on 127.0.0.1. */
export function serviceHandler(store: Store): Handler<LocalServiceInputs, LocalServiceOutputs> {
  return {
    token: localTokens.service,
    secrets: ["primaryKey", "secondaryKey"],
    check: (inputs) => required(inputs, ["serviceName", "imageIdentity"]),
    diff: (olds, oldInputs, news, secrecy) => {
      const changes = { ...changedSecrecy(oldInputs, news, secrecy), ...compare(oldInputs, news) };
      if (Object.keys(changes).length === 0 && !(isWell(store, olds) && hasRecords(store, olds))) {
        // Seen without a refresh, so that the next update brings it back.
        changes.revision = "update";
      }
      const movesPort = changes.port !== undefined && news.port !== undefined && news.port !== olds.port;
      return Promise.resolve({
        changes,
        replaces: ["serviceName", ...(movesPort ? ["port"] : [])],
        // The old address must be free of the name's folder before the new one is made.
        deleteBeforeReplace: movesPort,
      });
    },
    preview: async (news, olds) => {
      await requirePort(store, news, olds);
      await requireContainer(store, news);
      const port = news.port ?? olds?.port;
      const places = port === undefined || isUnknown(port) ? unknownAddresses : { port, ...addresses(port) };
      const kept = keptKeys(news, olds);
      const keys = news.authEnabled
        ? {
            primaryKey: news.primaryKey ?? kept.primaryKey ?? unknown,
            secondaryKey: news.secondaryKey ?? kept.secondaryKey ?? unknown,
          }
        : {};
      return { ...news, ...places, ...keys, revision: unknown, imageId: unknown, modelIds: unknown };
    },
    create: async (news, context) => ({ id: news.serviceName, outputs: await deploy(store, news, undefined, context) }),
    update: (olds, news, context) => deploy(store, news, olds, context),
    read: (_, olds) => Promise.resolve(answers(store, olds) ? olds : undefined),
    delete: async (olds) => {
      const folder = store.serviceFolder(olds.serviceName);
      await stop(folder);
      if (olds.engine === "docker" || folder.releases().some(({ engine }) => engine === "docker")) {
        await removeContainers(folder.path);
      }
      folder.remove();
    },
  };
}

/** Variables that are handed over in another way from now on, though their values are the same. */
function changedSecrecy(olds: LocalServiceInputs, news: LocalServiceInputs, secrecy: Secrecy): Changes {
  const before = Object.keys(partVariables(olds, secrecy.olds).secret);
  const after = Object.keys(partVariables(news, secrecy.news).secret);
  const moved = [...before.filter((name) => !after.includes(name)), ...after.filter((name) => !before.includes(name))];
  return Object.fromEntries(moved.map((name) => [`environmentVariables.${name}`, "update"]));
}

/** Finds at preview that a port is taken; a new service's, or one that a service is to move to. */
async function requirePort(
  store: Store,
  { serviceName, port }: LocalServiceInputs,
  olds: LocalServiceOutputs | undefined,
): Promise<void> {
  const own = olds?.port ?? store.serviceFolder(serviceName).desired()?.port;
  if (port !== undefined && !isUnknown(port) && port !== own && !(await isFree(port))) {
    throw portInUse(serviceName, port);
  }
}

/** Finds at preview that there is no Docker, or that an image that is in the store already can be no container. */
async function requireContainer(
  store: Store,
  { serviceName, engine, imageIdentity }: LocalServiceInputs,
): Promise<void> {
  if (engine === "docker") {
    const bundle = isUnknown(imageIdentity) ? undefined : store.imageStore.bundle(imageIdentity);
    if (bundle) {
      lockOf(store, bundle);
    }
    await requireDocker(serviceName);
  }
}

function answers(store: Store, service: LocalServiceOutputs): boolean {
  const status = liveStatus(store.serviceFolder(service.serviceName));
  return status !== undefined && status.state !== "failed" && status.revision === service.revision;
}

/** Whether there is nothing to do for it: one that waits for its next try after a crash may be tried at once. */
function isWell(store: Store, service: LocalServiceOutputs): boolean {
  const status = liveStatus(store.serviceFolder(service.serviceName));
  return answers(store, service) && !(status?.state === "restarting" && status.failure !== null);
}

/** Whether what is kept of a service on the disk is there, and is what it was. */
function hasRecords(store: Store, service: LocalServiceOutputs): boolean {
  const folder = store.serviceFolder(service.serviceName);
  const isKnown = folder.desired()?.revision === service.revision && folder.release(service.revision) !== undefined;
  return isKnown && acceptsKeys(folder, service);
}

const unknownAddresses = {
  port: unknown,
  scoringUri: unknown,
  swaggerUri: unknown,
  healthUri: unknown,
  versionUri: unknown,
};
