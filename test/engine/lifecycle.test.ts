import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import type { OpMap, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { ModelImage, RegisteredModel } from "../../components";
import { Store } from "../../provider/store";
import { Clone } from "../support/clone";
import { writeFiles } from "../support/folder";

/**
 * Models and images on the real engine with the in-project provider: previews, updates, replaces, refreshes, deletes. Services are
 * proven in `test/local`.
 */
describe("models and images on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let stack: Stack;
  let modelName = "churn";

  const program: PulumiFn = () => {
    const model = new RegisteredModel("churn", { modelName, path: "work/model", tags: { team: "growth" } });
    const image = new ModelImage("churn", {
      executionScript: "work/score.py",
      condaFile: "work/conda.yml",
      models: model,
    });
    return Promise.resolve({
      modelId: model.modelId,
      version: model.version,
      identity: image.identity,
      imageId: image.imageId,
    });
  };

  before(async () => {
    clone = Clone.make("engine").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    writeFiles(clone.path("work"), {
      "model/weights.txt": "1",
      "score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
    });
    fs.copyFileSync(path.resolve("scorers/diabetes/conda.yml"), clone.path("work/conda.yml"));
    fs.copyFileSync(path.resolve("scorers/diabetes/conda.lock"), clone.path("work/conda.lock"));
    ({ stack } = await openStack({ root: clone.folder, stackName: "local", create: true, program }));
  });
  after(async () => {
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  const preview = async (): Promise<OpMap> => (await stack.preview()).changeSummary;

  /** Applies the program and returns the counts by operation and the outputs. */
  async function up(): Promise<{ counts: OpMap; outputs: Record<string, unknown> }> {
    const counts: OpMap = {};
    let outputs: Record<string, unknown> = {};
    await stack.up({
      onEvent: ({ summaryEvent, resOutputsEvent }) => {
        Object.assign(counts, summaryEvent?.resourceChanges);
        if (resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack") {
          outputs = resOutputsEvent.metadata.new?.outputs ?? outputs;
        }
      },
    });
    return { counts, outputs };
  }

  it("previews without side effects", async () => {
    assert.deepEqual(await preview(), { create: 5 });
    assert.deepEqual(new Store(clone.folder).modelStore.all(), []);
  });

  it("creates, and then finds nothing to do", async () => {
    const { counts } = await up();
    assert.deepEqual(counts, { create: 5 });
    assert.deepEqual(await preview(), { same: 5 });
    const [model] = new Store(clone.folder).models();
    assert.deepEqual([model?.name, model?.version, model?.images], ["churn", 1, ["churn:1"]]);
  });

  it("moves the model and its image with the model's content, in place, and keeps the version before", async () => {
    writeFiles(clone.path("work"), { "model/weights.txt": "2" });
    const { counts } = await up();
    assert.deepEqual(counts, { update: 2, same: 3 });
    const versions = new Store(clone.folder).models().map(({ version }) => version);
    assert.deepEqual(versions, [1, 2]);
  });

  it("moves the image alone with its script, and goes back to the version that content had", async () => {
    writeFiles(clone.path("work"), { "score.py": "def init():\n    pass\n\n\ndef run(data):\n    return [data]\n" });
    assert.deepEqual((await up()).counts, { update: 1, same: 4 });
    writeFiles(clone.path("work"), { "model/weights.txt": "1" });
    await up();
    assert.deepEqual(
      new Store(clone.folder).models().map(({ version }) => version),
      [1, 2],
    );
  });

  it("replaces a model that gets another name", async () => {
    modelName = "churn-next";
    const { counts } = await up();
    assert.equal(counts.replace, 1);
    assert.deepEqual(
      new Store(clone.folder).models().map(({ name, version }) => `${name}:${version}`),
      ["churn:1", "churn:2", "churn-next:1"],
    );
  });

  it("sees in a refresh what is gone, and the next update brings it back", async () => {
    fs.rmSync(clone.path(".scorestack/models/churn-next"), { recursive: true });
    await stack.refresh();
    assert.equal((await preview()).create, 1);
    await up();
    assert.deepEqual(await preview(), { same: 5 });
  });

  it("sees without a refresh that an image's bundle is gone", async () => {
    const store = new Store(clone.folder);
    for (const { identity } of store.imageStore.allBundles()) {
      store.imageStore.removeBundle(identity);
    }
    assert.deepEqual(await preview(), { same: 4, update: 1 });
    await up();
    assert.equal(store.imageStore.allBundles().length, 1);
  });

  it("keeps models and images when the stack goes", async () => {
    await stack.destroy();
    assert.notDeepEqual(new Store(clone.folder).models(), []);
    assert.notDeepEqual(new Store(clone.folder).images(), []);
  });
});
