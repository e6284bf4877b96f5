/** What the components tell the in-project provider about an Azure IoT Hub and its provisioning service, and what it answers: `scorestack:edge:*`. */

/** Type tokens of the in-project provider's resources that lie in an IoT Hub. */
export const edgeTokens = {
  configuration: "scorestack:edge:Configuration",
  device: "scorestack:edge:Device",
  ring: "scorestack:edge:Ring",
  enrollment: "scorestack:edge:Enrollment",
} as const;

/** Any JSON. */
export type EdgeJson = null | boolean | number | string | EdgeJson[] | { [key: string]: EdgeJson };

/** `modulesContent` of a deployment manifest: module → `properties.desired`, or its parts in a layered one. */
export type ModulesContent = Record<string, Record<string, EdgeJson>>;

/** An IoT Edge deployment of an IoT Hub: what its REST reference calls a configuration. */
export interface EdgeConfigurationInputs {
  /** Host name of the hub, such as `team.azure-devices.net`. */
  hub: string;
  /** What its id begins with: at most 100 characters of `a-z 0-9 - + % _ * ! '`. The provider adds 12 digits of the content's hash. */
  configurationName: string;
  /** Can't be changed: other content is another configuration. Parts of it may be secret. */
  modulesContent: ModulesContent;
  /** Parts of what other deployments have, rather than all of a device's modules. */
  isLayered: boolean;
  /** On twins of devices: `tags.ring='canary'`, `deviceId='x'`. Empty: no device. */
  targetCondition: string;
  /** 0 or more; the higher one wins. A layered one must be above its base. */
  priority: number;
  /** Others' labels on it are left alone. */
  labels: Record<string, string>;
  /** Name → query on twins that counts devices. */
  metrics: Record<string, string>;
  /** Whose it is: `project/stack/resource`. Filled in by the resource. */
  owner: string;
}

export interface EdgeConfigurationOutputs extends EdgeConfigurationInputs {
  /** `<configurationName>-<12 of its content's sha256>`. */
  configurationId: string;
  /** When the hub made it, ISO 8601. */
  createdTimeUtc: string;
  /** Tells what this resource has made or taken over from what a later one has. */
  incarnation: string;
}

export type EdgeAuthentication =
  /** The hub makes two keys. */
  | { type: "symmetricKey" }
  /** Certificates that the hub knows by their thumbprints: 40 or 64 hexadecimal digits. */
  | { type: "selfSigned"; primaryThumbprint: string; secondaryThumbprint?: string }
  /** A certificate of an authority that the hub trusts, with the device's id as its subject. */
  | { type: "certificateAuthority" };

/** A device of an IoT Hub that runs IoT Edge. */
export interface EdgeDeviceInputs {
  hub: string;
  /** At most 128 of the letters, digits and `- : . + % _ # * ? ! ( ) , = @ $ '`. */
  deviceId: string;
  authentication: EdgeAuthentication;
  /** The device above it, which it speaks to the hub through. */
  parentDeviceId?: string;
  /** Tags of its twin that are ours; others' are left alone. */
  tags: Record<string, string>;
  /** A device that is there already: its tags alone are ours, and it stays when the stack goes. */
  attach: boolean;
  /** Whose it is: `project/stack/resource`. Filled in by the resource. */
  owner: string;
}

export interface EdgeDeviceOutputs extends EdgeDeviceInputs {
  /** Secret; only with `symmetricKey`. */
  primaryKey?: string;
  /** Secret; only with `symmetricKey`. */
  secondaryKey?: string;
  /** Secret; only with `symmetricKey`. */
  connectionString?: string;
  /** What a device below it names. */
  deviceScope: string;
  /** Differs from that of an earlier device with this id. */
  generationId: string;
}

/** Waits, in an update, until a configuration runs on the devices that it targets. */
export interface EdgeRingInputs {
  hub: string;
  /** Name of the ring, for messages. */
  ringName: string;
  configurationId: string;
  /** Modules that must run on each device. */
  moduleNames: string[];
  /** How long the devices have. */
  deadlineSeconds: number;
  /** Part of the ring's devices that may be offline, 0–1. They get the configuration when they are back. */
  maximumOfflineShare: number;
  /** Devices that must have succeeded. 0 lets an empty ring pass. */
  minimumDevices: number;
  /** How long all must stay well. */
  soakSeconds: number;
  pollSeconds: number;
}

export interface EdgeRingOutputs extends EdgeRingInputs {
  targetedDevices: number;
  succeededDevices: number;
  offlineDevices: number;
}

export type EnrollmentAttestation =
  /** Each device has a key that is derived from the group's; the provider makes those. */
  | { type: "symmetricKey" }
  /** Certificates, in PEM, that sign those of the devices. */
  | { type: "x509"; certificatePem: string; secondaryCertificatePem?: string }
  /** An authority's certificate that the service knows by this name, and has verified. */
  | { type: "verifiedCertificate"; certificateName: string };

/** An enrolment group of a Device Provisioning Service: devices that register themselves. */
export interface EdgeEnrollmentInputs {
  /** Host name of the service, such as `team.azure-devices-provisioning.net`. */
  service: string;
  /** At most 128 letters, digits and `- . _ :`, a letter, digit or dash last. */
  enrollmentGroupId: string;
  /** Another type of it is another group. */
  attestation: EnrollmentAttestation;
  /** Host name of the hub that its devices come to. */
  iotHub: string;
  /** Whether they run IoT Edge. */
  iotEdge: boolean;
  /** What the twin of a device has when it comes; one that has come keeps what it has. */
  tags: Record<string, string>;
  /** Without it no more devices come. */
  enabled: boolean;
  /** Whose it is: `project/stack/resource`. Filled in by the resource. */
  owner: string;
}

export interface EdgeEnrollmentOutputs extends EdgeEnrollmentInputs {
  /** Secret; only with `symmetricKey`. */
  primaryKey?: string;
  /** Secret; only with `symmetricKey`. */
  secondaryKey?: string;
}
