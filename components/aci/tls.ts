import { type AciServiceArgs, type ContainerTls, DnsNameLabelReuseScope } from "../aci-options";
import { checkCertificate, givenParts, partsOf } from "../container/certificate";
import * as aci from "../internal/aci-rules";
import type { Problems } from "../internal/validate";

/** The image that ends TLS; every version of it that is not pinned would move by itself. */
const defaultImage = "docker.io/library/caddy:2.10.2-alpine";

/** Checks how TLS is to be had; returns it with certificates read. */
export function checkTls(problems: Problems, tls: ContainerTls, args: AciServiceArgs) {
  const own = givenParts(tls);
  if (own.length > 0 || tls.email === undefined) {
    checkOwn(problems, tls, own);
  }
  checkObtained(problems, tls, args);
  return {
    image: problems.check("tls.image", tls.image ?? defaultImage, aci.pinnedImage),
    cname: problems.check("tls.cname", tls.cname, aci.domainName),
    email: problems.check("tls.email", tls.email, aci.mailAddress),
    acmeServer: problems.check("tls.acmeServer", tls.acmeServer, aci.httpsAddress),
    store: tls.certificateStore,
    own: checkCertificate(problems, tls, { property: "cname", value: tls.cname }),
  };
}

/** TLS, checked. */
export type CheckedTls = ReturnType<typeof checkTls>;

function checkOwn(problems: Problems, tls: ContainerTls, own: readonly string[]): void {
  if (own.length === 0) {
    problems.add("tls", "must have certificate, key and 'cname', or 'email'", "none of them");
    return;
  }
  const missing = [
    ...partsOf.filter((part) => !own.includes(part)),
    ...(tls.cname === undefined ? (["'cname'"] as const) : []),
  ];
  if (missing.length > 0) {
    problems.add("tls", "must have certificate, key and 'cname' together", `no ${missing.join(" and no ")}`);
  }
  if (tls.email !== undefined) {
    problems.add("tls.email", "must be left out with a certificate of your own", undefined, "leave one of them out");
  }
}

function checkObtained(problems: Problems, tls: ContainerTls, args: AciServiceArgs): void {
  for (const name of ["acmeServer", "certificateStore"] as const) {
    if (tls[name] !== undefined && tls.email === undefined) {
      problems.add(`tls.${name}`, "must come with 'tls.email'", undefined, "it is for certificates that are obtained");
    }
  }
  if (tls.email === undefined) {
    return;
  }
  if (args.subnetId !== undefined) {
    const remedy = "the issuer can't reach it there: bring a certificate of your own";
    problems.add("tls.email", "must be left out with 'subnetId'", undefined, remedy);
  } else if (tls.cname === undefined && args.dnsNameLabelReuseScope !== DnsNameLabelReuseScope.unsecure) {
    const remedy = "Azure's own name has a hash in it that is not known before the containers are there";
    problems.add(
      "tls.cname",
      "must come with 'tls.email', unless 'dnsNameLabelReuseScope' is 'Unsecure'",
      undefined,
      remedy,
    );
  }
}
