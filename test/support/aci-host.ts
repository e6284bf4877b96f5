import type { AzureHost, ContainerImageReference } from "../../components";

const place = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/team/providers";

/** Ids of things in Azure that services refer to. */
export const ids = {
  identity: `${place}/Microsoft.ManagedIdentity/userAssignedIdentities/puller`,
  otherIdentity: `${place}/Microsoft.ManagedIdentity/userAssignedIdentities/reader`,
  subnet: `${place}/Microsoft.Network/virtualNetworks/net/subnets/containers`,
} as const;

/** A host with plain values, of which tests know each. */
export const aciHost: AzureHost = {
  resourceGroupName: "team",
  location: "westeurope",
  registryServer: "team.azurecr.io",
  identityId: ids.identity,
  identityClientId: "11111111-1111-1111-1111-111111111111",
};

/** The image to serve, built in Azure. */
export const containerImage: ContainerImageReference = {
  identity: "a".repeat(64),
  ref: `team.azurecr.io/churn@sha256:${"b".repeat(64)}`,
};
