import * as storage from "@pulumi/azure-native/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureStorageArgs, ModelRetentionArgs } from "./options";
import { attach, guarded, nameOf, type Part, type Place } from "./place";

/** A storage account, with the address of its blobs. */
export type Account = Part & { readonly blobEndpoint: pulumi.Output<string> };

/** A storage account that the user owns. */
export function attachAccount(
  property: string,
  given: pulumi.Input<string>,
  place: Place,
  parent: pulumi.Resource,
): Account {
  const part = attach(property, given, place, parent, ({ resourceGroupName, name: accountName }) =>
    storage.getStorageAccountOutput({ resourceGroupName, accountName }, { parent }),
  );
  return { ...part, blobEndpoint: part.found.apply(({ primaryEndpoints }) => primaryEndpoints.blob) };
}

/** Storage account: Entra login only, no public blobs, TLS 1.2. */
export function storageAccount(
  name: string,
  place: Place,
  wanted: AzureStorageArgs & { readonly name?: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
): Account {
  const { resourceGroupName, location, tags, isPrivate } = place;
  const made = new storage.StorageAccount(
    name,
    {
      resourceGroupName,
      accountName: nameOf(place, "storage", wanted.name),
      location,
      kind: "StorageV2",
      sku: { name: wanted.redundancy ?? "Standard_LRS" },
      accessTier: "Hot",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
      networkRuleSet: { bypass: "AzureServices", defaultAction: isPrivate ? "Deny" : "Allow" },
      tags,
    },
    guarded(place, options),
  );
  const { id, name: own, primaryEndpoints } = made;
  return { id, name: own, resourceGroupName, blobEndpoint: primaryEndpoints.blob, made };
}

/** Soft delete and earlier versions of blobs. */
export function blobService(
  name: string,
  account: Account,
  softDeleteInDays: number | undefined,
  options: pulumi.CustomResourceOptions,
): void {
  const kept = { enabled: true, days: softDeleteInDays ?? 14 };
  new storage.BlobServiceProperties(
    name,
    {
      resourceGroupName: account.resourceGroupName,
      accountName: account.name,
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: kept,
      containerDeleteRetentionPolicy: kept,
    },
    options,
  );
}

/** Lifecycle rule for model files. */
export function modelRetention(
  name: string,
  account: Account,
  { coolAfterDays, deleteAfterDays, modelNames, tag }: ModelRetentionArgs,
  containerName: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const since = (days: number | undefined) =>
    days === undefined ? undefined : { daysAfterModificationGreaterThan: days };
  const folders = modelNames === undefined ? ["models/"] : modelNames.map((model) => `models/${model}/`);
  new storage.ManagementPolicy(
    name,
    {
      resourceGroupName: account.resourceGroupName,
      accountName: account.name,
      managementPolicyName: "default",
      policy: {
        rules: [
          {
            name: "models",
            type: "Lifecycle",
            enabled: true,
            definition: {
              filters: {
                blobTypes: ["blockBlob"],
                prefixMatch: folders.map((folder) => containerName.apply((container) => `${container}/${folder}`)),
                blobIndexMatch: tag && Object.entries(tag).map(([key, value]) => ({ name: key, op: "==", value })),
              },
              actions: { baseBlob: { tierToCool: since(coolAfterDays), delete: since(deleteAfterDays) } },
            },
          },
        ],
      },
    },
    options,
  );
}
