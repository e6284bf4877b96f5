import * as pulumi from "@pulumi/pulumi";
import type { AksServiceArgs, GatewayCertificate, ServiceVersion } from "../aks-service-options";
import { hashJson } from "../internal/canonical-json";
import { ServiceKeys } from "../internal/local-resources";
import { smokeTest } from "../internal/smoke-test";
import type { KubernetesHost } from "../kubernetes-host";
import { versionSelector } from "../render/kubernetes/names";
import { versionHeader } from "../render/kubernetes/route";
import type { ScoringService } from "../scoring-service";
import { secretly } from "../serving";
import type { CheckedAks, CheckedVersion } from "./checks";
import { federate } from "./federation";
import { makeObjects, type ServiceObjects } from "./objects";
import { planOf, serverSettings } from "./plan";

/** What a service in a cluster tells, whichever component makes it. */
export interface ClusterService extends ScoringService {
  readonly versionUri: pulumi.Output<string>;
  /** Host of what makes the service's address; empty where no object does. */
  readonly addressHost: pulumi.Output<string>;
  /** `host:port` of gRPC; undefined where only REST is answered. */
  readonly grpcUri: pulumi.Output<string | undefined>;
}

/** Makes a service in a cluster as children of a component, and has it proven: keys, identity, objects, smoke tests. */
export function serveInCluster(
  parent: pulumi.Resource,
  name: string,
  host: KubernetesHost,
  checked: CheckedAks,
): ClusterService {
  const keys = checked.keyed ? new ServiceKeys(`${name}-keys`, checked.keys, { parent }) : undefined;
  const accepted = keys ? [keys.primaryKey, keys.secondaryKey] : [];
  const federation = checked.identity && federate(`${name}-federation`, checked.identity, checked, { parent });
  const objects = makeObjects(name, planOf(host, checked, accepted), checked.description, {
    parent,
    provider: host.provider,
    dependsOn: [...(host.ready ?? []), ...(federation ? [federation] : [])],
  });
  const base = baseOf(checked, objects);
  prove(parent, name, checked, objects, base, keys?.primaryKey);
  const image = checked.versions.find(({ isDefault }) => isDefault)?.image;
  return {
    scoringUri: pulumi.interpolate`${base}/score`,
    swaggerUri: pulumi.interpolate`${base}/swagger.json`,
    healthUri: pulumi.interpolate`${base}/`,
    versionUri: pulumi.interpolate`${base}/version`,
    primaryKey: keys ? pulumi.secret(keys.primaryKey) : pulumi.output(undefined),
    secondaryKey: keys ? pulumi.secret(keys.secondaryKey) : pulumi.output(undefined),
    imageIdentity: pulumi.output(image?.identity ?? ""),
    modelIds: pulumi.output(image?.modelIds ?? []).apply((ids) => [...ids]),
    addressHost: objects.host ?? pulumi.output(""),
    grpcUri: grpcUriOf(checked, objects),
  };
}

/** Has each version proven: by the header that picks it, where there are several. */
function prove(
  parent: pulumi.Resource,
  name: string,
  checked: CheckedAks,
  objects: ServiceObjects,
  url: pulumi.Output<string>,
  key: pulumi.Output<string> | undefined,
): void {
  const { proof, namespace, versions, exposure } = checked;
  if (proof === undefined) {
    return;
  }
  for (const version of versions) {
    const isOnly = versions.length === 1;
    // What it calculates with is proven anew as well.
    const { extendedResources } = version;
    const settings = serverSettings(checked, version).apply((known) =>
      hashJson(extendedResources ? { known, extendedResources } : known).slice(0, 12),
    );
    const parts = {
      url,
      // Before a record leads the name there.
      connect: exposure.host === undefined ? undefined : objects.host,
      header: isOnly ? undefined : `${versionHeader}: ${version.name}`,
      identity: version.image.identity,
      samples: version.image.sampleRequests,
      key,
      timeoutSeconds: proof.seconds,
      logs: `kubectl logs --namespace ${namespace} --selector ${selectorOf(checked, version)} --tail 100`,
      settings,
    };
    const full = isOnly ? `${name}-smoke-test` : `${name}-smoke-test-${version.name}`;
    smokeTest(full, parts, { parent, dependsOn: [...objects.all] });
  }
}

function selectorOf(checked: CheckedAks, version: CheckedVersion): string {
  return Object.entries(versionSelector(checked, version))
    .map(([label, value]) => `${label}=${value}`)
    .join();
}

function baseOf({ exposure }: CheckedAks, objects: ServiceObjects): pulumi.Output<string> {
  const { plan, scheme } = exposure;
  const host = exposure.host ?? objects.host ?? "";
  if (plan.kind === "gateway") {
    return pulumi.interpolate`${scheme}://${host}${plan.pathPrefix.replace(/\/$/, "")}`;
  }
  return pulumi.interpolate`${scheme}://${host}${plan.port === 80 ? "" : `:${plan.port}`}`;
}

function grpcUriOf({ exposure, grpc }: CheckedAks, objects: ServiceObjects): pulumi.Output<string | undefined> {
  const host = exposure.host ?? objects.host ?? "";
  return grpc === undefined ? pulumi.output(undefined) : pulumi.interpolate`${host}:${grpc.port}`;
}

/** Says what is other than the arguments let one think. */
export function warnOfService(component: pulumi.Resource, { versions, exposure: { plan, scheme } }: CheckedAks): void {
  const isByCpu = versions.some(({ replicas }) => replicas.kind === "autoscaled" && replicas.measure.by === "cpu");
  if (isByCpu) {
    const text =
      "replicas are scaled by CPU, for the cluster has no KEDA: a scorer that waits, as for a GPU or a database, is busy with little CPU and gets no more replicas";
    void pulumi.log.warn(text, component);
  }
  const isPublic =
    (plan.kind === "loadBalancer" && !plan.isInternal) ||
    (plan.kind === "gateway" && !("isInternal" in plan.gateway && plan.gateway.isInternal));
  if (isPublic && scheme === "http") {
    void pulumi.log.warn("it answers in public over plain HTTP: keys and data can be read on their way", component);
  }
}

/** What stands in the state of the arguments: no host, no image (the objects have them), and secrets as such. */
export function recordedService(args: AksServiceArgs): pulumi.Inputs {
  const { primaryKey, secondaryKey, tls, versions } = args;
  return {
    ...args,
    host: undefined,
    image: undefined,
    versions:
      versions && Object.fromEntries(Object.entries(versions).map(([name, one]) => [name, recordedVersion(one)])),
    primaryKey: secretly(primaryKey),
    secondaryKey: secretly(secondaryKey),
    tls: tls && recordedTls(tls),
  };
}

function recordedVersion(version: ServiceVersion): pulumi.Inputs {
  return { ...version, image: undefined };
}

function recordedTls({ keyPem, ...tls }: GatewayCertificate): pulumi.Inputs {
  return { ...tls, keyPem: secretly(keyPem) };
}
