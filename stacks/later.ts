import type { AzureHost, BatchWorkspace, KubernetesHost } from "../components";

/** What the checks take for a host and an image that are not made yet. */
export const laterHost: AzureHost = {
  resourceGroupName: "later",
  location: "westeurope",
  registryServer: "later.azurecr.io",
  registryId: "/subscriptions/later/resourceGroups/later/providers/Microsoft.ContainerRegistry/registries/later",
  identityId:
    "/subscriptions/later/resourceGroups/later/providers/Microsoft.ManagedIdentity/userAssignedIdentities/later",
  identityClientId: "later",
  logs: { workspaceId: "later", workspaceKey: "later" },
  insightsConnectionString: "later",
};

/** What the checks take for a workspace of a stack that is not up. */
export const laterWorkspace: BatchWorkspace = {
  workspaceName: "later",
  workspaceId: "/subscriptions/later/resourceGroups/later/providers/Microsoft.MachineLearningServices/workspaces/later",
  resourceGroupName: "later",
  location: "westeurope",
  datastore: {
    accountId: "/subscriptions/later/resourceGroups/later/providers/Microsoft.Storage/storageAccounts/later",
    blobEndpoint: "https://later.blob.core.windows.net/",
    containerName: "later",
  },
};

/** What the checks take for a cluster that is not made yet, with what is known of it. */
export function laterCluster(known: Omit<KubernetesHost, "provider">): KubernetesHost {
  return { ...known, provider: undefined as unknown as KubernetesHost["provider"] };
}
