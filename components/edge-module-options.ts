import type * as pulumi from "@pulumi/pulumi";
import type { ImagePlatform } from "./azure/image-place";
import type { AzurePublisherArgs } from "./azure/options";
import type { AzureHost } from "./azure-host";
import type { EdgeFeedArgs } from "./edge-feed-options";
import type { EdgeProvisioningArgs } from "./edge-provisioning-options";
import type { ContainerImageReference } from "./scoring-service";
import type { KeyRotation, ServingArgs } from "./serving";

/** What a device does with a module that has ended. */
export const EdgeRestartPolicy = { always: "always", onFailure: "on-failure", never: "never" } as const;
/** What a device does with a module that has ended. */
export type EdgeRestartPolicy = (typeof EdgeRestartPolicy)[keyof typeof EdgeRestartPolicy];

/** When a device pulls a module's image. */
export const EdgeImagePullPolicy = { onCreate: "on-create", never: "never" } as const;
/** When a device pulls a module's image. */
export type EdgeImagePullPolicy = (typeof EdgeImagePullPolicy)[keyof typeof EdgeImagePullPolicy];

/** Whether a module runs. */
export const EdgeModuleStatus = { running: "running", stopped: "stopped" } as const;
/** Whether a module runs. */
export type EdgeModuleStatus = (typeof EdgeModuleStatus)[keyof typeof EdgeModuleStatus];

/** Size of an IoT Hub. Basic ones know no IoT Edge. */
export const EdgeHubSku = { free: "F1", s1: "S1", s2: "S2", s3: "S3" } as const;
/** Size of an IoT Hub. */
export type EdgeHubSku = (typeof EdgeHubSku)[keyof typeof EdgeHubSku];

/** What a device proves who it is with. */
export const EdgeAuthenticationType = {
  /** Keys that the hub makes. */
  symmetricKey: "symmetricKey",
  /** Certificates whose thumbprints the hub knows. */
  selfSigned: "selfSigned",
  /** A certificate of an authority that the hub trusts. */
  certificateAuthority: "certificateAuthority",
} as const;
/** What a device proves who it is with. */
export type EdgeAuthenticationType = (typeof EdgeAuthenticationType)[keyof typeof EdgeAuthenticationType];

/** An image, as a module takes it; a `ModelImage` whose workspace is in Azure is one. */
export interface EdgeImageReference extends ContainerImageReference {
  /** Processors that it was built for; plain. @default - not known, and then not checked */
  readonly platform?: ImagePlatform;
}

/** An image that runs on devices as a scoring service. The server's own options are those of every service. */
export interface EdgeModuleArgs extends Omit<ServingArgs, "serviceName" | "tags" | "description"> {
  /** The image, by its digest. */
  readonly image: EdgeImageReference;
  /** Ask for a key with every request but health and version. @default true */
  readonly authEnabled?: boolean;
  /** Has a key made anew when its text changes; for keys that are not given. @default - the keys stay */
  readonly keyRotation?: pulumi.Input<KeyRotation>;
  /** Variables for the scoring script; each may be a secret. Twins hold them open: see docs/edge.md. @default - none */
  readonly environmentVariables?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Seconds that `init()` may take, 1 to 3600. @default 300 */
  readonly startTimeoutSeconds?: pulumi.Input<number>;
  /** Port of the device that leads to the module, 1 to 65535; plain. @default - none: other modules alone reach it, at port 5001 of its name */
  readonly hostPort?: number;
  /** IPv4 address of the device that `hostPort` is at; plain. @default "127.0.0.1" */
  readonly hostAddress?: string;
  /** CPU cores that it may use at most, 0.1 to 64; plain. @default - all of the device's */
  readonly cpuCores?: number;
  /** Memory in GB that it may use at most, 0.1 to 256; plain. @default - all of the device's */
  readonly memoryInGb?: number;
  /** Docker's options for the container, merged with the above; plain, no secrets. @default - none @example { HostConfig: { Binds: ["/data:/data:ro"] } } */
  readonly createOptions?: Readonly<Record<string, unknown>>;
  /** What a device does when it has ended; plain. @default "always" */
  readonly restartPolicy?: EdgeRestartPolicy;
  /** When a device pulls its image; plain. @default "on-create" */
  readonly imagePullPolicy?: EdgeImagePullPolicy;
  /** Whether it runs; plain. @default "running" */
  readonly status?: EdgeModuleStatus;
  /** Its place when the modules of a device start, 0 first; plain. @default - last, with the others */
  readonly startupOrder?: number;
  /** Take messages from routes as well, by a module beside it. @default - HTTP alone */
  readonly feed?: EdgeFeedArgs;
  /** Version for people. @default - the first 12 characters of the image's identity */
  readonly moduleVersion?: pulumi.Input<string>;
}

