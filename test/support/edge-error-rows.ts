import type { EdgeModuleArgs, EdgeModuleDeploymentArgs } from "../../components";
import { containerImage as image } from "./aci-host";
import { edgeHost } from "./edge-host";

/** What a user gets wrong, and the whole error. */
export type EdgeErrorRow = readonly [args: Partial<Record<keyof EdgeModuleDeploymentArgs, unknown>>, error: string];

const module = (options: Partial<Record<keyof EdgeModuleArgs, unknown>>) => ({
  modules: { churn: { image, ...options } },
});
const flag = "must be true or false, known when the program runs";
const route = "FROM /messages/* INTO $upstream";
const condition = "must be a condition on tags, 'deviceId' or 'properties.reported' of twins";
const wanted = "; such as \"tags.site='north' AND NOT deviceId='spare'\", or '*' for every device";
const ring = (options: object) => ({ rings: [{ ringName: "all", ...options }] });
const login = { mine: { address: "registry.example.com", username: "edge", password: "hunter2" } };

const camera = "must be the outputs of another module";
const sink = "must be $upstream or an input of a module";
const wantedSink = "; such as 'BrokeredEndpoint(\"/modules/alarm/inputs/scores\")'";

/** How a module is fed by routes. */
const feedRows: readonly EdgeErrorRow[] = [
  ...["/*", "/messages/*", "/messages/modules/*", "/messages/modules/churn-feed/outputs/*", "camera"].map(
    (from): EdgeErrorRow => [
      module({ feed: { from } }),
      `'modules.churn.feed.from' ${camera}, got '${from}'; such as '/messages/modules/camera/outputs/readings'; others by 'routes'`,
    ],
  ),
  [module({ feed: { to: "upstream" } }), `'modules.churn.feed.to' ${sink}, got 'upstream'${wantedSink}`],
  [module({ feed: { failuresTo: "" } }), `'modules.churn.feed.failuresTo' ${sink}, got ''${wantedSink}`],
  [
    module({ feed: { inputName: "a/b" } }),
    "'modules.churn.feed.inputName' must be 1 to 64 letters, digits, _ and -, got 'a/b'",
  ],
  ...[0, 65].map((maximumConcurrency): EdgeErrorRow => [
    module({ feed: { maximumConcurrency } }),
    `'modules.churn.feed.maximumConcurrency' must be an integer from 1 to 64, got ${maximumConcurrency}`,
  ]),
  ...[0, 101].map((maximumTries): EdgeErrorRow => [
    module({ feed: { maximumTries } }),
    `'modules.churn.feed.maximumTries' must be an integer from 1 to 100, got ${maximumTries}`,
  ]),
  ...[9, 30_001].map((retryPauseMs): EdgeErrorRow => [
    module({ feed: { retryPauseMs } }),
    `'modules.churn.feed.retryPauseMs' must be an integer from 10 to 30000, got ${retryPauseMs}`,
  ]),
  [
    { modules: { churn: { image, feed: {} }, "churn-feed": { image } } },
    "'modules.churn.feed' must leave the names of its module and routes free, got 'churn-feed'; name that module or route differently",
  ],
  [
    { ...module({ feed: { to: "$upstream" } }), routes: { "churn-feed-out": { route } } },
    "'modules.churn.feed' must leave the names of its module and routes free, got 'churn-feed-out'; name that module or route differently",
  ],
];

