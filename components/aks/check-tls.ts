import * as pulumi from "@pulumi/pulumi";
import type { AksClusterArgs } from "../aks-cluster";
import { AksGateway, type AksTlsArgs } from "../aks-options";
import { domainName } from "../internal/aci-rules";
import { leafDomainLabel, objectName } from "../internal/aks-rules";
import { certificateFaults } from "../internal/certificates";
import { isLater, type Problems } from "../internal/validate";

const trio = ["certPem", "keyPem", "cname"] as const;

/** A certificate of one's own. */
export interface OwnCertificate {
  readonly certPem: pulumi.Input<string>;
  readonly keyPem: pulumi.Output<string>;
  readonly cname: pulumi.Input<string>;
}

/** Checks how HTTPS is to be had; returns it, each way by itself. */
export function checkTls(problems: Problems, tls: AksTlsArgs, args: AksClusterArgs) {
  const given = trio.filter((name) => tls[name] !== undefined);
  const isNamed = tls.leafDomainLabel !== undefined || tls.clusterIssuer !== undefined;
  if (given.length > 0 && isNamed) {
    const rule = "must have 'certPem', 'keyPem' and 'cname', or 'leafDomainLabel' and 'clusterIssuer'";
    problems.add("tls", rule, "some of both", "leave one of them out");
  } else if (given.length === 0 && !isNamed) {
    problems.add(
      "tls",
      "must have 'certPem', 'keyPem' and 'cname', or 'leafDomainLabel' and 'clusterIssuer'",
      "neither",
    );
  } else {
    const wanted = isNamed ? (["leafDomainLabel", "clusterIssuer"] as const) : trio;
    const missing = wanted.filter((name) => tls[name] === undefined).map((name) => `'${name}'`);
    if (missing.length > 0) {
      const remedy = isNamed ? "Azure issues certificates no longer, as it did in 2019: cert-manager can" : undefined;
      const words = wanted.map((name) => `'${name}'`).join(", ");
      problems.add("tls", `must have ${words} together`, `no ${missing.join(" and no ")}`, remedy);
    }
  }
  checkGateway(problems, args);
  return {
    own: isNamed ? undefined : checkOwn(problems, tls),
    label: tls.leafDomainLabel,
    issuer: checkNames(problems, tls),
  };
}

/** TLS, checked. */
export type CheckedTls = ReturnType<typeof checkTls>;

function checkGateway(problems: Problems, { gateway, existing }: AksClusterArgs): void {
  const [property, isThere] =
    existing === undefined
      ? (["gateway", gateway !== AksGateway.none] as const)
      : (["existing.gatewayClassName", existing.gatewayClassName !== undefined] as const);
  if (!isThere) {
    problems.add("tls", `must come with a '${property}'`, undefined, "it is the gateway that answers HTTPS");
  }
}

function checkNames(problems: Problems, tls: AksTlsArgs): string | undefined {
  problems.plain("tls.leafDomainLabel", tls.leafDomainLabel, leafDomainLabel);
  problems.plain("tls.clusterIssuer", tls.clusterIssuer, objectName);
  return tls.clusterIssuer;
}

function checkOwn(problems: Problems, tls: AksTlsArgs): OwnCertificate | undefined {
  const known = (value: unknown): string | undefined =>
    typeof value === "string" && !isLater(value) ? value : undefined;
  const pem = { certificate: known(tls.certPem), key: known(tls.keyPem) };
  for (const { of, rule, got, remedy } of certificateFaults(pem, known(tls.cname), new Date())) {
    problems.add(of === "key" ? "tls.keyPem" : "tls.certPem", rule, got, remedy);
  }
  const cname = problems.check("tls.cname", tls.cname, domainName);
  return tls.certPem === undefined || tls.keyPem === undefined || cname === undefined
    ? undefined
    : { certPem: tls.certPem, keyPem: pulumi.secret(tls.keyPem), cname };
}
