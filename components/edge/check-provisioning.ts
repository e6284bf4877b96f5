import { plainFlag } from "../container/reporting";
import type { EdgeModuleDeploymentArgs } from "../edge-module-options";
import {
  EdgeEnrollmentAuthentication,
  type EdgeEnrollmentArgs,
  type EdgeProvisioningArgs,
} from "../edge-provisioning-options";
import type { EnrollmentAttestation } from "../internal/edge-contract";
import * as edge from "../internal/edge-rules";
import * as rules from "../internal/enrollment-rules";
import { oneOf, shown } from "../internal/problems";
import type { Problems } from "../internal/validate";
import { childName } from "./check-devices";

/** Checks how devices register themselves; returns it with its defaults, or undefined where they don't. */
export function checkProvisioning(
  problems: Problems,
  deploymentName: string,
  args: EdgeModuleDeploymentArgs,
  rings: readonly { readonly ringName: string }[],
  now: Date,
) {
  const { provisioning } = args;
  if (provisioning === undefined) {
    return undefined;
  }
  const { groups } = provisioning;
  const count = Object.keys(groups).length;
  if (count < 1 || count > rules.mostGroups) {
    problems.add("provisioning.groups", `must be 1 to ${rules.mostGroups}`, shown(count));
  }
  const seen = new Set<string>();
  const names = rings.map(({ ringName }) => ringName);
  return {
    ...checkService(problems, provisioning, args),
    groups: Object.entries(groups).map(([name, group]) => {
      const part = problems.within(`provisioning.groups.${name}.`);
      const { enrollmentGroupId = `${deploymentName}-${name}`, ring = names.at(-1) ?? "" } = group;
      problems.plain("provisioning.groups", name, childName);
      part.plain("enrollmentGroupId", enrollmentGroupId, rules.enrollmentGroupId);
      // Services don't tell capital letters.
      if (seen.has(enrollmentGroupId.toLowerCase())) {
        part.add("enrollmentGroupId", "must be the id of one group only", shown(enrollmentGroupId));
      }
      seen.add(enrollmentGroupId.toLowerCase());
      part.plain("ring", ring, oneOf(names));
      part.plain("tags", group.tags, edge.labels);
      part.plain("enabled", group.enabled, plainFlag);
      const { tags = {}, enabled = true } = group;
      return { name, enrollmentGroupId, ring, tags, enabled, attestation: checkAttestation(part, group, now) };
    }),
  };
}

/** How devices register themselves, checked. */
export type CheckedProvisioning = NonNullable<ReturnType<typeof checkProvisioning>>;

function checkService(problems: Problems, given: EdgeProvisioningArgs, { hub }: EdgeModuleDeploymentArgs) {
  const part = problems.within("provisioning.");
  if (given.hostName === undefined) {
    if (given.idScope !== undefined) {
      part.add("idScope", "must be left out without 'hostName'", undefined, "a service that is made tells it");
    }
    if (hub?.hostName !== undefined) {
      const remedy =
        "a service is made with a hub that is made here alone; link one to your hub: az iot dps linked-hub create";
      part.add("hostName", "must be given with 'hub.hostName'", "nothing", remedy);
    } else if (hub?.sharedAccessKeysEnabled !== true) {
      const remedy =
        "the service is linked to the hub by a key; or link one by an identity of its own, and give its 'hostName'";
      problems.add(
        "hub.sharedAccessKeysEnabled",
        "must be true with 'provisioning' without 'hostName'",
        "false",
        remedy,
      );
    }
  } else {
    for (const key of (["serviceName", "publishers"] as const).filter((one) => given[one] !== undefined)) {
      part.add(key, "must be left out with 'hostName'", undefined, "it is for a service that is made here");
    }
    if (given.idScope === undefined) {
      part.add("idScope", "must be given with 'hostName'", "nothing", "az iot dps show --query properties.idScope");
    }
  }
  return {
    hostName: part.check("hostName", given.hostName, rules.serviceHost),
    idScope: part.check("idScope", given.idScope, rules.idScope),
    serviceName: part.check("serviceName", given.serviceName, rules.serviceName),
    publishers: given.publishers ?? hub?.publishers ?? {},
  };
}

const certificates = ["certificatePem", "secondaryCertificatePem", "certificateName"] as const;

function checkAttestation(part: Problems, group: EdgeEnrollmentArgs, now: Date): EnrollmentAttestation {
  const { authentication = EdgeEnrollmentAuthentication.symmetricKey } = group;
  const { certificatePem, secondaryCertificatePem, certificateName } = group;
  part.plain("authentication", authentication, oneOf(Object.values(EdgeEnrollmentAuthentication)));
  if (authentication !== EdgeEnrollmentAuthentication.certificateAuthority) {
    for (const key of certificates.filter((one) => group[one] !== undefined)) {
      part.add(key, "must come with 'authentication: certificateAuthority'", undefined, "set it or leave this out");
    }
    return { type: "symmetricKey" };
  }
  part.plain("certificateName", certificateName, rules.certificateName);
  for (const key of ["certificatePem", "secondaryCertificatePem"] as const) {
    const pem = group[key];
    const fault = pem === undefined ? undefined : rules.authorityFault(pem, now);
    if (fault) {
      part.add(key, fault.rule, fault.got, fault.remedy);
    }
  }
  if ((certificatePem === undefined) === (certificateName === undefined)) {
    const got = certificatePem === undefined ? "neither" : "both";
    part.add("certificatePem", "must be given, or 'certificateName', with 'authentication: certificateAuthority'", got);
  }
  if (certificateName !== undefined) {
    return { type: "verifiedCertificate", certificateName };
  }
  const secondary = secondaryCertificatePem === undefined ? {} : { secondaryCertificatePem };
  return { type: "x509", certificatePem: certificatePem ?? "", ...secondary };
}
