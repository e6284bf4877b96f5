import * as pulumi from "@pulumi/pulumi";
import { checkAzureWorkspace } from "./azure/checks";
import { type AzureImagePlace, azureImageFaults, buildAzureImage, type ImageBuildOptions } from "./azure/image-build";
import { type AzureModelPlace, registerAzureModel } from "./azure/model-registration";
import type * as options from "./azure/options";
import { makeParts, type Parts } from "./azure/parts";
import type { AzureHost, LogDestination, WorkspaceDatastore } from "./azure-host";
import { Problems } from "./internal/validate";
import type { ImageContent, ImagePlaces, ModelContent, Workspace, WorkspaceImage, WorkspaceModel } from "./workspace";

/** Arguments of {@link AzureWorkspace}. */
export interface AzureWorkspaceArgs {
  /**
   * Region. One that is not known is warned of, with the nearest name.
   *
   * @default - that of `existing.resourceGroupName`
   * @example "westeurope"
   */
  readonly location?: pulumi.Input<string>;
  /** What the user owns already; it is read, and neither changed nor deleted. @default - everything is made */
  readonly existing?: options.AzureExistingArgs;
  /** Names of what is made. @default - made from the component's name, so that two stacks have two */
  readonly names?: options.AzureNamesArgs;
  /** Who reaches what is made: everyone with a login, or the holders of a private endpoint. @default "public" */
  readonly network?: "public" | options.AzureNetworkArgs;
  /** How models are kept. @default - one datacentre, 14 days of soft delete, no end */
  readonly storage?: options.AzureStorageArgs;
  /** The vault in which Azure ML keeps its secrets. @default - purge protection, 90 days of soft delete */
  readonly keyVault?: options.AzureKeyVaultArgs;
  /** Where images are kept. @default - tier Basic, or Premium where another choice needs it */
  readonly registry?: options.AzureRegistryArgs;
  /** Where logs are kept. @default - for 30 days, without a limit */
  readonly logs?: options.AzureLogsArgs;
  /** A second place where every model is registered: an Azure ML registry, which other workspaces share. @default - none */
  readonly modelRegistry?: options.AzureModelRegistryArgs;
  /** Who may upload models and push images, under a name in lower-case letters and dashes each. @default - who has the roles already */
  readonly publishers?: Readonly<Record<string, options.AzurePublisherArgs>>;
  /** Give identities and publishers the roles they need, wherever one of the two sides is made here. @default true */
  readonly assignRoles?: boolean;
  /** Let nothing that holds models, images or secrets be deleted: `protect` of Pulumi. @default false */
  readonly protectData?: boolean;
  /** How images get into the registry. @default - the Azure CLI has ACR Tasks build them */
  readonly images?: ImageBuildOptions;
  /** Labels of everything that is made, beside its project and stack. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * An Azure Machine Learning workspace with all that belongs to it: resource group, storage account, Key Vault, Log Analytics,
 * Application Insights, container registry and identities. Each can be one that the user owns. Models are registered in it,
 * images built in its registry, and services run beside it.
 *
 * Nothing has an admin user, a shared key or anonymous access. Logs go to Log Analytics. Versions of models stay.
 */
export class AzureWorkspace extends pulumi.ComponentResource implements Workspace, AzureHost {
  /** Name of the Azure ML workspace. */
  readonly workspaceName: pulumi.Output<string>;
  /** Its id in Azure. */
  readonly workspaceId: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Output<string>;
  /** Region. */
  readonly location: pulumi.Output<string>;
  /** Storage account that holds the models. */
  readonly storageAccountName: pulumi.Output<string>;
  readonly registryName: pulumi.Output<string>;
  /** Host of the registry, such as `team.azurecr.io`. */
  readonly registryServer: pulumi.Output<string>;
  /** Id of the registry in Azure. */
  readonly registryId: pulumi.Output<string>;
  /** Id of the identity that containers have: it may pull images and read models. */
  readonly identityId: pulumi.Output<string>;
  readonly identityClientId: pulumi.Output<string>;
  /** Connection string of Application Insights. Secret. */
  readonly insightsConnectionString: pulumi.Output<string>;
  /** Subnet for container groups; undefined unless a network was made. */
  readonly containerSubnetId: pulumi.Output<string | undefined>;
  /** Log Analytics, with a secret key. */
  readonly logs: LogDestination;
  /** Where models lie, and what else is uploaded. */
  readonly datastore: WorkspaceDatastore;
  /** Role assignments and endpoints. */
  readonly ready: readonly pulumi.Resource[];
  /** Labels of everything that is made. */
  readonly tags: Readonly<Record<string, string>>;
  private readonly images: AzureImagePlace;
  private readonly models: AzureModelPlace;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: AzureWorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:AzureWorkspace", name, args, opts);
    const problems = new Problems(this);
    const plan = checkAzureWorkspace(problems, args, this);
    problems.throwIfAny();

