import type { LocalServiceInputs, LocalServiceOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { compare } from "../rpc/diff";
import type { Handler } from "../rpc/handler";
import { isUnknown, unknown } from "../rpc/values";
import { addresses, deploy } from "../service/deploy";
import { liveStatus, stop } from "../service/supervisor";
import type { Store } from "../store";
import { required } from "./inputs";

/** `scorestack:local:Service`: an image that answers on 127.0.0.1. */
export function serviceHandler(store: Store): Handler<LocalServiceInputs, LocalServiceOutputs> {
  return {
    token: localTokens.service,
    secrets: ["primaryKey", "secondaryKey"],
    check: (inputs) => required(inputs, ["serviceName", "imageIdentity"]),
    diff: (olds, oldInputs, news) => {
      const changes = compare(oldInputs, news);
      if (Object.keys(changes).length === 0 && !answers(store, olds)) {
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
    preview: (news, olds) => {
      const port = news.port ?? olds?.port;
      const places = port === undefined || isUnknown(port) ? unknownAddresses : { port, ...addresses(port) };
      const keys = news.authEnabled
        ? {
            primaryKey: news.primaryKey ?? olds?.primaryKey ?? unknown,
            secondaryKey: news.secondaryKey ?? olds?.secondaryKey ?? unknown,
          }
        : {};
      return Promise.resolve({ ...news, ...places, ...keys, revision: unknown, imageId: unknown, modelIds: unknown });
    },
    create: async (news, context) => ({ id: news.serviceName, outputs: await deploy(store, news, undefined, context) }),
    update: (olds, news, context) => deploy(store, news, olds, context),
    read: (_, olds) => Promise.resolve(answers(store, olds) ? olds : undefined),
    delete: async (olds) => {
      const folder = store.serviceFolder(olds.serviceName);
      await stop(folder);
      folder.remove();
    },
  };
}

function answers(store: Store, service: LocalServiceOutputs): boolean {
  const status = liveStatus(store.serviceFolder(service.serviceName));
  return status !== undefined && status.state !== "failed" && status.revision === service.revision;
}

const unknownAddresses = {
  port: unknown,
  scoringUri: unknown,
  swaggerUri: unknown,
  healthUri: unknown,
  versionUri: unknown,
};
