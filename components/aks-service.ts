import * as pulumi from "@pulumi/pulumi";
import { type CheckedAks, type CheckedVersion, checkAksService } from "./aks-service/checks";
import { federate } from "./aks-service/federation";
import { makeObjects, type ServiceObjects } from "./aks-service/objects";
import { planOf, serverSettings } from "./aks-service/plan";
import type { AksServiceArgs, GatewayCertificate, ServiceVersion } from "./aks-service-options";
import { hashJson } from "./internal/canonical-json";
import { ServiceKeys } from "./internal/local-resources";
import { smokeTest } from "./internal/smoke-test";
import { Problems } from "./internal/validate";
import { versionSelector } from "./render/kubernetes/names";
import { versionHeader } from "./render/kubernetes/route";
import type { ScoringService } from "./scoring-service";
import { secretly } from "./serving";

/**
 * An image that answers in a Kubernetes cluster: as many replicas as the load wants, with no pause when they change. A key is asked for
 * unless `authEnabled` is false. Each update is proven: every version must answer as its image, and its sample requests as they say.
 *
 * A new release takes over replica by replica, each only when it is ready; a failed one leaves the last at work, and the update fails.
 * Several versions share an address by per cent, and a `rollout` moves requests from one to the other in steps.
 */
export class AksService extends pulumi.ComponentResource implements ScoringService {
  readonly scoringUri: pulumi.Output<string>;
  readonly swaggerUri: pulumi.Output<string>;
  readonly healthUri: pulumi.Output<string>;
  /** Answers which service, image and models answer; asks for no key. */
  readonly versionUri: pulumi.Output<string>;
  readonly primaryKey: pulumi.Output<string | undefined>;
  readonly secondaryKey: pulumi.Output<string | undefined>;
  /** Identity of the default version's image. */
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of each model in that image; empty where the image does not tell. */
  readonly modelIds: pulumi.Output<string[]>;
  /** Per cent of the requests that each version answers. */
  readonly traffic: pulumi.Output<Record<string, number>>;
  /** Host that a DNS record for `hostname` leads to: of the service's own Gateway or load balancer; empty without. */
  readonly addressHost: pulumi.Output<string>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: AksServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:AksService", name, recorded(args), opts);
    const problems = new Problems(this);
    const checked = checkAksService(problems, name, args);
    problems.throwIfAny();
    warn(this, checked);

    const { keys, objects } = this.make(name, args, checked);
    const base = baseOf(checked, objects);
    this.prove(name, checked, objects, base, keys?.primaryKey);

    const image = checked.versions.find(({ isDefault }) => isDefault)?.image;
    this.scoringUri = pulumi.interpolate`${base}/score`;
    this.swaggerUri = pulumi.interpolate`${base}/swagger.json`;
    this.healthUri = pulumi.interpolate`${base}/`;
    this.versionUri = pulumi.interpolate`${base}/version`;
    this.primaryKey = keys ? pulumi.secret(keys.primaryKey) : pulumi.output(undefined);
    this.secondaryKey = keys ? pulumi.secret(keys.secondaryKey) : pulumi.output(undefined);
    this.imageIdentity = pulumi.output(image?.identity ?? "");
    this.modelIds = pulumi.output(image?.modelIds ?? []).apply((ids) => [...ids]);
    this.traffic = pulumi.output(
      Object.fromEntries(checked.versions.map(({ name: version, trafficPercent }) => [version, trafficPercent])),
    );
    this.addressHost = objects.host ?? pulumi.output("");
    this.registerOutputs({
      scoringUri: this.scoringUri,
      swaggerUri: this.swaggerUri,
      healthUri: this.healthUri,
      versionUri: this.versionUri,
      primaryKey: this.primaryKey,
      secondaryKey: this.secondaryKey,
      imageIdentity: this.imageIdentity,
      modelIds: this.modelIds,
      traffic: this.traffic,
      addressHost: this.addressHost,
    });
  }

  private make(name: string, args: AksServiceArgs, checked: CheckedAks) {
    const { host } = args;
    const keys = checked.keyed ? new ServiceKeys(`${name}-keys`, checked.keys, { parent: this }) : undefined;
    const accepted = keys ? [keys.primaryKey, keys.secondaryKey] : [];
    const federation = checked.identity && federate(`${name}-federation`, checked.identity, checked, { parent: this });
    const objects = makeObjects(name, planOf(host, checked, accepted), checked.description, {
      parent: this,
      provider: host.provider,
      dependsOn: [...(host.ready ?? []), ...(federation ? [federation] : [])],
    });
    return { keys, objects };
  }

  /** Has each version proven: by the header that picks it, where there are several. */
  private prove(
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
      const settings = serverSettings(checked, version).apply((known) => hashJson(known).slice(0, 12));
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
      smokeTest(full, parts, { parent: this, dependsOn: [...objects.all] });
    }
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

/** Says what is other than the arguments let one think. */
function warn(component: pulumi.Resource, { versions, exposure: { plan, scheme } }: CheckedAks): void {
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
function recorded(args: AksServiceArgs): pulumi.Inputs {
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
