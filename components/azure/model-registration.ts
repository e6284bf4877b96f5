import * as fs from "node:fs";
import * as path from "node:path";
import type { machinelearningservices } from "@pulumi/azure-native/types/input";
import * as pulumi from "@pulumi/pulumi";
import { contentVersion } from "../internal/azure-contract";
import { ModelFiles } from "../internal/azure-resources";
import { fromRoot } from "../internal/project";
import { Problems } from "../internal/validate";
import type { ModelContent, WorkspaceModel } from "../workspace";
import { putByTemplate } from "./registration";

/** Where models are registered, as an `AzureWorkspace` tells it. */
export interface AzureModelPlace {
  /** Id of the Azure ML workspace. */
  readonly workspaceId: pulumi.Input<string>;
  readonly workspaceName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly blobEndpoint: pulumi.Input<string>;
  /** Container of the workspace's default datastore. */
  readonly containerName: pulumi.Input<string>;
  readonly tags: Readonly<Record<string, string>>;
  /** A second place, which other workspaces see too. */
  readonly registry?: AzureModelRegistry;
  /** What must be there before files can be uploaded. */
  readonly ready: readonly pulumi.Resource[];
}

/** An Azure ML registry. */
export interface AzureModelRegistry {
  readonly registryName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
}

/**
 * Uploads a model's files to a place of their content's name, and registers them as the version of that name. What is there
 * already is taken as it is, and nothing is ever deleted: see docs/adr/0009.
 */
export function registerAzureModel(
  place: AzureModelPlace,
  name: string,
  model: ModelContent,
  options: pulumi.CustomResourceOptions,
): WorkspaceModel {
  refuseSampleInput(model, options.parent);
  const files = registerInWorkspace(place, name, model, options);
  if (place.registry) {
    registerInRegistry(place, place.registry, name, model, options);
  }
  const version = files.digest.apply(contentVersion);
  const modelId = pulumi.interpolate`${files.modelName}:${version}`;
  return { modelName: files.modelName, version, modelId, digest: files.digest };
}

function registerInWorkspace(
  place: AzureModelPlace,
  name: string,
  model: ModelContent,
  options: pulumi.CustomResourceOptions,
): ModelFiles {
  const version = pulumi.output(model.digest).apply(contentVersion);
  const folder = pulumi.interpolate`models/${model.modelName}/${version}`;
  const container = { endpoint: place.blobEndpoint, containerName: place.containerName, folder };
  const files = new ModelFiles(`${name}-files`, { ...contentOf(model), container }, after(options, ...place.ready));
  const base = pulumi.output(model.source).apply((file) => path.posix.basename(file));
  const { workspaceName: parentName, resourceGroupName, tags } = place;
  registration(
    name,
    {
      parents: "workspaces",
      parentName,
      resourceGroupName,
      modelName: model.modelName,
      version,
      properties: versionOf(model, pulumi.interpolate`${datastoreOf(place)}/paths/${folder}/${base}`),
      tags,
    },
    after(options, files),
  );
  return files;
}

function registerInRegistry(
  place: AzureModelPlace,
  registry: AzureModelRegistry,
  name: string,
  model: ModelContent,
  options: pulumi.CustomResourceOptions,
): void {
  const version = pulumi.output(model.digest).apply(contentVersion);
  const target = { registryId: registryIdOf(place, registry), version };
  const inputs = { ...contentOf(model), registry: target };
  const files = new ModelFiles(`${name}-registry-files`, inputs, after(options, ...place.ready));
  const { registryName: parentName, resourceGroupName } = registry;
  const { modelName } = model;
  const properties = versionOf(model, files.uri);
  const { tags } = place;
  registration(
    `${name}-registry`,
    { parents: "registries", parentName, resourceGroupName, modelName, version, properties, tags },
    after(options, files),
  );
}

function contentOf({ modelName, digest, source, sizeInBytes }: ModelContent) {
  return { modelName, digest, source, sizeInBytes };
}

function after(options: pulumi.CustomResourceOptions, ...needed: readonly pulumi.Resource[]) {
  return pulumi.mergeOptions(options, { dependsOn: [...needed] });
}

/** The default datastore, as Azure ML's own clients write it (azure-ai-ml 1.35.2, `LONG_URI_FORMAT`). */
function datastoreOf({ workspaceId, resourceGroupName, workspaceName }: AzureModelPlace): pulumi.Output<string> {
  const group = pulumi.interpolate`${subscriptionOf(workspaceId)}/resourcegroups/${resourceGroupName}`;
  return pulumi.interpolate`azureml:/${group}/workspaces/${workspaceName}/datastores/workspaceblobstore`;
}

function registryIdOf(
  { workspaceId }: AzureModelPlace,
  { resourceGroupName, registryName }: AzureModelRegistry,
): pulumi.Output<string> {
  const group = pulumi.interpolate`${subscriptionOf(workspaceId)}/resourceGroups/${resourceGroupName}`;
  return pulumi.interpolate`${group}/providers/Microsoft.MachineLearningServices/registries/${registryName}`;
}

/** `/subscriptions/<id>` of an id. */
function subscriptionOf(id: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(id).apply((text) => text.split("/").slice(0, 3).join("/"));
}

interface Registration {
  readonly parents: "workspaces" | "registries";
  readonly parentName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly modelName: pulumi.Input<string>;
  readonly version: pulumi.Input<string>;
  readonly properties: ModelVersionProperties;
  readonly tags: Readonly<Record<string, string>>;
}

/** What Azure ML keeps of a version, by the names that its API has. */
type ModelVersionProperties = machinelearningservices.ModelVersionPropertiesArgs;

/** A deployment of one version. */
function registration(name: string, to: Registration, options: pulumi.CustomResourceOptions): void {
  const { parents, parentName, modelName, version, ...put } = to;
  const own = pulumi.interpolate`${parentName}/${modelName}/${version}`;
  putByTemplate(name, { ...put, type: `${parents}/models/versions`, name: own }, options);
}

function versionOf(model: ModelContent, modelUri: pulumi.Input<string>): ModelVersionProperties {
  const { digest, sizeInBytes, tags, properties, description, modelFramework, modelFrameworkVersion } = model;
  const facts = { "scorestack.digest": digest, "scorestack.sizeInBytes": pulumi.output(sizeInBytes).apply(String) };
  return {
    modelUri,
    modelType: pulumi.output(model.source).apply((source) => (isMlflow(source) ? "mlflow_model" : "custom_model")),
    description,
    tags,
    properties: pulumi.output(properties).apply((given) => ({ ...given, ...facts })),
    flavors: modelFramework === undefined ? undefined : flavorsOf(modelFramework, modelFrameworkVersion),
  };
}

function flavorsOf(framework: ModelContent["modelFramework"], version: ModelContent["modelFrameworkVersion"]) {
  return pulumi
    .all([framework, version])
    .apply(([name = "", known]): Record<string, { data: Record<string, string> }> => ({
      [name]: { data: known === undefined ? {} : { version: known } },
    }));
}

/** An MLflow model is a folder that says so (mlflow.org/docs/latest/model). */
function isMlflow(source: string): boolean {
  return fs.existsSync(path.join(fromRoot(source), "MLmodel"));
}

function refuseSampleInput({ sampleInput }: ModelContent, owner: pulumi.Resource | undefined): void {
  if (sampleInput !== undefined) {
    const problems = new Problems(owner ?? "");
    const remedy = "put it among the model's files, or leave it out";
    problems.add("sampleInput", "must be left out in Azure, which has no place for it", undefined, remedy);
    problems.throwIfAny();
  }
}
