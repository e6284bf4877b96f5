import * as crypto from "node:crypto";
import type { Fault } from "./problems";

/** A fault of a certificate or of its key. */
export interface CertificateFault extends Fault {
  readonly of: "certificate" | "key";
}

/** What is wrong with a certificate and its key, for a name (an argument of a service) and at a time; nothing of the key is told. */
export function certificateFaults(
  pem: { certificate?: string; key?: string },
  name: string | undefined,
  now: Date,
  nameProperty = "cname",
): CertificateFault[] {
  const certificate =
    pem.certificate === undefined ? undefined : attempt(() => new crypto.X509Certificate(pem.certificate ?? ""));
  const key = pem.key === undefined ? undefined : attempt(() => crypto.createPrivateKey(pem.key ?? ""));
  const faults: CertificateFault[] = [];
  if (pem.certificate !== undefined && !certificate) {
    faults.push({
      of: "certificate",
      rule: "must be a certificate in PEM",
      remedy: "it begins with -----BEGIN CERTIFICATE-----",
    });
  }
  if (pem.key !== undefined && !key) {
    faults.push({ of: "key", rule: "must be a private key in PEM with no passphrase" });
  }
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    faults.push({ of: "key", rule: "must be the key of the certificate" });
  }
  if (certificate && name !== undefined && certificate.checkHost(name) === undefined) {
    const names = certificate.subjectAltName ?? certificate.subject;
    faults.push({ of: "certificate", rule: `must be for the name in '${nameProperty}'`, got: `one for ${names}` });
  }
  if (certificate && new Date(certificate.validTo) <= now) {
    const until = new Date(certificate.validTo).toISOString().slice(0, 10);
    faults.push({ of: "certificate", rule: "must be valid", got: `one that expired on ${until}` });
  }
  return faults;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
