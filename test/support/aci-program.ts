import * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { AciService, type AciServiceArgs } from "../../components";

const acrPull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/** A service on a host of raw resources: group, identity, registry, role, image. `identity` is what the image is built from. */
export function aciProgram(identity: string, args: Partial<AciServiceArgs>) {
  const group = new resources.ResourceGroup("group", { resourceGroupName: "team", location: "westeurope" });
  const resourceGroupName = group.name;
  const puller = new managedidentity.UserAssignedIdentity("puller", { resourceGroupName, resourceName: "puller" });
  const registry = new containerregistry.Registry("registry", {
    resourceGroupName,
    registryName: "teamregistry",
    sku: { name: "Basic" },
  });
  const role = new authorization.RoleAssignment("role", {
    scope: registry.id,
    principalId: puller.principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: `/subscriptions/any/providers/Microsoft.Authorization/roleDefinitions/${acrPull}`,
    roleAssignmentName: "0b8b0f4c-3a7e-4f0e-9d3a-2f6f3d7c1a11",
  });
  const image = new local.Command("image", {
    create: pulumi.interpolate`az acr build --registry ${registry.name} --image churn:${identity.slice(0, 12)} --query "outputImages[0].digest" -o tsv .`,
    triggers: [identity],
    logging: local.Logging.None,
  });
  const host = {
    resourceGroupName,
    location: "westeurope",
    registryServer: registry.loginServer,
    identityId: puller.id,
    identityClientId: puller.clientId,
    ready: [role],
  };
  const ref = pulumi.interpolate`${registry.loginServer}/churn@${image.stdout.apply((text) => text.trim())}`;
  const service = new AciService("churn", { host, image: { identity, ref }, ...args });
  const { scoringUri, primaryKey, secondaryKey } = service;
  return { scoringUri, primaryKey, secondaryKey };
}
