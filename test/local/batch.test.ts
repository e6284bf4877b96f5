import { strict as assert } from "node:assert";
import { type ChildProcess, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchSummary } from "../../cli/batch/report";
import { Store } from "../../provider/store";
import { answerOf, Clone } from "../support/clone";

const columns = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6";
const patient = [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87];

/**
 * Batch runs through the command line, with real images and processes. What the engine does when its own processes are killed, and
 * over a million rows, test/runtime shows; figures are the bench's.
 */
describe("npm run batch", function () {
  this.timeout(240_000);
  let clone: Clone;
  before(() => {
    clone = Clone.make("batch").keepScorers("diabetes", "digits", "wine");
    write("p.csv", patients(500));
  });
  after(() => {
    clone.discard();
  });

  const write = (file: string, lines: readonly string[]): void => {
    fs.mkdirSync(path.dirname(clone.path(file)), { recursive: true });
    fs.writeFileSync(clone.path(file), `${lines.join("\n")}\n`);
  };
  const linesOf = (file: string): string[] => fs.readFileSync(clone.path(file), "utf8").trim().split(/\r?\n/);
  const jsonLines = (file: string) => linesOf(file).map((line) => JSON.parse(line) as Record<string, unknown>);
  const args = (scorer: string, input: string, output: string): string[] => {
    return ["batch", "--scorer", scorer, "--input", input, "--output", output];
  };
  const scored = async (...given: string[]): Promise<BatchSummary & { readonly file: string }> => {
    const summary = await clone.json<BatchSummary>(...given);
    return { ...summary, file: summary.output.find((file) => path.basename(file) !== "failures.jsonl") ?? "" };
  };

  describe("scores", () => {
    it("CSV on a fresh clone: builds the image, makes no service and no state, and prints a summary", async () => {
      const { code, stdout, stderr } = await clone.run(...args("diabetes", "p.csv", "out/csv"));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Built image diabetes:1 /);
      const [, file = ""] =
        /^Scored 500 rows with diabetes:1 in \d+ s, [\d.,]+ rows\/s\n {2}output {2}(.*)\n$/.exec(stdout) ?? [];
      assertPatients(linesOf(file), 500);
      for (const part of ["services", "state"]) {
        assert.equal(fs.existsSync(clone.path(".scorestack", part)), false, part);
      }
    });

    it("JSON lines, by patterns of files, to JSON lines", async () => {
      const sample = clone.path("scorers/wine/requests/three-wines.json");
      const { request, reply } = JSON.parse(fs.readFileSync(sample, "utf8")) as Wines;
      for (const month of [1, 2]) {
        write(
          `wines/${month}.jsonl`,
          request.json.data.map((wine) => JSON.stringify(wine)),
        );
      }
      const { file, rows } = await scored(...args("wine", "wines/*.jsonl", "out/jsonl"), "--output-format", "jsonl");
      const expected = [1, 2].flatMap((month) =>
        reply.json.map(({ cultivar }, row) => [`wines/${month}.jsonl`, row, cultivar]),
      );
      assert.equal(rows, expected.length);
      assert.deepEqual(
        jsonLines(file).map(({ input, row, cultivar }) => [input, row, cultivar]),
        expected,
      );
    });

    it("Parquet, with pyarrow from the lock where the image has none", async () => {
      const python = new PythonOf(clone, "wine");
      const wines = JSON.parse(fs.readFileSync(clone.path("scorers/wine/requests/three-wines.json"), "utf8")) as Wines;
      python.run(
        "import json, sys, pyarrow as pa, pyarrow.parquet as p; p.write_table(pa.Table.from_pylist(json.loads(sys.argv[1])), sys.argv[2])",
        JSON.stringify(wines.request.json.data),
        clone.path("w.parquet"),
      );
      const { file } = await scored(...args("wine", "w.parquet", "out/parquet"), "--output-format", "parquet");
      const read = "import json, sys, pyarrow.parquet as p; print(json.dumps(p.read_table(sys.argv[1]).to_pylist()))";
      const rows = JSON.parse(python.run(read, clone.path(file))) as Record<string, unknown>[];
      assert.deepEqual(
        rows.map(({ row, cultivar }) => [row, cultivar]),
        wines.reply.json.map(({ cultivar }, row) => [row, cultivar]),
      );
    });

    it("a folder of images; one that is none fails alone, and the summary shows it", async () => {
      for (const name of ["a", "b", "c"]) {
        fs.mkdirSync(clone.path("images"), { recursive: true });
        fs.copyFileSync(clone.path("scorers/digits/requests/seven.png"), clone.path(`images/${name}.png`));
      }
      fs.writeFileSync(clone.path("images/bad.png"), "no image");
      const { code, stdout } = await clone.run(...args("digits", "images", "out/images"), "--output-format", "jsonl");
      assert.equal(code, 0);
      assert.match(stdout, /\n {2}failed {2}images\/bad\.png row \d+: .*the body is not an image/);
      assert.match(stdout, /in full: out\/images\/failures\.jsonl\n/);
      const [, file = ""] = / {2}output {2}(.*)\n/.exec(stdout) ?? [];
      assert.deepEqual(
        jsonLines(file).map(({ input, label }) => [input, label]),
        ["a", "b", "c"].map((name) => [`images/${name}.png`, 7]),
      );
      const strict = await clone.run(...args("digits", "images", "out/strict"), "--error-threshold", "0");
      assert.equal(strict.code, 1);
      assert.match(strict.stderr, /1 rows failed, '--error-threshold' is 0; failures\.jsonl names them/);
    });
  });

  describe("refuses", () => {
    for (const [what, given, code, said] of [
      [
        "no such scorer",
        args("nope", "p.csv", "out/x"),
        2,
        /'--scorer' must be one of diabetes, digits, wine, got 'nope'; npm run new-scorer makes one/,
      ],
      [
        "a missing file",
        args("diabetes", "nope.csv", "out/x"),
        2,
        /'--input' must be a file or folder that is there, got 'nope\.csv'/,
      ],
      [
        "a bad value",
        [...args("diabetes", "p.csv", "out/x"), "--workers", "0"],
        2,
        /'--workers' must be a whole number from 1 to 1024, got '0'/,
      ],
      [
        "an image that is not kept",
        ["batch", "--image", "diabetes:99", "--input", "p.csv", "--output", "out/x"],
        2,
        /'--image' must be one image that is kept here: .*diabetes:1.*; got 'diabetes:99'/,
      ],
      [
        "a table without the columns",
        args("wine", "p.csv", "out/x"),
        2,
        /p\.csv.* must have the columns malic_acid, ash, /,
      ],
    ] as const) {
      it(`${what}, in a line that says what to do, and makes nothing`, async () => {
        const answer = await clone.run(...given);
        assert.equal(answer.code, code, answer.stderr);
        assert.equal(answer.stdout, "");
        assert.match(answer.stderr, said);
        assert.doesNotMatch(answer.stderr, /^\s+at |Traceback/m);
        assert.equal(fs.existsSync(clone.path("out/x/predictions.csv")), false);
      });
    }

    it("a scorer whose init() fails, with exit code 3 and its traceback", async () => {
      clone.edit("scorers/wine/score.py", (text) =>
        text.replace(
          "    global cultivar_model",
          "    raise RuntimeError('no model today')\n    global cultivar_model",
        ),
      );
      const { code, stderr } = await clone.run(...args("wine", "wines/1.jsonl", "out/init"));
      assert.equal(code, 3, stderr);
      assert.match(stderr, /score\.py.*\n(.*\n)*.*no model today/);
    });
  });

  describe("goes on", () => {
    const slow = (output: string): string[] => [
      ...args("diabetes", "p.csv", output),
      "--mini-batch-size",
      "10",
      "--workers",
      "2",
    ];

    before(() => {
      clone.edit("scorers/diabetes/score.py", (text) =>
        text.replace(
          "    return model.predict",
          '    print("one mini-batch", os.environ.get("TOKEN"), flush=True)\n    __import__("time").sleep(0.1)\n    return model.predict',
        ),
      );
    });

    it("after a kill of the command: its Python processes end, and the same command scores the rest", async () => {
      const child = clone.spawn(...slow("out/killed"));
      const answer = answerOf(child);
      await printed(child, /one mini-batch/g, 12);
      child.kill("SIGKILL");
      await answer;
      await until(
        () => clone.processes().length === 0,
        () => clone.processes().join("\n"),
      );
      const { code, stdout, stderr } = await clone.run(...slow("out/killed"));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Continuing: \d+ of 500 rows were done by an earlier run\.$/m);
      const [, file = ""] = / {2}output {2}(.*)\n/.exec(stdout) ?? [];
      assertPatients(linesOf(file), 500);
    });

    it("after Ctrl-C, which says how", async () => {
      const child = clone.spawn(...slow("out/stopped"));
      const answer = answerOf(child);
      await printed(child, /one mini-batch/g, 12);
      child.kill("SIGINT");
      const { code, stderr } = await answer;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /at least \d+ of 500 rows are done; the same command goes on from there/);
      const again = await clone.run(...slow("out/stopped"));
      assert.match(again.stderr, /^Continuing: \d+ of 500 rows/m);
      assertPatients(linesOf(/ {2}output {2}(.*)\n/.exec(again.stdout)?.[1] ?? ""), 500);
    });
  });

  describe("runs", () => {
    it("a kept image, in place of the scorer as it is now", async () => {
      const { code, stderr, stdout } = await clone.run(
        "batch",
        "--image",
        "diabetes:1",
        "--input",
        "p.csv",
        "--output",
        "out/kept",
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /with diabetes:1 /);
      assert.doesNotMatch(stderr, /one mini-batch/);
    });

    it("with the variables that are named, and hides their values", async () => {
      write("one.csv", patients(1));
      process.env["TOKEN"] = "s3cret-token";
      try {
        const hidden = await clone.run(...args("diabetes", "one.csv", "out/hidden"));
        assert.match(hidden.stderr, /one mini-batch None/);
        const { stderr } = await clone.run(...args("diabetes", "one.csv", "out/token"), "--env", "TOKEN");
        assert.match(stderr, /one mini-batch \[secret\]/);
        assert.doesNotMatch(stderr, /s3cret/);
      } finally {
        delete process.env["TOKEN"];
      }
    });
  });
});