/** Where messages on a device go. */
export interface EdgeRouteArgs {
  /** `FROM <source> WHERE <condition> INTO <sink>`. @example "FROM /messages/modules/camera/outputs/* INTO $upstream" */
  readonly route: string;
  /** 0 to 9, 0 first. @default - that of IoT Edge, 9 */
  readonly priority?: number;
  /** Seconds that its messages are kept, 1 to 4294967295. @default - that of the device's hub */
  readonly timeToLiveSeconds?: number;
}

/** What must be so before the next ring gets a deployment. */
export interface EdgeGateArgs {
  /** Seconds that the devices have, 10 to 86400. @default 1800 */
  readonly deadlineSeconds?: number;
  /** Seconds that all must stay well, 0 to 86400. @default 60 */
  readonly soakSeconds?: number;
  /** Part of the ring's devices that may be offline, 0 to 1; they get the deployment when they are back. @default 0.2 */
  readonly maximumOfflineShare?: number;
  /** Devices that must have succeeded, 0 to 1000000; 0 lets an empty ring pass. @default 1 */
  readonly minimumDevices?: number;
  /** Seconds from one look to the next, 1 to 3600. @default 15 */
  readonly pollSeconds?: number;
}

/** A group of devices with a deployment and a registry token of its own. */
export interface EdgeRingArgs {
  /** 1 to 30 lower-case letters, digits and dashes; part of the deployment's id. @example "canary" */
  readonly ringName: string;
  /** Which devices, by their twins. @default - those whose `ring` here is this one, by a tag of their twins */
  readonly targetCondition?: string;
  /** The higher one wins, 0 to 2147483647; above that of the base. @default 10 */
  readonly priority?: number;
  /** What must be so before the next ring; false for nothing. @default - the gate's defaults, and nothing for the last ring */
  readonly gate?: EdgeGateArgs | false;
}

/** A device that runs IoT Edge. */
export interface EdgeDeviceArgs {
  /** 1 to 128 letters, digits and some signs. @default - its name here */
  readonly deviceId?: string;
  /** Ring that it is in. @default - the last one */
  readonly ring?: string;
  /** What it proves who it is with. @default "symmetricKey" */
  readonly authentication?: EdgeAuthenticationType;
  /** SHA-1 or SHA-256 thumbprint of its certificate, for `selfSigned`. @default - none */
  readonly primaryThumbprint?: string;
  /** Thumbprint of the next certificate, for `selfSigned`. @default - none */
  readonly secondaryThumbprint?: string;
  /** Device that it speaks to the hub through. @default - none: to the hub itself */
  readonly parentDeviceId?: string;
  /** More tags of its twin; others' tags are left alone. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** It is there already, as DPS or somebody else made it: its tags alone are set, and it stays. @default false */
  readonly existing?: boolean;
}

