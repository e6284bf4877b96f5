import { strict as assert } from "node:assert";
import { kubeconfig } from "../support/aks-host";
import { DevPlace, type DevStack } from "../support/dev-stack";
import { writeFiles } from "../support/folder";

/**
 * The stack `kubernetes` on the real engine with the stand-in for a cluster. Does not prove a cluster: objects are kept as they are
 * asked for, and are ready at once.
 */
describe("stack kubernetes on the real engine", function () {
  this.timeout(300_000);
  let place: DevPlace;
  let dev: DevStack;
  let stack: DevStack;

  const claims = { inputClaim: "rows", outputClaim: "scores" };
  const set = async (
    services: Readonly<Record<string, unknown>> = {},
    batchJobs: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    stack = await place.stack("kubernetes", {
      "scorestack:location": "",
      "scorestack:source": "dev",
      "scorestack:cluster": {
        kubeconfigFile: "cluster.yml",
        scaler: "keda",
        gateway: { className: "istio" },
      },
      "scorestack:services": services,
      "scorestack:batchJobs": batchJobs,
    });
  };

  /** What happened to Jobs, in order. */
  const jobCalls = (): string[] =>
    place.standIn
      .log()
      .filter(({ name, method }) => name === "scores-job" && ["create", "delete"].includes(method))
      .map(({ method }) => method);

  before(async () => {
    place = await DevPlace.make("kubernetes", ["diabetes", "wine"]);
    writeFiles(place.clone.folder, { "cluster.yml": kubeconfig });
    dev = await place.stack("dev");
    await dev.run("up");
    await set();
  });
  after(async () => {
    await place.remove();
  });

  it("comes up, and then there is nothing to do", async () => {
    const { steps, shown } = await stack.run("up");
    assert.ok(steps.includes("create AksService wine: deployment-main"), steps.join(", "));
    assert.ok(!shown.includes("canary-4711-kubeconfig"));
    await stack.assertWhole();
  });

  it("moves one service with its scorer, once that is up in dev", async () => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited\n`);
    await dev.run("up");
    assert.deepEqual((await stack.run("up")).steps, [
      "replace AksService wine: config-main",
      "replace AksService wine: smoke-test",
      "update AksService wine: deployment-main",
    ]);
    await stack.assertWhole();
  });

  it("changes how many replicas there may be, and nothing else", async () => {
    await set({ wine: { maxReplicas: 20 } });
    assert.deepEqual((await stack.run("up")).steps, ["update AksService wine: scaler-main"]);
  });

  it("runs a batch beside the services: a Job of its own, and again for another run, the old one ended first", async () => {
    const wine = { wine: { maxReplicas: 20 } };
    await set(wine, { scores: { ...claims, scorer: "wine", shards: 4, run: "monday" } });
    assert.deepEqual((await stack.run("up")).steps, [
      "create KubernetesBatchJob scores: account",
      "create KubernetesBatchJob scores: job",
      "create KubernetesBatchJob scores: network",
    ]);
    await stack.assertWhole();
    await set(wine, { scores: { ...claims, scorer: "wine", shards: 4, run: "tuesday" } });
    place.standIn.clearLog();
    assert.deepEqual((await stack.run("up")).steps, ["replace KubernetesBatchJob scores: job"]);
    assert.deepEqual(jobCalls(), ["delete", "create"]);
    await stack.assertWhole();
  });

  it("runs a batch anew with the scorer, once that is up in dev", async () => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited again\n`);
    await dev.run("up");
    place.standIn.clearLog();
    const { steps } = await stack.run("up");
    assert.ok(steps.includes("replace KubernetesBatchJob scores: job"), steps.join(", "));
    assert.deepEqual(jobCalls(), ["delete", "create"]);
  });

  it("goes, and leaves nothing in the cluster", async () => {
    await stack.run("destroy");
    const left = place.standIn.resources().filter(({ token }) => token.startsWith("kubernetes:"));
    assert.deepEqual(left, []);
  });
});