const moduleRows: readonly EdgeErrorRow[] = [
  [{ modules: {} }, "'modules' must be 1 to 50, got 0; IoT Hub takes no more in a deployment"],
  ...["Churn", "ab", "edgehub", "edgeagent", "a.b.c", "$edgeHub"].map((name): EdgeErrorRow => {
    const repaired: Record<string, string> = { Churn: "; for example 'churn'", "a.b.c": "; for example 'a-b-c'" };
    return [
      { modules: { [name]: { image } } },
      `'modules' must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last, other than 'edgeagent' and 'edgehub', got '${name}'${repaired[name] ?? ""}`,
    ];
  }),
  [
    module({ image: { ...image, identity: "latest" } }),
    "'modules.churn.image.identity' must be a content identity of 64 hex characters, got 'latest'",
  ],
  [
    module({ image: { ...image, ref: "team.azurecr.io/churn:latest" } }),
    "'modules.churn.image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got 'team.azurecr.io/churn:latest'; other tags can move",
  ],
  [
    module({ image: { ...image, ref: `other.azurecr.io/a@sha256:${"a".repeat(64)}` } }),
    `'modules.churn.image.ref' must be in the host's registry, which the token is for, got 'other.azurecr.io/a@sha256:${"a".repeat(64)}'; import it: az acr import; or give 'registryCredentials'`,
  ],
  [
    module({ image: { ...image, platform: "linux/s390x" } }),
    "'modules.churn.image.platform' must be 'linux/amd64', 'linux/arm64' or 'linux/arm/v7', got 'linux/s390x'",
  ],
  [
    { ...module({ image: { ...image, platform: "linux/amd64" } }), platform: "linux/arm64" },
    "'modules.churn.image.platform' must be that of the devices, 'platform', got 'linux/amd64'; build it for them: 'images.platform' of its workspace",
  ],
  [module({ authEnabled: "no" }), `'modules.churn.authEnabled' ${flag}, got 'no'`],
  [module({ hostPort: 0 }), "'modules.churn.hostPort' must be an integer from 1 to 65535, got 0"],
  [
    { modules: { churn: { image, hostPort: 8080 }, wine: { image, hostPort: 8080 } } },
    "'modules.wine.hostPort' must be the port of one module only, got 8080",
  ],
  ...["localhost", "256.0.0.1", "::1"].map((hostAddress): EdgeErrorRow => [
    module({ hostPort: 80, hostAddress }),
    `'modules.churn.hostAddress' must be an IPv4 address of the device, got '${hostAddress}'; '127.0.0.1' for the device itself, '0.0.0.0' for everyone who reaches it`,
  ]),
  [
    module({ hostAddress: "0.0.0.0" }),
    "'modules.churn.hostAddress' must come with 'hostPort'; set it or leave this out",
  ],
  [module({ cpuCores: 0 }), "'modules.churn.cpuCores' must be a number from 0.1 to 64 in steps of 0.1, got 0"],
  [module({ memoryInGb: 300 }), "'modules.churn.memoryInGb' must be a number from 0.1 to 256 in steps of 0.1, got 300"],
  [
    module({ restartPolicy: "on-unhealthy" }),
    "'modules.churn.restartPolicy' must be 'always', 'on-failure' or 'never', got 'on-unhealthy'",
  ],
  [
    module({ imagePullPolicy: "always" }),
    "'modules.churn.imagePullPolicy' must be 'on-create' or 'never', got 'always'",
  ],
  [module({ status: "paused" }), "'modules.churn.status' must be 'running' or 'stopped', got 'paused'"],
  [module({ startupOrder: -1 }), "'modules.churn.startupOrder' must be an integer from 0 to 4294967295, got -1"],
  [module({ startTimeoutSeconds: 0 }), "'modules.churn.startTimeoutSeconds' must be an integer from 1 to 3600, got 0"],
  [
    module({ createOptions: '{"HostConfig":{}}' }),
    "'modules.churn.createOptions' must be Docker's options as a map, without Image, Env, Cmd and Entrypoint, got string",
  ],
  [
    module({ createOptions: { Env: ["TOKEN=hunter2"], Hostname: "churn" } }),
    "'modules.churn.createOptions' must be Docker's options as a map, without Image, Env, Cmd and Entrypoint, got 'Env', 'Hostname'",
  ],
  [
    module({ authEnabled: false, createOptions: { Labels: { text: "x".repeat(4096) } } }),
    "'modules.churn.createOptions' must be at most 4096 characters as JSON, got 4134",
  ],
  [
    module({ environmentVariables: { SCORESTACK_KEY_DIGESTS: "hunter2" } }),
    "'modules.churn.environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself, got 'SCORESTACK_KEY_DIGESTS'",
  ],
  [
    module({ authEnabled: false, primaryKey: "hunter2-hunter2-hunter2" }),
    "'modules.churn.primaryKey' must come with 'authEnabled: true'; turn it on or leave the key out",
  ],
  [module({ primaryKey: "hunter2" }), "'modules.churn.primaryKey' must be 16 to 256 visible ASCII characters"],
];

