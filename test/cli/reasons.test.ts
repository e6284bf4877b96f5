import { strict as assert } from "node:assert";
import { pathKeys, reasonsOf, type Step } from "../../cli/output/reasons";

const image = (changes: Record<string, string>, more: Partial<Step> = {}): string[] =>
  reasonsOf({ type: "scorestack:local:Image", oldInputs: {}, newInputs: {}, changes, ...more });

describe("property paths", () => {
  for (const [path, keys] of [
    ["workers", ["workers"]],
    ['files["app/score.py"].sha256', ["files", "app/score.py", "sha256"]],
    ["models[0].digest", ["models", "0", "digest"]],
    ['tags["a\\"b"]', ["tags", 'a"b']],
    ['["odd.name"].x', ["odd.name", "x"]],
  ] as const) {
    it(`reads ${path}`, () => {
      assert.deepEqual(pathKeys(path), keys);
    });
  }
});

describe("why a resource moves", () => {
  it("names the file by where it comes from, and leaves out what follows from it", () => {
    const files = { "app/score.py": { source: "scorers/wine/score.py", sha256: "1" } };
    const changes = { 'files["app/score.py"].sha256': "update", identity: "update", dockerfile: "update" };
    assert.deepEqual(image(changes, { newInputs: { files } }), ["scorers/wine/score.py changed"]);
  });

  it("tells files that come and go", () => {
    const changes = { 'files["app/new.py"]': "add", 'files["app/old.py"]': "delete" };
    const told = image(changes, {
      oldInputs: { files: { "app/old.py": { source: "scorers/wine/old.py" } } },
      newInputs: { files: { "app/new.py": { source: "scorers/wine/new.py" } } },
    });
    assert.deepEqual(told, ["scorers/wine/new.py added", "scorers/wine/old.py removed"]);
  });

  it("tells the environment once, however much of it changed", () => {
    const changes = { "environment.requirements[0]": "update", "environment.lock": "delete" };
    assert.deepEqual(image(changes), ["Python environment changed"]);
  });

  it("names the model in an image", () => {
    const newInputs = { models: [{ modelName: "diabetes-ridge", version: 2 }] };
    assert.deepEqual(image({ "models[0].digest": "update", "models[0].version": "update" }, { newInputs }), [
      "model diabetes-ridge changed",
    ]);
  });

  it("names the file of a model", () => {
    const step = { type: "scorestack:local:Model", oldInputs: {}, newInputs: { source: "scorers/wine/model/a.onnx" } };
    assert.deepEqual(reasonsOf({ ...step, changes: { digest: "update" } }), ["scorers/wine/model/a.onnx changed"]);
  });

  it("shows short plain values as they were and as they will be", () => {
    const told = reasonsOf({
      type: "scorestack:local:Service",
      oldInputs: { workers: 1, description: "x".repeat(50), primaryKey: "[secret]" },
      newInputs: { workers: 2, description: "y".repeat(50), primaryKey: "[secret]" },
      changes: { workers: "update", description: "update", primaryKey: "update-replace", "tags.team": "add" },
    });
    assert.deepEqual(told, ["workers: 1 → 2", "description changed", "primaryKey changed", "tags.team added"]);
  });

  it("says that the identity changed where nothing else tells why", () => {
    assert.deepEqual(image({ identity: "update" }), ["identity changed"]);
  });
});
