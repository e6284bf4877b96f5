import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import { putByTemplate } from "../azure/registration";
import type { BatchScoringPoolArgs, BatchWorkspace } from "../batch-scoring-pool-options";
import { hashedName } from "../internal/aml-rules";
import { type DeploymentContent, renderDeployment, renderEndpoint } from "../render/batch-deployment";
import { renderSchedule } from "../render/batch-schedule";
import type { Asset } from "./assets";
import type { CheckedPool } from "./checks";
import type { Cluster } from "./nodes";
import { after, idIn, type Options, within } from "./place";

/** An endpoint, with its name in Azure. */
export interface Endpoint {
  readonly name: pulumi.Output<string>;
  readonly made: ml.BatchEndpoint;
}

/** A deployment, with its name in Azure. */
export interface Deployed {
  readonly name: pulumi.Output<string>;
  readonly made: ml.BatchDeployment;
}

/**
 * The endpoint, whose name stays. It is made once and never set again: whatever it is set to without a default takes the default
 * away, and what a refresh finds is soon an old one. What changes is {@link switchDefault}'s matter.
 */
export function makeEndpoint(
  name: string,
  { workspace }: BatchScoringPoolArgs,
  { endpointName, tags }: CheckedPool,
  clusters: readonly Cluster[],
  options: Options,
): Endpoint {
  const { workspaceId, location } = workspace;
  // One name for each in a region, whoever's they are.
  const own = pulumi.output(
    endpointName ?? pulumi.output(workspaceId).apply((id) => hashedName(name, 32, [id.toLowerCase(), ownName(name)])),
  );
  const made = new ml.BatchEndpoint(
    // Another name is another endpoint, which must not be made with the default that this one had when it was refreshed.
    endpointName === undefined ? name : `${name}-${endpointName}`,
    { ...within(workspace), endpointName: own, location, properties: renderEndpoint(undefined), tags },
    {
      // Its deployments go with it, and their clusters only after them.
      ...after(options, ...clusters.flatMap(({ ready }) => ready)),
      ignoreChanges: ["properties.defaults", "properties.description", "tags"],
      deleteBeforeReplace: false,
    },
  );
  return { name: own, made };
}

/** What a deployment is made of beside its settings. */
export interface Content {
  readonly environment: Asset;
  readonly code: Asset;
  readonly cluster: Cluster & { readonly instanceCount: number };
  /** What its name begins with. */
  readonly stem: string;
}

/**
 * A deployment under a name of its content: another image, script, model, cluster or output makes another one beside it, and the
 * engine deletes the old one at the very end. Settings change in place.
 */
export function makeDeployment(
  name: string,
  args: BatchScoringPoolArgs,
  plan: CheckedPool,
  endpoint: Endpoint,
  { environment, code, cluster, stem }: Content,
  options: Options,
): Deployed {
  const { workspace, model } = args;
  const { settings, tags } = plan;
  const content = contentOf(workspace, plan, { environment, code, cluster });
  const own = pulumi.output(content).apply((known: DeploymentContent) => hashedName(stem, 32, known));
  const made = new ml.BatchDeployment(
    name,
    {
      ...within(workspace),
      endpointName: endpoint.name,
      deploymentName: own,
      location: workspace.location,
      properties: renderDeployment(content, { ...settings, instanceCount: cluster.instanceCount }),
      tags,
    },
    {
      ...after(
        options,
        endpoint.made,
        ...cluster.ready,
        environment.registered,
        code.registered,
        // A model's outputs are known before it is registered.
        ...(pulumi.Resource.isInstance(model) ? [model] : []),
      ),
      deleteBeforeReplace: false,
      // Azure deletes an endpoint with its deployments, and may refuse to delete the default one of an endpoint that stays.
      deletedWith: endpoint.made,
    },
  );
  return { name: own, made };
}

/** What the deployment is named after. */
function contentOf(workspace: BatchWorkspace, plan: CheckedPool, ran: Omit<Content, "stem">) {
  const { image, modelName, modelVersion, modelId, outputAction, outputFileName, environmentVariables } = plan;
  // Not before it was held against those of the image.
  const version = pulumi.all([modelVersion, modelId]).apply(([known]) => String(known));
  return {
    imageIdentity: image.identity,
    environmentId: ran.environment.id,
    codeId: ran.code.id,
    modelId: idIn(workspace, "models", modelName, version),
    computeId: idIn(workspace, "computes", ran.cluster.name),
    outputAction,
    outputFileName,
    environmentVariables,
  };
}

/** Makes a deployment the endpoint's default, once it stands. A template, as the endpoint is made before it: see docs/adr/0016. */
export function switchDefault(
  name: string,
  { workspace }: BatchScoringPoolArgs,
  { settings, tags }: CheckedPool,
  endpoint: Endpoint,
  deployed: Deployed,
  options: Options,
): { readonly name: pulumi.Output<string>; readonly done: pulumi.Resource } {
  const { resourceGroupName, workspaceName, location } = workspace;
  const done = putByTemplate(
    name,
    {
      type: "workspaces/batchEndpoints",
      name: pulumi.interpolate`${workspaceName}/${endpoint.name}`,
      // The whole endpoint, for whatever is left out is taken away.
      properties: renderEndpoint(settings.description, deployed.name),
      location,
      ownTags: tags,
      resourceGroupName,
      tags,
    },
    after(options, endpoint.made, deployed.made),
  );
  return { name: pulumi.all([deployed.name, done.id]).apply(([own]) => own), done };
}

/** Jobs that begin by the clock. */
export function makeSchedules(
  name: string,
  { workspace }: BatchScoringPoolArgs,
  { schedules }: CheckedPool,
  endpoint: Endpoint,
  { topUp, ready }: { readonly topUp?: Deployed; readonly ready: readonly pulumi.Resource[] },
  options: Options,
): void {
  schedules.forEach(({ key, target, schedule }) => {
    const deploymentName = target === "dedicatedTopUp" ? topUp?.name : undefined;
    const own = ownName(`${name}-schedule-${key}`);
    const invoked = { endpointName: endpoint.name, ...(deploymentName === undefined ? {} : { deploymentName }) };
    const inputs = { ...within(workspace), name: own, properties: renderSchedule(schedule, invoked) };
    // Its name stays, so that it never runs twice.
    new ml.Schedule(`${name}-schedule-${key}`, inputs, { ...after(options, ...ready), deleteBeforeReplace: true });
  });
}