const ringRows: readonly EdgeErrorRow[] = [
  [{ rings: [] }, "'rings' must be one at least, got none; leave it out for one of all devices"],
  [
    ring({ ringName: "All devices" }),
    "'rings[0].ringName' must be 1 to 30 lower-case letters, digits and dashes, a letter first and no dash last, got 'All devices'",
  ],
  [
    { rings: [{ ringName: "all" }, { ringName: "all" }] },
    "'rings[1].ringName' must be the name of one ring only, got 'all'",
  ],
  [
    { rings: Array.from({ length: 50 }, (_, index) => ({ ringName: `r${index}` })) },
    "'rings' must be at most 49, got 50; a hub holds 100 deployments, and each change has two of each for a while",
  ],
  [
    { rings: Array.from({ length: 5 }, (_, index) => ({ ringName: `r${index}` })), hub: { sku: "F1" } },
    "'rings' must be at most 4, got 5; a hub holds 10 deployments, and each change has two of each for a while",
  ],
  ...[
    "",
    "tag.ring='canary'",
    "tags.ring=canary",
    "tags.ring='canary",
    "(tags.ring='a'",
    "tags.ring='a' tags.b='c'",
  ].map((targetCondition): EdgeErrorRow => [
    ring({ targetCondition }),
    `'rings[0].targetCondition' ${condition}, got '${targetCondition}'${wanted}`,
  ]),
  [ring({ priority: -1 }), "'rings[0].priority' must be an integer from 0 to 2147483647, got -1"],
  [
    ring({ priority: 0 }),
    "'rings[0].priority' must be above that of the base, 0, got 0; the highest base is the one that a device has, with the layers above it",
  ],
  [
    { ...ring({ priority: 5 }), base: { priority: 5 } },
    "'rings[0].priority' must be above that of the base, 5, got 5; the highest base is the one that a device has, with the layers above it",
  ],
  [
    ring({ gate: { deadlineSeconds: 5, soakSeconds: 0 } }),
    "'rings[0].gate.deadlineSeconds' must be an integer from 10 to 86400, got 5",
  ],
  [ring({ gate: { soakSeconds: -1 } }), "'rings[0].gate.soakSeconds' must be an integer from 0 to 86400, got -1"],
  [
    ring({ gate: { soakSeconds: 60, deadlineSeconds: 60 } }),
    "'rings[0].gate.soakSeconds' must be less than 'gate.deadlineSeconds', got 60",
  ],
  [
    ring({ gate: { maximumOfflineShare: 20 } }),
    "'rings[0].gate.maximumOfflineShare' must be a number from 0 to 1, got 20",
  ],
  [
    ring({ gate: { minimumDevices: -1 } }),
    "'rings[0].gate.minimumDevices' must be an integer from 0 to 1000000, got -1",
  ],
  [ring({ gate: { pollSeconds: 0 } }), "'rings[0].gate.pollSeconds' must be an integer from 1 to 3600, got 0"],
];

const thumbprint = "must be 40 or 64 hexadecimal digits";
const deviceRows: readonly EdgeErrorRow[] = [
  [
    { devices: { Press_1: {} } },
    "'devices' must be lower-case letters, digits and dashes, a letter first and no dash last, got 'Press_1'",
  ],
  ...["press 1", "presse-é", "a".repeat(129)].map((deviceId): EdgeErrorRow => [
    { devices: { press: { deviceId } } },
    `'devices.press.deviceId' must be 1 to 128 letters, digits and - : . + % _ # * ? ! ( ) , = @ $ ', got ${deviceId.length > 120 ? `'${"a".repeat(118)}…` : `'${deviceId}'`}`,
  ]),
  [
    { devices: { press: { parentDeviceId: "gate way" } } },
    "'devices.press.parentDeviceId' must be 1 to 128 letters, digits and - : . + % _ # * ? ! ( ) , = @ $ ', got 'gate way'",
  ],
  [
    { devices: { press: {}, other: { deviceId: "press" } } },
    "'devices.other.deviceId' must be the id of one device only, got 'press'",
  ],
  [{ devices: { press: { ring: "canary" } } }, "'devices.press.ring' must be 'all', got 'canary'"],
  [{ devices: { press: { tags: { floor: 2 } } } }, "'devices.press.tags' must be a map of texts, got {\"floor\":2}"],
  [{ devices: { press: { existing: "yes" } } }, `'devices.press.existing' ${flag}, got 'yes'`],
  [
    { devices: { press: { authentication: "x509" } } },
    "'devices.press.authentication' must be 'symmetricKey', 'selfSigned' or 'certificateAuthority', got 'x509'",
  ],
  [
    { devices: { press: { authentication: "selfSigned" } } },
    "'devices.press.primaryThumbprint' must be given with 'authentication: selfSigned', got nothing",
  ],
  [
    { devices: { press: { authentication: "selfSigned", primaryThumbprint: "AB:CD" } } },
    `'devices.press.primaryThumbprint' ${thumbprint}, got 'AB:CD'; openssl x509 -noout -fingerprint -sha256 -in FILE tells it, with colons that are left out here`,
  ],
  [
    { devices: { press: { secondaryThumbprint: "a".repeat(40) } } },
    "'devices.press.secondaryThumbprint' must come with 'authentication: selfSigned'; set it or leave this out",
  ],
];

const routeRule = "must be FROM a source, WHERE a condition if there is one, INTO $upstream or an input of a module";
const routeRemedy =
  "such as 'FROM /messages/modules/camera/outputs/* INTO BrokeredEndpoint(\"/modules/adapter/inputs/rows\")'";
