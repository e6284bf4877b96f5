import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { openStack } from "../../cli/stack";
import type { AksServiceArgs } from "../../components";
import { serviceProgram, imageOf } from "../support/aks-service-program";
import { Clone } from "../support/clone";
import { type StandIn, startStandIn } from "./stand-in";

const steps = [{ mirrorPercent: 20 }, { trafficPercent: 50 }, { trafficPercent: 100 }];

/**
 * An `AksService` on the real engine with the stand-in for a cluster, which keeps objects as they are asked for. Does not prove a
 * cluster, nor that a service answers: the stand-in runs no pod and reads no field.
 */
describe("AksService on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let args: Partial<AksServiceArgs> = {
    image: imageOf("a"),
    environmentVariables: { TOKEN: pulumi.secret("canary-4811-token") },
  };

  before(async () => {
    clone = Clone.make("aks").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    standIn = await startStandIn(clone.path(".scorestack/stand-in/dev"));
    const where = { root: clone.folder, stackName: "dev", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program: () => Promise.resolve(serviceProgram(args)) }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  /** Runs an operation; returns its counts, what it did with which resource, and all that was shown. */
  async function run(operation: "up" | "preview" | "destroy") {
    let counts: OpMap = {};
    const did: string[] = [];
    let shown = "";
    const onEvent = ({ summaryEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      if (step && step.op !== "same" && !/^(pulumi:|scorestack:index:)/.test(step.type)) {
        did.push(`${step.op} ${step.urn.split("::").at(-1) ?? ""}`);
      }
    };
    await stack[operation]({ onEvent, onOutput: (text: string) => (shown += text) });
    return { counts, did: did.sort(), shown };
  }

  it("is made, and then there is nothing to do", async () => {
    const { counts } = await run("up");
    assert.deepEqual(counts, { create: 17 });
    assert.deepEqual((await run("preview")).counts, { same: 17 });
  });

  it("moves the replicas of a new image; route, keys and scaler stay", async () => {
    args = { ...args, image: imageOf("b") };
    const { did } = await run("up");
    assert.deepEqual(did, [
      "create-replacement churn-config-main",
      "delete-replaced churn-config-main",
      "replace churn-config-main",
      "update churn-deployment-main",
    ]);
  });

  it("moves the scaler alone with its bounds", async () => {
    args = { ...args, maxReplicas: 4 };
    assert.deepEqual((await run("up")).did, ["update churn-scaler-main"]);
  });

  it("moves the replicas with a key that is rotated, each with the keys that it was made with", async () => {
    args = { ...args, keyRotation: { primary: "2026-11-24" } };
    const { did } = await run("up");
    assert.deepEqual(did, [
      "create-replacement churn-keys",
      "delete-replaced churn-keys",
      "replace churn-keys",
      "update churn-deployment-main",
      "update churn-keys",
    ]);
  });

  it("rolls out step by step: the second version first, then the route alone, and it ends with that version alone", async () => {
    const { image, ...rest } = args;
    const versions = { main: { image: image ?? imageOf("b") }, next: { image: imageOf("c") } };
    const at = (step: number) => ({ ...rest, versions, rollout: { from: "main", to: "next", steps, step } });
    args = at(0);
    const first = (await run("up")).did;
    assert.ok(first.includes("create churn-deployment-next") && first.includes("update churn-route"), first.join("\n"));
    assert.ok(!first.some((step) => /deployment-main|config-main|scaler-main/.test(step)), first.join("\n"));
    for (const step of [1, 2, 0, 3]) {
      args = at(step);
      assert.deepEqual((await run("up")).did, ["update churn-route"]);
      assert.deepEqual((await run("up")).did, [], "repeated, it stays at its step");
    }
    const { traffic } = await clone.json<{ traffic: unknown }>("outputs", "--stack", "dev");
    assert.deepEqual(traffic, { main: 0, next: 100 });
    args = { ...rest, versions: { next: { image: imageOf("c") } } };
    const last = (await run("up")).did;
    assert.deepEqual(
      last.filter((step) => !step.startsWith("delete ")),
      ["update churn-route"],
    );
    assert.ok(
      last.every((step) => step.startsWith("update ") || step.endsWith("-main")),
      last.join("\n"),
    );
  });

  it("shows no secret: not in output, state or cloud", async () => {
    args = { ...args, environmentVariables: { TOKEN: pulumi.secret("canary-4812-token") } };
    const { shown } = await run("up");
    for (const text of ["canary-481", Buffer.from("canary-481").toString("base64").slice(0, 12)]) {
      const found = spawnSync("grep", ["-rlF", "--", text, clone.path(".scorestack")], { encoding: "utf8" }).stdout;
      assert.deepEqual([found, shown.includes(text)], ["", false], text);
    }
  });

  it("goes whole", async () => {
    await run("destroy");
    assert.deepEqual(standIn.resources(), []);
  });
});
