import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { DevPlace, type DevStack } from "../support/dev-stack";

/**
 * The stack `dev` on the real engine with the stand-in for Azure: which edit moves what, what a change by hand shows, what goes in
 * which order. Does not prove Azure itself: the stand-in builds and runs nothing.
 */
describe("stack dev on the real engine", function () {
  this.timeout(300_000);
  let place: DevPlace;
  let dev: DevStack;

  before(async () => {
    place = await DevPlace.make("dev", ["diabetes", "wine"]);
    dev = await place.stack("dev");
  });
  after(async () => {
    await place.remove();
  });

  it("previews without a side effect in the cloud", async () => {
    const { counts } = await dev.run("preview");
    assert.deepEqual(Object.keys(counts), ["create"]);
    assert.deepEqual(place.standIn.resources(), []);
  });

  it("comes up, and then there is nothing to do", async () => {
    await dev.run("up");
    await dev.assertWhole();
    assert.equal(place.standIn.resources("ContainerGroup").length, 2);
  });

  it("moves the image, the service and its proof with an edited score.py, and nothing else", async () => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited\n`);
    const { steps } = await dev.run("preview");
    assert.deepEqual(steps, [
      "replace AciService wine: smoke-test",
      "replace ModelImage wine",
      "update AciService wine",
    ]);
    await dev.run("up");
    await dev.assertWhole();
  });

  it("moves a model's files, its registration, image and service with the model", async () => {
    fs.appendFileSync(place.clone.path("scorers/diabetes/model/diabetes-ridge.joblib"), "more");
    const { steps } = await dev.run("preview");
    assert.deepEqual(steps, [
      "replace AciService diabetes: smoke-test",
      "replace ModelImage diabetes",
      "update AciService diabetes",
      "update RegisteredModel diabetes-ridge",
      "update RegisteredModel diabetes-ridge: files",
    ]);
    await dev.run("up");
    await dev.assertWhole();
  });

  it("moves one service alone with one of its options", async () => {
    fs.writeFileSync(
      place.clone.path("Pulumi.dev.yaml"),
      "config:\n  scorestack:location: westeurope\n  scorestack:services: { wine: { maxConcurrentRequests: 8 } }\n",
    );
    const { steps } = await dev.run("up");
    assert.deepEqual(steps, ["replace AciService wine: smoke-test", "update AciService wine"]);
    await dev.assertWhole();
  });

  it("moves nothing with what is for people", async () => {
    fs.appendFileSync(place.clone.path("scorers/wine/README.md"), "A remark.\n");
    fs.appendFileSync(place.clone.path("scorers/wine/train.py"), "# a remark\n");
    assert.deepEqual((await dev.run("preview")).steps, []);
  });

  it("sees a change by hand in a refresh, and puts it right", async () => {
    place.standIn.edit(({ resources }) => {
      const group = Object.values(resources).find(({ id }) => /containerGroups\/wine$/i.test(id));
      assert.ok(group);
      group.inputs.tags = { by: "hand" };
    });
    await dev.run("refresh");
    assert.ok((await dev.run("up")).steps.includes("update AciService wine"));
    await dev.assertWhole();
  });

  it("has no key and no secret variable open in its state, calls, previews and messages", async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    const setting = "scorestack:services.wine.environmentVariables.TOKEN";
    const set = ["pulumi", "config", "set", "--secret", "--path", setting, canary, "--stack", "dev"];
    assert.equal((await place.clone.run(...set)).code, 0);
    const seen = [await dev.run("preview"), await dev.run("up"), await dev.run("refresh")];
    assert.ok(seen[1]?.steps.includes("update AciService wine"), seen[1]?.steps.join());
    await place.assertSealed("dev", [canary], seen);
  });

  it("goes in the right order, and leaves models and images", async () => {
    place.standIn.clearLog();
    await dev.run("destroy");
    const gone = place.standIn.log().map(({ name }) => name);
    assert.ok(gone.indexOf("wine") < gone.indexOf("workspace-registry"), gone.join(", "));
    assert.ok(gone.indexOf("workspace-registry") < gone.indexOf("workspace-group"));
    assert.equal(gone.at(-1), "workspace-group");
    assert.deepEqual(place.standIn.resources("ContainerGroup"), []);
  });
});
