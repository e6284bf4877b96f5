import * as pulumi from "@pulumi/pulumi";
import {
  type BatchModelReference,
  BatchScoringPool,
  type BatchScoringPoolArgs,
  type BatchWorkspace,
} from "../components";
import { checkBatchPool } from "../components/batch/checks";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { BuiltImage } from "./built-image";
import { laterWorkspace } from "./later";
import type { BatchOutputs } from "./outputs";
import { type PlannedService, serviceNames, throwIfAny } from "./plan";
import { readSource, type Source } from "./references";
import type { BatchSettings, PoolSettings } from "./settings/batch";

type PoolPlan = PlannedService<Omit<PoolSettings, "scorer">>;

/**
 * The images of another stack, by the digests that it has proven, as batch endpoints in its Azure ML workspace: pools of nodes that
 * come with a job and go after it. No image is built but each environment's, from the image by its digest.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function batch(settings: BatchSettings): Promise<BatchOutputs> {
  const source = await readSource(settings.source);
  const plans = poolPlans(settings, source);
  const workspace = workspaceOf(source);
  throwIfAny([
    ...settings.problems,
    ...source.problems,
    ...placeProblems(settings, source),
    ...plans.flatMap((plan) => poolProblems(plan, source, workspace)),
  ]);
  const pools = plans.map((plan) => [plan.name, makePool(plan, source, workspace)] as const);
  return { images: source.images, pools: Object.fromEntries(pools) };
}

/** Every image of the source has a pool of its name; the settings give it options, or add others. */
function poolPlans({ scorers, pools }: BatchSettings, { images }: Source): PoolPlan[] {
  const names = Object.keys(images).filter((name) => scorers?.includes(name) ?? true);
  return serviceNames(
    names.map((name) => ({ name })),
    pools,
  ).map((name) => {
    const { scorer = name, ...options } = pools[name] ?? {};
    return { name, scorer, options };
  });
}

function placeProblems({ scorers = [], source: stack }: BatchSettings, { images, workspace }: Source) {
  const problems = new Problems("scorestack:");
  const known = Object.keys(images);
  for (const stray of known.length > 0 ? scorers.filter((name) => !known.includes(name)) : []) {
    problems.add("scorers", `must be of ${known.join(", ")}`, shown(stray));
  }
  if (workspace === undefined && known.length > 0) {
    const remedy = `bring it up with this version of the program: npm run up -- --stack ${stack}`;
    problems.add("source", "must be a stack with an Azure ML workspace", shown(stack), remedy);
  }
  return problems.lines;
}

function poolProblems(plan: PoolPlan, { images }: Source, workspace: BatchWorkspace): readonly string[] {
  const { name, scorer, options } = plan;
  const problems = new Problems(`scorestack:pools.${name}.`);
  const [image, known] = [images[scorer], Object.keys(images)];
  if (image === undefined) {
    if (known.length > 0) {
      const remedy = "these are the images that there are";
      problems.add("scorer", `must be one of ${known.join(", ")}`, shown(scorer), remedy);
    }
    return problems.lines;
  }
  const names = modelsOf(image).map(({ modelName }) => modelName);
  if (names.length === 0) {
    problems.add("scorer", "must have a model, which Azure ML asks of each deployment", shown(scorer));
  } else if (options.model !== undefined && !names.includes(options.model)) {
    problems.add("model", `must be one of the image's models, ${names.join(", ")}`, shown(options.model));
  } else {
    checkBatchPool(problems, name, argsOf(plan, image, workspace), new Date());
  }
  return problems.lines;
}

function makePool(plan: PoolPlan, { images }: Source, workspace: BatchWorkspace): pulumi.Inputs {
  const pool = new BatchScoringPool(plan.name, argsOf(plan, images[plan.scorer] as BuiltImage, workspace));
  const { scoringUri, endpointName, defaultDeployment, deploymentNames, computeNames, imageIdentity } = pool;
  return { scoringUri, endpointName, defaultDeployment, deploymentNames, computeNames, imageIdentity };
}

function argsOf({ options }: PoolPlan, image: BuiltImage, workspace: BatchWorkspace): BatchScoringPoolArgs {
  const { model: wanted, ...rest } = options;
  const models = modelsOf(image);
  const model = models.find(({ modelName }) => modelName === wanted) ?? models[0];
  return { ...rest, workspace, image, model: model as BatchModelReference };
}

/** The models of an image, as its stack tells them: `name:version` each. */
function modelsOf({ modelIds = [] }: BuiltImage): { readonly modelName: string; readonly version: string }[] {
  return modelIds.map((id) => {
    const [modelName = "", version = ""] = id.split(":");
    return { modelName, version };
  });
}

function workspaceOf({ workspace, registry }: Source): BatchWorkspace {
  const tags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  return { ...(workspace ?? laterWorkspace), registryId: registry?.registryId, tags };
}
