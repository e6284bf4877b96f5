import type { LocalModelInputs, LocalModelOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { unknown } from "../rpc/values";
import type { Store } from "../store";
import type { Care } from "../store/contents";
import type { StoredModel } from "../store/models";
import { required } from "./inputs";

const hints = /^source$/;

/** `scorestack:local:Model`: content under a name, in the local model store. */
export function modelHandler(store: Store): Handler<LocalModelInputs, LocalModelOutputs> {
  const outputs = (
    inputs: LocalModelInputs,
    { name, version }: Pick<StoredModel, "name" | "version">,
  ): LocalModelOutputs => ({
    ...inputs,
    version,
    modelId: `${name}:${version}`,
  });
  const register = async (inputs: LocalModelInputs, context: Context, had?: number): Promise<StoredModel> => {
    const known = store.modelStore.find(inputs.modelName, inputs.digest);
    const damage = known ? store.modelStore.damage(known, "quick") : [];
    const model = await store.modelStore.register(inputs, had);
    const done =
      damage.length > 0 ? `mended in the store: ${damage.join(", ")}` : known ? "was registered already" : "registered";
    context.info(`${model.name}:${model.version} ${done}`);
    return model;
  };
  const isWhole = (model: LocalModelOutputs, care: Care): boolean => {
    const stored = store.modelStore.get(model.modelName, model.version);
    return stored?.digest === model.digest && store.modelStore.damage(stored, care).length === 0;
  };
  return {
    token: localTokens.model,
    secrets: [],
    check: (inputs) => required(inputs, ["modelName", "digest", "source"]),
    diff: (olds, oldInputs, news) => {
      const changes = compare(oldInputs, news, hints);
      if (Object.keys(changes).length === 0 && !isWhole(olds, "quick")) {
        changes.version = "update";
      }
      return Promise.resolve({ changes, replaces: ["modelName"] });
    },
    preview: (news, olds) => {
      const known = olds?.digest === news.digest ? olds : undefined;
      const stored = store.modelStore.find(news.modelName, news.digest);
      const version = known?.version ?? stored?.version;
      return Promise.resolve(
        version === undefined
          ? { ...news, version: unknown, modelId: unknown }
          : outputs(news, { name: news.modelName, version }),
      );
    },
    create: async (news, context) => {
      return { id: news.modelName, outputs: outputs(news, await register(news, context)) };
    },
    update: async (olds, news, context) =>
      outputs(news, await register(news, context, olds.digest === news.digest ? olds.version : undefined)),
    read: (_, olds) => Promise.resolve(isWhole(olds, "thorough") ? olds : undefined),
    // The version stays: an earlier release or another stack may use it. Prune removes what nothing uses.
    delete: () => Promise.resolve(),
  };
}
