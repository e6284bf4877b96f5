import { certificateName } from "./configuration";
import type { CustomObject } from "./custom";
import { serviceMetadata, serviceObjectName } from "./names";
import type { GatewayExposure, GatewayTls, KubernetesServicePlan, OwnGateway } from "./plan";
import { internalAddress } from "./service";

/** API version of gateways and routes. */
export const gatewayApi = "gateway.networking.k8s.io/v1";
/** Listener for gRPC of a gateway of the service's own. A gateway takes HTTP or gRPC for a domain at a listener, not both. */
export const grpcListener = "grpc";

/** The gateway that the service owns; undefined where it has another's, or none. With TLS there is no port without. */
export function renderGateway(plan: KubernetesServicePlan): CustomObject | undefined {
  const { exposure } = plan;
  if (exposure.kind !== "gateway" || !("className" in exposure.gateway)) {
    return undefined;
  }
  const { gateway } = exposure;
  const annotations = { ...gateway.serviceAnnotations, ...(gateway.isInternal ? internalAddress : {}) };
  return {
    apiVersion: gatewayApi,
    kind: "Gateway",
    metadata: { ...serviceMetadata(plan), ...issuerAnnotations(gateway.tls) },
    spec: {
      gatewayClassName: gateway.className,
      ...(Object.keys(annotations).length > 0 ? { infrastructure: { annotations } } : {}),
      listeners: listenersOf(plan, exposure, gateway),
    },
  };
}

/** What a route names as its gateway. */
export function parentOf(plan: KubernetesServicePlan, { gateway }: GatewayExposure) {
  const kind = { group: "gateway.networking.k8s.io", kind: "Gateway" };
  if ("className" in gateway) {
    return { ...kind, name: serviceObjectName(plan), namespace: plan.namespace };
  }
  const { name, namespace, sectionName } = gateway;
  return { ...kind, name, namespace, ...(sectionName === undefined ? {} : { sectionName }) };
}

function listenersOf(plan: KubernetesServicePlan, { hostnames }: GatewayExposure, { tls }: OwnGateway) {
  const protocol = tls === undefined ? "HTTP" : "HTTPS";
  const common = {
    protocol,
    port: tls === undefined ? 80 : 443,
    ...(tls === undefined ? {} : { tls: { mode: "Terminate", certificateRefs: [certificateReference(plan)] } }),
    allowedRoutes: { namespaces: { from: "Same" } },
  };
  const listeners =
    hostnames.length === 0
      ? [{ name: protocol.toLowerCase(), ...common }]
      : hostnames.map((hostname) => ({ name: hostname.replace("*", "any"), hostname, ...common }));
  return [...listeners, ...grpcListenersOf(plan, common)];
}

/** It is for all domains of the service, whose route names them; its kind of routes keeps the route of HTTP away. */
function grpcListenersOf({ grpc }: KubernetesServicePlan, common: { readonly allowedRoutes: object }) {
  const kinds = [{ group: "gateway.networking.k8s.io", kind: "GRPCRoute" }];
  return grpc === undefined
    ? []
    : [{ name: grpcListener, ...common, port: grpc.port, allowedRoutes: { ...common.allowedRoutes, kinds } }];
}

function certificateReference(plan: KubernetesServicePlan) {
  return { group: "", kind: "Secret", name: certificateName(plan) };
}

/** cert-manager keeps the listener's Secret filled for a gateway that names an issuer. */
function issuerAnnotations(tls: GatewayTls | undefined): { annotations?: Record<string, string> } {
  if (tls?.from !== "issuer") {
    return {};
  }
  const key = tls.issuerKind === "ClusterIssuer" ? "cert-manager.io/cluster-issuer" : "cert-manager.io/issuer";
  return { annotations: { [key]: tls.issuerName } };
}