interface Wines {
  readonly request: { readonly json: { readonly data: object[] } };
  readonly reply: { readonly json: { readonly cultivar: string }[] };
}

/** The interpreter of a scorer's image, with what batch runs have beside it. */
class PythonOf {
  private readonly python: string;
  private readonly packages: string;

  constructor(clone: Clone, scorer: string) {
    const store = new Store(clone.folder);
    const environment = store.images().find(({ name }) => name === scorer)?.environment ?? "";
    this.python = store.environments.python(environment);
    const folder = clone.path(".scorestack/batch-packages");
    this.packages = path.join(folder, fs.readdirSync(folder).find((name) => name !== "locks") ?? "");
  }

  run(code: string, ...given: string[]): string {
    const env = { ...process.env, PYTHONPATH: this.packages };
    return execFileSync(this.python, ["-c", code, ...given], { encoding: "utf8", env });
  }
}

async function printed(child: ChildProcess, what: RegExp, times: number): Promise<void> {
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  await until(
    () => (said.match(what) ?? []).length >= times,
    () => said,
  );
}

async function until(holds: () => boolean, explain: () => string): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end, explain());
    await sleep(50);
  }
}

function assertPatients(lines: readonly string[], count: number): void {
  const [head, ...rows] = lines.map((line) => line.replaceAll('"', "").split(","));
  assert.deepEqual(head?.slice(0, 2), ["input", "row"]);
  assert.deepEqual(
    rows.map(([, row]) => Number(row)),
    Array.from({ length: count }, (_, row) => row),
  );
  assert.ok(rows[39]?.[2]?.startsWith("205.51"), String(rows[39]));
}

/** Patients that differ in their age alone; the one of row 39 is the scorer's sample. */
function patients(count: number): string[] {
  return [columns, ...Array.from({ length: count }, (_, row) => [20 + (row % 60), ...patient.slice(1)].join(","))];
}
