import * as pulumi from "@pulumi/pulumi";
import type { AzureWorkspaceArgs } from "../azure-workspace";
import { azureId, nameOrId } from "../internal/azure-ids";
import { type AzureKind, azureNames } from "../internal/azure-names";
import { networkRange } from "../internal/azure-ranges";
import { regionName, unknownRegion } from "../internal/azure-regions";
import { oneOf, type Rule, shown } from "../internal/problems";
import { flag } from "../internal/rules";
import { isLater, type Problems } from "../internal/validate";
import { checkMade } from "./check-made";
import { imageOptionFaults } from "./image-rules";
import { type AzureExistingArgs, type AzureNamesArgs, PrincipalType } from "./options";

const existingTypes = {
  workspace: ["Microsoft.MachineLearningServices/workspaces", "workspace"],
  storageAccount: ["Microsoft.Storage/storageAccounts", "storageAccount"],
  keyVault: ["Microsoft.KeyVault/vaults", "keyVault"],
  registry: ["Microsoft.ContainerRegistry/registries", "registry"],
  logAnalyticsWorkspace: ["Microsoft.OperationalInsights/workspaces", "logAnalyticsWorkspace"],
  applicationInsights: ["Microsoft.Insights/components", "applicationInsights"],
  identity: ["Microsoft.ManagedIdentity/userAssignedIdentities", "identity"],
  workspaceIdentity: ["Microsoft.ManagedIdentity/userAssignedIdentities", "identity"],
} as const satisfies Record<Exclude<keyof AzureExistingArgs, "resourceGroupName">, readonly [string, AzureKind]>;

/** Options of what is made, by what takes its place when the user owns one. */
const madeOptions = {
  storageAccount: "storage",
  keyVault: "keyVault",
  registry: "registry",
  logAnalyticsWorkspace: "logs",
} as const;

/** Checks the arguments of an `AzureWorkspace`; returns them, with what is known later checked then. Warns in the name of `owner`. */
export function checkAzureWorkspace(problems: Problems, args: AzureWorkspaceArgs, owner?: pulumi.Resource) {
  const location = checkLocation(problems, args, owner);
  checkTags(problems, args.tags);
  problems.plain("protectData", args.protectData, flag);
  problems.plain("assignRoles", args.assignRoles, flag);
  problems.addAll(
    imageOptionFaults(args.images ?? {}).map((fault) => ({ ...fault, property: `images.${fault.property}` })),
  );
  checkConflicts(problems, args);
  checkMade(problems, args);
  return {
    ...args,
    location,
    existing: checkExisting(problems, args),
    names: checkNames(problems, args),
    network: checkNetwork(problems, args),
    publishers: checkPublishers(problems, args),
    modelRegistry: checkModelRegistry(problems, args),
  };
}

function checkLocation(problems: Problems, args: AzureWorkspaceArgs, owner?: pulumi.Resource) {
  if (args.location === undefined && args.existing?.resourceGroupName === undefined) {
    problems.add("location", "must be given, or 'existing.resourceGroupName'", "neither", "such as 'westeurope'");
  }
  const location = problems.check("location", args.location, regionName);
  if (owner && location !== undefined && !isLater(location)) {
    const warning = regionName.holds(location as string) ? unknownRegion(location as string) : undefined;
    if (warning !== undefined) {
      void pulumi.log.warn(warning, owner);
    }
  }
  return location;
}

/** Limits of Azure Resource Manager; a storage account's tag names end at 128 characters. */
const tags: Rule<Readonly<Record<string, string>>> = {
  must: "must be at most 48 strings by name, names of 1 to 128 characters without <, >, %, &, \\, ? and /, texts of at most 256",
  holds: (value) =>
    Object.keys(value).length <= 48 &&
    Object.entries(value as Readonly<Record<string, unknown>>).every(
      ([name, text]) => /^[^<>%&\\?/]{1,128}$/.test(name) && typeof text === "string" && text.length <= 256,
    ),
};

function checkTags(problems: Problems, given: AzureWorkspaceArgs["tags"]): void {
  problems.plain("tags", given, tags);
}

