import type * as pulumi from "@pulumi/pulumi";
import { type AksServiceArgs, Exposure, type GatewayCertificate, IssuerKind } from "../aks-service-options";
import { checkCertificate, givenParts, partsOf } from "../container/certificate";
import { plainFlag } from "../container/reporting";
import { domainName } from "../internal/aci-rules";
import * as kubernetes from "../internal/kubernetes-rules";
import { oneOf, wholeNumber } from "../internal/problems";
import type { Problems } from "../internal/validate";
import type { Exposure as ExposurePlan, GatewayTls } from "../render/kubernetes/plan";
import { versionsOf } from "./traffic";

/** What counts a server has in hand is for the scaler, and for Prometheus in the cluster. */
const hiddenPaths = ["/load", "/metrics"];
const ways = ["certificate", "secretName", "issuerName"] as const;

/** How a service is reached. */
export interface CheckedExposure {
  readonly plan: ExposurePlan;
  readonly scheme: "http" | "https";
  /** Name that callers use, where it does not follow from the object that makes the address. */
  readonly host?: pulumi.Input<string>;
}

/** How the service is reached where nothing is said: through the cluster's gateway, or from inside alone. */
export function exposureOf({ exposure, host }: AksServiceArgs): Exposure {
  return exposure ?? (host.gateway ? Exposure.gateway : Exposure.cluster);
}

/** Checks how a service is reached. */
export function checkExposure(
  problems: Problems,
  args: AksServiceArgs,
  { serviceName, namespace }: { readonly serviceName: string; readonly namespace: string },
): CheckedExposure {
  const kind = exposureOf(args);
  problems.plain("exposure", args.exposure, oneOf(Object.values(Exposure)));
  problems.plain("internal", args.internal, plainFlag);
  problems.plain("port", args.port, wholeNumber(1, 65535));
  problems.plain("hostname", args.hostname, domainName);
  problems.plain("pathPrefix", args.pathPrefix, kubernetes.pathPrefix);
  problems.plain("addressAnnotations", args.addressAnnotations, kubernetes.annotations);
  args.allowedIpRanges?.forEach((range, index) => {
    problems.plain(`allowedIpRanges[${index}]`, range, kubernetes.addressRange);
  });
  checkIgnored(problems, args, kind);
  if (kind !== Exposure.gateway && Object.keys(versionsOf(args)).length > 1) {
    problems.add(
      "versions",
      "must be one version unless 'exposure' is 'gateway'",
      undefined,
      "only a gateway divides requests",
    );
  }
  const { internal: isInternal = false, port = 80, addressAnnotations: annotations } = args;
  switch (kind) {
    case Exposure.gateway:
      return checkGateway(problems, args, serviceName, namespace);
    case Exposure.loadBalancer: {
      const allowedRanges = args.allowedIpRanges ?? [];
      return {
        plan: { kind, isInternal, port, allowedRanges, ...(annotations ? { annotations } : {}) },
        scheme: "http",
      };
    }
    case Exposure.cluster: {
      const host = `${serviceName}.${namespace}.svc.cluster.local`;
      return { plan: { kind, port }, scheme: "http", host };
    }
  }
}

/** What an exposure would ignore is refused. */
function checkIgnored(problems: Problems, args: AksServiceArgs, kind: Exposure): void {
  const only: Readonly<Partial<Record<keyof AksServiceArgs, readonly Exposure[]>>> = {
    internal: ["gateway", "loadBalancer"],
    hostname: ["gateway"],
    pathPrefix: ["gateway"],
    tls: ["gateway"],
    port: ["loadBalancer", "cluster"],
    allowedIpRanges: ["loadBalancer"],
    addressAnnotations: ["gateway", "loadBalancer"],
  };
  for (const [property, kinds] of Object.entries(only)) {
    if (args[property as keyof AksServiceArgs] !== undefined && !kinds.includes(kind)) {
      const rule = `must be left out with the exposure '${kind}'`;
      problems.add(property, rule, undefined, `it is for ${kinds.map((one) => `'${one}'`).join(" and ")}`);
    }
  }
}

function checkGateway(
  problems: Problems,
  args: AksServiceArgs,
  serviceName: string,
  namespace: string,
): CheckedExposure {
  const { gateway } = args.host;
  const { hostname, internal: isInternal = false, tls, addressAnnotations } = args;
  if (gateway === undefined) {
    problems.add("exposure", "must not be 'gateway': the host has none", undefined, "'loadBalancer' or 'cluster'");
  }
  const { className = "", shared, proxyNamespace } = gateway ?? {};
  const common = { kind: Exposure.gateway, hostnames: hostname === undefined ? [] : [hostname], hiddenPaths };
  if (shared === undefined) {
    const certificate = tls && checkTls(problems, tls, hostname);
    const own = {
      className,
      isInternal,
      ...(certificate ? { tls: certificate } : {}),
      ...(addressAnnotations ? { serviceAnnotations: addressAnnotations } : {}),
    };
    const place = { proxyNamespace: proxyNamespace ?? namespace, pathPrefix: args.pathPrefix ?? "/" };
    return { plan: { ...common, ...place, gateway: own }, scheme: tls ? "https" : "http", host: hostname };
  }
  for (const property of ["internal", "tls", "addressAnnotations"] as const) {
    if (args[property] !== undefined) {
      const rule = "must be left out where the host's Gateway is shared";
      problems.add(property, rule, undefined, "whoever made the Gateway says it");
    }
  }
  if (hostname === undefined && shared.hostname === undefined) {
    problems.add("hostname", "must be given: the host's shared Gateway has none");
  }
  const pathPrefix = args.pathPrefix ?? (hostname === undefined ? `/api/v1/service/${serviceName}` : "/");
  const place = { proxyNamespace: proxyNamespace ?? shared.namespace, pathPrefix };
  return {
    plan: { ...common, ...place, gateway: { name: shared.name, namespace: shared.namespace } },
    scheme: shared.hasTls ? "https" : "http",
    host: hostname ?? shared.hostname,
  };
}

function checkTls(problems: Problems, tls: GatewayCertificate, hostname: string | undefined): GatewayTls | undefined {
  const own = givenParts(tls);
  const { secretName, issuerName, issuerKind } = tls;
  const given = ways.filter((way) => (way === "certificate" ? own.length > 0 : tls[way] !== undefined));
  if (given.length !== 1) {
    const rule = "must have one of: certificate and key, 'secretName', 'issuerName'";
    problems.add("tls", rule, given.length === 0 ? "none of them" : given.join(" and "));
  }
  if (hostname === undefined) {
    problems.add("hostname", "must come with 'tls'", undefined, "it is what the certificate is for");
  }
  problems.plain("tls.issuerKind", issuerKind, oneOf(Object.values(IssuerKind)));
  if (issuerKind !== undefined && issuerName === undefined) {
    problems.add("tls.issuerKind", "must come with 'tls.issuerName'");
  }
  if (own.length === 1) {
    const missing = partsOf.filter((part) => !own.includes(part)).join();
    problems.add("tls", "must have certificate and key together", `no ${missing}`);
  }
  const certificate = checkCertificate(problems, tls, { property: "hostname", value: hostname });
  if (certificate) {
    return { from: "pem", ...certificate };
  }
  if (secretName !== undefined) {
    return { from: "secret", secretName };
  }
  return issuerName === undefined
    ? undefined
    : { from: "issuer", issuerKind: issuerKind ?? IssuerKind.clusterIssuer, issuerName };
}
