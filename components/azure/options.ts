import type * as pulumi from "@pulumi/pulumi";

/** What the user owns already, each by its name in the workspace's resource group or by its whole id. It is read, and never changed. */
export interface AzureExistingArgs {
  /** Name of the resource group that everything is made in. @default - one is made */
  readonly resourceGroupName?: pulumi.Input<string>;
  /** Azure Machine Learning workspace. Its storage account holds the models; no vault and no storage account are made. @default - one is made */
  readonly workspace?: pulumi.Input<string>;
  /** Storage account of a workspace that is made; models go there. @default - one is made */
  readonly storageAccount?: pulumi.Input<string>;
  /** Key Vault of a workspace that is made. @default - one is made */
  readonly keyVault?: pulumi.Input<string>;
  /** Container registry. @default - one is made */
  readonly registry?: pulumi.Input<string>;
  /** Log Analytics workspace. @default - one is made */
  readonly logAnalyticsWorkspace?: pulumi.Input<string>;
  /** Application Insights. @default - one is made */
  readonly applicationInsights?: pulumi.Input<string>;
  /** User-assigned identity of containers. @default - one is made */
  readonly identity?: pulumi.Input<string>;
  /** User-assigned identity of a workspace that is made. @default - one is made */
  readonly workspaceIdentity?: pulumi.Input<string>;
}

/** Names of what is made, where they matter. Storage accounts, vaults and registries share their names with the whole world. */
export interface AzureNamesArgs {
  /** 1 to 90 letters, digits, underscores, parentheses, dashes and dots. @default - made from the component's name */
  readonly resourceGroup?: pulumi.Input<string>;
  /** 3 to 33 letters, digits, dashes and underscores. @default - made from the component's name and its resource group */
  readonly workspace?: pulumi.Input<string>;
  /** 3 to 24 lower-case letters and digits. @default - made from the component's name and its resource group */
  readonly storageAccount?: pulumi.Input<string>;
  /** 3 to 24 letters, digits and single dashes. @default - made from the component's name and its resource group */
  readonly keyVault?: pulumi.Input<string>;
  /** 5 to 50 letters and digits. @default - made from the component's name and its resource group */
  readonly registry?: pulumi.Input<string>;
  /** 4 to 63 letters, digits and dashes. @default - made from the component's name */
  readonly logAnalyticsWorkspace?: pulumi.Input<string>;
  /** 1 to 255 characters. @default - made from the component's name */
  readonly applicationInsights?: pulumi.Input<string>;
  /** 3 to 128 letters, digits, dashes and underscores. @default - made from the component's name */
  readonly identity?: pulumi.Input<string>;
}

/** Private endpoints for the storage account's blobs, the vault, the registry and the workspace; public access off for each. */
export interface AzureNetworkArgs {
  /**
   * Range of the virtual network that is made, /8 to /27: the first half for the endpoints, the second for container groups.
   *
   * @default "10.80.0.0/24", without `subnetId`
   */
  readonly addressRange?: string;
  /** A subnet of the user's own for the endpoints; no network is made then. @default - a network is made */
  readonly subnetId?: pulumi.Input<string>;
  /** Make the private DNS zones and link them to the network; `false` where a policy of the organisation does. @default true */
  readonly dnsZones?: boolean;
}

/** How models are kept; for a storage account that is made. */
export interface AzureStorageArgs {
  /** Copies: within a datacentre, across zones, across regions or both. @default "Standard_LRS" */
  readonly redundancy?: StorageRedundancy;
  /** Days for which deleted and overwritten blobs can be had back, 1 to 365. @default 14 */
  readonly softDeleteInDays?: number;
  /** What becomes of models as they age. @default - they stay */
  readonly modelRetention?: ModelRetentionArgs;
}

/** Copies of a storage account's data. */
export const StorageRedundancy = {
  local: "Standard_LRS",
  zones: "Standard_ZRS",
  regions: "Standard_GRS",
  zonesAndRegions: "Standard_GZRS",
} as const;
/** Copies of a storage account's data. */
export type StorageRedundancy = (typeof StorageRedundancy)[keyof typeof StorageRedundancy];

/** A lifecycle rule for model files. Images hold copies, so that services do not miss what it deletes. */
export interface ModelRetentionArgs {
  /** Days since the upload after which files go to the cool tier, 0 to 36500. @default - never */
  readonly coolAfterDays?: number;
  /** Days since the upload after which files are deleted, 1 to 36500. @default - never */
  readonly deleteAfterDays?: number;
  /** Models that it is about, by name. @default - all */
  readonly modelNames?: readonly string[];
  /** It is about blobs with this index tag only, such as `{ retire: "yes" }`; one name. @default - about all */
  readonly tag?: Readonly<Record<string, string>>;
}

/** The vault of a workspace that is made. */
export interface AzureKeyVaultArgs {
  /** Nobody can purge it, or what is in it, before the days are over. It can't be turned off again. @default true */
  readonly purgeProtection?: boolean;
  /** Days for which what is deleted can be had back, 7 to 90; for life. @default 90 */
  readonly softDeleteInDays?: number;
}

/** The container registry that is made. */
export interface AzureRegistryArgs {
  /** Tier. @default "Basic"; "Premium" where another choice needs it */
  readonly sku?: RegistrySku;
  /** Days after which manifests without a tag are deleted, 0 to 365; needs Premium. @default - they stay */
  readonly untaggedRetentionInDays?: number;
  /** Hold pushed images back until something has approved of them; needs Premium. @default false */
  readonly quarantine?: boolean;
}

/** Tier of a container registry. */
export const RegistrySku = { basic: "Basic", standard: "Standard", premium: "Premium" } as const;
/** Tier of a container registry. */
export type RegistrySku = (typeof RegistrySku)[keyof typeof RegistrySku];

/** The Log Analytics workspace that is made. */
export interface AzureLogsArgs {
  /** Days for which logs are kept, 30 to 730. @default 30 */
  readonly retentionInDays?: number;
  /** Gigabytes a day after which no more are taken in, at least 0.023. @default - no limit */
  readonly dailyQuotaInGb?: number;
}

/** An Azure Machine Learning registry, which several workspaces share. */
export interface AzureModelRegistryArgs {
  /** 3 to 33 letters, digits, dashes and underscores. */
  readonly registryName: pulumi.Input<string>;
  /** Its resource group. @default - the workspace's */
  readonly resourceGroupName?: pulumi.Input<string>;
}

/** Someone who runs `pulumi up`: gets the roles to upload models and push images. */
export interface AzurePublisherArgs {
  /** Object id in Microsoft Entra ID: `az ad signed-in-user show --query id`. */
  readonly principalId: pulumi.Input<string>;
  /** What it is. */
  readonly principalType: PrincipalType;
}

/** What a principal is. */
export const PrincipalType = { user: "User", group: "Group", servicePrincipal: "ServicePrincipal" } as const;
/** What a principal is. */
export type PrincipalType = (typeof PrincipalType)[keyof typeof PrincipalType];
