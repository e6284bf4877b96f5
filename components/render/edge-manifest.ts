import * as pulumi from "@pulumi/pulumi";
import type { EdgeJson } from "../internal/edge-contract";

/** Values that may be known later; the names are not. */
export type EdgeValue = pulumi.Input<EdgeJson> | readonly EdgeValue[] | { readonly [name: string]: EdgeValue };
/** Twin of a module → property → value. */
export type EdgeContent = Readonly<Record<string, Readonly<Record<string, EdgeValue>>>>;

/** A container that the agent of a device runs. */
export interface EdgeModuleParts {
  /** By digest. */
  readonly image: pulumi.Input<string>;
  /** What Docker makes the container with, but for its environment. */
  readonly createOptions: Readonly<Record<string, EdgeJson>>;
  readonly environment: pulumi.Input<Readonly<Record<string, string>>>;
  readonly restartPolicy: string;
  readonly imagePullPolicy: string;
  readonly status: string;
  /** For people. */
  readonly version: pulumi.Input<string>;
  readonly startupOrder?: number;
}

/** Where messages go. */
export interface EdgeRouteParts {
  /** `FROM … INTO …`. */
  readonly route: string;
  /** 0 is first, 9 last. */
  readonly priority?: number;
  readonly timeToLiveSeconds?: number;
}

/** What the agent logs in to a registry with. */
export interface EdgeRegistryCredential {
  readonly address: pulumi.Input<string>;
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** What one deployment brings to a device. Each by its name. */
export interface EdgeManifestParts {
  readonly modules: Readonly<Record<string, EdgeModuleParts>>;
  readonly routes: Readonly<Record<string, EdgeRouteParts>>;
  readonly registryCredentials: Readonly<Record<string, pulumi.Input<EdgeRegistryCredential>>>;
}

/** What a device has without any other deployment. */
export interface EdgeBaseParts extends EdgeManifestParts {
  /** Of IoT Edge, such as `1.6`. */
  readonly runtimeVersion: string;
  /** How long the hub of a device keeps messages that it can't send on. */
  readonly timeToLiveSeconds: number;
}

/** `properties.desired` of the hub's schema: routes may be objects from 1.1 on, IoT Edge 1.2 and later have 1.2. */
const schemaVersions = { agent: "1.1", hub: "1.2" } as const;
/** Tools for IoT Edge cut `createOptions` into pieces of so many bytes; more than 8 of them are refused here. */
export const createOptionsLimit = { bytes: 512, parts: 8 } as const;

/**
 * The content of a layered deployment: its own modules, routes and credentials, each as a property of its own, so that what others
 * deploy to the same devices stays.
 */
export function renderLayeredManifest({ modules, routes, registryCredentials }: EdgeManifestParts): EdgeContent {
  const hub = named("properties.desired.routes", routes, routeOf);
  return {
    $edgeAgent: {
      ...named("properties.desired.runtime.settings.registryCredentials", registryCredentials, credentialOf),
      ...named("properties.desired.modules", modules, moduleOf),
    },
    ...(Object.keys(hub).length > 0 ? { $edgeHub: hub } : {}),
  };
}

/** The content of a deployment that says all of what a device runs: what else was deployed to it goes. */
export function renderBaseManifest(parts: EdgeBaseParts): EdgeContent {
  const { modules, routes, registryCredentials, runtimeVersion, timeToLiveSeconds } = parts;
  const hubPorts = ["443/tcp", "5671/tcp", "8883/tcp"].map((port) => [port, [{ HostPort: port.replace("/tcp", "") }]]);
  const hubOptions = { HostConfig: { PortBindings: Object.fromEntries(hubPorts) as EdgeJson } };
  return {
    $edgeAgent: {
      "properties.desired": {
        schemaVersion: schemaVersions.agent,
        runtime: {
          type: "docker",
          settings: {
            minDockerVersion: "v1.25",
            loggingOptions: "",
            registryCredentials: named("", registryCredentials, credentialOf),
          },
        },
        systemModules: {
          edgeAgent: { type: "docker", settings: { image: systemImage("agent", runtimeVersion), createOptions: "{}" } },
          edgeHub: {
            type: "docker",
            status: "running",
            restartPolicy: "always",
            settings: { image: systemImage("hub", runtimeVersion), ...splitCreateOptions(hubOptions) },
          },
        },
        modules: named("", modules, moduleOf),
      },
    },
    $edgeHub: {
      "properties.desired": {
        schemaVersion: schemaVersions.hub,
        routes: named("", routes, routeOf),
        storeAndForwardConfiguration: { timeToLiveSecs: timeToLiveSeconds },
      },
    },
  };
}

/**
 * Options as the agent reads them: one text, in pieces where it is longer than a twin's value may be. Other characters than ASCII are
 * written as escapes, so that no piece ends within one.
 */
export function splitCreateOptions(options: Readonly<Record<string, EdgeJson>>): Record<string, string> {
  const text = createOptionsText(options);
  const pieces = text.match(new RegExp(`.{1,${createOptionsLimit.bytes}}`, "gs")) ?? [];
  return Object.fromEntries(
    pieces.map((piece, index) => [`createOptions${index === 0 ? "" : String(index).padStart(2, "0")}`, piece]),
  );
}

/** Options as one text of ASCII. */
export function createOptionsText(options: object): string {
  return JSON.stringify(options).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function systemImage(name: string, version: string): string {
  return `mcr.microsoft.com/azureiotedge-${name}:${version}`;
}

function moduleOf(parts: EdgeModuleParts): EdgeValue {
  const { image, createOptions, environment, restartPolicy, imagePullPolicy, status, version, startupOrder } = parts;
  return {
    type: "docker",
    version,
    status,
    restartPolicy,
    imagePullPolicy,
    ...(startupOrder === undefined ? {} : { startupOrder }),
    settings: { image, ...splitCreateOptions(createOptions) },
    env: environmentOf(environment),
  };
}

function routeOf({ route, priority, timeToLiveSeconds }: EdgeRouteParts): EdgeJson {
  if (priority === undefined && timeToLiveSeconds === undefined) {
    return route;
  }
  return {
    route,
    ...(priority === undefined ? {} : { priority }),
    ...(timeToLiveSeconds === undefined ? {} : { timeToLiveSecs: timeToLiveSeconds }),
  };
}

function credentialOf(credential: pulumi.Input<EdgeRegistryCredential>): EdgeValue {
  return credential as unknown as EdgeValue;
}

/** The names of variables may be known later, too. */
function environmentOf(environment: EdgeModuleParts["environment"]): EdgeValue {
  const valuesOf = (known: Readonly<Record<string, string>>) => named("", known, (value) => ({ value }));
  return pulumi.Output.isInstance(environment) || environment instanceof Promise
    ? (pulumi.output(environment).apply(valuesOf) as pulumi.Output<EdgeJson>)
    : valuesOf(environment);
}

/** Entries rendered, in the order of their names, below a path if there is one. */
function named<T>(
  path: string,
  entries: Readonly<Record<string, T>>,
  render: (entry: T) => EdgeValue,
): Record<string, EdgeValue> {
  return Object.fromEntries(
    Object.keys(entries)
      .sort()
      .map((name) => [path === "" ? name : `${path}.${name}`, render(entries[name] as T)]),
  );
}
