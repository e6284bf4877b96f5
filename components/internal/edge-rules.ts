import { createOptionsLimit, createOptionsText } from "../render/edge-manifest";
import { isTargetCondition } from "./edge-conditions";
import { nameRule } from "./names";
import { type Rule, shown, wholeNumber } from "./problems";

/** What IoT Hub and IoT Edge take. Where each rule comes from: docs/validation-edge.md. */

const largest = 4294967295;

/** Limits of automatic deployments (iot-edge-limits-and-restrictions). */
export const edgeLimits = { modules: 50, deployments: 100, freeDeployments: 10, metrics: 5, twinBytes: 32 * 1024 };

/** Versions of IoT Edge with long-term support, and the last day of it. */
export const edgeReleases: Readonly<Record<string, string>> = { "1.5": "2026-11-10", "1.6": "2028-11-14" };

/** A module's name: it is the service's, and a host name on the device. */
export const moduleName: Rule<string> = nameRule(
  /^(?!edge(agent|hub)$)(?=.{3,32}$)[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last, other than 'edgeagent' and 'edgehub'",
  (name) => name.toLowerCase().replace(/[^-a-z0-9]+/g, "-"),
);

export const deploymentName: Rule<string> = nameRule(
  /^(?=.{1,60}$)[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be 1 to 60 lower-case letters, digits and dashes, a letter first and no dash last",
);

export const ringName: Rule<string> = nameRule(
  /^(?=.{1,30}$)[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be 1 to 30 lower-case letters, digits and dashes, a letter first and no dash last",
);

export const deviceId: Rule<string> = nameRule(
  /^[A-Za-z0-9\-:.+%_#*?!(),=@$']{1,128}$/,
  "must be 1 to 128 letters, digits and - : . + % _ # * ? ! ( ) , = @ $ '",
);

export const thumbprint: Rule<string> = {
  must: "must be 40 or 64 hexadecimal digits",
  holds: (value) => typeof value === "string" && /^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/.test(value),
  remedy: () => "openssl x509 -noout -fingerprint -sha256 -in FILE tells it, with colons that are left out here",
};

export const hubName: Rule<string> = nameRule(
  /^(?=.{3,50}$)[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$/,
  "must be 3 to 50 letters, digits and dashes, no dash first or last",
);

export const hubHost: Rule<string> = {
  must: "must be the host name of an IoT Hub",
  holds: (value) => typeof value === "string" && /^[a-z0-9-]{3,50}\.azure-devices\.(net|us|cn)$/i.test(value),
  remedy: () => "such as 'team.azure-devices.net'",
};

export const targetCondition: Rule<string> = {
  must: "must be a condition on tags, 'deviceId' or 'properties.reported' of twins",
  holds: (value) => typeof value === "string" && (value === "*" || isTargetCondition(value)),
  remedy: () => "such as \"tags.site='north' AND NOT deviceId='spare'\", or '*' for every device",
};

const source = String.raw`/\*|/messages(/\*|/modules(/\*|/[\w-]+(/\*|/outputs(/\*|/[\w-]+)))|/\w[\w/*-]*)|/[A-Za-z]\w*(/[\w-]+)*(/\*)?`;
const sinkText = String.raw`\$upstream|BrokeredEndpoint\("/modules/[\w-]+/inputs/[\w-]+"\)`;
const routeText = new RegExp(String.raw`^\s*FROM\s+(${source})\s+(WHERE\s+\S.*?\s+)?INTO\s+(${sinkText})\s*$`, "is");

export const route: Rule<string> = {
  must: "must be FROM a source, WHERE a condition if there is one, INTO $upstream or an input of a module",
  holds: (value) => typeof value === "string" && routeText.test(value),
  remedy: () =>
    "such as 'FROM /messages/modules/camera/outputs/* INTO BrokeredEndpoint(\"/modules/adapter/inputs/rows\")'",
};

/** Where a route ends. */
export const sink: Rule<string> = {
  must: "must be $upstream or an input of a module",
  holds: (value) => typeof value === "string" && new RegExp(`^(${sinkText})$`, "i").test(value),
  remedy: () => "such as 'BrokeredEndpoint(\"/modules/alarm/inputs/scores\")'",
};

/** Where the messages come from that feed a module: one that has the feed's own replies would never come to an end. */
export function feedSource(feed: string): Rule<string> {
  return {
    must: "must be the outputs of another module",
    holds: (value) =>
      typeof value === "string" &&
      /^\/messages\/modules\/[\w-]+(\/\*|\/outputs\/[\w*-]+)?$/.test(value) &&
      value.split("/")[3]?.toLowerCase() !== feed.toLowerCase(),
    remedy: () => "such as '/messages/modules/camera/outputs/readings'; others by 'routes'",
  };
}

/** An input of a module. */
export const endpointName: Rule<string> = nameRule(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, _ and -");

export const routeName: Rule<string> = nameRule(/^[^.$#\s]{1,128}$/, "must have no dot, $, # or space");

export const routePriority = wholeNumber(0, 9);
export const timeToLiveSeconds = wholeNumber(1, largest);
export const startupOrder = wholeNumber(0, largest);
export const priority = wholeNumber(0, 2147483647);

export const metric: Rule<string> = {
  must: "must be a query that selects deviceId",
  holds: (value) =>
    typeof value === "string" && /^\s*SELECT\s+deviceId\s+FROM\s+devices(\.modules)?(\s|$)/i.test(value),
  remedy: () => "such as \"SELECT deviceId FROM devices.modules WHERE moduleId='churn'\"",
};

export const labels: Rule<unknown> = {
  must: "must be a map of texts",
  holds: (value) =>
    typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string"),
};

export const hostAddress: Rule<string> = {
  must: "must be an IPv4 address of the device",
  holds: (value) =>
    typeof value === "string" &&
    /^(\d{1,3}\.){3}\d{1,3}$/.test(value) &&
    value.split(".").every((part) => +part <= 255),
  remedy: () => "'127.0.0.1' for the device itself, '0.0.0.0' for everyone who reaches it",
};

const ours = ["Image", "Env", "Cmd", "Entrypoint"];

/** Options of a user's own; what the module's other arguments say has no second place. */
export const createOptions: Rule<unknown> = {
  must: `must be Docker's options as a map, without ${ours.slice(0, -1).join(", ")} and ${ours.at(-1)}`,
  holds: (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !ours.some((key) => key in value),
  show: (value) =>
    typeof value === "object" && value !== null ? Object.keys(value).map(shown).join(", ") : typeof value,
};

const mostBytes = createOptionsLimit.bytes * createOptionsLimit.parts;

/** All of the options together: they go to the device in pieces. */
export const createOptionsSize: Rule<object> = {
  must: `must be at most ${mostBytes} characters as JSON`,
  holds: (value) => createOptionsText(value).length <= mostBytes,
  show: (value) => `${createOptionsText(value).length}`,
};

/** What the twin of one system module may hold. */
export const manifestSize: Rule<Readonly<Record<string, object>>> = {
  must: `must make desired properties of at most ${edgeLimits.twinBytes} bytes`,
  holds: (value) => bytesOf(value) <= edgeLimits.twinBytes,
  show: (value) => `${bytesOf(value)} bytes`,
  remedy: () => "split the modules over several deployments and devices",
};

function bytesOf(content: Readonly<Record<string, object>>): number {
  return Math.max(...Object.values(content).map((part) => Buffer.byteLength(JSON.stringify(part))));
}

/** A version of IoT Edge whose support has not ended. */
export function edgeVersion(now: Date): Rule<string> {
  const supported = Object.keys(edgeReleases).filter((version) => now < endOf(version));
  return {
    must: "must be a version of IoT Edge that is supported",
    holds: (value) => supported.includes(value),
    remedy: (value) =>
      edgeReleases[value] === undefined
        ? `of ${supported.map(shown).join(", ") || "the ones that this program knows, none"}`
        : `its support ended on ${edgeReleases[value]}`,
  };
}

/** Days of support that a version has left, when there are few enough to say so. */
export function supportDaysLeft(version: string, now: Date): number | undefined {
  const days = Math.ceil((endOf(version).getTime() - now.getTime()) / 86_400_000);
  return edgeReleases[version] !== undefined && days <= 180 ? days : undefined;
}

/** Support lasts through the day that is named. */
function endOf(version: string): Date {
  return new Date(Date.parse(edgeReleases[version] ?? "1970-01-01") + 86_400_000);
}
