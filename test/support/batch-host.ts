import type { BatchScoringPoolArgs, BatchWorkspace } from "../../components";

const place = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/team/providers";

/** Ids of things in Azure that pools refer to. */
export const batchIds = {
  workspace: `${place}/Microsoft.MachineLearningServices/workspaces/team`,
  registry: `${place}/Microsoft.ContainerRegistry/registries/team`,
  account: `${place}/Microsoft.Storage/storageAccounts/teamstorage`,
  identity: `${place}/Microsoft.ManagedIdentity/userAssignedIdentities/scorer`,
  subnet: `${place}/Microsoft.Network/virtualNetworks/net/subnets/nodes`,
} as const;

/** A workspace with plain values, of which tests know each. */
export const batchWorkspace: BatchWorkspace = {
  workspaceName: "team",
  workspaceId: batchIds.workspace,
  resourceGroupName: "team",
  location: "westeurope",
  registryId: batchIds.registry,
  datastore: {
    accountId: batchIds.account,
    blobEndpoint: "https://teamstorage.blob.core.windows.net/",
    containerName: "azureml-blobstore-team",
  },
  tags: { owner: "growth" },
};

/** An image that is in that workspace's registry, and its model. */
export const batchArgs: BatchScoringPoolArgs = {
  workspace: batchWorkspace,
  image: {
    identity: "a".repeat(64),
    ref: `team.azurecr.io/churn@sha256:${"b".repeat(64)}`,
    imageId: "churn:aaaaaaaaaaaa",
    modelIds: ["churn:cccccccccccc"],
  },
  model: { modelName: "churn", version: "cccccccccccc" },
};
