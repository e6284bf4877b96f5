import { createHash, createHmac, X509Certificate } from "node:crypto";
import type { Value, Values } from "../../../../provider/rpc/values";
import { listOf, recordOf, textOf } from "../values";
import { HubRefusal } from "./refusal";
import { newEtag, type ServiceState } from "./state";

/** A provisioning service that is there, with the host names of the hubs that it is linked to. */
export interface ServicePlace {
  readonly birth: string;
  readonly hubs: readonly string[];
}

export interface ServiceCall {
  readonly verb: string;
  readonly path: readonly string[];
  readonly body: Values;
  readonly ifMatch: string | undefined;
}

/** What a device that has registered gets. */
export interface Registration {
  readonly iotHub: string;
  readonly tags: Values;
  readonly isEdge: boolean;
  readonly authentication: Values;
}

const suffix = ".azure-devices-provisioning";

/** Name of the provisioning service that a path is below. */
export function serviceName(host: string): string | undefined {
  return host.endsWith(suffix) ? host.slice(0, -suffix.length) : undefined;
}

/** As much of the service API of provisioning services (2021-10-01) as enrolment groups need. */
export function answerGroups(
  state: ServiceState,
  { hubs }: ServicePlace,
  call: ServiceCall,
): { status: number; body?: Value } {
  const [collection, id = "", part] = call.path;
  const there = state.groups[id];
  switch (`${call.verb} ${collection ?? ""}${part === undefined ? "" : `/${part}`}`) {
    case "PUT enrollmentGroups":
      state.groups[id] = { ...written(there, id, call, hubs), etag: newEtag(state) };
      return { status: 200, body: shownGroup(state.groups[id]) };
    case "GET enrollmentGroups":
      return { status: 200, body: shownGroup(groupAt(state, id)) };
    case "POST enrollmentGroups/attestationmechanism":
      return { status: 200, body: recordOf(groupAt(state, id).attestation) };
    case "DELETE enrollmentGroups":
      requireMatch(groupAt(state, id), call.ifMatch);
      Reflect.deleteProperty(state.groups, id);
      return { status: 204 };
    default:
      throw new HubRefusal(404, "404000", `the stand-in's service does not have ${call.verb} ${call.path.join("/")}`);
  }
}

function written(there: Values | undefined, id: string, { body, ifMatch }: ServiceCall, hubs: readonly string[]) {
  if (there && ifMatch === undefined) {
    throw new HubRefusal(409, "409204", `Enrollment group ${id} already exists`);
  }
  if (!there && ifMatch !== undefined) {
    throw new HubRefusal(404, "404204", "Enrollment group not found");
  }
  if (there) {
    requireMatch(there, ifMatch);
  }
  if (body.enrollmentGroupId !== id || !/^[A-Za-z0-9\-._:]{0,127}[A-Za-z0-9-]$/.test(id)) {
    throw new HubRefusal(400, "400004", `The enrollment group id '${id}' is not valid`);
  }
  const type = textOf(recordOf(body.attestation).type);
  if (there && recordOf(there.attestation).type !== type) {
    throw new HubRefusal(400, "400007", "The attestation type of an enrollment group can't be changed");
  }
  const stray = listOf(body.iotHubs)
    .map(textOf)
    .find((hub) => !hubs.includes(hub));
  if (stray !== undefined) {
    throw new HubRefusal(400, "400009", `The IoT hub ${stray} is not linked to the service`);
  }
  return { ...body, attestation: checkedAttestation(recordOf(body.attestation)) };
}

function requireMatch(there: Values, ifMatch: string | undefined): void {
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== there.etag) {
    throw new HubRefusal(412, "412001", "Precondition failed");
  }
}

function checkedAttestation(attestation: Values): Values {
  const { primaryKey, secondaryKey } = recordOf(attestation.symmetricKey);
  const isKeyed = [primaryKey, secondaryKey].every((key) => {
    const { length } = Buffer.from(textOf(key), "base64");
    return length >= 16 && length <= 64;
  });
  if (attestation.type === "symmetricKey" && !isKeyed) {
    throw new HubRefusal(400, "400006", "Keys must have 16 to 64 bytes");
  }
  certificatesOf(attestation).forEach(parsed);
  return attestation;
}

/** Without keys; of certificates what they are. */
function shownGroup(group: Values): Values {
  const attestation = recordOf(group.attestation);
  const signing = Object.entries(recordOf(recordOf(attestation.x509).signingCertificates)).map(([which, one]) => {
    const { fingerprint256, subject } = parsed(textOf(recordOf(one).certificate));
    return [which, { info: { subjectName: subject, sha256Thumbprint: fingerprint256.replaceAll(":", "") } }] as const;
  });
  const x509 = {
    ...recordOf(attestation.x509),
    ...(signing.length > 0 && { signingCertificates: Object.fromEntries(signing) }),
  };
  const shown: Values = attestation.type === "x509" ? { type: "x509", x509 } : { type: "symmetricKey" };
  const twin = recordOf(group.initialTwin);
  return { ...group, attestation: shown, initialTwin: { ...twin, tags: { ...recordOf(twin.tags), $version: 1 } } };
}

function groupAt(state: ServiceState, id: string): Values {
  const group = state.groups[id];
  if (!group) {
    throw new HubRefusal(404, "404204", "Enrollment group not found");
  }
  return group;
}

/** What a device proves who it is with: a key that is derived from the group's, or a certificate that the group's has signed. */
export function register(state: ServiceState, registrationId: string, { key, certificate }: Values): Registration {
  const found = Object.values(state.groups).find((group) => proves(recordOf(group.attestation)));
  if (found?.provisioningStatus !== "enabled") {
    throw new HubRefusal(401, "401002", `Unauthorized: no enrollment lets ${registrationId} in`);
  }
  return {
    iotHub: textOf(listOf(found.iotHubs)[0]),
    tags: recordOf(recordOf(found.initialTwin).tags),
    isEdge: recordOf(found.capabilities).iotEdge === true,
    authentication:
      key === undefined
        ? { type: "selfSigned", x509Thumbprint: thumbprints(parsed(textOf(certificate))) }
        : { type: "sas", symmetricKey: { primaryKey: key, secondaryKey: key } },
  };

  function proves(attestation: Values): boolean {
    const keys = Object.values(recordOf(attestation.symmetricKey)).map(textOf);
    return key === undefined
      ? certificatesOf(attestation).some((one) => parsed(textOf(certificate)).verify(parsed(one).publicKey))
      : keys.some((one) => deviceKey(one, registrationId) === key);
  }
}

/** As `az iot dps enrollment-group compute-device-key` derives it. */
export function deviceKey(groupKey: string, registrationId: string): string {
  return createHmac("sha256", Buffer.from(groupKey, "base64")).update(registrationId).digest("base64");
}

function thumbprints({ raw }: X509Certificate): Values {
  return { primaryThumbprint: createHash("sha256").update(raw).digest("hex").toUpperCase() };
}

function certificatesOf(attestation: Values): string[] {
  const signing = recordOf(recordOf(attestation.x509).signingCertificates);
  return Object.values(signing).map((one) => textOf(recordOf(one).certificate));
}

function parsed(text: string): X509Certificate {
  try {
    return new X509Certificate(text.startsWith("-----") ? text : Buffer.from(text, "base64"));
  } catch {
    throw new HubRefusal(400, "400005", "The certificate is not valid");
  }
}
