import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AciService, type AciServiceArgs, type AzureHost } from "../../components";
import { localTokens } from "../../components/internal/local-contract";
import { keyDigests } from "../../components/internal/server-environment";
import { only, type Registration, runProgram, value } from "../harness";
import { base64, commandType, defaultEnvironment, group, groupType, server, variables } from "../support/aci-defaults";
import { aciHost, containerImage as image } from "../support/aci-host";

const [primaryKey, secondaryKey] = ["first-key-0123456789", "second-key-0123456789"];

/** What of an `AciService` is secret, and that nobody sees it. Does not prove: that the engine's state has it encrypted. */
describe("AciService: secrets", () => {
  const run = (args: Partial<AciServiceArgs> = {}) =>
    runProgram(() => new AciService("churn", { host: aciHost, image, ...args }));
  const groupOf = async (args: Partial<AciServiceArgs> = {}): Promise<Registration> => only(await run(args), groupType);
  /** The group's inputs, with what is not given left out. */
  const inputs = async (args: Partial<AciServiceArgs> = {}): Promise<Record<string, unknown>> =>
    (await groupOf(args)).inputs;
  const withServer = (changes: object) => ({ ...group, containers: [{ ...server, ...changes }] });

  describe("keys", () => {
    it("are made, and reach Azure as digests, secret there too", async () => {
      const made = await run();
      const { secrets, inputs: told } = only(made, groupType);
      assert.deepEqual(secrets, ["volumes"]);
      assert.doesNotMatch(JSON.stringify(told), /made-primary|made-secondary/);
      assert.equal(await pulumi.isSecret(made.result.primaryKey), true);
      assert.equal(await pulumi.isSecret(made.result.secondaryKey), true);
      assert.equal(await value(made.result.primaryKey), "made-primary");
      assert.equal(await value(made.result.secondaryKey), "made-secondary");
    });

    it("are those that are given, and secret in every input", async () => {
      const made = await run({ primaryKey, secondaryKey: pulumi.output(secondaryKey) });
      const digests = base64(JSON.stringify(keyDigests([primaryKey, secondaryKey])));
      assert.deepEqual(only(made, groupType).inputs["volumes"], [
        { name: "service-keys", secret: { "keys.json": digests } },
      ]);
      for (const type of [localTokens.serviceKeys, "scorestack:index:AciService"]) {
        assert.deepEqual([...only(made, type).secrets].sort(), ["primaryKey", "secondaryKey"], type);
      }
      assert.equal(await value(made.result.primaryKey), primaryKey);
    });

    it("are made anew when they are to be", async () => {
      const keyRotation = { primary: "2026-11-22", secondary: pulumi.output("one") };
      const made = only(await run({ keyRotation }), localTokens.serviceKeys);
      assert.deepEqual(made.inputs, { keyRotation: { primary: "2026-11-22", secondary: "one" } });
    });

    it("are none where that is said, as in 2019", async () => {
      const made = await run({ authEnabled: false });
      const { SCORESTACK_KEYS_FILE: _, ...environment } = defaultEnvironment;
      const { volumeMounts: _mounts, ...open } = server;
      const { volumes: _volumes, ...rest } = group;
      assert.deepEqual(only(made, groupType).inputs, {
        ...rest,
        containers: [{ ...open, environmentVariables: variables(environment) }],
      });
      assert.deepEqual(
        made.resources.filter(({ type }) => type === localTokens.serviceKeys),
        [],
      );
      assert.equal(await value(made.result.primaryKey), undefined);
      assert.equal(await value(made.result.secondaryKey), undefined);
      assert.deepEqual(only(made, commandType).inputs["environment"], { INIT_CWD: "." });
    });
  });

  it("makes secret variables Azure's secure values, one by one", async () => {
    const made = await groupOf({
      environmentVariables: { PLAIN: "x", TOKEN: pulumi.secret("hunter2"), LATER: pulumi.output("y") },
    });
    const [container] = made.inputs["containers"] as { environmentVariables: object[] }[];
    const theirs = container?.environmentVariables.filter((item) => /PLAIN|TOKEN|LATER/.test(JSON.stringify(item)));
    assert.deepEqual(theirs, [
      { name: "LATER", value: "y" },
      { name: "PLAIN", value: "x" },
      { name: "TOKEN", secureValue: "hunter2" },
    ]);
    assert.deepEqual(made.secrets, ["containers", "volumes"]);
  });

  it("takes a map of variables that is known later, secret as a whole if it is", async () => {
    const map = { A: "x", B: "y" };
    for (const [given, key] of [
      [pulumi.output(map), "value"],
      [pulumi.secret(map), "secureValue"],
    ] as const) {
      const made = await inputs({ environmentVariables: given });
      const [container] = made["containers"] as { environmentVariables: { name: string }[] }[];
      const theirs = container?.environmentVariables.filter(({ name }) => name in map);
      assert.deepEqual(theirs, [
        { name: "A", [key]: "x" },
        { name: "B", [key]: "y" },
      ]);
    }
  });

  describe("reports", () => {
    const key = "12345678-1234-4234-8234-123456789012";
    const insightsConnectionString = `InstrumentationKey=${key};IngestionEndpoint=https://westeurope-5.in.example/`;
    const host: AzureHost = {
      ...aciHost,
      insightsConnectionString,
      logs: { workspaceId: "workspace", workspaceKey: "hunter2" },
    };

    it("go to Log Analytics where the host has it, with its key secret", async () => {
      const made = await groupOf({ host });
      assert.deepEqual(made.inputs["diagnostics"], {
        logAnalytics: { logType: "ContainerInstanceLogs", workspaceId: "workspace", workspaceKey: "hunter2" },
      });
      assert.ok(made.secrets.includes("diagnostics"));
      assert.equal((await inputs({ host, logsEnabled: false }))["diagnostics"], undefined);
    });

    it("go to Application Insights on request, by the names that the server reads", async () => {
      const made = await groupOf({ host, appInsightsEnabled: true, dataCollectionEnabled: true, logsEnabled: false });
      const expected = [
        ...variables({
          ...defaultEnvironment,
          AML_APP_INSIGHTS_ENABLED: "true",
          AML_MDC_STORAGE_ENABLED: "true",
          APP_INSIGHTS_LOG_RESPONSE_ENABLED: "false",
        }),
        { name: "AML_APP_INSIGHTS_KEY", secureValue: key },
        { name: "APPLICATIONINSIGHTS_CONNECTION_STRING", secureValue: insightsConnectionString },
      ].sort((one, other) => (one.name < other.name ? -1 : 1));
      assert.deepEqual(made.inputs, withServer({ environmentVariables: expected }));
      assert.deepEqual(made.secrets, ["containers", "volumes"]);
      const bodies = await inputs({ host, appInsightsEnabled: true, responseLoggingEnabled: true });
      assert.match(JSON.stringify(bodies), /"APP_INSIGHTS_LOG_RESPONSE_ENABLED","value":"true"/);
      assert.doesNotMatch(JSON.stringify(await inputs({ host })), /INSIGHTS/);
    });
  });
});
