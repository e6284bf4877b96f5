import type { ServiceKeysInputs, ServiceKeysOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { keptKeys, keysFor } from "../service/keys";

/** `scorestack:local:ServiceKeys`: two keys that are kept in the state alone. Without a change they stay what they are. */
export function serviceKeysHandler(): Handler<ServiceKeysInputs, ServiceKeysOutputs> {
  const tell = (keys: ServiceKeysOutputs, olds: ServiceKeysOutputs, context: Context): void => {
    for (const name of ["primary", "secondary"] as const) {
      if (keys[`${name}Key`] !== olds[`${name}Key`]) {
        context.info(`the ${name} key is another one now`);
      }
    }
  };
  return {
    token: localTokens.serviceKeys,
    secrets: ["primaryKey", "secondaryKey"],
    check: () => [],
    diff: (_, oldInputs, news) => Promise.resolve({ changes: compare(oldInputs, news) }),
    preview: (news, olds) => {
      const kept = keptKeys(news, olds);
      return Promise.resolve({
        ...news,
        primaryKey: news.primaryKey ?? kept.primaryKey ?? unknown,
        secondaryKey: news.secondaryKey ?? kept.secondaryKey ?? unknown,
      });
    },
    create: (news, { name }) => Promise.resolve({ id: name, outputs: { ...news, ...keysFor(news, undefined) } }),
    update: (olds, news, context) => {
      const keys = { ...news, ...keysFor(news, olds) };
      tell(keys, olds, context);
      return Promise.resolve(keys);
    },
    read: (_, olds) => Promise.resolve(olds),
    delete: () => Promise.resolve(),
  };
}
