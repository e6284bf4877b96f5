import { contentOf } from "../components/checks/model-image";
import { hashContent } from "../components/internal/content-hash";
import { imageIdentity } from "../components/internal/identity";
import { readImage } from "../components/internal/image-plan";
import type { ImageModel, LocalImageInputs, LocalModelInputs } from "../components/internal/local-contract";
import { problemLine, shown } from "../components/internal/problems";
import { fromRoot, toRoot } from "../components/internal/project";
import { readScorers, type Scorer } from "./scorers";

/** What the provider is given for a scorer in the local workspace. */
export interface ScorerImage {
  readonly models: readonly LocalModelInputs[];
  /** The image, once the models have their versions. */
  readonly image: (models: ImageModel[]) => LocalImageInputs;
}

/**
 * A scorer's models and image as they are on the disk now: what the stack `local` would tell the provider of them, without an
 * engine. Changes nothing.
 *
 * @throws Error with everything that is wrong, one problem a line.
 */
export function scorerImage(name: string): ScorerImage {
  const scorers = readScorers();
  const scorer = scorers.find((one) => one.name === name);
  if (!scorer) {
    const known = scorers.map((one) => one.name).join(", ");
    throw new Error(problemLine("--scorer", `must be one of ${known}`, shown(name), "npm run new-scorer makes one"));
  }
  if (scorer.problems.length > 0) {
    throw new Error(scorer.problems.join("\n"));
  }
  const models = scorer.models.map(modelInputs);
  return { models, image: (versions) => imageInputs(scorer, versions) };
}

function imageInputs({ name, image }: Scorer, models: ImageModel[]): LocalImageInputs {
  const { runtime = "python", dependencies = [], enableGpu = false } = image;
  const content = contentOf(readImage({ ...image, runtime, dependencies, enableGpu }).plan(), image);
  const { tags, description } = image as Plain<typeof image>;
  return { ...content, imageName: name, models, tags, description, identity: imageIdentity({ ...content, models }) };
}

function modelInputs(model: Scorer["models"][number]): LocalModelInputs {
  const { path: at, ...metadata } = model as Plain<typeof model>;
  const { digest, sizeInBytes } = hashContent(fromRoot(at));
  return { ...metadata, source: toRoot(at), digest, sizeInBytes };
}

/** Values that are read from files have no Outputs among them. */
type Plain<T> = {
  [K in keyof T]: K extends "tags" | "properties" ? Record<string, string> | undefined : PlainText<T[K]>;
};
type PlainText<T> = Extract<T, string> | Extract<T, undefined>;
