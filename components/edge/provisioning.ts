import * as deviceprovisioningservices from "@pulumi/azure-native/deviceprovisioningservices";
import * as iothub from "@pulumi/azure-native/iothub";
import * as pulumi from "@pulumi/pulumi";
import { assignRole } from "../azure/roles";
import type { EdgeModuleDeploymentArgs } from "../edge-module-options";
import { EdgeEnrollment } from "../internal/edge-resources";
import type { CheckedProvisioning } from "./check-provisioning";
import { ringTag } from "./check-rings";
import type { HubPart } from "./hub";

/** Policy of a hub that a service comes in by: no other one of those that each hub has lets it both read and write devices. */
const policy = "iothubowner";

/** How devices register themselves. */
export interface ProvisioningPart {
  readonly idScope: pulumi.Input<string>;
  /** By the group's name here. */
  readonly enrollments: Readonly<Record<string, EdgeEnrollment>>;
}

interface Service {
  readonly hostName: pulumi.Input<string>;
  readonly idScope: pulumi.Input<string>;
  readonly ready: pulumi.Resource[];
}

/** The service that is there, or one that is made, and its enrolment groups: each one's devices come into a ring of the hub. */
export function provisioningOf(
  name: string,
  deploymentName: string,
  { host }: EdgeModuleDeploymentArgs,
  checked: CheckedProvisioning,
  hub: HubPart,
  options: pulumi.CustomResourceOptions,
): ProvisioningPart {
  const service =
    checked.hostName === undefined
      ? makeService(`${name}-provisioning`, host, checked, hub, options)
      : { hostName: checked.hostName, idScope: checked.idScope ?? "", ready: [] };
  const made = checked.groups.map(({ name: group, ring, tags, ...rest }) => {
    const inputs = {
      ...rest,
      service: service.hostName,
      iotHub: hub.hostName,
      iotEdge: true,
      tags: { ...tags, [ringTag(deploymentName)]: ring },
    };
    const dependsOn = [...hub.ready, ...service.ready];
    return [group, new EdgeEnrollment(`${name}-enrollment-${group}`, inputs, { ...options, dependsOn })] as const;
  });
  return { idScope: service.idScope, enrollments: Object.fromEntries(made) };
}

function makeService(
  name: string,
  host: EdgeModuleDeploymentArgs["host"],
  checked: CheckedProvisioning,
  hub: HubPart,
  options: pulumi.CustomResourceOptions,
): Service {
  const made = new deviceprovisioningservices.IotDpsResource(
    name,
    {
      resourceGroupName: host.resourceGroupName,
      location: host.location,
      ...(checked.serviceName === undefined ? {} : { provisioningServiceName: checked.serviceName }),
      sku: { name: "S1", capacity: 1 },
      properties: {
        allocationPolicy: "Static",
        iotHubs: [{ connectionString: connectionString(host, hub, options), location: host.location }],
      },
      tags: host.tags,
    },
    { ...options, dependsOn: [...hub.ready] },
  );
  const roles = Object.entries(checked.publishers).map(([publisher, { principalId, principalType }]) =>
    assignRole(
      `${name}-${publisher}-enrolls`,
      {
        role: "deviceProvisioningDataContributor",
        scope: made.id,
        principalId,
        principalType,
        why: `${publisher} makes enrolment groups of ${name}`,
      },
      options,
    ),
  );
  // What it answers has the link to the hub in it, which is secret.
  const properties = pulumi.unsecret(made.properties);
  return {
    hostName: properties.apply(({ serviceOperationsHostName }) => serviceOperationsHostName),
    idScope: properties.apply(({ idScope }) => idScope),
    ready: [made, ...roles],
  };
}

function connectionString(
  { resourceGroupName }: EdgeModuleDeploymentArgs["host"],
  { hostName, made }: HubPart,
  { parent }: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const key = iothub.listIotHubResourceKeysForKeyNameOutput(
    { resourceGroupName, resourceName: made?.name ?? "", keyName: policy },
    parent === undefined ? {} : { parent },
  );
  return pulumi.secret(
    pulumi
      .all([hostName, key])
      .apply(
        ([address, { primaryKey = "" }]) =>
          `HostName=${address};SharedAccessKeyName=${policy};SharedAccessKey=${primaryKey}`,
      ),
  );
}
