import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { LocalService, type LocalServiceArgs } from "../../components";
import { localTokens } from "../../components/internal/local-contract";
import { only, runProgram, value } from "../harness";

const identity = "a".repeat(64);
const image = { identity };
const [primaryKey, secondaryKey] = ["first-key-0123456789", "second-key-0123456789"];
const defaults = {
  imageIdentity: identity,
  engine: "process",
  workers: 1,
  server: "scorestack",
  maxConcurrentRequests: 64,
  maxBatchSize: 1,
  maxLatencyMs: 0,
  scoringTimeoutMs: 60000,
  startTimeoutSeconds: 300,
  authEnabled: false,
};

/** Does not prove: that anything answers; that is the provider's work. */
describe("LocalService", () => {
  const run = (args: Partial<LocalServiceArgs> = {}) => runProgram(() => new LocalService("churn", { image, ...args }));

  it("makes one server with exactly these defaults", async () => {
    const made = await run();
    assert.deepEqual(
      made.resources.map(({ type, name }) => [type, name]),
      [
        ["scorestack:index:LocalService", "churn"],
        [localTokens.service, "churn"],
      ],
    );
    const server = only(made, localTokens.service);
    assert.deepEqual(server.inputs, { ...defaults, serviceName: "churn" });
    assert.equal(server.parent, only(made, "scorestack:index:LocalService").urn);
    assert.deepEqual([...server.additionalSecretOutputs], ["primaryKey", "secondaryKey"]);
  });

  it("passes on everything it is given", async () => {
    const options = {
      serviceName: "churn-service",
      port: 8080,
      workers: 2,
      server: "scorestack" as const,
      maxConcurrentRequests: 8,
      maxBatchSize: 4,
      maxLatencyMs: 2,
      scoringTimeoutMs: 1000,
      startTimeoutSeconds: 60,
      corsOrigins: ["https://example.com", "http://localhost:3000", "*"],
      environmentVariables: { LEVEL: "debug" },
      authEnabled: true,
      primaryKey,
      secondaryKey,
      keyRotation: {},
      tags: { a: "b" },
      description: "who leaves",
    };
    const server = only(await run(options), localTokens.service);
    assert.deepEqual(server.inputs, { ...defaults, ...options });
  });

  it("passes on when keys were made, for keys that it makes", async () => {
    const keyRotation = { primary: "2026-11-22", secondary: pulumi.output("one") };
    const server = only(await run({ authEnabled: true, keyRotation }), localTokens.service);
    assert.deepEqual(server.inputs["keyRotation"], { primary: "2026-11-22", secondary: "one" });
  });

  it("has its server record the image, so that a new one counts as one update", async () => {
    assert.deepEqual(only(await run({ workers: 2 }), "scorestack:index:LocalService").inputs, { workers: 2 });
  });

  it("takes values that are known later", async () => {
    const server = only(
      await run({ image: { identity: pulumi.output(identity) }, port: pulumi.output(8081) }),
      localTokens.service,
    );
    assert.deepEqual(server.inputs, { ...defaults, serviceName: "churn", port: 8081 });
  });

  it("keeps keys and secret variables secret, in its own inputs too", async () => {
    const made = await run({
      authEnabled: true,
      primaryKey,
      secondaryKey: pulumi.output(secondaryKey),
      environmentVariables: { PLAIN: "x", TOKEN: pulumi.secret("hunter2") },
    });
    const secrets = ["environmentVariables", "primaryKey", "secondaryKey"];
    for (const type of [localTokens.service, "scorestack:index:LocalService"]) {
      assert.deepEqual([...only(made, type).secrets].sort(), secrets);
    }
    assert.equal(await pulumi.isSecret(made.result.primaryKey), true);
    assert.equal(await pulumi.isSecret(made.result.secondaryKey), true);
    assert.equal(await value(made.result.primaryKey), primaryKey);
  });

  it("tells the keys that were made for it, and none without authentication", async () => {
    const keyed = await run({ authEnabled: true });
    assert.equal(await value(keyed.result.primaryKey), "made-primary");
    assert.equal(await value(keyed.result.secondaryKey), "made-secondary");
    const open = await run();
    assert.equal(await value(open.result.primaryKey), undefined);
    assert.equal(await value(open.result.secondaryKey), undefined);
  });

  it("tells addresses, identity, ids and revision", async () => {
    const { result } = await run({ port: 8080 });
    const told = await value(
      pulumi.output({
        scoringUri: result.scoringUri,
        swaggerUri: result.swaggerUri,
        healthUri: result.healthUri,
        versionUri: result.versionUri,
        imageIdentity: result.imageIdentity,
        imageId: result.imageId,
        modelIds: result.modelIds,
        port: result.port,
        revision: result.revision,
      }),
    );
    assert.deepEqual(told, {
      scoringUri: "http://127.0.0.1:8080/score",
      swaggerUri: "http://127.0.0.1:8080/swagger.json",
      healthUri: "http://127.0.0.1:8080/",
      versionUri: "http://127.0.0.1:8080/version",
      imageIdentity: identity,
      imageId: "image:1",
      modelIds: ["model:1"],
      port: 8080,
      revision: 1,
    });
  });

  it("may have the same name and port in another program", async () => {
    await run({ port: 8080 });
    await run({ port: 8080 });
  });
});
