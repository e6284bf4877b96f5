import type * as pulumi from "@pulumi/pulumi";
import type { ModelImage, RegisteredModel, ScoringService } from "../components";
import type { BuiltImage } from "./built-image";
import type { Scorer } from "./scorers";

/** Outputs of a stack: what it made, by name. */
export interface StackOutputs {
  readonly models: Record<string, pulumi.Inputs>;
  readonly images: Record<string, pulumi.Inputs>;
  readonly services: Record<string, pulumi.Inputs>;
  /** Where the images are, in a cloud. */
  readonly registry?: pulumi.Inputs;
  /** Where the models are, in Azure: what other stacks need of the workspace. */
  readonly workspace?: pulumi.Inputs;
}

/** Outputs of a stack that runs images of another. */
export interface ClusterOutputs {
  readonly images: Readonly<Record<string, BuiltImage>>;
  readonly services: Record<string, pulumi.Inputs>;
  /** Batch runs that the settings ask for. */
  readonly batchJobs?: Record<string, pulumi.Inputs>;
  /** What the services run in, where it was made here. */
  readonly cluster?: pulumi.Inputs;
}

/** Outputs of a stack that scores in batches. */
export interface BatchOutputs {
  readonly images: Readonly<Record<string, BuiltImage>>;
  readonly pools: Record<string, pulumi.Inputs>;
}

/** What a scorer has been made into. */
export interface MadeScorer {
  readonly models: Readonly<Record<string, RegisteredModel>>;
  readonly image: ModelImage;
}

/** Makes scorers and notes them in a stack's outputs; returns their images by the scorers' names. `describe` says what is noted of an image. */
export function makeAll(
  scorers: readonly Scorer[],
  make: (scorer: Scorer) => MadeScorer,
  outputs: StackOutputs,
  describe?: (image: ModelImage) => pulumi.Inputs,
): ReadonlyMap<string, ModelImage> {
  const images = new Map<string, ModelImage>();
  for (const scorer of scorers) {
    const { models, image } = make(scorer);
    images.set(scorer.name, image);
    outputs.images[scorer.name] = describe?.(image) ?? { imageId: image.imageId, identity: image.identity };
    for (const [name, model] of Object.entries(models)) {
      outputs.models[name] = { modelId: model.modelId, digest: model.digest };
    }
  }
  return images;
}

/** What a stack tells of a service; its keys only where it asks for one. `more` stands before the image. */
export function describeService(
  service: ScoringService & { readonly versionUri: pulumi.Output<string> },
  isKeyed: boolean,
  more: pulumi.Inputs = {},
): pulumi.Inputs {
  const { scoringUri, swaggerUri, healthUri, versionUri, imageIdentity, modelIds, primaryKey, secondaryKey } = service;
  return {
    ...{ scoringUri, swaggerUri, healthUri, versionUri, ...more, imageIdentity, modelIds },
    ...(isKeyed ? { primaryKey, secondaryKey } : {}),
  };
}
