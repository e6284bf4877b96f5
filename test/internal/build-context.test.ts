import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  type ContextImage,
  formatRecord,
  type ModelFiles,
  parseRecord,
  planContext,
} from "../../components/internal/build-context";
import { hashJson } from "../../components/internal/canonical-json";
import { fromRoot } from "../../components/internal/project";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];
const image: ContextImage = {
  identity: c,
  dockerfile: "FROM debian\n",
  environment: { python: "", requirements: [], lock: "numpy==2.0.2\n" },
  files: {
    "app/score.py": { source: "work/score.py", sha256: a },
    "server/front.py": { source: "runtime/front.py", sha256: b, executable: true },
  },
};
const model: ModelFiles = {
  modelName: "churn",
  digest: b,
  files: { "weights/1.bin": { source: "/models/weights/1.bin", sha256: a, executable: false } },
};

describe("build context", () => {
  it("holds exactly these files", () => {
    const plan = planContext(image, [model]);
    assert.equal(plan.identity, c);
    assert.deepEqual(
      [...plan.files].map(([at, { source, text, executable }]) => [at, source ?? text, executable]),
      [
        ["Dockerfile", "FROM debian\n", false],
        ["app/azureml-models/churn/bbbbbbbbbbbb/weights/1.bin", "/models/weights/1.bin", false],
        ["app/score.py", fromRoot("work/score.py"), false],
        ["requirements.txt", "numpy==2.0.2\n", false],
        ["server/front.py", fromRoot("runtime/front.py"), true],
      ],
    );
  });

  it("is the same in whatever order its parts come", () => {
    const others = ["one", "two"].map((modelName) => ({ ...model, modelName }));
    const shuffled = fc.tuple(
      fc.shuffledSubarray(Object.entries(image.files), { minLength: 2 }),
      fc.shuffledSubarray([model, ...others], { minLength: 3 }),
    );
    const wanted = hashJson([...planContext(image, [model, ...others]).files]);
    fc.assert(
      fc.property(shuffled, ([files, models]) => {
        assert.equal(hashJson([...planContext({ ...image, files: Object.fromEntries(files) }, models).files]), wanted);
      }),
    );
  });

  it("has a record that can be read, and others that cannot", () => {
    const record = { identity: a, files: new Map([["x", { sha256: b, executable: true, sizeInBytes: 3 }]]) };
    assert.deepEqual(parseRecord(formatRecord(record)), record);
    for (const text of ["", "{", "{}", '{"schema":2,"identity":"x","files":{}}', '{"schema":1,"identity":"x"}']) {
      assert.equal(parseRecord(text), undefined, text);
    }
  });
});
