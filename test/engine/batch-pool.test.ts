import { strict as assert } from "node:assert";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { type BatchSettings, batchProgram } from "../support/batch-program";
import { Clone } from "../support/clone";
import { writeFiles } from "../support/folder";
import { type StandIn, startStandIn } from "./stand-in";

/**
 * A `BatchScoringPool` on the real engine with the stand-in for Azure, which refuses a default that is not there, the deletion of one
 * that is, and changes in place of what is fixed. Does not prove Azure itself, nor that a job runs: the stand-in has no nodes.
 */
describe("BatchScoringPool on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let identity = "a";
  let args: BatchSettings = {};
  let resources = 0;

  before(async () => {
    clone = Clone.make("batch-pool").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    writeFiles(clone.path("work"), { "model/weights.txt": "1" });
    standIn = await startStandIn(clone.path(".scorestack/stand-in/prod"));
    const program = () => Promise.resolve(batchProgram(identity, args));
    const where = { root: clone.folder, stackName: "prod", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  /** Runs an operation; returns its counts, its steps by resource, and what changed in the cloud, in order. */
  async function run(operation: "up" | "preview" | "refresh" | "destroy") {
    standIn.clearLog();
    let counts: OpMap = {};
    const steps: Record<string, string> = {};
    const onEvent = ({ summaryEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      const isCustom = (step?.new ?? step?.old)?.custom === true;
      if (step && isCustom && step.op !== "same" && !step.type.startsWith("pulumi:")) {
        steps[`${step.op} ${step.urn.split("::").at(-1) ?? ""}`] = Object.keys(step.detailedDiff ?? {})
          .sort()
          .join(", ");
      }
    };
    await stack[operation]({ onEvent });
    const changed = standIn.log().map(({ method, name }) => `${method} ${name}`);
    return { counts, steps, changed };
  }

  const named = (type: string): string[] =>
    standIn
      .resources(`machinelearningservices:${type}`)
      .map(({ id }) => id.split("/").at(-1) ?? "")
      .sort();
  const standard = (): unknown => {
    const [endpoint] = standIn.resources("machinelearningservices:BatchEndpoint");
    return (endpoint?.inputs["properties"] as { defaults?: { deploymentName?: string } }).defaults?.deploymentName;
  };

  it("is made in order, with its default, and then there is nothing to do, before a refresh and after", async () => {
    const { counts, changed } = await run("up");
    resources = counts["create"] ?? 0;
    inOrder(changed, [
      ...["create churn-identity", "create churn-data", "create churn-compute", "create churn"],
      ...["create churn-deployment", "create churn-default"],
    ]);
    for (const made of ["churn-environment", "churn-code", "churn-model", "churn-pull"]) {
      inOrder(changed, [`create ${made}`, "create churn-deployment"]);
    }
    assert.deepEqual(named("BatchDeployment"), [standard()]);
    assert.deepEqual((await run("preview")).counts, { same: resources });
    await run("refresh");
    assert.deepEqual((await run("preview")).counts, { same: resources });
  });

  it("has another image as a new deployment, switches to it, and deletes the old one last", async () => {
    const before = standard();
    identity = "b";
    const preview = await run("preview");
    assert.deepEqual(preview.counts, { same: resources - 4, update: 3, replace: 1 });
    assert.equal(preview.changed.length, 0);
    const { changed } = await run("up");
    assert.deepEqual(changed, [
      ...["update churn-environment", "create churn-deployment", "update churn-default", "delete churn-deployment"],
    ]);
    assert.notEqual(standard(), before);
    assert.deepEqual(named("BatchDeployment"), [standard()]);
    assert.deepEqual((await run("preview")).counts, { same: resources });
  });

  it("keeps the default where the new deployment fails, and takes the old one back without a trace", async () => {
    const before = standard();
    identity = "c";
    standIn.fault({ action: "fail", method: "create", urn: "::churn-deployment", message: "no capacity" });
    await assert.rejects(run("up"), /no capacity/);
    assert.deepEqual([standard(), named("BatchDeployment")], [before, [before]]);
    identity = "b";
    const { changed } = await run("up");
    assert.deepEqual(changed, ["update churn-environment"]);
    assert.deepEqual([standard(), named("BatchDeployment")], [before, [before]]);
  });

  it("keeps both where the switch fails, and goes on with it in the next update", async () => {
    const before = standard();
    identity = "c";
    standIn.fault({ action: "fail", method: "update", urn: "::churn-default", message: "try again" });
    await assert.rejects(run("up"), /try again/);
    assert.equal(standard(), before);
    assert.equal(named("BatchDeployment").length, 2);
    // Not back: the old one is there still, to be deleted.
    identity = "b";
    await assert.rejects(run("up"), /cannot create already existing resource/);
    assert.equal(standard(), before);
    identity = "c";
    const { changed } = await run("up");
    inOrder(changed, ["update churn-default", "delete churn-deployment"]);
    assert.deepEqual(named("BatchDeployment"), [standard()]);
    assert.notEqual(standard(), before);
  });

  it("changes settings, numbers of nodes and tags in place", async () => {
    args = {
      miniBatchSize: 5,
      errorThreshold: 3,
      maxNodes: 6,
      idleSecondsBeforeScaledown: 60,
      tags: { team: "growth" },
    };
    const before = standard();
    const { changed } = await run("up");
    assert.deepEqual(changed.sort(), [
      ...["update churn-compute", "update churn-default", "update churn-deployment", "update churn-identity"],
    ]);
    assert.equal(standard(), before);
  });

  it("makes low-priority nodes, with dedicated ones beside them, before the old ones go", async () => {
    args = { ...args, vmPriority: "lowPriority", instanceCount: 2, dedicatedTopUp: { maxNodes: 2 } };
    const [before = ""] = named("Compute");
    const { changed } = await run("up");
    inOrder(changed, [
      ...["create churn-compute", "create churn-deployment", "update churn-default"],
      ...["delete churn-deployment", "delete churn-compute"],
    ]);
    inOrder(changed, ["create churn-top-up-compute", "create churn-top-up-deployment", "delete churn-deployment"]);
    assert.deepEqual(
      [named("Compute").length, named("Compute").includes(before), named("BatchDeployment").length],
      [2, false, 2],
    );
    resources += 2;
    assert.deepEqual((await run("preview")).counts, { same: resources });
  });

  it("moves to an endpoint of another name with a default there, even after a refresh", async () => {
    await run("refresh");
    args = { ...args, endpointName: "churn-files" };
    const { changed } = await run("up");
    inOrder(changed, ["create churn-churn-files", "create churn-deployment", "update churn-default", "delete churn"]);
    assert.deepEqual(named("BatchEndpoint"), ["churn-files"]);
    assert.equal(named("BatchDeployment").includes(String(standard())), true);
    assert.deepEqual((await run("preview")).counts, { same: resources });
  });

  it("goes, its clusters after its endpoint", async () => {
    const { changed } = await run("destroy");
    inOrder(changed, ["delete churn-churn-files", "delete churn-compute"]);
    // What uploads and registrations have made stays, as versions do.
    assert.deepEqual(["BatchEndpoint", "BatchDeployment", "Compute"].flatMap(named), []);
  });
});

function inOrder(changed: readonly string[], wanted: readonly string[]): void {
  const at = wanted.map((change) => changed.lastIndexOf(change));
  const isSorted = at.every((place, index) => place > (at[index - 1] ?? -1));
  assert.ok(isSorted, `${wanted.join(", ")} in\n${changed.join("\n")}`);
}
