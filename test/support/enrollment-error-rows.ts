import { makeAuthority } from "./authority";
import type { EdgeErrorRow } from "./edge-error-rows";

/** An authority whose certificate is valid now, and a device's. */
export const authority = makeAuthority("factory", "press-7");

const group = (options: object) => ({
  hub: { sharedAccessKeysEnabled: true },
  provisioning: { groups: { press: options } },
});
const signed = { authentication: "certificateAuthority" };
const hub = { hostName: "team.azure-devices.net" };
const there = { hostName: "team.azure-devices-provisioning.net", idScope: "0ne00A1B2C3", groups: { press: {} } };
const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`g${index}`, {}]));
const eitherOne = "must be given, or 'certificateName', with 'authentication: certificateAuthority'";

/** Each rule about devices that register themselves, broken; those that need a clock excepted. */
export const enrollmentErrorRows: readonly EdgeErrorRow[] = [
  [{ provisioning: { ...there, groups: {} } }, "'provisioning.groups' must be 1 to 100, got 0"],
  [{ provisioning: { ...there, groups: many } }, "'provisioning.groups' must be 1 to 100, got 101"],
  [
    { provisioning: { ...there, groups: { Press_1: { enrollmentGroupId: "press" } } } },
    "'provisioning.groups' must be lower-case letters, digits and dashes, a letter first and no dash last, got 'Press_1'",
  ],
  ...["press 1", "press.", "", "a".repeat(129)].map((enrollmentGroupId): EdgeErrorRow => [
    group({ enrollmentGroupId }),
    `'provisioning.groups.press.enrollmentGroupId' must be 1 to 128 letters, digits and - . _ :, a letter, digit or dash last, got ${enrollmentGroupId.length > 120 ? `'${"a".repeat(118)}…` : `'${enrollmentGroupId}'`}`,
  ]),
  [
    { provisioning: { ...there, groups: { press: {}, other: { enrollmentGroupId: "EDGE-press" } } } },
    "'provisioning.groups.other.enrollmentGroupId' must be the id of one group only, got 'EDGE-press'",
  ],
  [group({ ring: "canary" }), "'provisioning.groups.press.ring' must be 'all', got 'canary'"],
  [group({ tags: { floor: 2 } }), "'provisioning.groups.press.tags' must be a map of texts, got {\"floor\":2}"],
  [
    group({ enabled: "yes" }),
    "'provisioning.groups.press.enabled' must be true or false, known when the program runs, got 'yes'",
  ],
  [
    group({ authentication: "tpm" }),
    "'provisioning.groups.press.authentication' must be 'symmetricKey' or 'certificateAuthority', got 'tpm'",
  ],
  ...(["certificatePem", "secondaryCertificatePem", "certificateName"] as const).map((key): EdgeErrorRow => [
    group({ [key]: "x" }),
    `'provisioning.groups.press.${key}' must come with 'authentication: certificateAuthority'; set it or leave this out`,
  ]),
  [group(signed), `'provisioning.groups.press.certificatePem' ${eitherOne}, got neither`],
  [
    group({ ...signed, certificatePem: authority.certificate, certificateName: "factory" }),
    `'provisioning.groups.press.certificatePem' ${eitherOne}, got both`,
  ],
  ...(["certificatePem", "secondaryCertificatePem"] as const).flatMap((key): EdgeErrorRow[] => [
    [
      group({ ...signed, certificatePem: authority.certificate, [key]: "factory" }),
      `'provisioning.groups.press.${key}' must be a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----`,
    ],
    [
      group({ ...signed, certificatePem: authority.certificate, [key]: authority.device }),
      `'provisioning.groups.press.${key}' must be the certificate of an authority, got one that may sign none; give the one that signs those of the devices, not a device's`,
    ],
  ]),
  [
    group({ ...signed, certificateName: "the factory" }),
    "'provisioning.groups.press.certificateName' must be 1 to 64 letters, digits and - . _, got 'the factory'",
  ],
  [
    { hub, provisioning: { ...there, hostName: "team.azure-devices.net" } },
    "'provisioning.hostName' must be the host name of a Device Provisioning Service, got 'team.azure-devices.net'; such as 'team.azure-devices-provisioning.net', 'serviceOperationsHostName' of the service",
  ],
  [
    { hub, provisioning: { groups: { press: {} } } },
    "'provisioning.hostName' must be given with 'hub.hostName', got nothing; a service is made with a hub that is made here alone; link one to your hub: az iot dps linked-hub create",
  ],
  ...["team", "0ne00A1B2C", "0ne00A1B2CX"].map((idScope): EdgeErrorRow => [
    { hub, provisioning: { ...there, idScope } },
    `'provisioning.idScope' must be 0, two letters or digits and 8 hexadecimal digits, got '${idScope}'; such as '0ne00A1B2C3', 'properties.idScope' of the service`,
  ]),
  [
    { hub, provisioning: { ...there, idScope: undefined } },
    "'provisioning.idScope' must be given with 'hostName', got nothing; az iot dps show --query properties.idScope",
  ],
  [
    { hub: { sharedAccessKeysEnabled: true }, provisioning: { idScope: "0ne00A1B2C3", groups: { press: {} } } },
    "'provisioning.idScope' must be left out without 'hostName'; a service that is made tells it",
  ],
  ...(["serviceName", "publishers"] as const).map((key): EdgeErrorRow => [
    { provisioning: { ...there, [key]: { serviceName: "team", publishers: {} }[key] } },
    `'provisioning.${key}' must be left out with 'hostName'; it is for a service that is made here`,
  ]),
  ...["ab", "team-", "team_1"].map((serviceName): EdgeErrorRow => [
    { hub: { sharedAccessKeysEnabled: true }, provisioning: { serviceName, groups: { press: {} } } },
    `'provisioning.serviceName' must be 3 to 64 letters, digits and dashes, no dash last, got '${serviceName}'`,
  ]),
  [
    { provisioning: { groups: { press: {} } } },
    "'hub.sharedAccessKeysEnabled' must be true with 'provisioning' without 'hostName', got false; the service is linked to the hub by a key; or link one by an identity of its own, and give its 'hostName'",
  ],
];
