import { strict as assert } from "node:assert";
import { prod } from "../../stacks/prod";
import { readProdSettings } from "../../stacks/settings/clusters";
import { SettingsReader } from "../../stacks/settings/reader";
import { Project, sample } from "../fixture";
import { only, type RunOptions, runProgram } from "../harness";
import { builtImage, devOutputs, sourceStack } from "../support/source-stack";

const deployment = "kubernetes:apps/v1:Deployment";
const [churn, wine] = [builtImage("churn"), builtImage("wine", "b".repeat(64))];

/** Does not prove: diffs and life cycles (`test/engine/prod.test.ts`), or that Azure and Kubernetes take what is registered. */
describe("prod stack", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({ "scorers/churn/requests/one.json": sample });
  });
  afterEach(() => {
    project.remove();
  });

  const run = (config: Readonly<Record<string, unknown>> = {}, outputs: object = devOutputs({ churn, wine })) => {
    const all = { location: "westeurope", services: {}, ...config };
    const texts = Object.entries(all).map(([key, value]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const options: RunOptions = {
      stack: "prod",
      config: Object.fromEntries(texts) as Record<string, string>,
      answers: sourceStack({ ...outputs }),
    };
    return runProgram(() => prod(readProdSettings(new SettingsReader())), options);
  };
  const refuses = (config: Readonly<Record<string, unknown>>, lines: readonly string[], outputs?: object) =>
    assert.rejects(run(config, outputs), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });

  it("runs every image of dev by its digest, in a cluster of its own, and builds nothing", async () => {
    const made = await run();
    const components = made.resources.filter(({ type }) => type.startsWith("scorestack:index:"));
    assert.deepEqual(components.map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`).sort(), [
      "AksCluster cluster",
      "AksService churn",
      "AksService wine",
    ]);
    const { spec } = only(made, deployment, "churn-deployment-main").inputs as {
      spec: { template: { spec: { containers: { image: string }[] } } };
    };
    assert.equal(spec.template.spec.containers[0]?.image, churn.ref);
    assert.deepEqual(made.result.images, { churn, wine });
    const builders = made.resources.filter(({ type }) => /docker-build|Registry$|ModelImage/.test(type));
    assert.deepEqual(builders, []);
  });

  it("lets the nodes pull from dev's registry", async () => {
    const made = await run();
    const { scope } = only(made, "azure-native:authorization:RoleAssignment").inputs;
    assert.equal(scope, devOutputs({}).registry.registryId);
  });

  it("serves the images that are asked for, with the options that they are given", async () => {
    const made = await run({ scorers: ["churn"], services: { churn: { numReplicas: 3, cpuCores: 0.5 } } });
    assert.deepEqual(Object.keys(made.result.services), ["churn"]);
    assert.equal((only(made, deployment).inputs["spec"] as { replicas: number }).replicas, 3);
  });

  it("puts a version of another image behind the same address", async () => {
    const versions = { now: { trafficPercent: 90 }, next: { scorer: "churn-next", trafficPercent: 10 } };
    const images = { "churn-next": builtImage("churn", "c".repeat(64)) };
    const services = { churn: { versions, defaultVersion: "now" } };
    const made = await run({ images, services });
    assert.deepEqual(Object.keys(made.result.services), ["churn", "wine"]);
    const names = made.resources.filter(({ type }) => type === deployment).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["churn-deployment-next", "churn-deployment-now", "wine-deployment-main"]);
  });

  it("refuses what is wrong in the settings, all at once, before anything is made", async () => {
    await refuses(
      {
        location: "",
        scorers: ["churn", "chrun"],
        cluster: { agentCount: 1, vmSize: "Standard_D4s_v5" },
        services: { churn: { cpuCores: 900 }, flow: {} },
      },
      [
        "'scorestack:location' must be given, got nothing; such as 'westeurope'",
        "'scorestack:cluster.agentCount' times the vCPUs of 'vmSize' must be at least 12, got 1 × 4 (Standard_D4s_v5) = 4; 3 nodes of that size do, or 'clusterPurpose: \"dev-test\"'",
        "'scorestack:scorers' must be of churn, wine, got 'chrun'",
        "'scorestack:services.churn.cpuCores' must be a number from 0.01 to 512, got 900",
        "'scorestack:services.churn.cpuCores' must fit a node, with memory and GPUs, got 900 cores, 0.5 GB and 0 GPUs; pods get at most: 3.86 cores, 13.7 GB, 0 GPUs on 'agents'",
        "'scorestack:services.flow.scorer' must be one of churn, wine, got 'flow'; these are the images that there are",
      ],
    );
  });

  it("refuses a source that has deployed nothing, or tells no digests", async () => {
    await refuses(
      { source: "staging" },
      [
        "'scorestack:source' must be a stack that has images in a registry, got 'staging'; bring it up first: npm run up -- --stack staging",
      ],
      {},
    );
    await refuses(
      {},
      [
        "'scorestack:source' must tell digest and identity of image 'churn', got 'dev'; bring it up with this version of the program: npm run up -- --stack dev",
      ],
      { ...devOutputs({}), images: { churn: { ...churn, ref: "team.azurecr.io/churn:latest" } } },
    );
  });

  it("refuses samples that this checkout does not have", async () => {
    await refuses(
      {},
      [
        "'scorestack:services.churn.image.sampleRequests' must be a folder of this project, got 'scorers/churn/old'; check out the commit that the image was built from",
      ],
      devOutputs({ churn: { ...churn, sampleRequests: "scorers/churn/old" } }),
    );
  });

  it("refuses settings of other stacks", async () => {
    await refuses({ workspace: { network: {} }, spark: "true" }, [
      "'scorestack:spark' must be left out in this stack, got true; it is for stacks that build images",
      "'scorestack:workspace' must be left out in this stack, got {\"network\":{}}; it is for dev stacks",
    ]);
  });
});
