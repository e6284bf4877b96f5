import { X509Certificate } from "node:crypto";
import { nameRule } from "./names";
import type { Fault, Rule } from "./problems";

/** What a Device Provisioning Service takes. Where each rule comes from: docs/validation-edge.md. */

/** Enrolment groups of one service, of each kind (iot-dps-limits). */
export const mostGroups = 100;

export const enrollmentGroupId: Rule<string> = nameRule(
  /^[A-Za-z0-9\-._:]{0,127}[A-Za-z0-9-]$/,
  "must be 1 to 128 letters, digits and - . _ :, a letter, digit or dash last",
);

export const serviceName: Rule<string> = nameRule(
  /^(?=.{3,64}$)[A-Za-z0-9-]*[A-Za-z0-9]$/,
  "must be 3 to 64 letters, digits and dashes, no dash last",
);

export const serviceHost: Rule<string> = {
  must: "must be the host name of a Device Provisioning Service",
  holds: (value) =>
    typeof value === "string" && /^[a-z0-9-]{3,64}\.azure-devices-provisioning\.(net|us|cn)$/i.test(value),
  remedy: () => "such as 'team.azure-devices-provisioning.net', 'serviceOperationsHostName' of the service",
};

export const idScope: Rule<string> = {
  must: "must be 0, two letters or digits and 8 hexadecimal digits",
  holds: (value) => typeof value === "string" && /^0[a-z0-9]{2}[0-9a-f]{8}$/i.test(value),
  remedy: () => "such as '0ne00A1B2C3', 'properties.idScope' of the service",
};

export const certificateName: Rule<string> = nameRule(
  /^[A-Za-z0-9\-._]{1,64}$/,
  "must be 1 to 64 letters, digits and - . _",
);

/** What is wrong with the certificate of an authority at a time. */
export function authorityFault(pem: string, now: Date): Fault | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return { rule: "must be a certificate in PEM", remedy: "it begins with -----BEGIN CERTIFICATE-----" };
  }
  if (!certificate.ca) {
    const remedy = "give the one that signs those of the devices, not a device's";
    return { rule: "must be the certificate of an authority", got: "one that may sign none", remedy };
  }
  if (new Date(certificate.validTo) <= now) {
    const until = new Date(certificate.validTo).toISOString().slice(0, 10);
    return { rule: "must be valid", got: `one that expired on ${until}` };
  }
  return undefined;
}
