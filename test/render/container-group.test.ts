import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { input } from "@pulumi/azure-native/types";
import { type ContainerGroupParts, renderContainerGroup, type Variable } from "../../components/render/container-group";

type Container = input.containerinstance.ContainerArgs;

const probe = { initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };
const word = fc.stringMatching(/^[a-z]{5,12}$/);
const secrets = ["c2VjcmV0LWRpZ2VzdHM=", "c2VjcmV0LWtleQ==", "secret-workspace", "secret-token", "secret-storage"];
const [digests = "", privateKey = "", workspaceKey = "", token = "", storageAccountKey = ""] = secrets;

const variables = fc
  .uniqueArray(fc.record({ name: word, isSecret: fc.boolean() }), { selector: ({ name }) => name })
  .map((all) =>
    all.map(({ name, isSecret }): Variable => (isSecret ? { name, secureValue: token } : { name, value: name })),
  );

const tls = fc.oneof(
  fc.constant(undefined),
  fc.record({
    image: fc.constant("caddy:2.10.2"),
    caddyfile: fc.constant("Y2FkZHk="),
    own: fc.constant({ certificate: "Y2VydA==", key: privateKey }),
  }),
  fc.record(
    {
      image: fc.constant("caddy:2.10.2"),
      caddyfile: fc.constant("Y2FkZHk="),
      store: fc.constant({ storageAccountName: "team", storageAccountKey, shareName: "certificates" }),
    },
    { requiredKeys: ["image", "caddyfile"] },
  ),
);

const parts: fc.Arbitrary<ContainerGroupParts> = fc.record(
  {
    resourceGroupName: word,
    serviceName: word,
    location: fc.constant("westeurope"),
    image: fc.constant(`team.azurecr.io/churn@sha256:${"b".repeat(64)}`),
    cpuCores: fc.integer({ min: 10, max: 309 }).map((tenths) => tenths / 10),
    memoryInGb: fc.integer({ min: 10, max: 2398 }).map((tenths) => tenths / 10),
    port: fc.integer({ min: 1024, max: 65535 }),
    environment: variables,
    keysFile: fc.constant(digests),
    liveness: fc.constant(probe),
    readiness: fc.constant(probe),
    tls,
    registryServer: fc.constant("team.azurecr.io"),
    identityId: word,
    moreIdentityIds: fc.array(word, { maxLength: 3 }),
    subnetId: word,
    dnsNameLabel: word,
    dnsNameLabelReuseScope: fc.constant("ResourceGroupReuse"),
    restartPolicy: fc.constantFrom("Always", "OnFailure", "Never"),
    sku: fc.constantFrom("Standard", "Confidential"),
    ccePolicy: fc.constant("cG9saWN5"),
    zone: fc.constantFrom("1", "2", "3"),
    logs: fc.constant({ workspaceId: "workspace", workspaceKey }),
    tags: fc.dictionary(word, word),
  },
  {
    requiredKeys: [
      ...(["resourceGroupName", "serviceName", "location", "image", "cpuCores", "memoryInGb", "port"] as const),
      ...(["environment", "readiness", "registryServer", "identityId", "moreIdentityIds", "restartPolicy"] as const),
      ...(["sku", "tags"] as const),
    ],
  },
);

/** Holds for every group that can be rendered. Does not prove: that Azure takes it. */
describe("a container group", () => {
  const holds = (what: string, check: (group: ReturnType<typeof render>, given: ContainerGroupParts) => void): void => {
    it(what, () => {
      fc.assert(fc.property(parts, (given) => check(render(given), given)));
    });
  };

  holds("opens ports that one container each has, at most Azure's five", ({ containers, address }) => {
    const open = containers.flatMap(({ ports }) => portsOf(ports));
    const asked = portsOf(address.ports);
    assert.ok(asked.length > 0 && asked.length <= 5);
    assert.equal(new Set(open).size, open.length);
    assert.ok(asked.every((port) => open.includes(port)));
  });

  holds("opens the server's own port only where nothing ends TLS before it", ({ address }, { port, tls: ended }) => {
    const expected = ended === undefined ? [port] : ended.own ? [443] : [80, 443];
    assert.deepEqual(portsOf(address.ports), expected);
  });

  holds("asks for what was said, TLS on top, and sets no limit below it", ({ containers }, given) => {
    const sum = (key: "cpu" | "memoryInGB"): number =>
      containers.reduce((total, { resources }) => total + requests(resources)[key], 0);
    const more = given.tls ? [0.1, 0.2] : [0, 0];
    assert.ok(Math.abs(sum("cpu") - (Number(given.cpuCores) + (more[0] ?? 0))) < 1e-9);
    assert.ok(Math.abs(sum("memoryInGB") - (Number(given.memoryInGb) + (more[1] ?? 0))) < 1e-9);
    assert.ok(containers.every(({ resources }) => !("limits" in (resources as object))));
  });

  holds("has a volume for each mount and a mount for each volume", ({ containers, volumes }) => {
    const mounted = containers.flatMap(({ volumeMounts }) => (volumeMounts ?? []) as { name: string }[]);
    assert.deepEqual(mounted.map(({ name }) => name).sort(), volumes.map(({ name }) => name).sort());
    assert.ok(volumes.every(({ name }) => /^[a-z0-9](?!.*--)[a-z0-9-]{3,61}[a-z0-9]$/.test(name)));
  });

  holds("has secrets in secure values, secret volumes and keys alone", ({ group, containers, volumes }) => {
    const shown = {
      ...group,
      containers: containers.map((container) => ({
        ...container,
        environmentVariables: (container.environmentVariables as Variable[] | undefined)?.map(({ name, value }) => ({
          name,
          value,
        })),
      })),
      volumes: volumes.map(({ name }) => name),
      diagnostics: undefined,
    };
    assert.doesNotMatch(JSON.stringify(shown), /secret-|c2VjcmV0/);
  });

  holds("pulls as an identity that it also has", ({ group }) => {
    const { identity, imageRegistryCredentials } = group as {
      identity: { userAssignedIdentities: string[] };
      imageRegistryCredentials: { identity: string }[];
    };
    assert.ok(imageRegistryCredentials.every((one) => identity.userAssignedIdentities.includes(one.identity)));
  });

  holds("has a private address in a subnet, with no name, and a public one elsewhere", ({ group, address }, given) => {
    const isPrivate = given.subnetId !== undefined;
    assert.equal(address.type, isPrivate ? "Private" : "Public");
    assert.equal((group.subnetIds === undefined) === isPrivate, false);
    assert.ok(!isPrivate || !("dnsNameLabel" in address));
  });
});

function render(given: ContainerGroupParts) {
  const group = renderContainerGroup(given);
  return {
    group,
    containers: group.containers as Container[],
    volumes: (group.volumes ?? []) as { name: string }[],
    address: group.ipAddress as input.containerinstance.IpAddressArgs,
  };
}

function portsOf(ports: unknown): number[] {
  return ((ports ?? []) as { port: number }[]).map(({ port }) => port);
}

function requests(resources: unknown): { cpu: number; memoryInGB: number } {
  return (resources as { requests: { cpu: number; memoryInGB: number } }).requests;
}
