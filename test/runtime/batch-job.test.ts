import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { KubernetesBatchJob } from "../../components";
import { only, runProgram } from "../harness";
import { containerImage as image } from "../support/aci-host";
import { temporaryFolder, writeFiles } from "../support/folder";
import { clusterHost } from "../support/kubernetes-host";

const runtime = path.resolve(__dirname, "../../runtime");
const scorer = `import json
def init(): pass
def run(data): return [row["x"] * 2 for row in json.loads(data)["data"]]
`;

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** The command of a Job's pods with the real engine, its mounts being folders here. Does not prove: containers, volumes, nodes. */
describe("what the pods of a batch run do", function () {
  this.timeout(60_000);
  const { folder, remove } = temporaryFolder("batch-job");
  after(remove);

  /** A pod of an index; `JOB_COMPLETION_INDEX` in the arguments is what the kubelet expands. */
  function podRun({ command, args }: Container, index: number) {
    const here = (text: string): string =>
      text
        .replace("/opt/scorestack", runtime)
        .replace(/^\/mnt/, folder)
        .replace("$(JOB_COMPLETION_INDEX)", String(index));
    const [, engine = ""] = command;
    return spawnSync("python3", [here(engine), ...args.map(here)], {
      encoding: "utf8",
      env: {
        ...process.env,
        AML_APP_ROOT: path.join(folder, "app"),
        AZUREML_ENTRY_SCRIPT: "score.py",
        SCORESTACK_IMAGE_IDENTITY: image.identity as string,
        PYTHONDONTWRITEBYTECODE: "1",
      },
    });
  }

  it("has each row in the output of one of them, once, and a pod that comes again does nothing twice", async () => {
    const rows = Array.from({ length: 100 }, (_, x) => JSON.stringify({ x }));
    writeFiles(folder, { "app/score.py": scorer, "input/rows/a.jsonl": `${rows.join("\n")}\n` });
    fs.mkdirSync(path.join(folder, "output"));
    const run = await runProgram(
      () =>
        new KubernetesBatchJob("scores", {
          ...{ host: clusterHost, image, inputClaim: "rows", inputPaths: ["rows"], outputClaim: "scores" },
          ...{ shards: 3, miniBatchSize: 7, outputFormat: "jsonl" },
        }),
    );
    const { spec } = only(run, "kubernetes:batch/v1:Job").inputs as {
      spec: { template: { spec: { containers: [Container] } } };
    };
    const [container] = spec.template.spec.containers;
    for (const index of [0, 1, 2, 1]) {
      const { status, stderr, stdout } = podRun(container, index);
      assert.equal(status, 0, stderr + stdout);
    }
    const [results = ""] = fs.readdirSync(path.join(folder, "output"));
    const files = fs
      .readdirSync(path.join(folder, "output", results))
      .filter((name) => /^part-\d-of-3\.jsonl$/.test(name));
    assert.equal(files.length, 3, fs.readdirSync(path.join(folder, "output", results)).join());
    const lines = files.flatMap((name) =>
      fs
        .readFileSync(path.join(folder, "output", results, name), "utf8")
        .trim()
        .split("\n"),
    );
    const found = lines.map((line) => JSON.parse(line) as { row: number; prediction: number });
    assert.deepEqual(
      found.sort((a, b) => a.row - b.row).map(({ row, prediction }) => [row, prediction]),
      rows.map((_, x) => [x, x * 2]),
    );
  });

  it("end with code 2 where another try would be refused as well", async () => {
    const run = await runProgram(
      () =>
        new KubernetesBatchJob("scores", {
          ...{ host: clusterHost, image, inputClaim: "rows", inputPaths: ["none"], outputClaim: "scores" },
        }),
    );
    const { spec } = only(run, "kubernetes:batch/v1:Job").inputs as {
      spec: { template: { spec: { containers: [Container] } } };
    };
    const { status, stderr } = podRun(spec.template.spec.containers[0], 0);
    assert.equal(status, 2, stderr);
  });
});
