import * as insights from "@pulumi/azure-native/applicationinsights";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { AzureLogsArgs, AzureRegistryArgs } from "./options";
import { attach, guarded, nameOf, ownName, type Part, type Place } from "./place";

/** What the parts are asked for: the one that is there, or the name of the one that is made. */
interface Wanted {
  readonly existing?: pulumi.Input<string>;
  readonly name?: pulumi.Input<string>;
}

/** A resource group with its region. */
export type Group = Pick<Part, "id" | "name" | "made"> & { readonly location: pulumi.Output<string> };

/** The resource group. */
export function resourceGroup(
  name: string,
  wanted: Wanted & { readonly location?: pulumi.Input<string>; readonly tags: Readonly<Record<string, string>> },
  options: pulumi.CustomResourceOptions,
): Group {
  const { location, tags } = wanted;
  if (wanted.existing !== undefined) {
    const found = resources.getResourceGroupOutput({ resourceGroupName: wanted.existing }, options);
    return { id: found.id, name: found.name, location: location ? pulumi.output(location) : found.location };
  }
  const made = new resources.ResourceGroup(name, { resourceGroupName: wanted.name, location, tags }, options);
  return { id: made.id, name: made.name, location: pulumi.output(location ?? made.location), made };
}

/** A Log Analytics workspace, with what senders of logs need. */
export type Logs = Part & { readonly customerId: pulumi.Output<string>; readonly key: pulumi.Output<string> };

/** Log Analytics workspace. */
export function logAnalytics(
  name: string,
  place: Place,
  wanted: Wanted & AzureLogsArgs,
  options: pulumi.CustomResourceOptions,
): Logs {
  const withKey = (part: Part, customerId: pulumi.Output<string>): Logs => {
    const where = { resourceGroupName: part.resourceGroupName, workspaceName: part.name };
    const keys = operationalinsights.getSharedKeysOutput(where, options);
    return { ...part, customerId, key: pulumi.secret(keys.apply(({ primarySharedKey }) => primarySharedKey ?? "")) };
  };
  if (wanted.existing !== undefined) {
    const property = "existing.logAnalyticsWorkspace";
    const part = attach(
      property,
      wanted.existing,
      place,
      options.parent,
      ({ resourceGroupName, name: workspaceName }) =>
        operationalinsights.getWorkspaceOutput({ resourceGroupName, workspaceName }, options),
    );
    return withKey(
      part,
      part.found.apply(({ customerId }) => customerId),
    );
  }
  const { resourceGroupName, location, tags } = place;
  const { retentionInDays = 30, dailyQuotaInGb } = wanted;
  const made = new operationalinsights.Workspace(
    name,
    {
      resourceGroupName,
      workspaceName: wanted.name ?? ownName(name),
      location,
      sku: { name: "PerGB2018" },
      retentionInDays,
      workspaceCapping: dailyQuotaInGb === undefined ? undefined : { dailyQuotaGb: dailyQuotaInGb },
      tags,
    },
    options,
  );
  return withKey({ id: made.id, name: made.name, resourceGroupName, made }, made.customerId);
}

/** Application Insights, with its secret connection string. */
export type Insights = Part & { readonly connectionString: pulumi.Output<string> };

/** Application Insights, which keeps what it is sent in the Log Analytics workspace. */
export function applicationInsights(
  name: string,
  place: Place,
  wanted: Wanted & { readonly logs: Part },
  options: pulumi.CustomResourceOptions,
): Insights {
  if (wanted.existing !== undefined) {
    const property = "existing.applicationInsights";
    const part = attach(property, wanted.existing, place, options.parent, ({ resourceGroupName, name: resourceName }) =>
      insights.getComponentOutput({ resourceGroupName, resourceName }, options),
    );
    return { ...part, connectionString: pulumi.secret(part.found.apply(({ connectionString }) => connectionString)) };
  }
  const { resourceGroupName, location, tags } = place;
  const made = new insights.Component(
    name,
    {
      resourceGroupName,
      resourceName: wanted.name ?? ownName(name),
      location,
      kind: "web",
      applicationType: "web",
      ingestionMode: "LogAnalytics",
      workspaceResourceId: wanted.logs.id,
      tags,
    },
    pulumi.mergeOptions(options, { additionalSecretOutputs: ["connectionString", "instrumentationKey"] }),
  );
  const connectionString = pulumi.secret(made.connectionString);
  return { id: made.id, name: made.name, resourceGroupName, connectionString, made };
}

/** A container registry, with its host. */
export type ContainerRegistry = Part & { readonly server: pulumi.Output<string> };

/** Container registry: no admin user, no pull without a login. */
export function containerRegistry(
  name: string,
  place: Place,
  wanted: Wanted & AzureRegistryArgs,
  options: pulumi.CustomResourceOptions,
): ContainerRegistry {
  if (wanted.existing !== undefined) {
    const property = "existing.registry";
    const part = attach(property, wanted.existing, place, options.parent, ({ resourceGroupName, name: registryName }) =>
      containerregistry.getRegistryOutput({ resourceGroupName, registryName }, options),
    );
    return { ...part, server: part.found.apply(({ loginServer }) => loginServer) };
  }
  const { resourceGroupName, location, tags, isPrivate } = place;
  const { untaggedRetentionInDays: days, quarantine = false } = wanted;
  const needsPremium = isPrivate || days !== undefined || quarantine;
  const made = new containerregistry.Registry(
    name,
    {
      resourceGroupName,
      registryName: nameOf(place, "registry", wanted.name),
      location,
      sku: { name: wanted.sku ?? (needsPremium ? "Premium" : "Basic") },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
      networkRuleBypassOptions: isPrivate ? "AzureServices" : undefined,
      policies:
        days === undefined && !quarantine
          ? undefined
          : {
              retentionPolicy: days === undefined ? undefined : { days, status: "enabled" },
              quarantinePolicy: quarantine ? { status: "enabled" } : undefined,
            },
      tags,
    },
    guarded(place, options),
  );
  return { id: made.id, name: made.name, resourceGroupName, server: made.loginServer, made };
}

/** A user-assigned identity, with the names it has elsewhere. */
export type Identity = Part & Record<"principalId" | "clientId" | "tenantId", pulumi.Output<string>>;

/** User-assigned identity. */
export function userAssignedIdentity(
  name: string,
  place: Place,
  wanted: Wanted & { readonly property: string },
  options: pulumi.CustomResourceOptions,
): Identity {
  if (wanted.existing !== undefined) {
    const { existing, property } = wanted;
    const part = attach(property, existing, place, options.parent, ({ resourceGroupName, name: resourceName }) =>
      managedidentity.getUserAssignedIdentityOutput({ resourceGroupName, resourceName }, options),
    );
    const { principalId, clientId, tenantId } = part.found;
    return { ...part, principalId, clientId, tenantId };
  }
  const { resourceGroupName, location, tags } = place;
  const inputs = { resourceGroupName, resourceName: wanted.name ?? ownName(name), location, tags };
  const made = new managedidentity.UserAssignedIdentity(name, inputs, options);
  const { id, name: own, principalId, clientId, tenantId } = made;
  return { id, name: own, resourceGroupName, principalId, clientId, tenantId, made };
}
