import * as pulumi from "@pulumi/pulumi";
import type { AzureHost } from "../components";
import { applicationInsights, logAnalytics, resourceGroup, userAssignedIdentity } from "../components/azure/foundation";
import { ownName } from "../components/azure/place";
import type { SourceRegistry } from "./references";

/**
 * Where services run in production: a resource group of its own with an identity, logs and Application Insights, so that nobody who
 * may change dev reaches it. Images stay in the registry where they were built and proven.
 */
export function productionHost(name: string, location: string, registry: SourceRegistry): AzureHost {
  const tags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const group = resourceGroup(name, { name: ownName(name), location, tags }, {});
  const place = {
    name,
    groupId: group.id,
    resourceGroupName: group.name,
    location: group.location,
    tags,
    isPrivate: false,
    protect: false,
  };
  const logs = logAnalytics(`${name}-logs`, place, {}, {});
  const insights = applicationInsights(`${name}-insights`, place, { logs }, {});
  const identity = userAssignedIdentity(`${name}-identity`, place, { property: "identity" }, {});
  return {
    resourceGroupName: group.name,
    location: group.location,
    ...registry,
    identityId: identity.id,
    identityClientId: identity.clientId,
    logs: { workspaceId: logs.customerId, workspaceKey: logs.key, resourceId: logs.id },
    insightsConnectionString: insights.connectionString,
    tags,
  };
}
