import * as pulumi from "@pulumi/pulumi";
import { isPinned } from "../internal/base-image";
import { planContext } from "../internal/build-context";
import { ensureContext, readModelFiles } from "../internal/context-folder";
import type { ImageModel, LocalImageInputs } from "../internal/local-contract";
import { shown } from "../internal/problems";
import { claim } from "../internal/program-claims";
import { buildArguments, shortIdentity } from "../render/dockerfile";
import type { ImageContent, ImagePlaces, WorkspaceImage } from "../workspace";
import { type Build, buildAtGit, buildByUpload, buildWithBuildKit, takePrebuilt } from "./image-builders";
import { type AzureImagePlace, defaultBuilder, ImageBuilder, ImagePlatform } from "./image-place";
import { missingTool } from "./image-tools";

export type { AzureImagePlace, CommittedContexts, ImageBuildOptions, PrebuiltImage } from "./image-place";
export { ImageBuilder, ImagePlatform } from "./image-place";
export { azureImageFaults, imageOptionFaults } from "./image-rules";

const builders: Readonly<Record<ImageBuilder, (build: Build) => pulumi.Output<string>>> = {
  [ImageBuilder.buildkit]: buildWithBuildKit,
  [ImageBuilder.acrUpload]: buildByUpload,
  [ImageBuilder.acrGit]: buildAtGit,
  [ImageBuilder.prebuilt]: takePrebuilt,
};

/**
 * Makes the resources that put an image into a registry in Azure, tagged with its identity's first 12 characters. `azureImageFaults`
 * has to have found nothing. A preview knows `ref` unless the image moves.
 */
export function buildAzureImage(
  place: AzureImagePlace,
  name: string,
  image: ImageContent,
  options: pulumi.CustomResourceOptions,
  places: ImagePlaces,
): WorkspaceImage {
  const { builder = defaultBuilder, platform = ImagePlatform.amd64 } = place;
  const content = pulumi.output({ ...image, models: contentsOf(image.models) }) as pulumi.Output<LocalImageInputs>;
  const [identity, imageName] = [pulumi.output(image.identity), pulumi.output(image.imageName)];
  tell(name, place, places, options.parent);
  const build: Build = {
    place: { ...place, platform },
    places,
    name,
    options,
    identity,
    imageName,
    tag: identity.apply((known) => shortIdentity(known) + platformSuffix(platform)),
    arguments: content.apply((known) => ({
      ...buildArguments(known.identity, known.models),
      ...indexArguments(place),
    })),
    // Only called by what builds from this machine.
    context: () => content.apply((known) => contextOf(known, places)),
  };
  const version = identity.apply(shortIdentity);
  const ref = builders[builder](build);
  return { imageName, version, imageId: pulumi.interpolate`${imageName}:${version}`, identity, ref };
}

/** Tags of `linux/amd64` have none, so that they stay what they were. */
function platformSuffix(platform: ImagePlatform): string {
  const [name] = Object.entries(ImagePlatform).find(([, known]) => known === platform) ?? [];
  return platform === ImagePlatform.amd64 || name === undefined ? "" : `-${name}`;
}

/** A model's version may be known later than its content, and is not in the image. */
function contentsOf(models: ImageContent["models"]): ImageContent["models"] {
  const list = models as readonly ImageModel[];
  return Array.isArray(models) ? list.map(({ modelName, digest }) => ({ modelName, digest, version: "" })) : models;
}

/** Writes the build context, in previews too: it is a cache of the program. */
function contextOf(image: LocalImageInputs, places: ImagePlaces): string {
  try {
    return ensureContext(image.identity, () =>
      planContext(
        image,
        image.models.map((model, index) => modelOf(model, places.models[index] ?? "")),
      ),
    );
  } catch (error) {
    throw new pulumi.RunError(
      `image ${shown(image.imageName)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function modelOf({ modelName, digest }: ImageModel, given: string) {
  const { found, ...model } = readModelFiles({ modelName, digest }, given);
  if (found !== digest) {
    throw new Error(
      `${shown(given)} is not the content of model ${shown(modelName)} that the image names; run the command again`,
    );
  }
  return model;
}

function indexArguments({ packageIndexUrl }: AzureImagePlace): Record<string, string> {
  return packageIndexUrl === undefined ? {} : { PIP_INDEX_URL: packageIndexUrl, UV_DEFAULT_INDEX: packageIndexUrl };
}

/** Warns of what is allowed and can surprise. */
function tell(name: string, place: AzureImagePlace, { baseImage }: ImagePlaces, image?: pulumi.Resource): void {
  const missing = missingTool(place);
  // Once for all images of a program.
  if (missing !== undefined && claim("missing tool", missing, name) === undefined) {
    void pulumi.log.warn(missing, image);
  }
  if (baseImage !== undefined && !isPinned(baseImage)) {
    void pulumi.log.warn(`${shown(baseImage)} can be moved: the same identity may then be another image`, image);
  }
}
