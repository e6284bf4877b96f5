import * as iothub from "@pulumi/azure-native/iothub";
import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import { assignRole } from "../azure/roles";
import type { EdgeModuleDeploymentArgs } from "../edge-module-options";
import type { CheckedEdge } from "./checks";

/** The hub that deployments lie in. */
export interface HubPart {
  readonly hostName: pulumi.Input<string>;
  /** The hub that is made. */
  readonly made?: iothub.IotHubResource;
  /** What must be there before anything is put into it. */
  readonly ready: readonly pulumi.Resource[];
}

/** The hub that is there, or one that is made, with who may deploy to it. */
export function edgeHub(
  name: string,
  { host }: EdgeModuleDeploymentArgs,
  { hub }: CheckedEdge,
  options: pulumi.CustomResourceOptions,
): HubPart {
  if (hub.hostName !== undefined) {
    return { hostName: hub.hostName, ready: [] };
  }
  const made = new iothub.IotHubResource(
    name,
    {
      resourceGroupName: host.resourceGroupName,
      location: host.location,
      ...(hub.hubName === undefined ? {} : { resourceName: hub.hubName }),
      sku: { name: hub.sku, capacity: hub.capacity },
      identity: { type: "SystemAssigned" },
      properties: {
        // Programs come in by Entra. Devices and their modules prove who they are with keys of their own.
        disableLocalAuth: !hub.sharedAccessKeysEnabled,
        minTlsVersion: "1.2",
      },
      tags: host.tags,
    },
    options,
  );
  const children = { ...options, dependsOn: undefined };
  if (host.logs?.resourceId !== undefined) {
    sendLogs(`${name}-diagnostics`, made.id, host.logs.resourceId, children);
  }
  const roles = Object.entries(hub.publishers).map(([publisher, { principalId, principalType }]) =>
    assignRole(
      `${name}-${publisher}-deploys`,
      {
        role: "iotHubDataContributor",
        scope: made.id,
        principalId,
        principalType,
        why: `${publisher} deploys modules to devices of ${name}`,
      },
      children,
    ),
  );
  return { hostName: made.properties.apply(({ hostName }) => hostName), made, ready: [made, ...roles] };
}

function sendLogs(
  name: string,
  hubId: pulumi.Output<string>,
  workspaceId: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): void {
  new monitor.DiagnosticSetting(
    name,
    {
      name: "scorestack",
      resourceUri: hubId,
      workspaceId,
      logs: [{ categoryGroup: "allLogs", enabled: true }],
      metrics: [{ category: "AllMetrics", enabled: true }],
    },
    options,
  );
}