const hubRows: readonly EdgeErrorRow[] = [
  [
    { deploymentName: "Team/Churn" },
    "'deploymentName' must be 1 to 60 lower-case letters, digits and dashes, a letter first and no dash last, got 'Team/Churn'",
  ],
  [{ platform: "arm32v7" }, "'platform' must be 'linux/amd64', 'linux/arm64' or 'linux/arm/v7', got 'arm32v7'"],
  [{ labels: { cost: 7 } }, "'labels' must be a map of texts, got {\"cost\":7}"],
  [{ base: "yes" }, `'base' ${flag}, got 'yes'`],
  [{ base: { priority: 0.5 } }, "'base.priority' must be an integer from 0 to 2147483647, got 0.5"],
  [{ base: { timeToLiveSeconds: 0 } }, "'base.timeToLiveSeconds' must be an integer from 1 to 4294967295, got 0"],
  [
    { base: { routes: { up: { route: "$upstream" } } } },
    `'base.routes.up.route' ${routeRule}, got '$upstream'; ${routeRemedy}`,
  ],
  ...[
    "FROM INTO $upstream",
    "FROM /messages/* INTO upstream",
    "SELECT * INTO $upstream",
    "FROM /messages/* WHERE INTO $upstream",
  ].map((text): EdgeErrorRow => [
    { routes: { rows: { route: text } } },
    `'routes.rows.route' ${routeRule}, got '${text}'; ${routeRemedy}`,
  ]),
  [{ routes: { "a.b": { route } } }, "'routes' must have no dot, $, # or space, got 'a.b'"],
  [{ routes: { rows: { route, priority: 10 } } }, "'routes.rows.priority' must be an integer from 0 to 9, got 10"],
  [
    { routes: { rows: { route, timeToLiveSeconds: -1 } } },
    "'routes.rows.timeToLiveSeconds' must be an integer from 1 to 4294967295, got -1",
  ],
  [
    { hub: { hostName: "team.example.com" } },
    "'hub.hostName' must be the host name of an IoT Hub, got 'team.example.com'; such as 'team.azure-devices.net'",
  ],
  ...(["hubName", "sku", "capacity"] as const).map((key): EdgeErrorRow => [
    { hub: { hostName: "team.azure-devices.net", [key]: { hubName: "team", sku: "S1", capacity: 1 }[key] } },
    `'hub.${key}' must be left out with 'hub.hostName'; it is for a hub that is made here`,
  ]),
  [
    { hub: { hubName: "-team" } },
    "'hub.hubName' must be 3 to 50 letters, digits and dashes, no dash first or last, got '-team'",
  ],
  [{ hub: { sku: "B1" } }, "'hub.sku' must be 'F1', 'S1', 'S2' or 'S3', got 'B1'"],
  [{ hub: { capacity: 0 } }, "'hub.capacity' must be an integer from 1 to 200, got 0"],
  [{ hub: { sku: "S3", capacity: 11 } }, "'hub.capacity' must be an integer from 1 to 10, got 11"],
  [{ hub: { sku: "F1", capacity: 2 } }, "'hub.capacity' must be an integer from 1 to 1, got 2"],
  [{ hub: { sharedAccessKeysEnabled: "no" } }, `'hub.sharedAccessKeysEnabled' ${flag}, got 'no'`],
  [
    { registryCredentials: login, registryToken: {} },
    "'registryToken' must be left out with 'registryCredentials'; devices take one login",
  ],
  [{ registryToken: { expiryDays: 1 } }, "'registryToken.expiryDays' must be an integer from 2 to 3650, got 1"],
  [{ registryToken: { rotation: "" } }, "'registryToken.rotation' must be 1 to 64 letters, digits and _ . : -, got ''"],
  [
    { registryToken: { moreRepositories: ["team.azurecr.io/camera:1"] } },
    "'registryToken.moreRepositories' must be names of repositories, without registry, tag or digest, got 'team.azurecr.io/camera:1'",
  ],
  [
    { host: { ...edgeHost, registryId: undefined } },
    "'host.registryId' must be given with 'registryToken', got nothing; an AzureWorkspace has it; or give 'registryCredentials', or set 'registryToken' to false",
  ],
  [
    { host: { ...edgeHost, registryId: "team" } },
    "'host.registryId' must be the id of a Microsoft.ContainerRegistry/registries, got 'team'; /subscriptions/…/providers/Microsoft.ContainerRegistry/registries/…",
  ],
  [
    { metrics: Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`m${n}`, "SELECT deviceId FROM devices"])) },
    "'metrics' must be at most 5, got 6",
  ],
  [
    { metrics: { all: "SELECT * FROM devices" } },
    "'metrics.all' must be a query that selects deviceId, got 'SELECT * FROM devices'; such as \"SELECT deviceId FROM devices.modules WHERE moduleId='churn'\"",
  ],
];

/** Each rule that needs no clock, broken. */
export const edgeErrorRows: readonly EdgeErrorRow[] = [
  ...moduleRows,
  ...feedRows,
  ...ringRows,
  ...deviceRows,
  ...hubRows,
];
