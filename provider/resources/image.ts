import type { LocalImageInputs, LocalImageOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { checkJava } from "../java";
import type { Store } from "../store";
import { required } from "./inputs";

const hints = /^files(\["[^"]*"\]|\.\w+)\.source$/;

/** `scorestack:local:Image`: a bundle of scorer, models and Python environment, in the local image store. */
export function imageHandler(store: Store): Handler<LocalImageInputs, LocalImageOutputs> {
  const build = async (inputs: LocalImageInputs, context: Context): Promise<LocalImageOutputs> => {
    if (inputs.runtime === "spark-py") {
      checkJava(inputs.imageName);
    }
    if (inputs.baseImage !== undefined) {
      context.info(`'baseImage' is for container builds; the local image runs in a Python environment of its own`);
    }
    const environment = await store.environments.ensure(inputs.environment, context);
    const image = await store.imageStore.build(inputs, environment.key);
    context.info(
      `image ${image.name}:${image.version} (${inputs.identity.slice(0, 12)}), Python ${environment.pythonVersion}`,
    );
    return { ...inputs, version: image.version, imageId: `${image.name}:${image.version}` };
  };
  return {
    token: localTokens.image,
    secrets: [],
    check: (inputs) => required(inputs, ["imageName", "identity", "executionScript"]),
    diff: (olds, oldInputs, news) => {
      const changes = compare(oldInputs, news, hints);
      if (Object.keys(changes).length === 0 && !isThere(store, olds)) {
        changes.imageId = "update";
      }
      return Promise.resolve({ changes, replaces: ["imageName"] });
    },
    preview: (news, olds) => {
      const known = olds?.identity === news.identity ? olds : undefined;
      const version = known?.version ?? store.imageStore.find(news.imageName, news.identity)?.version;
      const imageId = version === undefined ? unknown : `${news.imageName}:${version}`;
      return Promise.resolve({ ...news, version: version ?? unknown, imageId });
    },
    create: async (news, context) => ({ id: news.imageName, outputs: await build(news, context) }),
    update: (_, news, context) => build(news, context),
    read: (_, olds) => Promise.resolve(isThere(store, olds) && store.imageStore.isWhole(olds) ? olds : undefined),
    // As with models, what was built stays until prune.
    delete: () => Promise.resolve(),
  };
}

function isThere(store: Store, image: LocalImageOutputs): boolean {
  const bundle = store.imageStore.bundle(image.identity);
  return (
    bundle !== undefined &&
    store.environments.get(bundle.environment) !== undefined &&
    store.imageStore.find(image.imageName, image.identity) !== undefined
  );
}
