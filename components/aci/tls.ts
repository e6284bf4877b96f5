import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type AciServiceArgs, type ContainerTls, DnsNameLabelReuseScope } from "../aci-options";
import * as aci from "../internal/aci-rules";
import { certificateFaults } from "../internal/certificates";
import { type Rule, shown } from "../internal/problems";
import { fromRoot } from "../internal/project";
import { isLater, type Problems } from "../internal/validate";

/** The image that ends TLS; every version of it that is not pinned would move by itself. */
const defaultImage = "docker.io/library/caddy:2.10.2-alpine";
const parts = ["certificate", "key"] as const;
type Part = (typeof parts)[number];
const names = { certificate: ["certPemFile", "certPem"], key: ["keyPemFile", "keyPem"] } as const;

/** Checks how TLS is to be had; returns it with certificates read. */
export function checkTls(problems: Problems, tls: ContainerTls, args: AciServiceArgs) {
  const own = parts.filter((part) => names[part].some((name) => tls[name] !== undefined));
  if (own.length > 0 || tls.email === undefined) {
    checkOwn(problems, tls, own);
  }
  checkObtained(problems, tls, args);
  const [certificate, key] = parts.map((part) => pemOf(problems, tls, part));
  checkPem(problems, tls, { certificate, key });
  return {
    image: problems.check("tls.image", tls.image ?? defaultImage, aci.pinnedImage),
    cname: problems.check("tls.cname", tls.cname, aci.domainName),
    email: problems.check("tls.email", tls.email, aci.mailAddress),
    acmeServer: problems.check("tls.acmeServer", tls.acmeServer, aci.httpsAddress),
    store: tls.certificateStore,
    own: certificate !== undefined && key !== undefined ? { certificate, key: pulumi.secret(key) } : undefined,
  };
}

/** TLS, checked. */
export type CheckedTls = ReturnType<typeof checkTls>;

function checkOwn(problems: Problems, tls: ContainerTls, own: readonly Part[]): void {
  if (own.length === 0) {
    problems.add("tls", "must have certificate, key and 'cname', or 'email'", "none of them");
    return;
  }
  const missing = [
    ...parts.filter((part) => !own.includes(part)),
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

/** A certificate or key: from its file, or as it was given. A file that can't be read is a problem, and never as if it were not given. */
function pemOf(problems: Problems, tls: ContainerTls, part: Part): pulumi.Input<string> | undefined {
  const [fileName, textName] = names[part];
  const [file, text] = [tls[fileName], tls[textName]];
  if (file === undefined) {
    return isLater(text) ? problems.check(`tls.${textName}`, text, pemText[part]) : text;
  }
  if (text !== undefined) {
    problems.add(
      `tls.${textName}`,
      `must be left out where 'tls.${fileName}' is given`,
      undefined,
      "leave one of them out",
    );
  }
  try {
    return fs.readFileSync(fromRoot(file), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    problems.add(`tls.${fileName}`, "must be a file that can be read", `${shown(file)} (${code})`);
    return undefined;
  }
}

/** What is known later can't be held against the rest any more. */
const pemText: Readonly<Record<Part, Rule<string>>> = {
  certificate: pemRule("certificate", "must be a certificate in PEM"),
  key: pemRule("key", "must be a private key in PEM with no passphrase"),
};

function pemRule(part: Part, must: string): Rule<string> {
  return {
    must,
    secret: true,
    holds: (value) => certificateFaults({ [part]: value }, undefined, new Date(0)).length === 0,
  };
}

function checkPem(
  problems: Problems,
  tls: ContainerTls,
  pem: Readonly<Partial<Record<Part, pulumi.Input<string>>>>,
): void {
  const known = (value: unknown): string | undefined =>
    typeof value === "string" && !isLater(value) ? value : undefined;
  const faults = certificateFaults(
    { certificate: known(pem.certificate), key: known(pem.key) },
    known(tls.cname),
    new Date(),
  );
  for (const { of, rule, got, remedy } of faults) {
    const [fileName, textName] = names[of];
    problems.add(`tls.${tls[fileName] === undefined ? textName : fileName}`, rule, got, remedy);
  }
}
