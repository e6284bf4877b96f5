import type * as pulumi from "@pulumi/pulumi";

/** A Log Analytics workspace, as what sends logs needs it. */
export interface LogDestination {
  /** The workspace's `customerId`. */
  readonly workspaceId: pulumi.Input<string>;
  /** Kept as a secret. */
  readonly workspaceKey: pulumi.Input<string>;
  /** The workspace's id in Azure, which clusters need. @default - not known */
  readonly resourceId?: pulumi.Input<string>;
}

/** Default datastore of an Azure ML workspace, as what uploads to it needs it. */
export interface WorkspaceDatastore {
  /** Id of the storage account in Azure, for whoever lets others read and write it. @default - not known */
  readonly accountId?: pulumi.Input<string>;
  /** Address of the account's blobs. @example "https://team.blob.core.windows.net/" */
  readonly blobEndpoint: pulumi.Input<string>;
  /** Container of `workspaceblobstore`. @example "azureml-blobstore-1f3e…" */
  readonly containerName: pulumi.Input<string>;
}

/** Where containers run in Azure, and what they pull images with; an `AzureWorkspace` is one. */
export interface AzureHost {
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, such as `westeurope`. */
  readonly location: pulumi.Input<string>;
  /** Host of the container registry, such as `team.azurecr.io`. */
  readonly registryServer: pulumi.Input<string>;
  /** Its id in Azure, for whoever lets others pull from it. @default - not known */
  readonly registryId?: pulumi.Input<string>;
  /** Resource id of the user-assigned identity that may pull from the registry. */
  readonly identityId: pulumi.Input<string>;
  /** Its client id, by which a program in the container asks for tokens. */
  readonly identityClientId: pulumi.Input<string>;
  /** Where containers send their logs. @default - nowhere */
  readonly logs?: LogDestination;
  /** Connection string of Application Insights. Kept as a secret. @default - none */
  readonly insightsConnectionString?: pulumi.Input<string>;
  /** What must be there before an image can be pulled, such as role assignments. @default - nothing */
  readonly ready?: readonly pulumi.Resource[];
  /** Labels that everything made here carries. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}