/** What would have no effect beside what the user owns. */
function checkConflicts(problems: Problems, args: AzureWorkspaceArgs): void {
  const { existing = {}, names = {} } = args;
  const refuse = (property: string, owned: string): void =>
    problems.add(property, `must be left out with 'existing.${owned}'`, undefined, "it is for what is made");
  for (const [owned, option] of Object.entries(madeOptions) as [keyof typeof madeOptions, keyof AzureWorkspaceArgs][]) {
    if (existing[owned] !== undefined && args[option] !== undefined) {
      refuse(option, owned);
    }
  }
  for (const kind of Object.keys(names) as (keyof AzureNamesArgs)[]) {
    const owned = kind === "resourceGroup" ? "resourceGroupName" : kind;
    if (names[kind] !== undefined && existing[owned] !== undefined) {
      refuse(`names.${kind}`, owned);
    }
  }
  if (existing.workspace !== undefined) {
    const idle = {
      ...pick(existing, "existing"),
      ...pick(names, "names"),
      storage: args.storage,
      keyVault: args.keyVault,
    };
    Object.entries(idle)
      .filter(([, value]) => value !== undefined)
      .forEach(([property]) => refuse(property, "workspace"));
  }
}

/** What a workspace of the user's own brings with it. */
function pick(from: AzureExistingArgs & AzureNamesArgs, at: string): Record<string, unknown> {
  const { storageAccount, keyVault, workspaceIdentity } = from;
  return {
    [`${at}.storageAccount`]: storageAccount,
    [`${at}.keyVault`]: keyVault,
    [`${at}.workspaceIdentity`]: workspaceIdentity,
  };
}

function checkExisting(problems: Problems, { existing = {} }: AzureWorkspaceArgs): AzureExistingArgs {
  const group = problems.check("existing.resourceGroupName", existing.resourceGroupName, azureNames.resourceGroup);
  const checked = Object.entries(existingTypes).map(([key, [type, kind]]) => {
    const given = existing[key as keyof typeof existingTypes];
    return [key, problems.check(`existing.${key}`, given, nameOrId(type, azureNames[kind]))] as const;
  });
  return { resourceGroupName: group, ...Object.fromEntries(checked) };
}

function checkNames(problems: Problems, { names = {} }: AzureWorkspaceArgs): AzureNamesArgs {
  const checked = (Object.keys(azureNames) as AzureKind[]).map(
    (kind) => [kind, problems.check(`names.${kind}`, names[kind], azureNames[kind])] as const,
  );
  return Object.fromEntries(checked);
}

const objectId: Rule<string> = {
  must: "must be an object id of 8, 4, 4, 4 and 12 hex characters",
  holds: (value) => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  remedy: () => "az ad signed-in-user show --query id tells it",
};

function checkPublishers(problems: Problems, { publishers = {}, assignRoles = true }: AzureWorkspaceArgs) {
  if (!assignRoles && Object.keys(publishers).length > 0) {
    problems.add("publishers", "must be left out with 'assignRoles: false'", undefined, "no role is assigned then");
  }
  const checked = Object.entries(publishers).map(([key, { principalId, principalType }]) => {
    const at = `publishers.${key}`;
    if (!/^[a-z]+(-[a-z]+)*$/.test(key)) {
      problems.add(at, "must be named in lower-case letters and single dashes", shown(key));
    }
    problems.plain(`${at}.principalType`, principalType, oneOf(Object.values(PrincipalType)));
    return [key, { principalId: problems.check(`${at}.principalId`, principalId, objectId), principalType }] as const;
  });
  return Object.fromEntries(checked);
}

function checkModelRegistry(problems: Problems, { modelRegistry }: AzureWorkspaceArgs) {
  const { registryName, resourceGroupName } = modelRegistry ?? {};
  const group = problems.check("modelRegistry.resourceGroupName", resourceGroupName, azureNames.resourceGroup);
  const checked = problems.check("modelRegistry.registryName", registryName, azureNames.workspace);
  return checked === undefined ? undefined : { registryName: checked, resourceGroupName: group };
}

function checkNetwork(problems: Problems, { network = "public" }: AzureWorkspaceArgs): AzureWorkspaceArgs["network"] {
  if (typeof network !== "object") {
    problems.plain("network", network, { ...oneOf(["public"]), remedy: () => "or a map, for private endpoints" });
    return network;
  }
  problems.plain("network.addressRange", network.addressRange, networkRange);
  problems.plain("network.dnsZones", network.dnsZones, flag);
  if (network.addressRange !== undefined && network.subnetId !== undefined) {
    const remedy = "it is for a network that is made";
    problems.add("network.addressRange", "must be left out with 'network.subnetId'", undefined, remedy);
  }
  const subnet = azureId("Microsoft.Network/virtualNetworks/subnets");
  return { ...network, subnetId: problems.check("network.subnetId", network.subnetId, subnet) };
}
