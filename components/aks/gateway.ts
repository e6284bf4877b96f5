import { local } from "@pulumi/command";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import type { AzureHost } from "../azure-host";
import { hashJson } from "../internal/canonical-json";
import type { SharedGateway } from "../kubernetes-host";
import type { CheckedTls } from "./check-tls";
import type { Cluster, Options } from "./managed-cluster";

/** The class of gateways that Azure's application routing answers for. */
export const appRoutingClass = "approuting-istio";
const gatewayName = "services";
const secretName = "services-tls";

/**
 * Turns Azure's Gateway API controller on. azure-native has an API of 2025-09-01, which has no property for it, so the Azure CLI does
 * it (2.86 or later): again after each change of the cluster itself, as nobody promises that a change by the older API keeps it.
 */
export function enableGateway(name: string, { made, ...cluster }: Cluster, options: Options): local.Command {
  const where = pulumi.interpolate`--resource-group "${cluster.resourceGroupName}" --name "${cluster.name}"`;
  return new local.Command(
    name,
    {
      create: pulumi.interpolate`az aks update ${where} --enable-gateway-api --enable-app-routing-istio --output none`,
      triggers: [cluster.id, pulumi.output(made?.inputs).apply((inputs) => hashJson(inputs ?? {}).slice(0, 12))],
      addPreviousOutputInEnv: false,
      logging: local.Logging.Stderr,
    },
    options,
  );
}

/** The gateway that all services of a cluster share, with its certificate. */
export function makeGateway(
  name: string,
  tls: CheckedTls,
  className: string,
  { location }: AzureHost,
  provider: Provider,
  options: Options,
): { readonly shared: SharedGateway; readonly resource: pulumi.Resource } {
  const own = pulumi.mergeOptions(options, { provider });
  const space = new Namespace(`${name}-namespace`, { metadata: { name: ownName(name).toLowerCase() } }, own);
  const namespace = space.metadata.name;
  const hostname = tls.own?.cname ?? pulumi.interpolate`${tls.label ?? ""}.${location}.cloudapp.azure.com`;
  if (tls.own !== undefined) {
    const stringData = { "tls.crt": tls.own.certPem, "tls.key": tls.own.keyPem };
    new Secret(
      `${name}-certificate`,
      { metadata: { name: secretName, namespace }, type: "kubernetes.io/tls", stringData },
      pulumi.mergeOptions(own, { additionalSecretOutputs: ["stringData", "data"] }),
    );
  }
  const resource = new CustomResource(
    name,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        name: gatewayName,
        namespace,
        ...(tls.issuer === undefined ? {} : { annotations: { "cert-manager.io/cluster-issuer": tls.issuer } }),
      },
      spec: {
        gatewayClassName: className,
        ...(tls.label === undefined ? {} : { infrastructure: { annotations: dnsLabel(tls.label) } }),
        listeners: listenersOf(tls, hostname),
      },
    },
    own,
  );
  return { shared: { name: gatewayName, namespace, hostname, hasTls: true }, resource };
}

/** Read by Azure's load balancer: learn.microsoft.com/azure/aks/load-balancer-standard. */
function dnsLabel(label: string): Readonly<Record<string, string>> {
  return { "service.beta.kubernetes.io/azure-dns-label-name": label };
}

function listenersOf({ issuer }: CheckedTls, hostname: pulumi.Input<string>) {
  const https = {
    name: "https",
    hostname,
    port: 443,
    protocol: "HTTPS",
    tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: secretName }] },
    allowedRoutes: { namespaces: { from: "All" } },
  };
  // An issuer proves the name over plain HTTP; no service answers there.
  const http = { name: "http", hostname, port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } };
  return issuer === undefined ? [https] : [http, https];
}
