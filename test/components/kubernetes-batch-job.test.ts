import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AksService, KubernetesBatchJob } from "../../components";
import { only, runProgram } from "../harness";
import { containerImage as image } from "../support/aci-host";
import { rows } from "../support/batch-job-error-rows";
import { clusterHost } from "../support/kubernetes-host";
import { refused } from "../support/refused";
import { assertTableOf } from "../support/rules-table";

const claims = { inputClaim: "rows", outputClaim: "scores" };
const spot = {
  name: "spot",
  cpuCores: 3.8,
  memoryInGb: 12.5,
  gpus: 0,
  labels: { "kubernetes.azure.com/scalesetpriority": "spot" },
  taints: [{ key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" as const }],
};
const make =
  (args: object = {}) =>
  () =>
    new KubernetesBatchJob("churn-scores", {
      host: clusterHost,
      image,
      ...claims,
      ...args,
    });

interface Job {
  readonly metadata: { readonly name: string; readonly annotations: object };
  readonly spec: {
    readonly completions: number;
    readonly parallelism: number;
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] } };
  };
}

/** Does not prove: what is rendered (`test/render/kubernetes`), or that a cluster takes it (`test/kubernetes`). */
describe("KubernetesBatchJob", () => {
  const jobOf = async (args: object = {}): Promise<Job> =>
    only(await runProgram(make(args)), "kubernetes:batch/v1:Job").inputs as unknown as Job;

  it("makes a Job that no deploy waits for, whose pods are gone before the next one's begin", async () => {
    const run = await runProgram(make());
    assert.deepEqual(
      run.resources.slice(1).map(({ name }) => name),
      ["churn-scores-account", "churn-scores-network", "churn-scores-job"],
    );
    const job = only(run, "kubernetes:batch/v1:Job");
    assert.equal(job.deleteBeforeReplace, true);
    const { metadata, spec } = job.inputs as unknown as Job;
    assert.deepEqual(metadata.annotations, {
      "pulumi.com/skipAwait": "true",
      "pulumi.com/deletionPropagationPolicy": "foreground",
    });
    assert.deepEqual([spec.completions, spec.parallelism], [1, 1]);
    const folder = run.resources[0]?.outputs?.["outputFolder"] as string;
    assert.match(folder, /^churn-scores-[0-9a-f]{10}$/);
    assert.deepEqual(spec.template.spec.containers[0].args, [
      ...["--input", "/mnt/input", "--output", `/mnt/output/${folder}`, "--workers", "1"],
      ...["--shard", "$(JOB_COMPLETION_INDEX)/1"],
    ]);
    const [own] = run.resources;
    assert.deepEqual(own?.outputs, {
      kubernetesJobName: metadata.name,
      namespace: "default",
      outputFolder: folder,
      imageIdentity: image.identity,
    });
  });

  it("tells the engine what is given, and nothing else", async () => {
    const options = {
      ...{
        inputFormat: "csv",
        columns: ["a", "b"],
        outputFormat: "parquet",
        miniBatchSize: 500,
        workers: 2,
        retries: 1,
      },
      ...{ timeoutSeconds: 30, errorThreshold: -1, inputPaths: ["a", "b/c"], outputFolder: "here", shards: 20 },
    };
    const { spec } = await jobOf(options);
    assert.deepEqual([spec.completions, spec.parallelism], [20, 10]);
    assert.deepEqual(spec.template.spec.containers[0].args, [
      ...["--input", "/mnt/input/a", "/mnt/input/b/c", "--output", "/mnt/output/here"],
      ...[
        "--format",
        "csv",
        "--columns",
        "a,b",
        "--output-format",
        "parquet",
        "--mini-batch-size",
        "500",
        "--workers",
        "2",
      ],
      ...["--retries", "1", "--timeout-seconds", "30", "--error-threshold", "-1"],
      ...["--shard", "$(JOB_COMPLETION_INDEX)/20"],
    ]);
  });

  it("writes where it went on before, unless what comes of it would be another", async () => {
    const folderOf = async (args: object = {}): Promise<string> =>
      (await runProgram(make(args))).resources[0]?.outputs?.["outputFolder"] as string;
    const first = await folderOf();
    for (const same of [{ memoryInGb: 2 }, { workers: 4 }, { retries: 9 }, { timeoutSeconds: 9 }, { parallelism: 1 }]) {
      assert.equal(await folderOf(same), first);
    }
    assert.equal(await folderOf({ image: { ...image, identity: pulumi.output(image.identity) } }), first);
    const others = [first];
    for (const other of [
      { image: { ...image, identity: "c".repeat(64) } },
      { inputPaths: ["a"] },
      { shards: 2 },
      { outputFormat: "parquet" },
      { miniBatchSize: 5 },
      { run: "monday" },
    ]) {
      others.push(await folderOf(other));
    }
    assert.equal(new Set(others).size, 7);
    assert.match(others.at(-1) ?? "", /^churn-scores-monday-/);
  });

  it("runs on the nodes that are named, whose taints it tolerates, and pulls as the host says", async () => {
    const registry = { server: "team.azurecr.io", pullSecretName: "team" };
    const host = { ...clusterHost, nodeSizes: [spot], registry };
    const { nodeSelector, tolerations, imagePullSecrets } = (await jobOf({ host, nodePool: "spot" })).spec.template
      .spec as unknown as Record<string, unknown>;
    assert.deepEqual(nodeSelector, spot.labels);
    assert.deepEqual(tolerations, [{ ...spot.taints[0], operator: "Equal" }]);
    assert.deepEqual(imagePullSecrets, [{ name: "team" }]);
  });

  it("has variables in a ConfigMap, and what is known later in a Secret", async () => {
    const variables = { MODE: "nightly", TOKEN: pulumi.secret("hunter2") };
    const run = await runProgram(make({ environmentVariables: variables }));
    assert.deepEqual(only(run, "kubernetes:core/v1:ConfigMap").inputs["data"], { MODE: "nightly" });
    assert.deepEqual(only(run, "kubernetes:core/v1:Secret").secrets, ["data", "metadata"]);
    const { inputs, secrets } = only(run, "kubernetes:batch/v1:Job");
    assert.ok(!JSON.stringify(inputs).includes("hunter2"));
    assert.deepEqual(secrets, ["spec"]);
    assert.deepEqual(run.resources[0]?.secrets, ["environmentVariables"]);
  });
});

