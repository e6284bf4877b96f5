import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { certificateFaults } from "../internal/certificates";
import { type Rule, shown } from "../internal/problems";
import { fromRoot } from "../internal/project";
import { isLater, type Problems } from "../internal/validate";

/** What a certificate of one's own is made of. */
export const partsOf = ["certificate", "key"] as const;
type Part = (typeof partsOf)[number];
const names = { certificate: ["certPemFile", "certPem"], key: ["keyPemFile", "keyPem"] } as const;

/** A certificate and its key, as a service's arguments have them. */
export interface CertificateArgs {
  readonly certPemFile?: string;
  readonly keyPemFile?: string;
  readonly certPem?: pulumi.Input<string>;
  readonly keyPem?: pulumi.Input<string>;
}

/** What a certificate is for, and the argument that says so. */
export interface NameOfCertificate {
  readonly property: string;
  readonly value: pulumi.Input<string> | undefined;
}

/** The parts that are given, as a file or as a text. */
export function givenParts(tls: CertificateArgs): readonly Part[] {
  return partsOf.filter((part) => names[part].some((name) => tls[name] !== undefined));
}

/** Checks a certificate of one's own and its key, and reads them; undefined unless there are both. */
export function checkCertificate(problems: Problems, tls: CertificateArgs, name: NameOfCertificate) {
  const [certificate, key] = partsOf.map((part) => pemOf(problems, tls, part));
  checkPem(problems, tls, name, { certificate, key });
  return certificate !== undefined && key !== undefined ? { certificate, key: pulumi.secret(key) } : undefined;
}

/** A certificate or key: from its file, or as it was given. A file that can't be read is a problem, and never as if it were not given. */
function pemOf(problems: Problems, tls: CertificateArgs, part: Part): pulumi.Input<string> | undefined {
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
  tls: CertificateArgs,
  name: NameOfCertificate,
  pem: Readonly<Partial<Record<Part, pulumi.Input<string>>>>,
): void {
  const known = (value: unknown): string | undefined =>
    typeof value === "string" && !isLater(value) ? value : undefined;
  const faults = certificateFaults(
    { certificate: known(pem.certificate), key: known(pem.key) },
    known(name.value),
    new Date(),
    name.property,
  );
  for (const { of, rule, got, remedy } of faults) {
    const [fileName, textName] = names[of];
    problems.add(`tls.${tls[fileName] === undefined ? textName : fileName}`, rule, got, remedy);
  }
}
