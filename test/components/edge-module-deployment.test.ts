import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { EdgeModuleDeployment, type EdgeModuleDeploymentArgs } from "../../components";
import { keysFile, optionsOf } from "../../components/edge/container-options";
import { edgeTokens } from "../../components/internal/edge-contract";
import { keyDigests } from "../../components/internal/server-environment";
import { only, type Registration, type Run, runProgram, value } from "../harness";
import { temporaryFolder } from "../support/folder";
import { containerImage as image } from "../support/aci-host";
import { aksIds } from "../support/aks-host";
import { edgeArgs, edgeHost } from "../support/edge-host";
import { layeredOn, schemaFaults } from "../support/edge-schema";

type Module = { settings: Record<string, string>; env: Record<string, { value: string }> };
type Layer = Record<string, Record<string, unknown>>;

/** Does not prove: diffs and order on the engine (`test/engine/edge.test.ts`), or that IoT Hub and devices take it. */
describe("EdgeModuleDeployment", () => {
  const run = (args: Partial<EdgeModuleDeploymentArgs> = {}) =>
    runProgram(() => new EdgeModuleDeployment("press", { ...edgeArgs, ...args }));
  const configuration = (made: Run<unknown>, name: string): Registration => only(made, edgeTokens.configuration, name);
  const layerOf = (made: Run<unknown>, ring = "all"): Layer =>
    configuration(made, `press-ring-${ring}`).inputs["modulesContent"] as Layer;
  const moduleOf = (made: Run<unknown>, name = "churn"): Module =>
    layerOf(made)["$edgeAgent"]?.[`properties.desired.modules.${name}`] as Module;
  const named = (made: Run<unknown>, type: string): string[] =>
    made.resources.filter((one) => one.type === type).map(({ name }) => name);

  describe("hub", () => {
    it("is made closed to shared keys of its own, with its logs where the host's are", async () => {
      const made = await run();
      const { inputs } = only(made, "azure-native:iothub:IotHubResource");
      assert.deepEqual(inputs, {
        resourceGroupName: "team",
        location: "westeurope",
        sku: { name: "S1", capacity: 1 },
        identity: { type: "SystemAssigned" },
        properties: { disableLocalAuth: true, minTlsVersion: "1.2" },
        tags: edgeHost.tags,
      });
      assert.equal(only(made, "azure-native:monitor:DiagnosticSetting").inputs["workspaceId"], aksIds.logs);
      assert.equal(await value(made.result.hubHostName), "press-hub-made.azure-devices.net");
    });

    it("lets those deploy who are named, before anything is deployed", async () => {
      const made = await run({ hub: { publishers: { team: { principalId: "someone", principalType: "Group" } } } });
      const role = only(made, "azure-native:authorization:RoleAssignment");
      assert.match(String(role.inputs["roleDefinitionId"]), /4fc6c259-987e-4a07-842e-c321cc9d413f$/);
      assert.ok(configuration(made, "press-base").dependencies.includes(role.urn));
    });

    it("is one that is there, where its host name is given; then nothing else of it is made, and no base", async () => {
      const made = await run({ hub: { hostName: "team.azure-devices.net" } });
      assert.deepEqual(named(made, "azure-native:iothub:IotHubResource"), []);
      assert.deepEqual(named(made, edgeTokens.configuration), ["press-ring-all"]);
      assert.equal(configuration(made, "press-ring-all").inputs["hub"], "team.azure-devices.net");
    });
  });

  describe("devices that register themselves", () => {
    const groups = { line: { ring: "all", tags: { site: "north" } } };

    it("come by a service that is linked to the hub with a key that is secret, with their ring's tag", async () => {
      const publishers = { team: { principalId: "someone", principalType: "Group" } } as const;
      const made = await run({ hub: { sharedAccessKeysEnabled: true, publishers }, provisioning: { groups } });
      const service = only(made, "azure-native:deviceprovisioningservices:IotDpsResource");
      const { iotHubs } = service.inputs["properties"] as { iotHubs: unknown };
      assert.match(
        JSON.stringify(iotHubs),
        /HostName=press-hub-made.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=key-of-/,
      );
      assert.ok(service.secrets.some((path) => path.startsWith("properties")));
      const roles = made.resources.filter(({ type }) => type === "azure-native:authorization:RoleAssignment");
      assert.ok(
        roles.some(({ inputs }) => /dfce44e4-17b7-4bd1-a6d1-04996ec95633$/.test(String(inputs["roleDefinitionId"]))),
      );
      const { inputs, dependencies } = only(made, edgeTokens.enrollment);
      assert.deepEqual(inputs["tags"], { site: "north", pressRing: "all" });
      assert.deepEqual(
        [inputs["enrollmentGroupId"], inputs["iotHub"], inputs["iotEdge"], inputs["attestation"]],
        ["press-line", "press-hub-made.azure-devices.net", true, { type: "symmetricKey" }],
      );
      assert.ok(dependencies.includes(service.urn));
      assert.deepEqual(await value(made.result.enrollmentPrimaryKeys), { line: "made" });
      assert.ok(await pulumi.isSecret(made.result.enrollmentPrimaryKeys));
    });

    it("come by a service that is there, which is left as it is", async () => {
      const hostName = "team.azure-devices-provisioning.net";
      const made = await run({
        hub: { hostName: "team.azure-devices.net" },
        provisioning: { hostName, idScope: "0ne00A1B2C3", groups },
      });
      assert.deepEqual(named(made, "azure-native:deviceprovisioningservices:IotDpsResource"), []);
      assert.equal(only(made, edgeTokens.enrollment).inputs["service"], hostName);
      assert.equal(await value(made.result.idScope), "0ne00A1B2C3");
    });
  });

  describe("manifests", () => {
    it("are as the published schemas want them, base and layers together", async () => {
      const made = await run({
        modules: { churn: { image, hostPort: 8080, cpuCores: 0.5, memoryInGb: 0.5, startupOrder: 1 } },
        routes: { rows: { route: "FROM /messages/* INTO $upstream", priority: 1 } },
      });
      const base = configuration(made, "press-base").inputs;
      assert.deepEqual(
        [base["isLayered"], base["priority"], base["targetCondition"]],
        [false, 0, "(tags.pressRing='all')"],
      );
      const layer = configuration(made, "press-ring-all").inputs;
      assert.deepEqual([layer["isLayered"], layer["priority"]], [true, 10]);
      assert.equal(layer["targetCondition"], "tags.pressRing='all'");
      assert.deepEqual(schemaFaults(layeredOn(base["modulesContent"] as Layer, layerOf(made))), []);
    });

    it("run the image by its digest, within limits, at a port of the device alone", async () => {
      const made = await run({ modules: { churn: { image, hostPort: 8080, cpuCores: 0.5, memoryInGb: 0.5 } } });
      const { settings } = moduleOf(made);
      assert.equal(settings["image"], image.ref);
      const options = JSON.parse(settings["createOptions"] ?? "") as { HostConfig: unknown };
      assert.deepEqual(options.HostConfig, {
        NanoCpus: 500000000,
        Memory: 536870912,
        PortBindings: { "5001/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] },
      });
      const { churn } = await value(made.result.services);
      assert.equal(churn?.scoringUri, "http://127.0.0.1:8080/score");
    });

    it("keep Docker options of the user's own beside theirs", async () => {
      const createOptions = { HostConfig: { Binds: ["/data:/data:ro"], Memory: 1 }, Labels: { team: "growth" } };
      const made = await run({ modules: { churn: { image, authEnabled: false, memoryInGb: 1, createOptions } } });
      assert.deepEqual(JSON.parse(moduleOf(made).settings["createOptions"] ?? ""), {
        Labels: { team: "growth" },
        HostConfig: { Binds: ["/data:/data:ro"], Memory: 1073741824 },
      });
    });

    it("tell the server what it is told anywhere else", async () => {
      const made = await run({ modules: { churn: { image, workers: 2, environmentVariables: { MODE: "fast" } } } });
      const { env } = moduleOf(made);
      assert.equal(env["WORKER_COUNT"]?.value, "2");
      assert.equal(env["MODE"]?.value, "fast");
      assert.equal((JSON.parse(env["SCORESTACK_IDENTITY"]?.value ?? "") as { service: string }).service, "churn");
      const { churn } = await value(made.result.services);
      assert.equal(churn?.scoringUri, "http://churn:5001/score");
    });
  });

  describe("keys", () => {
    it("reach a device as digests, and are secret", async () => {
      const made = await run();
      assert.deepEqual(
        JSON.parse(moduleOf(made).env["SCORESTACK_KEY_DIGESTS"]?.value ?? ""),
        keyDigests(["made-primary", "made-secondary"]),
      );
      const { inputs, secrets } = configuration(made, "press-ring-all");
      // The mocks tell of an input as a whole; the engine of what in it is secret.
      assert.deepEqual(secrets, ["modulesContent"]);
      assert.doesNotMatch(JSON.stringify(inputs), /made-primary|made-secondary/);
      const { primaryKeys, secondaryKeys } = made.result;
      assert.deepEqual([await pulumi.isSecret(primaryKeys), await pulumi.isSecret(secondaryKeys)], [true, true]);
      assert.deepEqual(await value(primaryKeys), { churn: "made-primary" });
      assert.equal(await pulumi.isSecret(made.result.deviceConnectionStrings), true);
    });

    it("are a file that the server alone reads, before it starts, and no variable any more", () => {
      const { folder, remove } = temporaryFolder("edge-start");
      try {
        const fake = path.join(folder, "azmlinfsrv");
        fs.writeFileSync(
          fake,
          `#!/bin/sh\nstat -c %a "$SCORESTACK_KEYS_FILE"\ncat "$SCORESTACK_KEYS_FILE"\nenv\necho "$@"\n`,
          { mode: 0o700 },
        );
        const [shell, flag, script = ""] = optionsOf({ image })["Cmd"] as string[];
        const file = path.join(folder, "keys.json");
        const env = {
          PATH: `${folder}:${process.env["PATH"] ?? ""}`,
          SCORESTACK_KEY_DIGESTS: '["a","b"]',
          SCORESTACK_KEYS_FILE: file,
          AZUREML_ENTRY_SCRIPT: "score.py",
        };
        const said = execFileSync(shell ?? "", [flag ?? "", script.replaceAll(keysFile, file)], {
          env,
          encoding: "utf8",
        });
        assert.match(said, /^600\n\["a","b"\]/);
        assert.doesNotMatch(said, /SCORESTACK_KEY_DIGESTS/);
        assert.match(said, /--entry_script score\.py --port 5001\n$/);
      } finally {
        remove();
      }
    });

    it("are none where that is said", async () => {
      const made = await run({ modules: { churn: { image, authEnabled: false } } });
      assert.deepEqual(named(made, "scorestack:local:ServiceKeys"), []);
      assert.equal(moduleOf(made).env["SCORESTACK_KEYS_FILE"], undefined);
      assert.equal(
        (JSON.parse(moduleOf(made).settings["createOptions"] ?? "") as Record<string, unknown>)["Cmd"],
        undefined,
      );
    });
  });

  describe("rings", () => {
    const rings = [{ ringName: "canary" }, { ringName: "rest", targetCondition: "tags.site='north'", priority: 20 }];
    const devices = { one: { ring: "canary", tags: { floor: "2" } }, two: { deviceId: "press-2" } };

    it("have a deployment each, the next one after the gate of the one before", async () => {
      const made = await run({ rings, devices });
      const gate = only(made, edgeTokens.ring);
      const { configurationId: _, ...inputs } = gate.inputs;
      assert.deepEqual(inputs, {
        hub: "press-hub-made.azure-devices.net",
        ringName: "canary",
        moduleNames: ["churn"],
        deadlineSeconds: 1800,
        soakSeconds: 60,
        maximumOfflineShare: 0.2,
        minimumDevices: 1,
        pollSeconds: 15,
      });
      assert.equal(gate.name, "press-ring-canary-gate");
      assert.ok(configuration(made, "press-ring-rest").dependencies.includes(gate.urn));
      assert.ok(only(made, "command:local:Command", "press-ring-rest-token-password").dependencies.includes(gate.urn));
      assert.equal(configuration(made, "press-ring-rest").inputs["priority"], 20);
      assert.match((await value(made.result.deploymentIds))["canary"] ?? "", /^press-canary-[0-9a-f]{12}$/);
    });

    it("have devices, by a tag of their twins; the last one those of which nothing is said", async () => {
      const made = await run({ rings, devices });
      const device = (name: string) => only(made, edgeTokens.device, `press-device-${name}`).inputs;
      assert.deepEqual(device("one")["tags"], { floor: "2", pressRing: "canary" });
      assert.deepEqual([device("two")["deviceId"], device("two")["tags"]], ["press-2", { pressRing: "rest" }]);
      assert.deepEqual(Object.keys(await value(made.result.deviceConnectionStrings)), ["one", "two"]);
    });

    it("go on without a gate where that is said", async () => {
      const [canary, rest] = rings;
      const made = await run({ rings: [{ ...canary, ringName: "canary", gate: false }, rest ?? { ringName: "rest" }] });
      assert.deepEqual(named(made, edgeTokens.ring), []);
      const before = configuration(made, "press-ring-canary").urn;
      assert.ok(configuration(made, "press-ring-rest").dependencies.includes(before));
    });
  });

  describe("registry", () => {
    it("is read with a token of the ring's, that reads what is pulled and nothing else", async () => {
      const made = await run({ registryToken: { moreRepositories: ["camera"], expiryDays: 90, rotation: "2026-11" } });
      assert.deepEqual(only(made, "azure-native:containerregistry:ScopeMap").inputs["actions"], [
        "repositories/camera/content/read",
        "repositories/camera/metadata/read",
        "repositories/churn/content/read",
        "repositories/churn/metadata/read",
      ]);
      const command = only(made, "command:local:Command");
      assert.equal(command.inputs["logging"], "none");
      // A trigger would make the resource anew, and the script would not know which password is in use.
      assert.equal(command.inputs["triggers"], undefined);
      assert.match(String(command.inputs["update"]), / --rotation 2026-11$/);
      assert.deepEqual([...command.additionalSecretOutputs].sort(), ["stderr", "stdout"]);
      assert.equal((command.inputs["environment"] as Record<string, string>)["ACR_EXPIRY_DAYS"], "90");
      assert.deepEqual(layerOf(made)["$edgeAgent"]?.["properties.desired.runtime.settings.registryCredentials.press"], {
        address: "team.azurecr.io",
        username: "edge-press-all",
        password: "made-password",
      });
    });

    it("is read with a login of the user's own, or with none", async () => {
      const login = { address: "registry.example.com", username: "edge", password: "canary-4711" };
      const own = await run({ registryCredentials: { mine: login } });
      assert.deepEqual(named(own, "azure-native:containerregistry:Token"), []);
      const key = "properties.desired.runtime.settings.registryCredentials.mine";
      assert.deepEqual(layerOf(own)["$edgeAgent"]?.[key], login);
      assert.deepEqual(configuration(own, "press-ring-all").secrets, ["modulesContent"]);
      assert.ok(only(own, "scorestack:index:EdgeModuleDeployment").secrets.includes("registryCredentials"));
      const none = await run({ registryToken: false });
      assert.deepEqual(Object.keys(layerOf(none)["$edgeAgent"] ?? {}), ["properties.desired.modules.churn"]);
    });
  });
});
