import type { core, networking, types } from "@pulumi/kubernetes";
import { grpcContainerPort } from "./grpc";
import { serviceMetadata, serviceSelector } from "./names";
import type { KubernetesServicePlan, NetworkPeer } from "./plan";
import { serverPort } from "./pod";
import { measuresRequests } from "./service";

type Peer = types.input.networking.v1.NetworkPolicyPeer;

/** The namespace, where it is the service's own; pods that the standard `restricted` forbids are refused in it. */
export function renderNamespace(plan: KubernetesServicePlan): core.v1.NamespaceArgs | undefined {
  return plan.ownsNamespace
    ? {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: plan.namespace,
          labels: {
            ...plan.labels,
            "app.kubernetes.io/managed-by": "scorestack",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      }
    : undefined;
}

/** Whom the pods act as. The API server gives them no token. */
export function renderServiceAccount(plan: KubernetesServicePlan): core.v1.ServiceAccountArgs {
  const { workloadIdentityClientId: clientId } = plan;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      ...serviceMetadata(plan),
      ...(clientId === undefined ? {} : { annotations: { "azure.workload.identity/client-id": clientId } }),
    },
    automountServiceAccountToken: false,
  };
}

/** Who may call the pods: nobody who is not named. What they call is not limited; the kubelet's probes always pass. */
export function renderNetworkPolicy(plan: KubernetesServicePlan): networking.v1.NetworkPolicyArgs {
  const from = callers(plan);
  const open = plan.grpc === undefined ? [serverPort] : [serverPort, grpcContainerPort];
  const ports = open.map((port) => ({ protocol: "TCP", port }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: serviceMetadata(plan),
    spec: {
      podSelector: { matchLabels: serviceSelector(plan) },
      policyTypes: ["Ingress"],
      // Without a rule nobody is let in; a rule without callers would let everyone in.
      ...(from === "everyone" ? { ingress: [{ ports }] } : from.length > 0 ? { ingress: [{ from, ports }] } : {}),
    },
  };
}

function callers(plan: KubernetesServicePlan): Peer[] | "everyone" {
  const { exposure, peers, versions } = plan;
  const fellows: Peer[] = versions.some(measuresRequests)
    ? [{ podSelector: { matchLabels: serviceSelector(plan) } }]
    : [];
  const named = [...peers.map(peerOf), ...fellows];
  switch (exposure.kind) {
    case "gateway":
      return [peerOf({ namespace: exposure.proxyNamespace }), ...named];
    case "loadBalancer":
      return exposure.allowedRanges.length === 0
        ? "everyone"
        : [...exposure.allowedRanges.map((cidr) => ({ ipBlock: { cidr } })), ...named];
    case "cluster":
      return named;
  }
}

function peerOf({ namespace, podLabels }: NetworkPeer): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(podLabels === undefined ? {} : { podSelector: { matchLabels: podLabels } }),
  };
}
