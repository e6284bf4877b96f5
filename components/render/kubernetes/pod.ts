import type { types } from "@pulumi/kubernetes";
import { configurationName, keysFile, keysName, secretsName } from "./configuration";
import { renderGrpcContainer } from "./grpc";
import { serviceObjectName, versionSelector } from "./names";
import type { KubernetesServicePlan, ProbePlan, VersionPlan } from "./plan";
import { byteQuantity, cpuQuantity } from "./quantities";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type Volume = types.input.core.v1.Volume;
type Mount = types.input.core.v1.VolumeMount;

/** The image's own user. */
const user = 10001;
/** What a pod of an image may be: nothing that its own user does not need. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
} as const;
/** The same of its container. */
export const containerSecurity: NonNullable<Container["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
/** Where the image's own command listens. */
export const serverPort = 5001;
/** Name of that port. */
export const serverPortName = "http";
const keysVolume = "service-keys";
const keysFolder = "/mnt/scorestack";
const temporaryVolume = "temporary";
const temporaryFolder = "/tmp";

/** A pod of a version: the server, and what speaks gRPC before it, with no right that they do not need. */
export function renderPod(plan: KubernetesServicePlan, version: VersionPlan): PodSpec {
  const { pullSecretName } = plan;
  return {
    serviceAccountName: serviceObjectName(plan),
    // Workload identity has a token of its own; the API server's is of no use to a scorer.
    automountServiceAccountToken: false,
    // Other services' addresses as variables could be taken for settings.
    enableServiceLinks: false,
    ...(pullSecretName === undefined ? {} : { imagePullSecrets: [{ name: pullSecretName }] }),
    securityContext: podSecurity,
    terminationGracePeriodSeconds: version.terminationGraceSeconds,
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: versionSelector(plan, version) },
      // Pods of the release before don't count.
      matchLabelKeys: ["pod-template-hash"],
    })),
    ...placeOf(version),
    containers: [serverOf(plan, version), ...renderGrpcContainer(plan, version)],
    volumes: volumesOf(plan, version),
  };
}

function serverOf(plan: KubernetesServicePlan, version: VersionPlan): Container {
  const { probes, preStopSeconds } = version;
  const secrets = secretsName(plan, version);
  const keyed = plan.keyDigests !== undefined;
  return {
    name: "server",
    image: version.imageRef,
    // A digest is always the same image: with `Always` nothing could start while the registry is away.
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: serverPortName, containerPort: serverPort, protocol: "TCP" }],
    envFrom: [
      { configMapRef: { name: configurationName(plan, version) } },
      ...(secrets === undefined ? [] : [{ secretRef: { name: secrets } }]),
    ],
    env: [
      // Libraries keep caches below it.
      { name: "HOME", value: temporaryFolder },
      ...(keyed ? [{ name: "SCORESTACK_KEYS_FILE", value: `${keysFolder}/${keysFile}` }] : []),
    ],
    resources: resourcesOf(version),
    startupProbe: probeOf(probes.startup),
    readinessProbe: probeOf(probes.readiness),
    livenessProbe: probeOf(probes.liveness),
    ...(preStopSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } } : {}),
    securityContext: containerSecurity,
    volumeMounts: mountsOf(plan, version),
  };
}

/** A delay of none is what the API server leaves out. */
function probeOf({ initialDelaySeconds, ...probe }: ProbePlan): types.input.core.v1.Probe {
  return {
    httpGet: { path: "/", port: serverPortName, scheme: "HTTP" },
    ...(initialDelaySeconds > 0 ? { initialDelaySeconds } : {}),
    ...probe,
  };
}

/** What a container has for itself, and may use at most. */
export function resourcesOf(
  version: Pick<VersionPlan, "cpuCores" | "memoryInGb" | "limits"> & Devices,
): types.input.core.v1.ResourceRequirements {
  const { cpuCores, memoryInGb, limits } = version;
  const devices = Object.fromEntries(Object.entries(devicesOf(version)).map(([name, count]) => [name, String(count)]));
  const cpu: Record<string, string> = limits.cpuCores === undefined ? {} : { cpu: cpuQuantity(limits.cpuCores) };
  return {
    requests: { cpu: cpuQuantity(cpuCores), memory: byteQuantity(memoryInGb), ...devices },
    limits: { ...cpu, memory: byteQuantity(limits.memoryInGb), ...devices },
  };
}

type Devices = Pick<VersionPlan, "gpus"> & Partial<Pick<VersionPlan, "extendedResources">>;

/** What a replica holds alone: GPUs, and extended resources. */
export function devicesOf({ gpus, extendedResources }: Devices): Readonly<Record<string, number>> {
  return { ...(gpus > 0 ? { "nvidia.com/gpu": gpus } : {}), ...extendedResources };
}

/** The nodes that a pod may run on, where it is not left to Kubernetes. */
export function placeOf({
  nodeSelector,
  tolerations = [],
}: Pick<VersionPlan, "nodeSelector" | "tolerations">): Pick<PodSpec, "nodeSelector" | "tolerations"> {
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations.length === 0
      ? {}
      : {
          tolerations: tolerations.map(({ key, value, effect }) => ({
            key,
            effect,
            ...(value === undefined ? { operator: "Exists" } : { operator: "Equal", value }),
          })),
        }),
  };
}

function volumesOf(plan: KubernetesServicePlan, version: VersionPlan): Volume[] {
  const { temporaryInGb } = version;
  const keys = keysName(plan);
  const emptyDir = { sizeLimit: byteQuantity(temporaryInGb) };
  return [
    { name: temporaryVolume, emptyDir },
    ...writableFolders(version).map(({ volume }) => ({ name: volume, emptyDir })),
    ...(keys === undefined ? [] : [{ name: keysVolume, secret: { secretName: keys, defaultMode: 0o440 } }]),
  ];
}

function mountsOf(plan: KubernetesServicePlan, version: VersionPlan): Mount[] {
  return [
    { name: temporaryVolume, mountPath: temporaryFolder },
    ...writableFolders(version).map(({ volume, folder }) => ({ name: volume, mountPath: folder })),
    ...(plan.keyDigests === undefined ? [] : [{ name: keysVolume, mountPath: keysFolder, readOnly: true }]),
  ];
}

function writableFolders({ writableFolders: folders = [] }: VersionPlan) {
  return folders.map((folder, index) => ({ folder, volume: `writable-${index + 1}` }));
}
