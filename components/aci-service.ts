import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as pulumi from "@pulumi/pulumi";
import { type CheckedAci, checkAciService } from "./aci/checks";
import { containerGroupParts, domainOf } from "./aci/parts";
import type { AciServiceArgs, ContainerTls } from "./aci-options";
import { settingsOf } from "./container/environment";
import { askedFor } from "./internal/aci-rules";
import { hashJson } from "./internal/canonical-json";
import { Downtime, ServiceKeys } from "./internal/local-resources";
import { smokeTest } from "./internal/smoke-test";
import { Problems } from "./internal/validate";
import { renderContainerGroup, replacedBy } from "./render/container-group";
import type { ScoringService } from "./scoring-service";
import { secretly } from "./serving";

/** How long a group is away that is deleted and made anew: no layer of its image is there any more. */
const typicalTime = "1 to 5 minutes";

/**
 * An image that answers on Azure Container Instances: one container, for tests and light loads. A key is asked for unless
 * `authEnabled` is false. Each update is proven: the service must answer as the image, and its sample requests as they say.
 *
 * A change of the image, a setting or a key starts the containers again, in place: callers wait for a minute or so. Where Azure
 * can't change something in place, the service is deleted and made anew, and previews say so. A service that must answer
 * throughout belongs on a cluster.
 */
export class AciService extends pulumi.ComponentResource implements ScoringService {
  readonly scoringUri: pulumi.Output<string>;
  readonly swaggerUri: pulumi.Output<string>;
  readonly healthUri: pulumi.Output<string>;
  /** Answers which service, image and models answer; asks for no key. */
  readonly versionUri: pulumi.Output<string>;
  readonly primaryKey: pulumi.Output<string | undefined>;
  readonly secondaryKey: pulumi.Output<string | undefined>;
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of each model in the image; empty where the image does not tell. */
  readonly modelIds: pulumi.Output<string[]>;
  /** Azure's own name for the service; undefined in a subnet. */
  readonly fqdn: pulumi.Output<string | undefined>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: AciServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:AciService", name, recorded(args), opts);
    const problems = new Problems(this);
    const checked = checkAciService(problems, name, args);
    problems.throwIfAny();
    warnOfQuota(this, args);

    const { group, keys } = this.make(name, args, checked);
    const address = addressOf(group, checked);
    if (checked.proof) {
      const proof = proofOf(args, checked, group, address, keys?.primaryKey);
      smokeTest(`${name}-smoke-test`, proof, { parent: this, dependsOn: [group] });
    }

    this.fqdn = address.fqdn;
    this.scoringUri = pulumi.interpolate`${address.base}/score`;
    this.swaggerUri = pulumi.interpolate`${address.base}/swagger.json`;
    this.healthUri = pulumi.interpolate`${address.base}/`;
    this.versionUri = pulumi.interpolate`${address.base}/version`;
    this.primaryKey = keys ? pulumi.secret(keys.primaryKey) : pulumi.output(undefined);
    this.secondaryKey = keys ? pulumi.secret(keys.secondaryKey) : pulumi.output(undefined);
    this.imageIdentity = pulumi.output(checked.image.identity);
    this.modelIds = pulumi.output(args.image.modelIds ?? []).apply((ids) => [...ids]);
    this.registerOutputs({
      scoringUri: this.scoringUri,
      swaggerUri: this.swaggerUri,
      healthUri: this.healthUri,
      versionUri: this.versionUri,
      primaryKey: this.primaryKey,
      secondaryKey: this.secondaryKey,
      imageIdentity: this.imageIdentity,
      modelIds: this.modelIds,
      fqdn: this.fqdn,
    });
  }

  private make(name: string, args: AciServiceArgs, checked: CheckedAci) {
    const keys = checked.keyed ? new ServiceKeys(`${name}-keys`, checked.keys, { parent: this }) : undefined;
    const downtime = new Downtime(`${name}-downtime`, fixedOf(args, checked), { parent: this });
    const accepted = keys ? [keys.primaryKey, keys.secondaryKey] : [];
    const parts = renderContainerGroup(containerGroupParts(args, checked, accepted));
    const group = new containerinstance.ContainerGroup(name, parts, {
      parent: this,
      // Roles come before the first pull, and the warning before the group goes.
      dependsOn: [...(args.host.ready ?? []), downtime],
      replaceOnChanges: replacedBy,
      // Two groups can't have one name, nor one DNS name.
      deleteBeforeReplace: true,
    });
    return { group, keys };
  }
}

