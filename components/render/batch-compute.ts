import type { machinelearningservices as ml } from "@pulumi/azure-native/types/input";
import type * as pulumi from "@pulumi/pulumi";

/** What a cluster of nodes is made of. */
export interface ComputeParts {
  readonly location: pulumi.Input<string>;
  readonly vmSize: string;
  readonly vmPriority: "dedicated" | "lowPriority";
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly idleSeconds: number;
  readonly subnetId?: pulumi.Input<string>;
  readonly nodePublicIp: boolean;
}

/** What Azure changes in no cluster that is there; the cluster's name has a hash of it. azure-rest-api-specs#18889. */
export const computeReplacedBy = [
  "identity",
  "location",
  "properties.computeLocation",
  "properties.disableLocalAuth",
  ...["enableNodePublicIp", "osType", "remoteLoginPortPublicAccess", "subnet", "vmPriority", "vmSize"].map(
    (property) => `properties.properties.${property}`,
  ),
];

const priorities = { dedicated: "Dedicated", lowPriority: "LowPriority" } as const;

/** Renders an `AmlCompute`: no SSH from outside, no accounts of its own. */
export function renderCompute(parts: ComputeParts): ml.AmlComputeArgs {
  const { location, vmSize, vmPriority, minNodes, maxNodes, idleSeconds, subnetId, nodePublicIp } = parts;
  return {
    computeType: "AmlCompute",
    computeLocation: location,
    disableLocalAuth: true,
    properties: {
      vmSize,
      vmPriority: priorities[vmPriority],
      osType: "Linux",
      scaleSettings: {
        minNodeCount: minNodes,
        maxNodeCount: maxNodes,
        nodeIdleTimeBeforeScaleDown: isoSeconds(idleSeconds),
      },
      subnet: subnetId === undefined ? undefined : { id: subnetId },
      enableNodePublicIp: nodePublicIp,
      remoteLoginPortPublicAccess: "Disabled",
    },
  };
}

/** A time as Azure ML takes it: `PT120S`. */
export function isoSeconds(seconds: number): string {
  return `PT${seconds}S`;
}
