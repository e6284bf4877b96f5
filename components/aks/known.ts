import type * as options from "../aks-options";
import type { KubernetesHost } from "../kubernetes-host";
import { ReplicaScaler } from "../kubernetes-host";
import type { CheckedAks } from "./checks";
import { appRoutingClass } from "./gateway";
import { nodeSizes } from "./pools";

/** What is known of a cluster before it is made: its services can be checked against it. */
export function knownOf({ existing, made, tls }: CheckedAks) {
  const className = existing ? existing.gatewayClassName : made.gateway === "none" ? undefined : appRoutingClass;
  return {
    className,
    hasSharedGateway: className !== undefined && tls !== undefined,
    scaler: (existing?.keda ?? made?.keda) ? ReplicaScaler.keda : ReplicaScaler.cpu,
    nodeSizes: existing ? sizesOf(existing) : nodeSizes(made.pools),
    hasWorkloadIdentity: existing?.workloadIdentity !== false,
  };
}

function sizesOf({ vmSize }: options.AksExistingArgs): KubernetesHost["nodeSizes"] {
  // Nothing is known of its pools' labels and taints.
  return vmSize === undefined
    ? undefined
    : nodeSizes({ nodes: { vmSize, taints: [] } })?.map(({ labels: _labels, ...size }) => size);
}
