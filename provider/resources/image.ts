import type { LocalImageInputs, LocalImageOutputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { checkJava } from "../java";
import type { Store } from "../store";
import type { Care } from "../store/contents";
import { required } from "./inputs";

const hints = /^files(\["[^"]*"\]|\.\w+)\.source$/;

/** `scorestack:local:Image`: a bundle of scorer, models and Python environment, in the local image store. */
export function imageHandler(store: Store): Handler<LocalImageInputs, LocalImageOutputs> {
  const build = async (
    inputs: LocalImageInputs,
    context: Context,
    olds?: LocalImageOutputs,
  ): Promise<LocalImageOutputs> => {
    if (inputs.runtime === "spark-py") {
      checkJava(inputs.imageName);
    }
    if (inputs.baseImage !== undefined) {
      context.info(`'baseImage' is for container builds; the local image runs in a Python environment of its own`);
    }
    // What is made anew may have been found damaged by a refresh.
    const environment = await store.environments.ensure(inputs.environment, context, olds ? "quick" : "thorough");
    const damage = olds?.identity === inputs.identity ? store.imageStore.damage(inputs, "quick") : [];
    const had = olds?.identity === inputs.identity ? olds.version : undefined;
    const image = await store.imageStore.build(inputs, environment.key, had);
    if (damage.length > 0) {
      context.info(`mended in the bundle: ${damage.join(", ")}`);
    }
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
      if (Object.keys(changes).length === 0 && !isThere(store, olds, "quick")) {
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
    update: (olds, news, context) => build(news, context, olds),
    read: (_, olds) => Promise.resolve(isThere(store, olds, "thorough") ? olds : undefined),
    // As with models, what was built stays until prune.
    delete: () => Promise.resolve(),
  };
}

function isThere(store: Store, image: LocalImageOutputs, care: Care): boolean {
  const key = store.environments.key(image.environment);
  return (
    store.imageStore.damage(image, care).length === 0 &&
    store.imageStore.bundle(image.identity)?.environment === key &&
    store.environments.has(key, care) &&
    store.imageStore.find(image.imageName, image.identity) !== undefined
  );
}
