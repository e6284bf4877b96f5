import * as pulumi from "@pulumi/pulumi";
import { settingsOf } from "../container/environment";
import { parseAzureId } from "../internal/azure-ids";
import { ServiceKeys } from "../internal/local-resources";
import { keyDigests } from "../internal/server-environment";
import type { EdgeModuleParts } from "../render/edge-manifest";
import type { CheckedModule } from "./check-modules";
import { keysFile, keysVariable, modulePort, optionsOf } from "./container-options";
import { feedName, feedParts } from "./feed";

/** A module, and what callers are told of it. */
export interface MadeModule {
  readonly name: string;
  readonly parts: EdgeModuleParts;
  /** Its feed's, by the feed's name; empty without one. */
  readonly feed: Readonly<Record<string, EdgeModuleParts>>;
  readonly told: pulumi.Output<EdgeModuleService>;
  /** None without authentication. */
  readonly keys: ServiceKeys | undefined;
}

/** A scoring service on a device. */
export interface EdgeModuleService {
  /** Where it is asked: at the device's `hostPort`, or by containers on the device at its name. */
  readonly scoringUri: string;
  readonly swaggerUri: string;
  readonly healthUri: string;
  /** Answers which service, image and models answer. */
  readonly versionUri: string;
  readonly imageIdentity: string;
  /** `name:version` of each model in the image. */
  readonly modelIds: string[];
}

/** A module with its keys. */
export function makeModule(name: string, checked: CheckedModule, options: pulumi.CustomResourceOptions): MadeModule {
  const { args, image } = checked;
  const keys = checked.keyed ? new ServiceKeys(`${name}-keys`, checked.keys, options) : undefined;
  // A key of its own: the callers' keys are on no device.
  const feedKey =
    checked.keyed && checked.feed
      ? new ServiceKeys(`${name}-feed-keys`, { keyRotation: checked.keys.keyRotation }, options)
      : undefined;
  const version = args.moduleVersion ?? pulumi.output(image.identity).apply((identity) => identity.slice(0, 12));
  const parts: EdgeModuleParts = {
    image: image.ref,
    createOptions: optionsOf(args),
    environment: environmentOf(checked, [keys?.primaryKey, keys?.secondaryKey, feedKey?.primaryKey]),
    restartPolicy: checked.restartPolicy,
    imagePullPolicy: checked.imagePullPolicy,
    status: checked.status,
    version,
    ...(args.startupOrder === undefined ? {} : { startupOrder: args.startupOrder }),
  };
  return {
    name: checked.name,
    parts,
    feed: checked.feed ? { [feedName(checked.name)]: feedParts(checked, checked.feed, parts, feedKey) } : {},
    told: serviceOf(checked),
    keys,
  };
}

/** Repositories that images are pulled from, without their registry. */
export function repositoriesOf(modules: readonly CheckedModule[]): pulumi.Output<string[]> {
  const refs = pulumi.all(modules.map(({ image }) => image.ref));
  return refs.apply((all) => all.map((ref) => ref.replace(/^[^/]+\//, "").replace(/(:[^/@]+)?(@.*)?$/, "")));
}

/** Where a registry is, by its id. */
export function registryPlace(id: pulumi.Input<string>) {
  const parsed = pulumi.output(id).apply((known) => parseAzureId(known));
  return {
    registryName: parsed.apply((known) => known?.name ?? ""),
    resourceGroupName: parsed.apply((known) => known?.resourceGroupName ?? ""),
  };
}

function environmentOf(
  checked: CheckedModule,
  keys: readonly (pulumi.Output<string> | undefined)[],
): pulumi.Output<Readonly<Record<string, string>>> {
  const { args, image, serving, environmentVariables = {} } = checked;
  const settings = settingsOf({ ...args.image, ...image }, serving);
  const digests = checked.keyed ? pulumi.secret(pulumi.all([...keys]).apply((all) => keyDigests(all))) : undefined;
  return pulumi
    .all([settings, environmentVariables, digests])
    .apply(([told, theirs, accepted]): Readonly<Record<string, string>> => ({
      ...told,
      ...theirs,
      ...(accepted === undefined ? {} : { SCORESTACK_KEYS_FILE: keysFile, [keysVariable]: JSON.stringify(accepted) }),
    }));
}

function serviceOf({ name, args, image }: CheckedModule): pulumi.Output<EdgeModuleService> {
  const { hostPort, hostAddress = "127.0.0.1" } = args;
  const base = hostPort === undefined ? `http://${name}:${modulePort}` : `http://${hostAddress}:${hostPort}`;
  return pulumi.all([image.identity, args.image.modelIds ?? []]).apply(([imageIdentity, modelIds]) => ({
    scoringUri: `${base}/score`,
    swaggerUri: `${base}/swagger.json`,
    healthUri: `${base}/`,
    versionUri: `${base}/version`,
    imageIdentity,
    modelIds: [...modelIds],
  }));
}
