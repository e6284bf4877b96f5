import * as pulumi from "@pulumi/pulumi";
import { LocalService, type LocalServiceArgs, type ModelImage } from "../components";
import { serviceName } from "../components/internal/names";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import { checkLocalService } from "../components/local-service";
import { makeScorer, readScorers, type Scorer } from "./scorers";
import type { ServiceSettings, Settings } from "./settings";

/** Outputs of a stack: what it made, by name. */
export interface StackOutputs {
  readonly models: Record<string, pulumi.Inputs>;
  readonly images: Record<string, pulumi.Inputs>;
  readonly services: Record<string, pulumi.Inputs>;
}

/**
 * Every scorer folder as an image with a service of its name on this machine, and the services that the settings add.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before any resource is made.
 */
export function local(settings: Settings): StackOutputs {
  const all = readScorers();
  const scorers = all.filter((scorer) => settings.spark || scorer.image.runtime !== "spark-py");
  const services = plannedServices(scorers, settings);
  throwIfAny([...settings.problems, ...scorerProblems(scorers), ...serviceProblems(services, scorers, all)]);

  const outputs: StackOutputs = { models: {}, images: {}, services: {} };
  const images = new Map<string, ModelImage>();
  for (const scorer of scorers) {
    const { models, image } = makeScorer(scorer);
    images.set(scorer.name, image);
    outputs.images[scorer.name] = { imageId: image.imageId, identity: image.identity };
    for (const [name, model] of Object.entries(models)) {
      outputs.models[name] = { modelId: model.modelId, digest: model.digest };
    }
  }
  for (const { name, scorer, options } of services) {
    const image = images.get(scorer);
    if (image) {
      outputs.services[name] = serve(name, { ...options, image });
    }
  }
  return outputs;
}

interface PlannedService {
  readonly name: string;
  readonly scorer: string;
  readonly options: Omit<LocalServiceArgs, "image">;
}

/** A service for each scorer under its own name; the settings give it options or add others. */
function plannedServices(scorers: readonly Scorer[], settings: Settings): PlannedService[] {
  const named: Record<string, ServiceSettings> = {
    ...Object.fromEntries(scorers.map(({ name }) => [name, {}])),
    ...settings.services,
  };
  return Object.entries(named).map(([name, { scorer = name, ...options }]) => ({ name, scorer, options }));
}

function scorerProblems(scorers: readonly Scorer[]): string[] {
  const lines = scorers.flatMap((scorer) => scorer.problems);
  const owners = new Map<string, string>();
  for (const { name, models } of scorers) {
    const problems = new Problems(`scorers/${name}: `);
    for (const { modelName } of models) {
      const owner = owners.get(modelName);
      if (owner !== undefined) {
        problems.add("models", "must have names of their own", shown(modelName), `'${owner}' has a model of that name`);
      }
      owners.set(modelName, name);
    }
    lines.push(...problems.lines);
  }
  return lines;
}

function serviceProblems(
  services: readonly PlannedService[],
  scorers: readonly Scorer[],
  all: readonly Scorer[],
): string[] {
  return services.flatMap(({ name, scorer, options }) => {
    const problems = new Problems(`scorestack:services.${name}.`);
    if (!scorers.some((known) => known.name === scorer)) {
      const spark = all.some((known) => known.name === scorer);
      const remedy = spark ? "its runtime is 'spark-py': set scorestack:spark to true" : "make it: npm run new-scorer";
      problems.add("scorer", `must be one of ${scorers.map((known) => known.name).join(", ")}`, shown(scorer), remedy);
    }
    const isToldOfFolder = scorers.some((known) => known.name === name) && !serviceName.holds(name);
    if (!isToldOfFolder) {
      checkLocalService(problems, name, { ...options, image: { identity: "0".repeat(64) } });
    }
    return problems.lines;
  });
}

function throwIfAny(lines: readonly string[]): void {
  if (lines.length > 0) {
    throw new pulumi.RunError(lines.join("\n"));
  }
}

function serve(name: string, args: LocalServiceArgs): pulumi.Inputs {
  const service = new LocalService(name, args);
  return {
    scoringUri: service.scoringUri,
    swaggerUri: service.swaggerUri,
    healthUri: service.healthUri,
    versionUri: service.versionUri,
    imageId: service.imageId,
    imageIdentity: service.imageIdentity,
    modelIds: service.modelIds,
    ...(args.authEnabled === true ? { primaryKey: service.primaryKey, secondaryKey: service.secondaryKey } : {}),
  };
}
