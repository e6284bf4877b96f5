import * as pulumi from "@pulumi/pulumi";
import type { CheckedDevice } from "./edge/check-devices";
import { ringTag } from "./edge/check-rings";
import { type CheckedEdge, checkEdge } from "./edge/checks";
import { edgeHub, type HubPart } from "./edge/hub";
import { type EdgeModuleService, type MadeModule, makeModule } from "./edge/modules";
import { provisioningOf, type ProvisioningPart } from "./edge/provisioning";
import { deployBase, deployRings } from "./edge/rollout";
import { tellOfEdge } from "./edge/warnings";
import type { EdgeModuleArgs, EdgeModuleDeploymentArgs } from "./edge-module-options";
import { EdgeDevice } from "./internal/edge-resources";
import { Problems } from "./internal/validate";
import { secretly } from "./serving";

/**
 * Images that answer on devices: modules of Azure IoT Edge, each of them the same scoring service as elsewhere. Deployments are
 * layered, so that what others deploy to the same devices stays as it is. A change goes ring by ring; each ring's next deployment is
 * there before its last one goes.
 */
export class EdgeModuleDeployment extends pulumi.ComponentResource {
  /** Host name of the IoT Hub. */
  readonly hubHostName: pulumi.Output<string>;
  /** Id of each ring's deployment, by the ring's name. */
  readonly deploymentIds: pulumi.Output<Record<string, string>>;
  /** Services on the devices, by the module's name. */
  readonly services: pulumi.Output<Record<string, EdgeModuleService>>;
  /** Keys for `Authorization: Bearer <key>`, by the module's name; none without authentication. Secret. */
  readonly primaryKeys: pulumi.Output<Record<string, string>>;
  /** Second keys, so that keys can be changed without a pause. Secret. */
  readonly secondaryKeys: pulumi.Output<Record<string, string>>;
  /** What each device with a key of the hub's is set up with, by its name here. Secret. */
  readonly deviceConnectionStrings: pulumi.Output<Record<string, string>>;

  /** Scope that devices register themselves in; empty without `provisioning`. */
  readonly idScope: pulumi.Output<string>;
  /** Keys that those of devices are derived from, by the enrolment group's name; none for certificates. Secret. */
  readonly enrollmentPrimaryKeys: pulumi.Output<Record<string, string>>;
  /** Second keys of the groups, so that keys can be changed without a pause. Secret. */
  readonly enrollmentSecondaryKeys: pulumi.Output<Record<string, string>>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: EdgeModuleDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:EdgeModuleDeployment", name, recorded(args), opts);
    const problems = new Problems(this);
    const checked = checkEdge(problems, name, args);
    problems.throwIfAny();
    tellOfEdge(this, args, checked);

    const hub = edgeHub(`${name}-hub`, args, checked, { parent: this, dependsOn: [...(args.host.ready ?? [])] });
    const modules = checked.modules.map((module) => makeModule(`${name}-${module.name}`, module, { parent: this }));
    const devices = this.devices(name, checked, hub);
    const made = Object.values(devices);
    const { provisioning, deploymentName } = checked;
    const registering = provisioning && provisioningOf(name, deploymentName, args, provisioning, hub, { parent: this });
    const rollout = { name, args, checked, problems, hub, modules, devices: made, parent: this };
    const rings = deployRings(rollout, deployBase(rollout));

    this.hubHostName = pulumi.output(hub.hostName);
    this.deploymentIds = pulumi.output(
      Object.fromEntries(Object.entries(rings).map(([ring, { configurationId }]) => [ring, configurationId])),
    );
    this.services = pulumi.output(Object.fromEntries(modules.map(({ name: module, told }) => [module, told])));
    this.primaryKeys = keysOf(modules, "primaryKey");
    this.secondaryKeys = keysOf(modules, "secondaryKey");
    this.deviceConnectionStrings = pulumi.secret(connectionStrings(devices));
    this.idScope = pulumi.output(registering?.idScope ?? "");
    this.enrollmentPrimaryKeys = groupKeys(registering, "primaryKey");
    this.enrollmentSecondaryKeys = groupKeys(registering, "secondaryKey");
    this.registerOutputs({
      hubHostName: this.hubHostName,
      deploymentIds: this.deploymentIds,
      services: this.services,
      primaryKeys: this.primaryKeys,
      secondaryKeys: this.secondaryKeys,
      deviceConnectionStrings: this.deviceConnectionStrings,
      idScope: this.idScope,
      enrollmentPrimaryKeys: this.enrollmentPrimaryKeys,
      enrollmentSecondaryKeys: this.enrollmentSecondaryKeys,
    });
  }

  private devices(name: string, { devices, deploymentName }: CheckedEdge, hub: HubPart): Record<string, EdgeDevice> {
    const made = (device: CheckedDevice): EdgeDevice =>
      new EdgeDevice(
        `${name}-device-${device.name}`,
        {
          hub: hub.hostName,
          deviceId: device.deviceId,
          authentication: device.authentication,
          ...(device.parentDeviceId === undefined ? {} : { parentDeviceId: device.parentDeviceId }),
          tags: { ...device.tags, [ringTag(deploymentName)]: device.ring },
          attach: device.existing,
        },
        { parent: this, dependsOn: [...hub.ready] },
      );
    return Object.fromEntries(devices.map((device) => [device.name, made(device)]));
  }
}

/** Of the modules that ask for one. */
function keysOf(
  modules: readonly MadeModule[],
  which: "primaryKey" | "secondaryKey",
): pulumi.Output<Record<string, string>> {
  const keyed = modules.flatMap(({ name, keys }) => (keys === undefined ? [] : [[name, keys[which]] as const]));
  return pulumi.secret(pulumi.output(Object.fromEntries(keyed)));
}

/** Devices with certificates have none. */
function connectionStrings(devices: Readonly<Record<string, EdgeDevice>>): pulumi.Output<Record<string, string>> {
  return known(Object.fromEntries(Object.entries(devices).map(([name, device]) => [name, device.connectionString])));
}

/** Of the groups whose devices have keys. */
function groupKeys(
  registering: ProvisioningPart | undefined,
  which: "primaryKey" | "secondaryKey",
): pulumi.Output<Record<string, string>> {
  const groups = Object.entries(registering?.enrollments ?? {});
  return pulumi.secret(known(Object.fromEntries(groups.map(([name, group]) => [name, group[which]]))));
}

/** Those that there are. */
function known(
  all: Readonly<Record<string, pulumi.Output<string | undefined>>>,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .output(all)
    .apply(
      (texts) =>
        Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as Record<string, string>,
    );
}

/** What stands in the state of the arguments: no host, no images (the deployments have them), and secrets as such. */
function recorded({ host: _host, modules, registryCredentials, ...args }: EdgeModuleDeploymentArgs): pulumi.Inputs {
  const logins = Object.entries(registryCredentials ?? {}).map(([name, login]) => [
    name,
    { ...login, password: pulumi.secret(login.password) },
  ]);
  return {
    ...args,
    ...(registryCredentials === undefined ? {} : { registryCredentials: Object.fromEntries(logins) as pulumi.Inputs }),
    modules: Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, recordedModule(module)])),
  };
}

function recordedModule({ image: _image, primaryKey, secondaryKey, ...module }: EdgeModuleArgs): pulumi.Inputs {
  return { ...module, primaryKey: secretly(primaryKey), secondaryKey: secretly(secondaryKey) };
}
