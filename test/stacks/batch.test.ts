import { strict as assert } from "node:assert";
import { batch } from "../../stacks/batch";
import { readBatchSettings } from "../../stacks/settings/batch";
import { SettingsReader } from "../../stacks/settings/reader";
import { Project } from "../fixture";
import { only, type RunOptions, runProgram } from "../harness";
import { builtImage, devOutputs, devWorkspace, sourceStack } from "../support/source-stack";

const [churn, wine] = [builtImage("churn"), builtImage("wine", "b".repeat(64))];
const outputs = { ...devOutputs({ churn, wine }), workspace: devWorkspace };

/** Does not prove: diffs and life cycles (`test/engine/batch.test.ts`), or that Azure takes what is registered. */
describe("batch stack", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => {
    project.remove();
  });

  const run = (config: Readonly<Record<string, unknown>> = {}, told: object = outputs) => {
    const texts = Object.entries({ services: {}, ...config }).map(([key, value]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const options: RunOptions = {
      stack: "batch",
      config: Object.fromEntries(texts) as Record<string, string>,
      answers: sourceStack({ ...told }),
    };
    return runProgram(() => batch(readBatchSettings(new SettingsReader())), options);
  };
  const refuses = (config: Readonly<Record<string, unknown>>, lines: readonly string[], told?: object) =>
    assert.rejects(run(config, told), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });

  it("makes a pool for every image of dev, in dev's workspace, and builds no image", async () => {
    const made = await run();
    const components = made.resources.filter(({ type }) => type.startsWith("scorestack:index:"));
    assert.deepEqual(components.map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`).sort(), [
      "BatchScoringPool churn",
      "BatchScoringPool wine",
    ]);
    const endpoint = only(made, "azure-native:machinelearningservices:BatchEndpoint", "churn").inputs;
    assert.deepEqual(
      [endpoint["workspaceName"], endpoint["resourceGroupName"], endpoint["location"]],
      [devWorkspace.workspaceName, devWorkspace.resourceGroupName, devWorkspace.location],
    );
    assert.ok(!made.resources.some(({ type }) => /Registry$|Workspace$|ModelImage|docker/.test(type)));
    assert.deepEqual(made.result.images, { churn, wine });
    assert.deepEqual(Object.keys(made.result.pools["churn"] ?? {}), [
      ..."scoringUri endpointName defaultDeployment deploymentNames computeNames imageIdentity".split(" "),
    ]);
  });

  it("makes the pools that are asked for, with the options that they are given", async () => {
    const cheap = { scorer: "churn", vmPriority: "lowPriority", maxNodes: 9 };
    const made = await run({ scorers: ["churn"], pools: { churn: { vmSize: "Standard_D8s_v3" }, cheap } });
    assert.deepEqual(Object.keys(made.result.pools), ["churn", "cheap"]);
    const nodesOf = (name: string) => {
      const compute = only(made, "azure-native:machinelearningservices:Compute", `${name}-compute`);
      return (compute.inputs["properties"] as { properties: Readonly<Record<string, unknown>> }).properties;
    };
    assert.equal(nodesOf("churn")["vmSize"], "Standard_D8s_v3");
    assert.equal(nodesOf("cheap")["vmPriority"], "LowPriority");
  });

  it("tells Azure ML of the image's first model, or of the one that is named", async () => {
    const image = { ...churn, modelIds: ["first:7", "second:abc"] };
    const told = { ...outputs, images: { churn: image } };
    const modelOf = async (pools: object): Promise<string> => {
      const made = await run({ pools }, told);
      const { properties } = only(made, "azure-native:machinelearningservices:BatchDeployment").inputs as {
        properties: { model: { assetId: string } };
      };
      return properties.model.assetId.split("/models/")[1] ?? "";
    };
    assert.equal(await modelOf({}), "first/versions/7");
    assert.equal(await modelOf({ churn: { model: "second" } }), "second/versions/abc");
  });

  it("refuses what is wrong in the settings, all at once, before anything is made", async () => {
    await refuses(
      {
        ...{ location: "westeurope", scorers: ["churn", "chrun"], batchJobs: { a: {} } },
        pools: {
          churn: { maxNodes: 65_001, miniBatchSize: 0 },
          flow: {},
          wine: { model: "other" },
          cheap: { scorer: "churn", nodes: 3 },
        },
      },
      [
        "'scorestack:location' must be left out in this stack, got 'westeurope'; it is for dev stacks: pools are made in the source's workspace",
        "'scorestack:batchJobs' must be left out in this stack, got {\"a\":{}}; it is for stacks in clusters",
        "'scorestack:pools.cheap' must hold only scorer, model, endpointName, existingCompute, vmSize, vmPriority, minNodes, maxNodes, idleSecondsBeforeScaledown, vcpuQuota, dedicatedTopUp, vnetResourceGroupName, vnetName, subnetName, subnetId, nodePublicIp, identity, assignRoles, miniBatchSize, maxConcurrencyPerInstance, instanceCount, retries, errorThreshold, outputAction, outputFileName, loggingLevel, environmentVariables, schedules, tags, description, got 'nodes'",
        "'scorestack:scorers' must be of churn, wine, got 'chrun'",
        "'scorestack:pools.churn.maxNodes' must be an integer from 1 to 65000, got 65001",
        "'scorestack:pools.churn.miniBatchSize' must be an integer from 1 to 1000000, got 0",
        "'scorestack:pools.flow.scorer' must be one of churn, wine, got 'flow'; these are the images that there are",
        "'scorestack:pools.wine.model' must be one of the image's models, wine-model, got 'other'",
      ],
    );
  });

  it("refuses a source that is not up, or has no workspace, and images without a model", async () => {
    await refuses(
      { pools: { churn: {} } },
      [
        "'scorestack:source' must be a stack that has images in a registry, got 'dev'; bring it up first: npm run up -- --stack dev",
      ],
      {},
    );
    await refuses(
      { source: "old" },
      [
        "'scorestack:source' must be a stack with an Azure ML workspace, got 'old'; bring it up with this version of the program: npm run up -- --stack old",
      ],
      devOutputs({ churn }),
    );
    await refuses(
      {},
      ["'scorestack:pools.churn.scorer' must have a model, which Azure ML asks of each deployment, got 'churn'"],
      { ...outputs, images: { churn: { ...churn, modelIds: [] } } },
    );
  });
});
