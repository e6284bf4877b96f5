import type * as pulumi from "@pulumi/pulumi";
import { ImagePlatform } from "../azure/image-place";
import { plainFlag } from "../container/reporting";
import {
  type EdgeBaseArgs,
  EdgeHubSku,
  type EdgeModuleDeploymentArgs,
  type EdgeRouteArgs,
} from "../edge-module-options";
import { azureId } from "../internal/azure-ids";
import * as edge from "../internal/edge-rules";
import { oneOf, shown, wholeNumber } from "../internal/problems";
import { isLater, type Problems } from "../internal/validate";
import type { EdgeRouteParts } from "../render/edge-manifest";
import { checkDevices } from "./check-devices";
import { checkModules } from "./check-modules";
import { checkProvisioning } from "./check-provisioning";
import { checkRings } from "./check-rings";
import { feedRoutes } from "./feed";

/** Checks the arguments of an `EdgeModuleDeployment`; returns them with their defaults. */
export function checkEdge(problems: Problems, name: string, args: EdgeModuleDeploymentArgs, now = new Date()) {
  const { deploymentName = name, platform = ImagePlatform.amd64, runtimeVersion = "1.6", labels = {} } = args;
  problems.plain("deploymentName", deploymentName, edge.deploymentName);
  problems.plain("platform", platform, oneOf(Object.values(ImagePlatform)));
  problems.plain("runtimeVersion", runtimeVersion, edge.edgeVersion(now));
  problems.plain("labels", labels, edge.labels);
  const base = checkBase(problems, args);
  const rings = checkRings(problems, deploymentName, args, base);
  return {
    deploymentName,
    platform,
    runtimeVersion,
    labels,
    base,
    rings,
    hub: checkHub(problems, args),
    modules: checkModules(problems, args, platform),
    devices: checkDevices(problems, args, rings),
    provisioning: checkProvisioning(problems, deploymentName, args, rings, now),
    routes: { ...checkRoutes(problems, "routes", args.routes), ...routesOfFeeds(args) },
    token: checkToken(problems, args),
    metrics: checkMetrics(problems, args),
  };
}

/** An `EdgeModuleDeployment`'s arguments, checked and with their defaults. */
export type CheckedEdge = ReturnType<typeof checkEdge>;

/** What devices have without any other deployment, checked. */
export interface CheckedBase {
  readonly priority: number;
  readonly routes: Readonly<Record<string, EdgeRouteParts>>;
  readonly timeToLiveSeconds: number;
}

function checkBase(problems: Problems, { base, hub }: EdgeModuleDeploymentArgs): CheckedBase | undefined {
  if (typeof base !== "object") {
    problems.plain("base", base, plainFlag);
  }
  // Whose hub it is not may have a base that somebody relies on.
  const wanted = base ?? hub?.hostName === undefined;
  if (wanted === false) {
    return undefined;
  }
  const given: EdgeBaseArgs = typeof wanted === "object" ? wanted : {};
  const { priority = 0, timeToLiveSeconds = 7200, routes } = given;
  problems.plain("base.priority", priority, edge.priority);
  problems.plain("base.timeToLiveSeconds", timeToLiveSeconds, edge.timeToLiveSeconds);
  return {
    priority,
    timeToLiveSeconds,
    routes: checkRoutes(problems, "base.routes", routes ?? { upstream: { route: "FROM /messages/* INTO $upstream" } }),
  };
}

function routesOfFeeds({ modules }: EdgeModuleDeploymentArgs): Readonly<Record<string, EdgeRouteParts>> {
  const all = Object.entries(modules).map(([name, { feed }]) => (feed === undefined ? {} : feedRoutes(name, feed)));
  return Object.assign({}, ...all) as Record<string, EdgeRouteParts>;
}

function checkRoutes(problems: Problems, place: string, routes: Readonly<Record<string, EdgeRouteArgs>> = {}) {
  for (const [name, { route, priority, timeToLiveSeconds }] of Object.entries(routes)) {
    const part = problems.within(`${place}.${name}.`);
    problems.plain(place, name, edge.routeName);
    part.plain("route", route, edge.route);
    part.plain("priority", priority, edge.routePriority);
    part.plain("timeToLiveSeconds", timeToLiveSeconds, edge.timeToLiveSeconds);
  }
  return routes;
}

const madeOnly = ["hubName", "sku", "capacity", "sharedAccessKeysEnabled", "publishers"] as const;
const capacities: Readonly<Record<string, number>> = { F1: 1, S1: 200, S2: 200, S3: 10 };

function checkHub(problems: Problems, { hub = {} }: EdgeModuleDeploymentArgs) {
  const { sku = EdgeHubSku.s1, capacity = 1 } = hub;
  if (hub.hostName !== undefined) {
    for (const property of madeOnly.filter((key) => hub[key] !== undefined)) {
      const remedy = "it is for a hub that is made here";
      problems.add(`hub.${property}`, "must be left out with 'hub.hostName'", undefined, remedy);
    }
  }
  problems.plain("hub.sku", sku, oneOf(Object.values(EdgeHubSku)));
  problems.plain("hub.capacity", capacity, wholeNumber(1, capacities[sku] ?? 200));
  problems.plain("hub.sharedAccessKeysEnabled", hub.sharedAccessKeysEnabled, plainFlag);
  return {
    hostName: problems.check("hub.hostName", hub.hostName, edge.hubHost),
    hubName: problems.check("hub.hubName", hub.hubName, edge.hubName),
    sku,
    capacity,
    sharedAccessKeysEnabled: hub.sharedAccessKeysEnabled ?? false,
    publishers: hub.publishers ?? {},
  };
}

const registry = azureId("Microsoft.ContainerRegistry/registries");

function checkToken(problems: Problems, args: EdgeModuleDeploymentArgs) {
  const { registryToken, registryCredentials, host } = args;
  if (registryToken === false || registryCredentials !== undefined) {
    if (registryToken !== undefined && registryToken !== false) {
      problems.add("registryToken", "must be left out with 'registryCredentials'", undefined, "devices take one login");
    }
    return undefined;
  }
  const { expiryDays = 365, rotation = "1", moreRepositories = [] } = registryToken ?? {};
  problems.plain("registryToken.expiryDays", expiryDays, wholeNumber(2, 3650));
  problems.plain("registryToken.rotation", rotation, {
    must: "must be 1 to 64 letters, digits and _ . : -",
    holds: (value) => typeof value === "string" && /^[\w.:-]{1,64}$/.test(value),
  });
  for (const repository of moreRepositories) {
    problems.plain("registryToken.moreRepositories", repository, {
      must: "must be names of repositories, without registry, tag or digest",
      holds: (value) => /^[a-z0-9]+([._/-][a-z0-9]+)*$/.test(value),
    });
  }
  if (host.registryId === undefined) {
    const remedy = "an AzureWorkspace has it; or give 'registryCredentials', or set 'registryToken' to false";
    problems.add("host.registryId", "must be given with 'registryToken'", "nothing", remedy);
  }
  const registryId = problems.check("host.registryId", host.registryId, registry) as pulumi.Input<string>;
  return { registryId, expiryDays, rotation, moreRepositories };
}

function checkMetrics(problems: Problems, { metrics = {} }: EdgeModuleDeploymentArgs) {
  const { metrics: most } = edge.edgeLimits;
  if (!isLater(metrics) && Object.keys(metrics).length > most) {
    problems.add("metrics", `must be at most ${most}`, shown(Object.keys(metrics).length));
  }
  for (const [name, query] of Object.entries(metrics)) {
    problems.plain(`metrics.${name}`, query, edge.metric);
  }
  return metrics;
}
