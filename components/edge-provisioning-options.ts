import type * as pulumi from "@pulumi/pulumi";
import type { AzurePublisherArgs } from "./azure/options";

/** What devices of an enrolment group prove who they are with. */
export const EdgeEnrollmentAuthentication = {
  /** A key that is derived from the group's. */
  symmetricKey: "symmetricKey",
  /** A certificate that the group's certificate has signed. */
  certificateAuthority: "certificateAuthority",
} as const;
/** What devices of an enrolment group prove who they are with. */
export type EdgeEnrollmentAuthentication =
  (typeof EdgeEnrollmentAuthentication)[keyof typeof EdgeEnrollmentAuthentication];

/** Devices that register themselves, and come into a ring. */
export interface EdgeEnrollmentArgs {
  /** At most 128 letters, digits and `- . _ :`, a letter, digit or dash last. @default - the deployment's name, a dash, its name here */
  readonly enrollmentGroupId?: string;
  /** Ring that its devices come into. @default - the last one */
  readonly ring?: string;
  /** What they prove who they are with. @default "symmetricKey" */
  readonly authentication?: EdgeEnrollmentAuthentication;
  /** Certificate, in PEM, that signs those of the devices, for `certificateAuthority`. @default - none */
  readonly certificatePem?: string;
  /** The next one, in PEM, so that it can be changed without a pause. @default - none */
  readonly secondaryCertificatePem?: string;
  /** Name that the service has verified an authority's certificate by, in place of `certificatePem`. @default - none */
  readonly certificateName?: string;
  /** More tags that the twin of a device gets when it comes. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Let more devices come. @default true */
  readonly enabled?: boolean;
}

/** The Device Provisioning Service that is made, or one that is there. All but the names is plain. */
export interface EdgeProvisioningArgs {
  /** Host name of a service that is there and linked to the hub; then its groups alone are made. @default - one is made */
  readonly hostName?: pulumi.Input<string>;
  /** Id scope of a service that is there, for what is told. @default - that of the service that is made */
  readonly idScope?: pulumi.Input<string>;
  /** Name of the service that is made, unique in Azure. @default - made from the component's name */
  readonly serviceName?: pulumi.Input<string>;
  /** Who brings the stack up, by a name: gets the role Device Provisioning Service Data Contributor. @default - those of the hub */
  readonly publishers?: Readonly<Record<string, AzurePublisherArgs>>;
  /** Enrolment groups by a name, at most 100. */
  readonly groups: Readonly<Record<string, EdgeEnrollmentArgs>>;
}
