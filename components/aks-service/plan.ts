import * as pulumi from "@pulumi/pulumi";
import { reportingVariables, settingsOf } from "../container/environment";
import { drainSeconds, keyDigests } from "../internal/server-environment";
import { isLater } from "../internal/validate";
import type { KubernetesHost } from "../kubernetes-host";
import { replicasName } from "../render/kubernetes/names";
import type { KubernetesServicePlan, NetworkPeer, VersionPlan } from "../render/kubernetes/plan";
import { serverPort } from "../render/kubernetes/pod";
import type { CheckedAks, CheckedVersion } from "./checks";

/** Until every proxy has learnt that a replica ends, it goes on taking requests. */
const preStopSeconds = 10;
const marginSeconds = 5;

/** What a service's objects are rendered from; the keys are those that it accepts. */
export function planOf(
  host: KubernetesHost,
  checked: CheckedAks,
  keys: readonly pulumi.Input<string>[],
): KubernetesServicePlan {
  const { serviceName, namespace, ownsNamespace, labels, exposure, identity, grpc } = checked;
  const digests = pulumi.all([...keys]).apply((all) => JSON.stringify(keyDigests(all)));
  return {
    serviceName,
    namespace,
    ownsNamespace,
    labels,
    versions: checked.versions.map((version) => versionPlan(checked, version)),
    ...(keys.length > 0 ? { keyDigests: pulumi.secret(digests) } : {}),
    ...(identity ? { workloadIdentityClientId: identity.clientId } : {}),
    ...(host.registry?.pullSecretName === undefined ? {} : { pullSecretName: host.registry.pullSecretName }),
    exposure: exposure.plan,
    ...(grpc ? { grpc } : {}),
    peers: [...checked.callers, ...scalersOf(host, checked)],
  };
}

/** KEDA asks the replicas themselves what they have in hand. */
function scalersOf({ scalerNamespace = "kube-system" }: KubernetesHost, { versions }: CheckedAks): NetworkPeer[] {
  return versions.some(measuresRequests) ? [{ namespace: scalerNamespace }] : [];
}

function versionPlan(checked: CheckedAks, version: CheckedVersion): VersionPlan {
  const { image, environmentVariables: _, ...rest } = version;
  const { scoringTimeoutMs } = checked;
  const secrets = secretVariables(checked, version);
  return {
    ...rest,
    imageRef: image.ref,
    imageIdentity: image.identity,
    environment: plainVariables(checked, version),
    ...(Object.keys(secrets).length > 0 ? { secretEnvironment: secrets } : {}),
    maxConcurrentRequests: checked.slots,
    scoringTimeoutMs,
    probes: checked.probes,
    preStopSeconds,
    terminationGraceSeconds: preStopSeconds + drainSeconds({ scoringTimeoutMs }) + marginSeconds,
  };
}

/** What the server of a version is told, as who; none of it is secret. */
export function serverSettings({ serving }: CheckedAks, { image, maxRequestWaitTimeMs }: CheckedVersion) {
  return settingsOf(image, { ...serving, maxRequestWaitTimeMs });
}

function plainVariables(checked: CheckedAks, version: CheckedVersion): pulumi.Output<Record<string, string>> {
  const theirs = Object.entries(version.environmentVariables).filter(([, value]) => !isLater(value));
  const reporting = Object.entries(reportingOf(checked)).filter(([, value]) => !isLater(value));
  return serverSettings(checked, version).apply((settings) => ({
    ...settings,
    ...loadVariables(checked, version),
    ...(Object.fromEntries([...reporting, ...theirs]) as Record<string, string>),
  }));
}

/** What is known later may be secret: all of it is kept as if it were. */
function secretVariables(checked: CheckedAks, version: CheckedVersion): Record<string, pulumi.Input<string>> {
  const all = { ...reportingOf(checked), ...version.environmentVariables };
  const later = Object.entries(all).filter(([, value]) => isLater(value));
  return Object.fromEntries(later.map(([name, value]) => [name, pulumi.secret(value)]));
}

function reportingOf(checked: CheckedAks): Readonly<Record<string, pulumi.Input<string>>> {
  return checked.insights === undefined ? {} : reportingVariables(checked.insights, checked);
}

/** Counts are told to whoever may reach the pods; the sum over all replicas needs their common name. */
function loadVariables({ serviceName, namespace }: CheckedAks, version: CheckedVersion): Record<string, string> {
  const fellows = `${replicasName({ serviceName }, version)}.${namespace}.svc.cluster.local:${serverPort}`;
  return { SCORESTACK_TELLS_LOAD: "true", ...(measuresRequests(version) ? { SCORESTACK_REPLICAS: fellows } : {}) };
}

function measuresRequests({ replicas }: CheckedVersion): boolean {
  return replicas.kind === "autoscaled" && replicas.measure.by === "requests";
}
