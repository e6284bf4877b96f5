import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { temporaryFolder, writeFiles } from "../support/folder";

const script = path.resolve(__dirname, "../../components/batch/azureml/code/batch_score.py");
const entry = `
import os
import sys

print("imported by", os.environ["AZUREML_ENTRY_SCRIPT"], os.environ["AZUREML_MODEL_DIR"], file=sys.stderr)


def init():
    print("on stdout, where answers must not be")
    if os.environ.get("FAIL") == "init":
        raise ValueError("no weights")


def run(paths):
    paths = [os.path.basename(path) for path in paths if os.path.isabs(path)]
    if "die" in paths:
        os._exit(3)
    if "fail" in paths:
        raise ValueError("no number")
    return [[path, index, 'a, "b"'] for index, path in enumerate(paths)]
`;
const driver = `
import json
import sys

sys.path.insert(0, sys.argv[1])
import batch_score

batch_score.init()
for paths in json.loads(sys.argv[2]):
    try:
        print("ROWS", json.dumps(batch_score.run(paths)))
    except RuntimeError as problem:
        print("FAILED", json.dumps(str(problem).splitlines()))
`;

/** The entry script with an engine of the test's own, as Azure ML's driver calls it. Does not prove that driver, nor the real engine. */
describe("the entry script of batch deployments", function () {
  this.timeout(60_000);
  const { folder, remove } = temporaryFolder("batch-score");

  before(() => {
    writeFiles(folder, { "runtime/batch/azureml_entry.py": entry, "driver.py": driver });
  });
  after(remove);

  /** What the driver prints of mini-batches, and what the scorer does. */
  function drive(miniBatches: readonly (readonly string[])[], more: Readonly<Record<string, string>> = {}) {
    const { stdout, stderr, status } = spawnSync(
      "python3",
      [path.join(folder, "driver.py"), path.dirname(script), JSON.stringify(miniBatches)],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          PYTHONDONTWRITEBYTECODE: "1",
          SCORESTACK_RUNTIME: path.join(folder, "runtime"),
          SCORESTACK_SCORER_PYTHON: "python3",
          SCORESTACK_SCORER_ENTRY_SCRIPT: "score.py",
          SCORESTACK_SCORER_MODEL_DIR: "/models",
          AZUREML_MODEL_DIR: "/mnt/azureml/model",
          ...more,
        },
      },
    );
    const told = stdout.split("\n").flatMap((line) => {
      const [, kind, json = ""] = /^(ROWS|FAILED) (.*)$/.exec(line) ?? [];
      return kind === undefined ? [] : [{ kind, lines: JSON.parse(json) as string[] }];
    });
    return { told, stdout, stderr, status };
  }

  it("scores mini-batches in one process of the image's Python, with the image's variables", () => {
    const { told, stdout, stderr, status } = drive([["one.csv", "two.csv"], ["three.csv"]]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(told, [
      { kind: "ROWS", lines: ['one.csv,0,"a, ""b"""', 'two.csv,1,"a, ""b"""'] },
      { kind: "ROWS", lines: ['three.csv,0,"a, ""b"""'] },
    ]);
    assert.equal(stderr, "imported by score.py /models\n");
    assert.match(stdout, /^on stdout, where answers must not be$/m);
  });

  it("says what failed, and goes on with the next mini-batch", () => {
    const { told, stderr } = drive([["fail"], ["one.csv"]]);
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ["FAILED", "ROWS"],
    );
    const [failure = ""] = told.map(({ lines }) => lines.join("\n"));
    assert.match(failure, /^the scorer failed:\n[\s\S]*\nValueError: no number$/);
    assert.equal(stderr.split("imported by").length - 1, 1);
  });

  it("starts the scorer again after a mini-batch that has ended it", () => {
    const { told, stderr } = drive([["die"], ["one.csv"]]);
    assert.deepEqual(told, [
      { kind: "FAILED", lines: ["the scorer's process ended with 3; its own output is above"] },
      { kind: "ROWS", lines: ['one.csv,0,"a, ""b"""'] },
    ]);
    assert.equal(stderr.split("imported by").length - 1, 2);
  });

  it("fails with what init() said", () => {
    const { status, stderr } = drive([["one.csv"]], { FAIL: "init" });
    assert.equal(status, 1);
    assert.match(stderr, /RuntimeError: init\(\) of the scorer failed:\n[\s\S]*ValueError: no weights/);
  });
});
