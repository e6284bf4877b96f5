import type * as containerinstance from "@pulumi/azure-native/containerinstance";
import type { input } from "@pulumi/azure-native/types";
import type * as pulumi from "@pulumi/pulumi";
import { sidecarSize } from "../internal/aci-rules";
import { caddyData, caddyFolder } from "./caddyfile";

type Container = input.containerinstance.ContainerArgs;
type Volume = input.containerinstance.VolumeArgs;
/** An environment variable: `value` for all to see, or `secureValue`. */
export type Variable = input.containerinstance.EnvironmentVariableArgs;

/** When a container is asked how it is. */
export interface ProbeParts {
  readonly initialDelaySeconds: pulumi.Input<number>;
  readonly periodSeconds: pulumi.Input<number>;
  readonly timeoutSeconds: pulumi.Input<number>;
  readonly failureThreshold: pulumi.Input<number>;
}

/** The container that ends TLS. */
export interface TlsParts {
  readonly image: pulumi.Input<string>;
  /** Base64. */
  readonly caddyfile: pulumi.Input<string>;
  /** Base64 of a certificate of one's own and its key; undefined when Caddy obtains one. */
  readonly own?: { readonly certificate: pulumi.Input<string>; readonly key: pulumi.Input<string> };
  /** File share for certificates that are obtained; undefined for a folder of the group's. */
  readonly store?: Omit<input.containerinstance.AzureFileVolumeArgs, "readOnly">;
}