/** What stands in the state of the arguments: no host, no image (the group has them), and secrets as such. */
function recorded(args: AciServiceArgs): pulumi.Inputs {
  const { primaryKey, secondaryKey, tls } = args;
  return {
    ...args,
    host: undefined,
    image: undefined,
    primaryKey: secretly(primaryKey),
    secondaryKey: secretly(secondaryKey),
    tls: tls && recordedTls(tls),
  };
}

function recordedTls({ certificateStore: store, keyPem, ...tls }: ContainerTls): pulumi.Inputs {
  const key = store && pulumi.secret(store.storageAccountKey);
  return { ...tls, keyPem: secretly(keyPem), certificateStore: store && { ...store, storageAccountKey: key } };
}

function warnOfQuota(component: pulumi.Resource, { cpuCores, memoryInGb }: AciServiceArgs): void {
  const isAbove = (value: unknown, limit: number): boolean => typeof value === "number" && value > limit;
  if (isAbove(cpuCores, askedFor.cpu) || isAbove(memoryInGb, askedFor.memoryInGb)) {
    const text = `more than ${askedFor.cpu} CPU or ${askedFor.memoryInGb} GB needs quota that Azure gives on request, by region; without it the deployment fails`;
    void pulumi.log.warn(text, component);
  }
}

/** What can't change in place, by the names of the arguments. */
function fixedOf({ host }: AciServiceArgs, checked: CheckedAci) {
  const { cpuCores, memoryInGb, port, location, restartPolicy, sku, zone, subnetId, tls, logs, customerKey } = checked;
  const text = (value: pulumi.Input<string | number>) => pulumi.output(value).apply((known) => String(known));
  const fixed = {
    resourceGroupName: host.resourceGroupName,
    serviceName: checked.serving.serviceName,
    cpuCores,
    memoryInGb,
    port,
    location,
    restartPolicy,
    sku,
    zone,
    subnetId,
    tls: tls && (tls.own ? "with a certificate of its own" : "with a certificate that is obtained"),
    logs: logs?.workspaceId,
    customerKey: customerKey?.keyName,
  };
  return {
    serviceName: checked.serving.serviceName,
    typicalTime,
    fixed: Object.fromEntries(
      Object.entries(fixed).flatMap(([key, value]) => (value === undefined ? [] : [[key, text(value)]])),
    ),
  };
}

interface Address {
  readonly base: pulumi.Output<string>;
  readonly fqdn: pulumi.Output<string | undefined>;
  /** What a certificate's name is reached at, before its record is there. */
  readonly host: pulumi.Output<string>;
}

function addressOf(group: containerinstance.ContainerGroup, checked: CheckedAci): Address {
  const fqdn = group.ipAddress.apply((address) => address?.fqdn);
  const host = group.ipAddress.apply((address) => address?.fqdn ?? address?.ip ?? "");
  const base = checked.tls
    ? pulumi.interpolate`https://${domainOf(checked)}`
    : pulumi.interpolate`http://${host}:${checked.port}`;
  return { base, fqdn, host };
}

function proofOf(
  args: AciServiceArgs,
  checked: CheckedAci,
  group: containerinstance.ContainerGroup,
  { base, host }: Address,
  key: pulumi.Output<string> | undefined,
) {
  const { serviceName } = checked.serving;
  const place = pulumi.interpolate`--resource-group ${args.host.resourceGroupName} --name ${group.name}`;
  return {
    url: base,
    connect: checked.tls?.own ? host : undefined,
    identity: checked.image.identity,
    samples: args.image.sampleRequests,
    key,
    timeoutSeconds: checked.proof?.seconds ?? 0,
    logs: pulumi.interpolate`az container logs ${place} --container-name ${serviceName}`,
    settings: settingsOf({ ...args.image, ...checked.image }, checked.serving).apply((settings) =>
      hashJson(settings).slice(0, 12),
    ),
  };
}
