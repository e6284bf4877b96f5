import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { BatchScoringPool, type BatchScoringPoolArgs, type BatchScheduleArgs, RegisteredModel } from "../../components";
import { Project } from "../fixture";
import { only, type Registration, type Run, runProgram, value } from "../harness";
import { batchArgs, batchIds, batchWorkspace } from "../support/batch-host";

const ml = "azure-native:machinelearningservices";
const inputPath = "azureml://datastores/workspaceblobstore/paths/in/";
const low = { vmPriority: "lowPriority", instanceCount: 2, dedicatedTopUp: { maxNodes: 3 } } as const;

/** Does not prove: that Azure takes it, nor diffs and replaces; `test/engine/batch-pool.test.ts` has those, with a stand-in for Azure. */
describe("BatchScoringPool", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  const run = (args: Partial<BatchScoringPoolArgs> = {}) =>
    runProgram(() => new BatchScoringPool("churn", { ...batchArgs, ...args }));
  const compute = async (args: Partial<BatchScoringPoolArgs>) => only(await run(args), `${ml}:Compute`).inputs;
  const deployment = async (args: Partial<BatchScoringPoolArgs> = {}) =>
    only(await run(args), `${ml}:BatchDeployment`, "churn-deployment").inputs;
  const nameOf = async (args: Partial<BatchScoringPoolArgs> = {}) => (await deployment(args))["deploymentName"];
  const propertiesOf = ({ inputs }: Registration) => inputs["properties"] as Record<string, unknown>;
  const has = (resource: Registration, ...names: string[]): void => {
    const missing = names.filter((name) => !resource.dependencies.some((urn) => urn.endsWith(`::${name}`)));
    assert.deepEqual(missing, []);
  };

  it("makes files, environment, code, identity, roles, nodes, endpoint, deployment and its default", async () => {
    const made = await run();
    const owner = only(made, "scorestack:index:BatchScoringPool").urn;
    assert.deepEqual(made.resources.map(({ type, name }) => `${name} ${type.split(":").at(-1) ?? ""}`).sort(), [
      ...["churn BatchEndpoint", "churn BatchScoringPool", "churn-code Deployment", "churn-code-files ModelFiles"],
      ...["churn-compute Compute", "churn-data RoleAssignment", "churn-default Deployment"],
      ...["churn-deployment BatchDeployment", "churn-environment Deployment", "churn-environment-files ModelFiles"],
      ...["churn-identity UserAssignedIdentity", "churn-pull RoleAssignment"],
    ]);
    assert.ok(made.resources.every(({ urn, parent }) => urn === owner || parent === owner));
    assert.deepEqual(
      made.resources.flatMap(({ secrets }) => secrets),
      [],
    );
  });

  it("makes nodes with exactly these defaults: no SSH, no accounts, none when there is no work", async () => {
    const { computeName, identity, ...inputs } = await compute({});
    assert.match(String(computeName), /^churn-x[0-9a-f]{10}$/);
    const own = batchIds.identity.replace(/[^/]+$/, "scorestack-local-churn-identity");
    assert.deepEqual(identity, { type: "UserAssigned", userAssignedIdentities: [own] });
    assert.deepEqual(inputs, {
      resourceGroupName: "team",
      workspaceName: "team",
      location: "westeurope",
      tags: { owner: "growth" },
      properties: {
        computeType: "AmlCompute",
        computeLocation: "westeurope",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_D4s_v3",
          vmPriority: "Dedicated",
          osType: "Linux",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" },
          enableNodePublicIp: true,
          remoteLoginPortPublicAccess: "Disabled",
        },
      },
    });
  });

  it("makes a deployment with exactly 2019's defaults", async () => {
    const { deploymentName, endpointName, properties, ...inputs } = await deployment();
    assert.match(String(deploymentName), /^churn-x[0-9a-f]{10}$/);
    assert.match(String(endpointName), /^churn-x[0-9a-f]{10}$/);
    assert.deepEqual(inputs, {
      resourceGroupName: "team",
      workspaceName: "team",
      location: "westeurope",
      tags: { owner: "growth" },
    });
    const { environmentId, compute: computeId, codeConfiguration, ...rest } = properties as Record<string, unknown>;
    const assets = `${batchIds.workspace}/environments/scorestack-local-churn-environment/versions/`;
    assert.match(String(environmentId).replace(assets, ""), /^[0-9a-f]{12}$/);
    assert.match(String(computeId).replace(`${batchIds.workspace}/computes/`, ""), /^churn-x[0-9a-f]{10}$/);
    const { codeId, scoringScript } = codeConfiguration as Record<string, string>;
    assert.equal(scoringScript, "batch_score.py");
    assert.match(codeId ?? "", /\/codes\/scorestack-local-churn-code\/versions\/[0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      model: { referenceType: "Id", assetId: `${batchIds.workspace}/models/churn/versions/cccccccccccc` },
      resources: { instanceCount: 1 },
      miniBatchSize: 10,
      maxConcurrencyPerInstance: 1,
      errorThreshold: -1,
      retrySettings: { maxRetries: 3, timeout: "PT30S" },
      loggingLevel: "Info",
      outputAction: "AppendRow",
      outputFileName: "predictions.csv",
      properties: { "scorestack.imageIdentity": "a".repeat(64) },
    });
  });

  it("makes the endpoint without a default, and a template that names it once the deployment stands", async () => {
    const made = await run({ tags: { team: "one" }, description: "[scores churn]" });
    const endpoint = only(made, `${ml}:BatchEndpoint`);
    assert.deepEqual(propertiesOf(endpoint), { authMode: "AADToken" });
    assert.deepEqual(endpoint.ignoreChanges, ["properties.defaults", "properties.description", "tags"]);
    const standard = only(made, "azure-native:resources:Deployment", "churn-default");
    has(standard, "churn-deployment", "churn");
    const { parameters, template, mode } = propertiesOf(standard) as {
      parameters: Record<string, { value: unknown }>;
      template: { resources: unknown[] };
      mode: string;
    };
    assert.equal(mode, "Incremental");
    assert.deepEqual(template.resources, [
      {
        type: "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
        apiVersion: "2025-12-01",
        name: "[parameters('name')]",
        location: "[parameters('location')]",
        tags: "[parameters('tags')]",
        properties: "[parameters('properties')]",
      },
    ]);
    assert.deepEqual(Object.fromEntries(Object.entries(parameters).map(([key, given]) => [key, given.value])), {
      name: `team/${String(endpoint.inputs["endpointName"])}`,
      location: "westeurope",
      tags: { owner: "growth", team: "one" },
      properties: {
        authMode: "AADToken",
        description: "[scores churn]",
        defaults: { deploymentName: only(made, `${ml}:BatchDeployment`).inputs["deploymentName"] },
      },
    });
  });

  it("waits for roles before nodes, and for all that a deployment refers to", async () => {
    const registered = await runProgram(() => {
      const model = new RegisteredModel("own", { path: "work/model", modelName: "churn" });
      return new BatchScoringPool("churn", { ...batchArgs, image: { ...batchArgs.image, modelIds: undefined }, model });
    });
    has(only(registered, `${ml}:Compute`), "churn-pull", "churn-data");
    has(only(registered, `${ml}:BatchEndpoint`), "churn-compute");
    const last = only(registered, `${ml}:BatchDeployment`);
    has(last, "churn", "churn-compute", "churn-environment", "churn-code", "own");
  });

  it("names nodes and deployments after what can't change in them, and nothing else", async () => {
    const [nodes, name] = [(await compute({}))["computeName"], await nameOf()];
    const same: Partial<BatchScoringPoolArgs>[] = [
      { maxNodes: 6, minNodes: 1, idleSecondsBeforeScaledown: 60, vcpuQuota: 100 },
      { tags: { team: "growth" }, description: "Scores" },
      { miniBatchSize: 3, maxConcurrencyPerInstance: 2, errorThreshold: 5, loggingLevel: "debug", instanceCount: 2 },
      { retries: { maxRetries: 1, timeoutSeconds: 60 } },
      { schedules: { nightly: { cron: "0 2 * * *", inputPath } } },
    ];
    for (const args of same) {
      assert.deepEqual([(await compute(args))["computeName"], await nameOf(args)], [nodes, name], JSON.stringify(args));
    }
    const image = { ...batchArgs.image, identity: "d".repeat(64) };
    const others: Partial<BatchScoringPoolArgs>[] = [
      { image },
      { model: { modelName: "churn", version: "2" }, image: { ...batchArgs.image, modelIds: undefined } },
      { environmentVariables: { LEVEL: "1" } },
      { outputFileName: "scores.csv" },
      { outputAction: "summaryOnly" },
      { vmSize: "Standard_D8s_v3" },
    ];
    const names = await Promise.resolve(others.map((args) => () => nameOf(args))).then(async (all) => {
      const found: unknown[] = [];
      for (const one of all) {
        found.push(await one());
      }
      return found;
    });
    assert.equal(new Set([name, ...names]).size, others.length + 1);
    for (const args of [
      { vmSize: "Standard_D8s_v3" },
      { vmPriority: "lowPriority" },
      { subnetId: batchIds.subnet },
    ] as const) {
      assert.notEqual((await compute(args))["computeName"], nodes);
    }
  });

  it("takes a subnet by its three names or its id; nodes then have no public address unless they are to", async () => {
    const nodes = async (args: Partial<BatchScoringPoolArgs>) => {
      const { properties } = (await compute(args))["properties"] as { properties: Record<string, unknown> };
      return [properties["subnet"], properties["enableNodePublicIp"]];
    };
    const trio = { vnetResourceGroupName: "team", vnetName: "net", subnetName: "nodes" };
    assert.deepEqual(await nodes(trio), [{ id: batchIds.subnet }, false]);
    assert.deepEqual(await nodes({ subnetId: pulumi.output(batchIds.subnet) }), [{ id: batchIds.subnet }, false]);
    assert.deepEqual(await nodes({ ...trio, nodePublicIp: true }), [{ id: batchIds.subnet }, true]);
  });

  it("uses an identity that is there: with roles where its object id is known, without where they are there", async () => {
    const roles = (made: Run<unknown>) =>
      made.resources.flatMap(({ type, name }) => (/Role|Identity/.test(type) ? [name] : []));
    const known = await run({ identity: { id: batchIds.identity, principalId: "principal" } });
    assert.deepEqual(roles(known), ["churn-pull", "churn-data"]);
    assert.deepEqual(only(known, `${ml}:Compute`).inputs["identity"], {
      type: "UserAssigned",
      userAssignedIdentities: [batchIds.identity],
    });
    assert.deepEqual(roles(await run({ identity: { id: batchIds.identity } })), []);
    const workspace = { ...batchWorkspace, registryId: undefined };
    assert.deepEqual(roles(await run({ assignRoles: false, workspace })), ["churn-identity"]);
  });

  it("uses a cluster that is there, and makes none", async () => {
    const made = await run({ existingCompute: pulumi.output("shared-nodes"), instanceCount: 8 });
    assert.deepEqual(
      made.resources.filter(({ type }) => /Compute|Role|Identity/.test(type)),
      [],
    );
    const { compute: computeId, resources } = propertiesOf(only(made, `${ml}:BatchDeployment`));
    assert.equal(computeId, `${batchIds.workspace}/computes/shared-nodes`);
    assert.deepEqual(resources, { instanceCount: 8 });
  });

  it("puts dedicated nodes beside low-priority ones: a cluster and a deployment of their own, never the default", async () => {
    const made = await run(low);
    const priorityOf = (name: string) => {
      const { properties } = propertiesOf(only(made, `${ml}:Compute`, name)) as { properties: Record<string, unknown> };
      return [properties["vmPriority"], (properties["scaleSettings"] as Record<string, unknown>)["maxNodeCount"]];
    };
    assert.deepEqual(priorityOf("churn-compute"), ["LowPriority", 4]);
    assert.deepEqual(priorityOf("churn-top-up-compute"), ["Dedicated", 3]);
    const [pool, topUp] = ["churn-deployment", "churn-top-up-deployment"].map((name) =>
      only(made, `${ml}:BatchDeployment`, name),
    ) as [Registration, Registration];
    assert.match(String(topUp.inputs["deploymentName"]), /^churn-top-up-x[0-9a-f]{10}$/);
    assert.deepEqual(propertiesOf(topUp)["resources"], { instanceCount: 2 });
    assert.equal(await value(made.result.defaultDeployment), pool.inputs["deploymentName"]);
    assert.deepEqual(await value(made.result.deploymentNames), [
      pool.inputs["deploymentName"],
      topUp.inputs["deploymentName"],
    ]);
    assert.equal((await value(made.result.computeNames)).length, 2);
  });

  it("invokes the endpoint by the clock: its default at that moment, or the dedicated nodes by name", async () => {
    const schedules: Record<string, BatchScheduleArgs> = {
      nightly: { cron: "30 2 * * 1-5", timeZone: "W. Europe Standard Time", inputPath },
      monthly: {
        recurrence: { every: "month", hours: [4], monthDays: [1] },
        startTime: "2026-12-01T00:00:00",
        inputPath: "https://team.blob.core.windows.net/in/all.csv",
        inputKind: "file",
        outputPath: "azureml://datastores/workspaceblobstore/paths/out/",
        target: "dedicatedTopUp",
        isEnabled: false,
      },
    };
    const made = await run({ ...low, endpointName: "churn-files", schedules });
    const topUp = only(made, `${ml}:BatchDeployment`, "churn-top-up-deployment").inputs["deploymentName"];
    const nightly = only(made, `${ml}:Schedule`, "churn-schedule-nightly");
    has(nightly, "churn-default");
    assert.deepEqual(propertiesOf(nightly), {
      isEnabled: true,
      trigger: { triggerType: "Cron", timeZone: "W. Europe Standard Time", expression: "30 2 * * 1-5" },
      action: {
        actionType: "InvokeBatchEndpoint",
        endpointInvocationDefinition: {
          endpointName: "churn-files",
          properties: { inputData: { input: { jobInputType: "UriFolder", uri: inputPath } } },
        },
      },
    });
    assert.deepEqual(propertiesOf(only(made, `${ml}:Schedule`, "churn-schedule-monthly")), {
      isEnabled: false,
      trigger: {
        triggerType: "Recurrence",
        timeZone: "UTC",
        startTime: "2026-12-01T00:00:00",
        frequency: "Month",
        interval: 1,
        schedule: { hours: [4], minutes: [0], monthDays: [1] },
      },
      action: {
        actionType: "InvokeBatchEndpoint",
        endpointInvocationDefinition: {
          endpointName: "churn-files",
          deploymentName: topUp,
          properties: {
            inputData: { input: { jobInputType: "UriFile", uri: "https://team.blob.core.windows.net/in/all.csv" } },
            outputData: {
              output: { jobOutputType: "UriFolder", uri: "azureml://datastores/workspaceblobstore/paths/out/" },
            },
          },
        },
      },
    });
  });

  it("registers the environment by the content of its build context, which it writes for the upload", async () => {
    const made = await run();
    const files = only(made, "scorestack:azure:ModelFiles", "churn-environment-files").inputs;
    const { digest, source, container } = files as { digest: string; source: string; container: object };
    assert.deepEqual(container, {
      endpoint: "https://teamstorage.blob.core.windows.net/",
      containerName: "azureml-blobstore-team",
      folder: `environments/scorestack-local-churn-environment/${digest.slice(0, 12)}`,
    });
    const { readFileSync, readdirSync } = await import("node:fs");
    assert.deepEqual(readdirSync(project.path(source)).sort(), ["Dockerfile", "driver.lock"]);
    assert.match(
      readFileSync(project.path(`${source}/Dockerfile`), "utf8"),
      /^FROM team\.azurecr\.io\/churn@sha256:b{64}\n/,
    );
    const other = await run({ image: { ...batchArgs.image, ref: `team.azurecr.io/churn@sha256:${"e".repeat(64)}` } });
    const moved = only(other, "scorestack:azure:ModelFiles", "churn-environment-files").inputs;
    assert.notEqual(moved["digest"], digest);
  });

  it("tells where it is called, and by what names", async () => {
    const { result } = await run({ endpointName: "churn-files" });
    assert.equal(await value(result.scoringUri), "https://churn-files.westeurope.inference.ml.azure.com/jobs");
    assert.equal(await value(result.endpointName), "churn-files");
    assert.equal(await value(result.imageIdentity), "a".repeat(64));
    assert.match(
      await value(result.environmentId),
      /\/environments\/scorestack-local-churn-environment\/versions\/[0-9a-f]{12}$/,
    );
  });
});