/** The IoT Hub that is made, or one that is there. All but the names is plain. */
export interface EdgeHubArgs {
  /** Host name of a hub that is there; then nothing of it is changed but what lies in it. @default - a hub is made */
  readonly hostName?: pulumi.Input<string>;
  /** Name of the hub that is made, unique in Azure. @default - made from the component's name */
  readonly hubName?: pulumi.Input<string>;
  /** Size. @default "S1" */
  readonly sku?: EdgeHubSku;
  /** Units of it, 1 to 200. @default 1 */
  readonly capacity?: number;
  /** Let programs in by shared access keys of the hub. Devices' own keys work anyway. @default false */
  readonly sharedAccessKeysEnabled?: boolean;
  /** Who brings the stack up, by a name: gets the role IoT Hub Data Contributor, without which Azure refuses. @default - nobody more */
  readonly publishers?: Readonly<Record<string, AzurePublisherArgs>>;
}

/** What a device has without any other deployment: the agent, the hub, routes. */
export interface EdgeBaseArgs {
  /** 0 to 2147483647, below that of each ring. @default 0 */
  readonly priority?: number;
  /** Routes by name. @default - everything goes to the IoT Hub */
  readonly routes?: Readonly<Record<string, EdgeRouteArgs>>;
  /** Seconds that messages are kept that can't be sent on, 1 to 4294967295. @default 7200 */
  readonly timeToLiveSeconds?: number;
}

/** A token of the registry for each ring, that reads the modules' repositories and nothing else. */
export interface EdgeRegistryTokenArgs {
  /** Days until a password expires, 2 to 3650. @default 365 */
  readonly expiryDays?: number;
  /** Any short text, such as a date: when it changes, the next password is made, and the one before stays valid until it expires. @default "1" */
  readonly rotation?: string;
  /** More repositories to read: those of other modules that come to the same devices from the same registry. @default - none */
  readonly moreRepositories?: readonly string[];
}

/** A login to a registry of your own. */
export interface EdgeRegistryCredentialArgs {
  /** Its host. */
  readonly address: pulumi.Input<string>;
  /** Its user. */
  readonly username: pulumi.Input<string>;
  /** Kept as a secret here; twins hold it open. */
  readonly password: pulumi.Input<string>;
}

/** Arguments of {@link EdgeModuleDeployment}. */
export interface EdgeModuleDeploymentArgs {
  /** Where the hub is made and whose registry has the images; an `AzureWorkspace` is one. */
  readonly host: Pick<
    AzureHost,
    "resourceGroupName" | "location" | "registryServer" | "registryId" | "logs" | "tags" | "ready"
  >;
  /** Services by the name that their module has on the device, at most 50. */
  readonly modules: Readonly<Record<string, EdgeModuleArgs>>;
  /** What the ids of its deployments begin with. @default - the component's name */
  readonly deploymentName?: string;
  /** The IoT Hub. @default - one is made, of size S1 */
  readonly hub?: EdgeHubArgs;
  /** Devices by a name. @default - none: those that are there */
  readonly devices?: Readonly<Record<string, EdgeDeviceArgs>>;
  /** Devices that register themselves, by a Device Provisioning Service. @default - none */
  readonly provisioning?: EdgeProvisioningArgs;
  /** Groups of devices, in the order in which they get a change. @default - one, `all` */
  readonly rings?: readonly EdgeRingArgs[];
  /** Deploy what devices have without any other deployment, in place of every base with a lower priority. @default - with a hub that is made here */
  readonly base?: EdgeBaseArgs | boolean;
  /** Version of IoT Edge that the base runs. @default "1.6" */
  readonly runtimeVersion?: string;
  /** Processors of the devices; warns where Python has few packages. @default "linux/amd64" */
  readonly platform?: ImagePlatform;
  /** Routes by name, added to those of other deployments. @default - none */
  readonly routes?: Readonly<Record<string, EdgeRouteArgs>>;
  /** How devices log in to the registry; false where they need not. @default - a token for each ring, for a year */
  readonly registryToken?: EdgeRegistryTokenArgs | false;
  /** Logins of your own, by name, in place of tokens. @default - none */
  readonly registryCredentials?: Readonly<Record<string, EdgeRegistryCredentialArgs>>;
  /** Labels of the deployments, for people and queries. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Metrics of the deployments: queries on twins by name, at most 5. @default - none */
  readonly metrics?: Readonly<Record<string, string>>;
}