    this.tags = { project: pulumi.getProject(), stack: pulumi.getStack(), ...args.tags };
    const parts = makeParts(name, { ...plan, tags: this.tags }, { parent: this });
    this.workspaceName = parts.workspace.name;
    this.workspaceId = parts.workspace.id;
    this.resourceGroupName = parts.place.resourceGroupName;
    this.location = parts.place.location;
    this.storageAccountName = parts.account.name;
    this.registryName = parts.registry.name;
    this.registryServer = parts.registry.server;
    this.registryId = parts.registry.id;
    this.identityId = parts.identity.id;
    this.identityClientId = parts.identity.clientId;
    this.insightsConnectionString = parts.insights.connectionString;
    this.containerSubnetId = pulumi.output(parts.network?.containerSubnetId);
    this.logs = { workspaceId: parts.logs.customerId, workspaceKey: parts.logs.key, resourceId: parts.logs.id };
    this.datastore = datastoreOf(parts);
    this.ready = parts.ready;
    this.images = imagePlace(parts, args.images);
    this.models = modelPlace(parts, this.tags, plan.modelRegistry);
    this.registerOutputs({
      workspaceName: this.workspaceName,
      workspaceId: this.workspaceId,
      resourceGroupName: this.resourceGroupName,
      location: this.location,
      storageAccountName: this.storageAccountName,
      registryName: this.registryName,
      registryServer: this.registryServer,
      registryId: this.registryId,
      identityId: this.identityId,
      identityClientId: this.identityClientId,
      insightsConnectionString: this.insightsConnectionString,
      containerSubnetId: this.containerSubnetId,
    });
  }

  /** Registers a model in the workspace, and in the Azure ML registry where there is one. */
  registerModel(name: string, model: ModelContent, given: pulumi.CustomResourceOptions): WorkspaceModel {
    return registerAzureModel(this.models, name, model, given);
  }

  /** Builds an image and keeps it in the registry. */
  buildImage(
    name: string,
    image: ImageContent,
    given: pulumi.CustomResourceOptions,
    places: ImagePlaces,
  ): WorkspaceImage {
    return buildAzureImage(this.images, name, image, given, places);
  }

  /** What keeps an image from being built here, beyond what is wrong everywhere. */
  imageFaults(places: ImagePlaces): ReturnType<typeof azureImageFaults> {
    return azureImageFaults(this.images, places);
  }
}

function datastoreOf({ account, workspace }: Parts): WorkspaceDatastore {
  return { accountId: account.id, blobEndpoint: account.blobEndpoint, containerName: workspace.containerName };
}

function imagePlace({ registry, place, ready }: Parts, images: ImageBuildOptions = {}): AzureImagePlace {
  const { name, server, resourceGroupName } = registry;
  const { location } = place;
  return { registryName: name, registryServer: server, resourceGroupName, location, ready, ...images };
}

function modelPlace(
  { workspace, account, place, ready }: Parts,
  tags: AzureWorkspace["tags"],
  registry?: options.AzureModelRegistryArgs,
): AzureModelPlace {
  return {
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    resourceGroupName: workspace.resourceGroupName,
    blobEndpoint: account.blobEndpoint,
    containerName: workspace.containerName,
    tags,
    registry: registry && {
      registryName: registry.registryName,
      resourceGroupName: registry.resourceGroupName ?? place.resourceGroupName,
    },
    ready,
  };
}
