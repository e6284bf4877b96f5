import * as keyvault from "@pulumi/azure-native/keyvault";
import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "./foundation";
import type { AzureKeyVaultArgs } from "./options";
import { attach, guarded, nameOf, type Part, type Place } from "./place";

/** Key Vault: roles in place of access policies. */
export function keyVault(
  name: string,
  place: Place,
  wanted: AzureKeyVaultArgs & {
    readonly existing?: pulumi.Input<string>;
    readonly name?: pulumi.Input<string>;
    readonly tenantId: pulumi.Input<string>;
  },
  options: pulumi.CustomResourceOptions,
): Part {
  if (wanted.existing !== undefined) {
    const property = "existing.keyVault";
    return attach(property, wanted.existing, place, options.parent, ({ resourceGroupName, name: vaultName }) =>
      keyvault.getVaultOutput({ resourceGroupName, vaultName }, options),
    );
  }
  const { resourceGroupName, location, tags, isPrivate } = place;
  const made = new keyvault.Vault(
    name,
    {
      resourceGroupName,
      vaultName: nameOf(place, "vault", wanted.name),
      location,
      properties: {
        tenantId: wanted.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: wanted.softDeleteInDays ?? 90,
        // Azure refuses `false`.
        enablePurgeProtection: (wanted.purgeProtection ?? true) ? true : undefined,
        publicNetworkAccess: isPrivate ? "disabled" : "enabled",
        networkAcls: { bypass: "AzureServices", defaultAction: isPrivate ? "Deny" : "Allow" },
      },
      tags,
    },
    guarded(place, options),
  );
  return { id: made.id, name: made.name, resourceGroupName, made };
}

/** An Azure ML workspace, with what registers models in it. */
export type MlWorkspace = Part & {
  /** Container of its default datastore, `workspaceblobstore`. */
  readonly containerName: pulumi.Output<string>;
  /** Id of its storage account. */
  readonly storageAccountId: pulumi.Output<string>;
};

/** An Azure ML workspace that the user owns. */
export function attachWorkspace(given: pulumi.Input<string>, place: Place, parent: pulumi.Resource): MlWorkspace {
  const property = "existing.workspace";
  const part = attach(property, given, place, parent, ({ resourceGroupName, name: workspaceName }) =>
    ml.getWorkspaceOutput({ resourceGroupName, workspaceName }, { parent }),
  );
  return {
    ...part,
    containerName: part.found.apply(({ workspaceId }) => containerOf(workspaceId)),
    storageAccountId: part.found.apply(({ storageAccount }) => storageAccount ?? ""),
  };
}

/** Azure Machine Learning workspace. */
export function mlWorkspace(
  name: string,
  place: Place,
  wanted: {
    readonly name?: pulumi.Input<string>;
    readonly identity: Identity;
    readonly account: Part;
    readonly vault: Part;
    readonly registry: Part;
    readonly insights: Part;
  },
  options: pulumi.CustomResourceOptions,
): MlWorkspace {
  const { resourceGroupName, location, tags, isPrivate } = place;
  const { identity, account, vault, registry, insights } = wanted;
  const made = new ml.Workspace(
    name,
    {
      resourceGroupName,
      workspaceName: nameOf(place, "workspace", wanted.name),
      location,
      friendlyName: name,
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      primaryUserAssignedIdentity: identity.id,
      storageAccount: account.id,
      keyVault: vault.id,
      containerRegistry: registry.id,
      applicationInsights: insights.id,
      systemDatastoresAuthMode: "Identity",
      publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
      v1LegacyMode: false,
      tags,
    },
    guarded(place, options),
  );
  const containerName = made.workspaceId.apply(containerOf);
  return { id: made.id, name: made.name, resourceGroupName, containerName, storageAccountId: account.id, made };
}

function containerOf(workspaceId: string): string {
  return `azureml-blobstore-${workspaceId}`;
}
