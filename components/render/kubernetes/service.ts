import type { core } from "@pulumi/kubernetes";
import { grpcPortsOf } from "./grpc";
import { replicasName, serviceMetadata, versionMetadata, versionSelector } from "./names";
import type { KubernetesServicePlan, LoadBalancerExposure, VersionPlan } from "./plan";
import { serverPortName } from "./pod";

/** Port of every version's Service. */
export const servicePort = 80;
/** Makes Azure give an address of the cluster's network. */
export const internalAddress = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };

/** A version's address in the cluster. */
export function renderService(plan: KubernetesServicePlan, version: VersionPlan): core.v1.ServiceArgs {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: versionMetadata(plan, version),
    spec: {
      type: "ClusterIP",
      selector: versionSelector(plan, version),
      ports: [portOf(servicePort), ...grpcPortsOf(plan)],
    },
  };
}

/** By whose name a version's replicas find each other, where one answers for all; undefined where none does. */
export function renderReplicasService(
  plan: KubernetesServicePlan,
  version: VersionPlan,
): core.v1.ServiceArgs | undefined {
  return measuresRequests(version)
    ? {
        apiVersion: "v1",
        kind: "Service",
        metadata: versionMetadata(plan, version, replicasName(plan, version)),
        spec: {
          type: "ClusterIP",
          clusterIP: "None",
          selector: versionSelector(plan, version),
          ports: [portOf(servicePort)],
        },
      }
    : undefined;
}

/** Whether the replicas are as many as the requests in hand want. */
export function measuresRequests({ replicas }: VersionPlan): boolean {
  return replicas.kind === "autoscaled" && replicas.measure.by === "requests";
}

/** The service's address where no gateway has it: of the default version. */
export function renderAddress(plan: KubernetesServicePlan): core.v1.ServiceArgs | undefined {
  const { exposure, versions } = plan;
  const version = versions.find(({ isDefault }) => isDefault);
  if (exposure.kind === "gateway" || version === undefined) {
    return undefined;
  }
  const metadata = serviceMetadata(plan);
  const ports = [portOf(exposure.port), ...grpcPortsOf(plan)];
  const common = { selector: versionSelector(plan, version), ports };
  if (exposure.kind === "cluster") {
    return { apiVersion: "v1", kind: "Service", metadata, spec: { type: "ClusterIP", ...common } };
  }
  const annotations = balancerAnnotations(exposure);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      type: "LoadBalancer",
      // The network policy has to see who calls.
      externalTrafficPolicy: "Local",
      ...(exposure.allowedRanges.length > 0 ? { loadBalancerSourceRanges: [...exposure.allowedRanges] } : {}),
      ...common,
    },
  };
}

function balancerAnnotations({ isInternal, annotations = {} }: LoadBalancerExposure): Record<string, string> {
  return { ...annotations, ...(isInternal ? internalAddress : {}) };
}

function portOf(port: number) {
  return { name: serverPortName, port, targetPort: serverPortName, protocol: "TCP" };
}
