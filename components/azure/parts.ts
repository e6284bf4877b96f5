import * as pulumi from "@pulumi/pulumi";
import type { AzureWorkspaceArgs } from "../azure-workspace";
import * as access from "./access";
import { sendLogs } from "./diagnostics";
import * as foundation from "./foundation";
import * as machineLearning from "./machine-learning";
import { type Endpoint, privateEndpoint, type PrivateNetwork, privateNetwork } from "./network";
import type { AzureExistingArgs, AzureNamesArgs } from "./options";
import type { Part, Place } from "./place";
import * as storage from "./storage";

/** Arguments of an `AzureWorkspace`, checked. */
export interface Plan extends AzureWorkspaceArgs {
  readonly existing: AzureExistingArgs;
  readonly names: AzureNamesArgs;
  readonly tags: Readonly<Record<string, string>>;
}

/** All that an `AzureWorkspace` is made of. */
export interface Parts {
  readonly place: Place;
  readonly logs: foundation.Logs;
  readonly insights: foundation.Insights;
  readonly registry: foundation.ContainerRegistry;
  readonly identity: foundation.Identity;
  readonly account: storage.Account;
  readonly workspace: machineLearning.MlWorkspace;
  readonly network: PrivateNetwork | undefined;
  /** What must be there before anything is uploaded or pulled. */
  readonly ready: readonly pulumi.Resource[];
}

type Shared = Omit<Parts, "account" | "workspace" | "ready">;
type Options = pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource };

/** the Azure Machine Learning workspace; `<name>-…` is what belongs to it: [the list](../azure-workspace.md) */
export function makeParts(name: string, plan: Plan, options: Options): Parts {
  const shared = makeShared(name, plan, options);
  const core = makeCore(name, plan, shared, options);
  const { place, network, registry, logs } = shared;
  if (plan.storage?.modelRetention !== undefined) {
    const { account, workspace } = core;
    const { modelRetention } = plan.storage;
    storage.modelRetention(`${name}-retention`, account, modelRetention, workspace.containerName, options);
  }
  const parts = { storage: core.account, vault: core.vault, registry, workspace: core.workspace };
  const made = Object.entries(parts).flatMap(([kind, part]) => (part?.made ? [[kind as Endpoint, part] as const] : []));
  made.forEach(([kind, part]) => observe(name, kind, part, logs, options));
  const endpoints = network
    ? made.flatMap(([kind, part]) => privateEndpoint(name, kind, part, place, network, options))
    : [];
  return { ...shared, ...core, ready: [...grantRoles(name, plan, { ...shared, ...core }, options), ...endpoints] };
}

/** What does not depend on whose the Azure ML workspace is. */
function makeShared(name: string, plan: Plan, options: Options): Shared {
  const { existing, names, tags, location, network: reach } = plan;
  const wantedGroup = { existing: existing.resourceGroupName, name: names.resourceGroup, location, tags };
  const group = foundation.resourceGroup(`${name}-group`, wantedGroup, options);
  const place: Place = {
    name,
    groupId: group.id,
    resourceGroupName: group.name,
    location: group.location,
    tags,
    isPrivate: typeof reach === "object",
    protect: plan.protectData ?? false,
  };
  const wanted = <Kind extends Exclude<keyof AzureNamesArgs, "resourceGroup">>(kind: Kind) => ({
    existing: existing[kind],
    name: names[kind],
  });
  const network = typeof reach === "object" ? privateNetwork(`${name}-network`, place, reach, options) : undefined;
  const wantedLogs = { ...plan.logs, ...wanted("logAnalyticsWorkspace") };
  const logs = foundation.logAnalytics(`${name}-logs`, place, wantedLogs, options);
  const wantedInsights = { ...wanted("applicationInsights"), logs };
  const insights = foundation.applicationInsights(`${name}-insights`, place, wantedInsights, options);
  const wantedRegistry = { ...plan.registry, ...wanted("registry") };
  const registry = foundation.containerRegistry(`${name}-registry`, place, wantedRegistry, options);
  const wantedIdentity = { ...wanted("identity"), property: "existing.identity" };
  const identity = foundation.userAssignedIdentity(`${name}-identity`, place, wantedIdentity, options);
  return { place, network, logs, insights, registry, identity };
}

interface Core {
  readonly workspace: machineLearning.MlWorkspace;
  readonly account: storage.Account;
  readonly vault?: Part;
}

/** The Azure ML workspace, with its storage account and vault. */
function makeCore(name: string, plan: Plan, shared: Shared, options: Options): Core {
  const { existing, names } = plan;
  const { place, registry, insights } = shared;
  if (existing.workspace !== undefined) {
    const workspace = machineLearning.attachWorkspace(existing.workspace, place, options.parent);
    const account = storage.attachAccount("existing.workspace", workspace.storageAccountId, place, options.parent);
    return { workspace, account };
  }
  const wantedIdentity = { existing: existing.workspaceIdentity, property: "existing.workspaceIdentity" };
  const identity = foundation.userAssignedIdentity(`${name}-ml-identity`, place, wantedIdentity, options);
  const account =
    existing.storageAccount === undefined
      ? makeAccount(name, plan, place, options)
      : storage.attachAccount("existing.storageAccount", existing.storageAccount, place, options.parent);
  const wantedVault = { existing: existing.keyVault, name: names.keyVault, tenantId: identity.tenantId };
  const vault = machineLearning.keyVault(`${name}-vault`, place, { ...plan.keyVault, ...wantedVault }, options);
  const parts = { identity, account, vault, registry, insights };
  const roles = (plan.assignRoles ?? true) ? access.workspaceRoles(name, parts, options) : [];
  const wanted = { ...parts, name: names.workspace };
  const workspace = machineLearning.mlWorkspace(
    name,
    place,
    wanted,
    pulumi.mergeOptions(options, { dependsOn: roles }),
  );
  return { workspace, account, vault };
}

function makeAccount(name: string, plan: Plan, place: Place, options: Options): storage.Account {
  const wanted = { ...plan.storage, name: plan.names.storageAccount };
  const account = storage.storageAccount(`${name}-storage`, place, wanted, options);
  storage.blobService(`${name}-blobs`, account, plan.storage?.softDeleteInDays, options);
  return account;
}

function grantRoles(name: string, plan: Plan, parts: Shared & Core, options: Options): pulumi.Resource[] {
  return (plan.assignRoles ?? true)
    ? [
        ...access.containerRoles(name, parts, options),
        ...access.publisherRoles(name, plan.publishers ?? {}, parts, options),
      ]
    : [];
}

function observe(name: string, kind: Endpoint, part: Part, logs: Part, options: Options): void {
  const isBlobs = kind === "storage";
  const id = isBlobs ? pulumi.interpolate`${part.id}/blobServices/default` : part.id;
  sendLogs(`${name}-${kind}-logs`, { id, metric: isBlobs ? "Transaction" : "AllMetrics" }, logs, options);
}
