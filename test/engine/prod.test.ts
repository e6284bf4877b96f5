import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { takeRejections } from "../rejections";
import { DevPlace, type DevStack } from "../support/dev-stack";

/**
 * The stack `prod` on the real engine with the stand-in for Azure and Kubernetes, after the stack `dev` whose images it runs: which edit
 * moves what, promotion by digest, what goes in which order. Does not prove Azure or Kubernetes themselves: the stand-in builds and runs
 * nothing, and its objects are ready at once.
 */
describe("stack prod on the real engine", function () {
  this.timeout(300_000);
  const cluster = { agentCount: 3, vmSize: "Standard_D4s_v5" };
  let place: DevPlace;
  let dev: DevStack;
  let prod: DevStack;

  const set = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    prod = await place.stack("prod", { "scorestack:cluster": cluster, ...settings });
  };
  const moved = (service: string): string[] => [
    `replace AksService ${service}: config-main`,
    `replace AksService ${service}: smoke-test`,
    `update AksService ${service}: deployment-main`,
  ];

  before(async () => {
    place = await DevPlace.make("prod", ["diabetes", "wine"]);
    dev = await place.stack("dev");
    await set();
  });
  after(async () => {
    await place.remove();
  });

  it("names the stack that has to be up before it", async () => {
    await assert.rejects(
      prod.run("preview"),
      /'scorestack:source' must be a stack that has images in a registry, got 'dev'/,
    );
    // The SDK has reported it to the engine.
    await takeRejections();
    await dev.run("up");
  });

  it("comes up with the images of dev by their digests, and then there is nothing to do", async () => {
    await prod.run("up");
    await prod.assertWhole();
    const images = place.standIn
      .resources("Deployment")
      .filter(({ token }) => token.startsWith("kubernetes:"))
      .map(({ inputs }) => JSON.stringify(inputs));
    assert.equal(images.length, 2);
    images.forEach((text) => {
      assert.match(text, /\.azurecr\.io\/(diabetes|wine)@sha256:[0-9a-f]{64}/);
    });
  });

  it("stays as it is while an edit has not come up in dev; then moves that service alone", async () => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited\n`);
    assert.deepEqual((await prod.run("preview")).steps, []);
    await dev.run("up");
    assert.deepEqual((await prod.run("preview")).steps, moved("wine"));
    await prod.run("up");
    await prod.assertWhole();
  });

  it("changes the number of nodes without touching a service, and their size pool by pool", async () => {
    await set({ "scorestack:cluster": { ...cluster, agentCount: 4 } });
    assert.deepEqual((await prod.run("up")).steps, ["update AksCluster cluster: pool-agents"]);
    await set({ "scorestack:cluster": { ...cluster, vmSize: "Standard_D8s_v5" } });
    place.standIn.clearLog();
    assert.deepEqual((await prod.run("up")).steps, ["replace AksCluster cluster: pool-agents"]);
    const pools = place.standIn.log().filter(({ name }) => name === "cluster-pool-agents");
    assert.deepEqual(
      pools.map(({ method }) => method).filter((method) => ["create", "delete"].includes(method)),
      ["create", "delete"],
    );
  });

  it("makes keys anew for one service alone", async () => {
    const services = { wine: { keyRotation: { primary: "2026-11-24" } } };
    await set({ "scorestack:cluster": { ...cluster, vmSize: "Standard_D8s_v5" }, "scorestack:services": services });
    const { steps } = await prod.run("up");
    assert.ok(steps.length > 0);
    steps.forEach((step) => {
      assert.match(step, / AksService wine\b/);
    });
    await prod.assertWhole();
  });

  it("has no key and no secret variable open in its state, calls, previews and messages", async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    const setting = "scorestack:services.wine.environmentVariables.TOKEN";
    const words = ["pulumi", "config", "set", "--secret", "--path", setting, canary, "--stack", "prod"];
    assert.equal((await place.clone.run(...words)).code, 0);
    const seen = [await prod.run("preview"), await prod.run("up"), await prod.run("refresh")];
    assert.ok(seen[1]?.steps.includes("update AksService wine: deployment-main"), seen[1]?.steps.join());
    await place.assertSealed("prod", [canary], seen);
  });

  it("sees a change by hand in a refresh, and puts it right", async () => {
    place.standIn.edit(({ resources }) => {
      const found = Object.values(resources).find(
        ({ token, inputs }) => token.endsWith(":Deployment") && JSON.stringify(inputs).includes("/wine@"),
      );
      assert.ok(found);
      (found.inputs.spec as { revisionHistoryLimit: number }).revisionHistoryLimit = 9;
    });
    await prod.run("refresh");
    assert.deepEqual((await prod.run("up")).steps, ["update AksService wine: deployment-main"]);
    await prod.assertWhole();
  });

  it("goes in the right order, and leaves dev as it is", async () => {
    place.standIn.clearLog();
    await prod.run("destroy");
    const gone = place.standIn.log().filter(({ method }) => method === "delete");
    const at = (name: string): number => gone.findIndex((call) => call.name === name);
    assert.ok(at("wine-deployment-main") < at("cluster"), gone.map(({ name }) => name).join(", "));
    assert.ok(at("cluster") < at("services"));
    await dev.assertWhole();
  });
});
