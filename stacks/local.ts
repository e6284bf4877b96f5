import type * as pulumi from "@pulumi/pulumi";
import { LocalService, type ModelImage } from "../components";
import { readScorer, scorerImage, scorerNames } from "./scorers";
import type { ServiceSettings, Settings } from "./settings";

/** Outputs of the local stack, by name. */
export interface LocalOutputs {
  readonly models: Record<string, unknown>;
  readonly images: Record<string, unknown>;
  readonly services: Record<string, pulumi.Input<Record<string, unknown>> | Record<string, unknown>>;
}

/** Every scorer folder as an image with a service of its name, and the services that the settings add; on this machine. */
export function local(settings: Settings): LocalOutputs {
  const outputs: LocalOutputs = { models: {}, images: {}, services: {} };
  const images = new Map<string, ModelImage>();
  for (const name of scorerNames()) {
    const scorer = readScorer(name);
    if (scorer.runtime === "spark-py" && !settings.spark) {
      continue;
    }
    const { models, image } = scorerImage(scorer);
    images.set(name, image);
    outputs.images[name] = { imageId: image.imageId, identity: image.identity };
    for (const [index, { modelName }] of scorer.models.entries()) {
      outputs.models[modelName] = { modelId: models[index]?.modelId, digest: models[index]?.digest };
    }
  }
  for (const [name, service] of Object.entries(allServices([...images.keys()], settings))) {
    const image = images.get(service.scorer);
    if (image) {
      outputs.services[name] = serve(name, service, image);
    }
  }
  return outputs;
}

/** A service for each image under its own name; the settings add others, or options. */
function allServices(scorers: readonly string[], settings: Settings): Record<string, ServiceSettings> {
  return { ...Object.fromEntries(scorers.map((scorer) => [scorer, { scorer }])), ...settings.services };
}

function serve(name: string, { scorer: _scorer, ...options }: ServiceSettings, image: ModelImage): Record<string, unknown> {
  const service = new LocalService(name, { ...options, image });
  return {
    scoringUri: service.scoringUri,
    swaggerUri: service.swaggerUri,
    healthUri: service.healthUri,
    versionUri: service.versionUri,
    imageId: service.imageId,
    imageIdentity: service.imageIdentity,
    modelIds: service.modelIds,
    ...(options.authEnabled ? { primaryKey: service.primaryKey, secondaryKey: service.secondaryKey } : {}),
  };
}
