import * as path from "node:path";
import { contentOf } from "../../components/checks/model-image";
import { planContext } from "../../components/internal/build-context";
import { hashContent } from "../../components/internal/content-hash";
import { readModelFiles, writeContext } from "../../components/internal/context-folder";
import { imageIdentity } from "../../components/internal/identity";
import { readImage } from "../../components/internal/image-plan";
import { fromRoot } from "../../components/internal/project";
import { buildArguments } from "../../components/render/dockerfile";
import type { Scorer } from "../../stacks/scorers";
import { baseImage, type BuildResult, type Engine } from "./engine";

/** What an image is made of, on the base of these tests; the sources are those of the stack. */
export interface ImageParts {
  readonly image: Omit<Scorer["image"], "baseImage">;
  readonly models: readonly { readonly modelName: string; readonly path: string }[];
}

export interface BuiltImage {
  readonly identity: string;
  readonly tag: string;
  readonly result: BuildResult;
}

/** Writes the build context of an image to a folder, as the builders have it. */
export function writeParts({ image: given, models: named }: ImageParts, folder: string) {
  const image = { ...given, baseImage };
  const { runtime = "python", dependencies = [], enableGpu = false } = image;
  const plan = readImage({ ...image, runtime, dependencies, enableGpu }).plan();
  const models = named.map(({ modelName, path: at }) =>
    readModelFiles({ modelName, digest: hashContent(fromRoot(at)).digest }, at),
  );
  const identity = imageIdentity({ ...contentOf(plan, image), models });
  writeContext(planContext({ ...plan, identity }, models), folder);
  return { identity, arguments: buildArguments(identity, models) };
}

/** Builds an image from its sources with BuildKit. */
export async function buildParts(engine: Engine, name: string, parts: ImageParts, home: string): Promise<BuiltImage> {
  const folder = path.join(home, name);
  const { identity, arguments: given } = writeParts(parts, folder);
  const tag = `${name}:${identity.slice(0, 12)}`;
  return { identity, tag, result: await engine.build({ folder, tag, arguments: given }) };
}
