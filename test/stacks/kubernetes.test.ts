import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { kubernetes } from "../../stacks/kubernetes";
import { readKubernetesSettings } from "../../stacks/settings/clusters";
import { SettingsReader } from "../../stacks/settings/reader";
import { Project } from "../fixture";
import { only, type RunOptions, runProgram, value } from "../harness";
import { kubeconfig } from "../support/aks-host";
import { builtImage, devOutputs, sourceStack } from "../support/source-stack";

const churn = builtImage("churn");
const cluster = { kubeconfigFile: "cluster.yml" };

/** Does not prove: diffs and life cycles (`test/engine/prod.test.ts`), or that a cluster takes what is registered (`test/kubernetes`). */
describe("kubernetes stack", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({ "cluster.yml": kubeconfig });
  });
  afterEach(() => {
    project.remove();
  });

  const run = (config: Readonly<Record<string, unknown>>) => {
    const texts = Object.entries({ services: {}, ...config }).map(([key, value]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const options: RunOptions = {
      stack: "kubernetes",
      config: Object.fromEntries(texts) as Record<string, string>,
      answers: sourceStack(devOutputs({ churn })),
    };
    return runProgram(() => kubernetes(readKubernetesSettings(new SettingsReader())), options);
  };
  const refuses = (config: Readonly<Record<string, unknown>>, lines: readonly string[]) =>
    assert.rejects(run(config), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });

  it("runs images by their digests in the cluster of a kubeconfig, which stays secret", async () => {
    const made = await run({ cluster: { ...cluster, scaler: "cpu" }, images: { churn } });
    const components = made.resources.filter(({ type }) => type.startsWith("scorestack:index:"));
    assert.deepEqual(components.map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`).sort(), [
      "AksService churn",
      "KubernetesCluster cluster",
    ]);
    assert.deepEqual(only(made, "pulumi:providers:kubernetes").secrets, ["kubeconfig"]);
    assert.ok(!made.resources.some(({ type }) => type.startsWith("azure-native:")));
    assert.deepEqual(Object.keys(made.result.services), ["churn"]);
  });

  it("takes the images of another stack", async () => {
    const made = await run({ cluster: { ...cluster, scaler: "cpu" }, source: "dev" });
    assert.deepEqual(made.result.images, { churn });
  });

  it("scales by what the cluster has", async () => {
    const fixed = await run({ cluster, images: { churn }, services: { churn: { numReplicas: 2 } } });
    assert.ok(!fixed.resources.some(({ type }) => /ScaledObject|Autoscaler/.test(type)));
    const keda = await run({ cluster: { ...cluster, scaler: "keda" }, images: { churn } });
    assert.ok(keda.resources.some(({ type }) => type.includes("ScaledObject")));
  });

  it("runs batches of the images, and serves none where it is told so", async () => {
    const claims = { inputClaim: "rows", outputClaim: "scores" };
    const made = await run({
      ...{ cluster, images: { churn }, scorers: ["none"] },
      batchJobs: { churn: claims, nightly: { ...claims, scorer: "churn", shards: 8 } },
    });
    const { namespace, outputFolder, kubernetesJobName } = made.result.batchJobs?.["nightly"] ?? {};
    const folder = await value(pulumi.output(outputFolder as string));
    const job = only(made, "kubernetes:batch/v1:Job", "nightly-job");
    const { metadata, spec } = job.inputs as unknown as { metadata: { name: string }; spec: { completions: number } };
    assert.deepEqual(
      await Promise.all([namespace, outputFolder, kubernetesJobName].map((one) => value(pulumi.output(one)))),
      ["default", folder, metadata.name],
    );
    assert.match(folder, /^nightly-[0-9a-f]{10}$/);
    assert.equal(spec.completions, 8);
    assert.deepEqual(Object.keys(made.result.services), []);
    assert.ok(!made.resources.some(({ type }) => type.endsWith(":Deployment")));
  });

  it("names what is wrong with a batch by its place in the settings", async () => {
    const claims = { inputClaim: "rows", outputClaim: "scores" };
    await refuses(
      {
        ...{ cluster, images: { churn }, scorers: ["none"] },
        batchJobs: { churn: { ...claims, shards: 0 }, other: claims, more: { ...claims, scorer: "churn", size: 3 } },
      },
      [
        `'scorestack:batchJobs.more' must hold only scorer, namespace, inputClaim, inputPaths, outputClaim, outputFolder, run, shards, parallelism, retriesPerShard, maxFailedShards, activeDeadlineSeconds, ttlSecondsAfterFinished, inputFormat, columns, outputFormat, miniBatchSize, workers, retries, timeoutSeconds, errorThreshold, cpuCores, cpuCoresLimit, memoryInGb, memoryInGbLimit, gpuCount, nodePool, temporaryInGb, environmentVariables, tags, got 'size'`,
        "'scorestack:batchJobs.churn.shards' must be an integer from 1 to 10000, got 0",
        "'scorestack:batchJobs.other.scorer' must be one of churn, got 'other'; these are the images that there are",
      ],
    );
  });

  it("refuses what is wrong, all at once, before anything is made", async () => {
    await refuses({ cluster: { kubeconfigFile: "none.yml", scaler: "magic" }, location: "westeurope" }, [
      "'scorestack:location' must be left out in this stack, got 'westeurope'; it is for stacks in Azure",
      "'scorestack:images' must be given, or 'source', got neither; 'source' names a stack of this project, such as 'dev'; see docs/kubernetes-anywhere.md",
      "'scorestack:cluster.kubeconfigFile' must be a file that exists, got 'none.yml'; kubectl config view --raw --minify > FILE writes one",
    ]);
    await refuses({ cluster: { ...cluster, context: "three", scaler: "magic" }, images: { churn } }, [
      "'scorestack:cluster.context' must be a context of 'kubeconfig', got 'three'",
      "'scorestack:cluster.scaler' must be 'keda', 'cpu' or 'none', got 'magic'",
    ]);
  });

  it("refuses an image without a digest", async () => {
    await refuses({ cluster, images: { churn: { ...churn, ref: "ghcr.io/team/churn:latest" } } }, [
      "'scorestack:images.churn.ref' must end in @sha256: and 64 hex characters, got 'ghcr.io/team/churn:latest'; npm run -s outputs -- images --stack dev tells both",
    ]);
  });
});
