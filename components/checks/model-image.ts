import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../internal/base-image";
import { type ImagePlan, type ImageReading, readImage } from "../internal/image-plan";
import { imageName } from "../internal/names";
import { oneOf } from "../internal/problems";
import { contentIdentity, flag, someText, stringMap } from "../internal/rules";
import type { Problems } from "../internal/validate";
import type { BaseImageRegistry, ModelImageArgs, ModelReference } from "../model-image";
import { type ImagePlaces, localWorkspace, type Workspace } from "../workspace";

const runtimes = ["python", "spark-py"] as const;

/** Checks the arguments of a `ModelImage`, for a workspace too; returns what it is made of. */
export function checkModelImage(
  problems: Problems,
  name: string,
  args: ModelImageArgs,
  workspace: Pick<Workspace, "imageFaults"> = args.workspace ?? localWorkspace,
) {
  const metadata = checkMetadata(problems, name, args);
  checkBase(problems, args);
  const models = checkModels(problems, args.models);
  const reading = readImage({
    ...args,
    runtime: args.runtime ?? "python",
    dependencies: args.dependencies ?? [],
    enableGpu: args.enableGpu ?? false,
  });
  problems.addAll(reading.faults);
  const places = placesOf(name, args, reading);
  if (reading.faults.length === 0) {
    problems.addAll(workspace.imageFaults?.(places) ?? []);
  }
  return { metadata, models, reading, places };
}

function placesOf(name: string, args: ModelImageArgs, { files, lockFits }: ImageReading): ImagePlaces {
  const { imageName: given = name, baseImage, allowMovableBaseImage, baseImageRegistry: registry } = args;
  return {
    models: [args.models].flat().map((model: ModelReference) => model.path),
    lockFits,
    imageName: typeof given === "string" ? given : undefined,
    files,
    baseImage,
    allowMovableBaseImage,
    baseImageRegistry: registry && { ...registry, password: pulumi.secret(registry.password) },
  };
}

function checkMetadata(problems: Problems, name: string, args: ModelImageArgs) {
  problems.plain("runtime", args.runtime, oneOf(runtimes));
  problems.plain("baseImage", args.baseImage, imageReference);
  problems.plain("allowMovableBaseImage", args.allowMovableBaseImage, flag);
  problems.plain("enableGpu", args.enableGpu, flag);
  return {
    imageName: problems.check("imageName", args.imageName ?? name, imageName),
    tags: problems.check("tags", args.tags, stringMap),
    properties: problems.check("properties", args.properties, stringMap),
    description: problems.check("description", args.description, someText),
  };
}

function checkBase(problems: Problems, args: ModelImageArgs): void {
  if (args.allowMovableBaseImage !== undefined && args.baseImage === undefined) {
    problems.add(
      "allowMovableBaseImage",
      "must come with 'baseImage'",
      undefined,
      "the default has a digest: leave it out",
    );
  }
  const registry: Partial<BaseImageRegistry> | undefined = args.baseImageRegistry;
  if (registry === undefined) {
    return;
  }
  const missing = (["address", "username", "password"] as const).filter((key) => !registry[key]);
  if (missing.length > 0) {
    problems.add("baseImageRegistry", "must have address, username and password", `no ${missing.join(" and no ")}`);
  }
  if (args.baseImage === undefined) {
    problems.add(
      "baseImageRegistry",
      "must come with 'baseImage'",
      "no 'baseImage'",
      "name the image or leave the registry out",
    );
  }
}

function checkModels(problems: Problems, given: ModelReference | readonly ModelReference[]): ModelReference[] {
  const models = [given].flat();
  if (models.length === 0) {
    problems.add("models", "must hold at least one model", "none");
  }
  if (new Set(models).size < models.length) {
    problems.add("models", "must hold each model once", "the same model twice");
  }
  return models.map((model, index) => ({
    modelName: model.modelName,
    version: model.version,
    digest: problems.check(`models[${index}].digest`, model.digest, contentIdentity),
  }));
}

/** What of an image its files tell. */
export function contentOf(plan: ImagePlan, args: Pick<ModelImageArgs, "runtime" | "baseImage" | "enableGpu">) {
  const { executionScript, files, environment, dockerfile } = plan;
  const { runtime = "python", baseImage, enableGpu } = args;
  return { runtime, executionScript, files, environment, dockerfile, baseImage, enableGpu };
}