/** One row for each rule. Does not prove: that clusters have these rules; the table in docs names the source of each. */
describe("KubernetesBatchJob: errors before anything runs", () => {
  for (const [args, error] of rows) {
    it(error, async () => {
      await refused(make(args), error);
      assert.doesNotMatch(error, /hunter2/);
    });
  }

  const taken =
    "'jobName' must be the name of one batch job only in its namespace, and of no service, got 'churn-scores'; 'other' has it: choose another";

  it("a name that a service of the namespace has", async () => {
    await refused(
      () => [
        new AksService("other", { host: clusterHost, image, serviceName: "churn-scores", namespace: "default" }),
        make()(),
      ],
      taken,
    );
  });

  it("are told all at once", async () => {
    await refused(
      make({ shards: 0, workers: 0, inputClaim: "" }),
      [
        "'shards' must be an integer from 1 to 10000, got 0",
        "'workers' must be an integer from 1 to 64, got 0",
        "'inputClaim' must be the name of a PersistentVolumeClaim: 1 to 63 lower-case letters, digits and dashes, got ''",
      ].join("\n"),
    );
  });

  it("stand in the table of docs/validation-batch-job.md, each with its source", () => {
    assertTableOf("docs/validation-batch-job.md", [...rows.map(([, error]) => error), taken]);
  });
});