/** Everything a container group is made of. Each value may be known later; which containers, ports and volumes there are is not. */
export interface ContainerGroupParts {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly serviceName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  readonly cpuCores: pulumi.Input<number>;
  readonly memoryInGb: pulumi.Input<number>;
  readonly port: pulumi.Input<number>;
  /** What starts the server, when the image's own command does not do. */
  readonly command?: pulumi.Input<string>[];
  readonly environment: pulumi.Input<pulumi.Input<Variable>[]>;
  /** Base64 of the file of accepted keys' digests; undefined without authentication. */
  readonly keysFile?: pulumi.Input<string>;
  readonly liveness?: ProbeParts;
  readonly readiness: ProbeParts;
  readonly tls?: TlsParts;
  readonly registryServer: pulumi.Input<string>;
  /** Pulls the image. */
  readonly identityId: pulumi.Input<string>;
  readonly moreIdentityIds: readonly pulumi.Input<string>[];
  /** Where it answers: in a subnet, or in public. */
  readonly subnetId?: pulumi.Input<string>;
  readonly dnsNameLabel?: pulumi.Input<string>;
  readonly dnsNameLabelReuseScope?: pulumi.Input<string>;
  readonly restartPolicy: string;
  readonly sku: string;
  readonly ccePolicy?: pulumi.Input<string>;
  readonly zone?: pulumi.Input<string>;
  readonly logs?: { readonly workspaceId: pulumi.Input<string>; readonly workspaceKey: pulumi.Input<string> };
  readonly customerKey?: input.containerinstance.EncryptionPropertiesArgs;
  readonly tags: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * What can't change in place: Azure wants the group deleted and made anew (azure-docs#38067, #65195, container-instances-update.md).
 * azure-native has no rule for these (pulumi-azure-native#918).
 */
export const replacedBy = [
  "location",
  "osType",
  "restartPolicy",
  "sku",
  "priority",
  "subnetIds",
  "zones",
  "ipAddress.type",
  "ipAddress.ports",
  "diagnostics",
  "encryptionProperties",
  "containers[*].resources",
  "containers[*].ports",
];

const keysVolume = "service-keys";
const keysFolder = "/mnt/scorestack";
/** The server's file of accepted keys. */
export const keysPath = `${keysFolder}/keys.json`;
const [caddyVolume, dataVolume] = ["tls-settings", "tls-certificates"];
const tlsPort = 443;
/** Where an issuer looks whether the name is ours, and callers without TLS are sent on. */
const challengePort = 80;

/** Renders a container group: one server, and what ends TLS before it. */
export function renderContainerGroup(parts: ContainerGroupParts): containerinstance.ContainerGroupArgs {
  const { tls, identityId, moreIdentityIds, customerKey } = parts;
  return {
    resourceGroupName: parts.resourceGroupName,
    containerGroupName: parts.serviceName,
    location: parts.location,
    osType: "Linux",
    restartPolicy: parts.restartPolicy,
    sku: parts.sku,
    priority: "Regular",
    containers: [serverOf(parts), ...(tls ? [sidecarOf(tls)] : [])],
    volumes: volumesOf(parts),
    ipAddress: addressOf(parts),
    subnetIds: parts.subnetId === undefined ? undefined : [{ id: parts.subnetId }],
    zones: parts.zone === undefined ? undefined : [parts.zone],
    identity: { type: "UserAssigned", userAssignedIdentities: [identityId, ...moreIdentityIds] },
    imageRegistryCredentials: [{ server: parts.registryServer, identity: identityId }],
    diagnostics: parts.logs && { logAnalytics: { logType: "ContainerInstanceLogs", ...parts.logs } },
    encryptionProperties: customerKey,
    confidentialComputeProperties: parts.ccePolicy === undefined ? undefined : { ccePolicy: parts.ccePolicy },
    tags: parts.tags,
  };
}

function serverOf(parts: ContainerGroupParts): Container {
  const { port, liveness } = parts;
  return {
    name: parts.serviceName,
    image: parts.image,
    command: parts.command,
    ports: [{ port, protocol: "TCP" }],
    resources: { requests: { cpu: parts.cpuCores, memoryInGB: parts.memoryInGb } },
    environmentVariables: parts.environment,
    livenessProbe: liveness && probeOf(port, liveness),
    readinessProbe: probeOf(port, parts.readiness),
    volumeMounts:
      parts.keysFile === undefined ? undefined : [{ name: keysVolume, mountPath: keysFolder, readOnly: true }],
  };
}

function probeOf(port: pulumi.Input<number>, probe: ProbeParts): input.containerinstance.ContainerProbeArgs {
  return { httpGet: { path: "/", port, scheme: "http" }, ...probe };
}

function sidecarOf({ image, own }: TlsParts): Container {
  return {
    name: "tls",
    image,
    ports: publicPorts(own === undefined).map((port) => ({ port, protocol: "TCP" })),
    resources: { requests: { cpu: sidecarSize.cpu, memoryInGB: sidecarSize.memoryInGb } },
    volumeMounts: [
      { name: caddyVolume, mountPath: caddyFolder, readOnly: true },
      ...(own ? [] : [{ name: dataVolume, mountPath: caddyData }]),
    ],
  };
}

function publicPorts(isObtained: boolean): number[] {
  return isObtained ? [challengePort, tlsPort] : [tlsPort];
}

function volumesOf({ keysFile, tls }: ContainerGroupParts): Volume[] | undefined {
  const volumes: Volume[] = [];
  if (keysFile !== undefined) {
    volumes.push({ name: keysVolume, secret: { "keys.json": keysFile } });
  }
  if (tls) {
    const own: Record<string, pulumi.Input<string>> = tls.own
      ? { "cert.pem": tls.own.certificate, "key.pem": tls.own.key }
      : {};
    volumes.push({ name: caddyVolume, secret: { Caddyfile: tls.caddyfile, ...own } });
  }
  if (tls && !tls.own) {
    volumes.push({ name: dataVolume, ...(tls.store ? { azureFile: tls.store } : { emptyDir: {} }) });
  }
  return volumes.length > 0 ? volumes : undefined;
}

function addressOf(parts: ContainerGroupParts): input.containerinstance.IpAddressArgs {
  const { tls, port } = parts;
  const numbers: pulumi.Input<number>[] = tls ? publicPorts(tls.own === undefined) : [port];
  const ports = numbers.map((number) => ({ port: number, protocol: "TCP" }));
  if (parts.subnetId !== undefined) {
    return { type: "Private", ports };
  }
  return {
    type: "Public",
    ports,
    dnsNameLabel: parts.dnsNameLabel,
    autoGeneratedDomainNameLabelScope: parts.dnsNameLabelReuseScope,
  };
}
