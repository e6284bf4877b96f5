import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { DevPlace, type DevStack } from "../support/dev-stack";
import { recordOf, textOf } from "./stand-in/values";

/**
 * The stack `batch` on the real engine with the stand-in for Azure, after the stack `dev` whose images and workspace it uses: which edit
 * moves what, in which order, and what a failure leaves. Does not prove Azure ML: the stand-in keeps its rules as far as they are known,
 * builds no environment and runs no job.
 */
describe("stack batch on the real engine", function () {
  this.timeout(300_000);
  let place: DevPlace;
  let dev: DevStack;
  let batch: DevStack;

  const set = async (pools: Readonly<Record<string, unknown>>): Promise<void> => {
    batch = await place.stack("batch", { "scorestack:location": "", "scorestack:pools": pools });
  };
  const pool = { vmSize: "Standard_D4s_v3", maxNodes: 4 };
  const schedules = { nightly: { cron: "30 2 * * *", inputPath: "azureml://datastores/rows/paths/today/" } };
  const edit = async (mark: string): Promise<void> => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# ${mark}\n`);
    await dev.run("up");
  };
  const endpointOf = (scorer: string) => {
    const found = place.standIn
      .resources("BatchEndpoint")
      .find(({ urn = "" }) => urn.includes(":batch::") && urn.endsWith(`::${scorer}`));
    assert.ok(found, scorer);
    return found;
  };
  /** Which deployment works where callers name none. */
  const defaultOf = (scorer: string): string => {
    const { inputs } = endpointOf(scorer);
    return textOf(recordOf(recordOf(inputs["properties"]).defaults).deploymentName);
  };
  const deploymentsOf = (scorer: string): string[] => {
    const { id } = endpointOf(scorer);
    const all = place.standIn.resources("BatchDeployment").map((one) => one.id);
    return all.filter((one) => one.startsWith(`${id}/`)).map((one) => one.split("/").at(-1) ?? "");
  };
  /** What was made, changed and deleted of these resources, in order. */
  const calls = (...names: string[]): string[] =>
    place.standIn
      .log()
      .filter(({ name, method }) => names.includes(name) && ["create", "update", "delete"].includes(method))
      .map(({ method, name }) => `${method} ${name}`);

  before(async () => {
    place = await DevPlace.make("batch", ["diabetes", "wine"]);
    dev = await place.stack("dev");
    await set({ wine: { ...pool, schedules } });
  });
  after(async () => {
    await place.remove();
  });

  it("comes up after dev, in its workspace, and then there is nothing to do", async () => {
    await dev.run("up");
    await batch.run("up");
    await batch.assertWhole();
    assert.deepEqual(deploymentsOf("wine"), [defaultOf("wine")]);
    assert.notEqual(defaultOf("diabetes"), "");
  });

  it("finds nothing to do after a refresh", async () => {
    await batch.run("refresh");
    assert.deepEqual((await batch.run("preview")).steps, []);
  });

  it("takes a new image into a new deployment, makes it the default once it stands, and ends the old one last", async () => {
    const before = defaultOf("wine");
    await edit("second");
    place.standIn.clearLog();
    const { steps } = await batch.run("up");
    assert.ok(
      steps.every((step) => / BatchScoringPool wine\b/.test(step)),
      steps.join("\n"),
    );
    assert.ok(!steps.some((step) => /compute/.test(step)), "the nodes stay");
    const [made, switched, ended] = calls("wine-deployment", "wine-default");
    assert.deepEqual(
      [made, switched, ended],
      ["create wine-deployment", "update wine-default", "delete wine-deployment"],
    );
    assert.notEqual(defaultOf("wine"), before);
    assert.deepEqual(deploymentsOf("wine"), [defaultOf("wine")]);
    await batch.assertWhole();
  });

  it("makes a new pool for another priority before the old one's end, and switches in between", async () => {
    await set({ wine: { ...pool, vmPriority: "lowPriority", schedules } });
    place.standIn.clearLog();
    const { steps } = await batch.run("up");
    assert.ok(
      steps.every((step) => / BatchScoringPool wine\b/.test(step)),
      steps.join("\n"),
    );
    assert.deepEqual(calls("wine-compute", "wine-deployment", "wine-default"), [
      "create wine-compute",
      "create wine-deployment",
      "update wine-default",
      "delete wine-deployment",
      "delete wine-compute",
    ]);
    await batch.assertWhole();
  });

  it("has dedicated nodes beside it where they are asked for, and more nodes in place", async () => {
    await set({
      wine: { ...pool, maxNodes: 6, vmPriority: "lowPriority", schedules, dedicatedTopUp: { maxNodes: 2 } },
    });
    const { steps } = await batch.run("up");
    assert.ok(steps.includes("create BatchScoringPool wine: top-up-compute"), steps.join("\n"));
    assert.ok(steps.includes("update BatchScoringPool wine: compute"), steps.join("\n"));
    assert.equal(deploymentsOf("wine").length, 2);
    await batch.assertWhole();
  });

  it("leaves the old default at work where the new deployment fails, and the next run finishes", async () => {
    const before = defaultOf("wine");
    await edit("third");
    place.standIn.fault({ action: "fail", method: "create", urn: "::wine-deployment" });
    await assert.rejects(batch.run("up"));
    assert.equal(defaultOf("wine"), before);
    assert.ok(deploymentsOf("wine").includes(before));
    await batch.run("up");
    assert.notEqual(defaultOf("wine"), before);
    assert.equal(deploymentsOf("wine").length, 2);
    await batch.assertWhole();
  });

  it("keeps a secret out of what everyone in the workspace can see", async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    const setting = "scorestack:pools.wine.environmentVariables.TOKEN";
    const words = ["pulumi", "config", "set", "--secret", "--path", setting, canary, "--stack", "batch"];
    assert.equal((await place.clone.run(...words)).code, 0);
    const { code, stderr, stdout } = await place.up("batch");
    assert.equal(code, 1);
    assert.match(
      stderr + stdout,
      /'scorestack:pools\.wine\.environmentVariables\.TOKEN' must not be a secret; it would/,
    );
    assert.ok(!(stderr + stdout).includes(canary));
  });

  it("goes, and leaves dev as it is", async () => {
    await set({ wine: { ...pool, schedules } });
    await batch.run("destroy");
    const left = place.standIn.resources().filter(({ urn, deployed }) => urn?.includes(":batch::") && !deployed);
    assert.deepEqual(left, []);
    await dev.assertWhole();
  });
});
