import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { readEvent } from "../../cli/batch/events";
import { expandInput } from "../../cli/batch/inputs";
import { type GivenOptions, readOptions } from "../../cli/batch/options";
import { progressText, renderSummary, type BatchSummary } from "../../cli/batch/report";
import { describeError } from "../../cli/errors";
import { hider } from "../../cli/output/hider";
import { temporaryFolder, writeFiles } from "../support/folder";
import { assertTableOf } from "../support/rules-table";

let folder = "";
let remove = (): void => undefined;
before(() => {
  ({ folder, remove } = temporaryFolder("batch-options"));
  const names = ["a.csv", "b.csv", "c.txt", ".hidden.csv", "deep/d.csv", "deep/er/e.csv", "deep/er/f[1].csv"];
  writeFiles(folder, Object.fromEntries(names.map((name) => [name, ""])));
});
after(() => {
  remove();
});

/** The rules for options; that the command line reads its options through them is shown in test/local/batch.test.ts. */
describe("options of batch", () => {
  const good: GivenOptions = {
    scorer: "wine",
    input: ["a.csv"],
    output: "out",
  };
  const read = (given: Partial<GivenOptions>) => readOptions({ ...good, ...given }, folder, { TOKEN: "s3cret" });
  const rows: readonly (readonly [Partial<GivenOptions>, string])[] = [
    [
      { scorer: undefined },
      "'--scorer' must be given, or '--image' or '--identity' in its place, and only one of them, got none",
    ],
    [
      { image: "wine:1" },
      "'--scorer' must be given, or '--image' or '--identity' in its place, and only one of them, got 2",
    ],
    [{ scorer: undefined, image: "wine" }, "'--image' must be NAME:VERSION, got 'wine'; npm run images lists them"],
    [
      { scorer: undefined, identity: "XYZ" },
      "'--identity' must be 6 to 64 of the characters 0-9 a-f, got 'XYZ'; npm run images lists them",
    ],
    [{ input: [] }, "'--input' must be given: files, folders or patterns such as 'data/*.csv', got none"],
    [{ input: ["no.csv"] }, "'--input' must be a file or folder that is there, got 'no.csv'; it counts from FOLDER"],
    [{ input: ["*.xlsx"] }, "'--input' must be a pattern that files fit, got '*.xlsx'; it counts from FOLDER"],
    [{ output: undefined }, "'--output' must be given: the folder for the results, got none"],
    [{ output: "a.csv" }, "'--output' must be a folder, or new, got 'a.csv'"],
    [{ format: "xlsx" }, "'--format' must be 'auto', 'csv', 'jsonl', 'parquet' or 'files', got 'xlsx'"],
    [{ outputFormat: "xml" }, "'--output-format' must be 'csv', 'jsonl' or 'parquet', got 'xml'"],
    [{ miniBatchSize: "0" }, "'--mini-batch-size' must be a whole number from 1 to 1000000000, got '0'"],
    [{ workers: "1.5" }, "'--workers' must be a whole number from 1 to 1024, got '1.5'"],
    [{ retries: "-1" }, "'--retries' must be a whole number from 0 to 100, got '-1'"],
    [{ timeoutSeconds: "" }, "'--timeout-seconds' must be a whole number from 1 to 604800, got ''"],
    [{ errorThreshold: "many" }, "'--error-threshold' must be a whole number from -1 to 2000000000, got 'many'"],
    [{ columns: "age,,sex" }, "'--columns' must be names of columns with commas between them, got 'age,,sex'"],
    [
      { env: ["TOKEN=s3cret"] },
      "'--env' must be the name of an environment variable, got 'TOKEN'; export it, and give its name alone",
    ],
    [{ env: ["NOT_SET"] }, "'--env' must be an environment variable that is set, got 'NOT_SET'; export it first"],
    [{ env: ["PYTHONPATH"] }, "'--env' must not be a variable that the run itself sets, got 'PYTHONPATH'"],
  ];

  for (const [given, message] of rows) {
    it(`refuses ${JSON.stringify(given)}: ${message}`, () => {
      assert.throws(
        () => read(given),
        (error) => describeError(error) === message.replace("FOLDER", folder),
      );
    });
  }

  it("has a line in the docs for each rule", () => {
    assertTableOf("docs/batch-local.md", [...new Set(rows.map(([, message]) => message))]);
  });

  it("says all that is wrong at once", () => {
    assert.throws(
      () => read({ format: "xlsx", workers: "0" }),
      (error) => describeError(error).split("\n").length === 2,
    );
  });

  it("makes the engine's command line of the others", () => {
    const { settings, environment, inputs } = read({
      workers: "2",
      errorThreshold: "-1",
      restart: true,
      outputFormat: "csv",
      env: ["TOKEN"],
      input: ["*.csv"],
    });
    assert.deepEqual(inputs, ["a.csv", "b.csv"]);
    assert.deepEqual(environment, { TOKEN: "s3cret" });
    const expected = "--output-format csv --workers 2 --error-threshold -1 --restart";
    assert.deepEqual(settings, expected.split(" "));
  });
});

describe("inputs of batch", () => {
  for (const [given, expected] of [
    ["a.csv", ["a.csv"]],
    ["*.csv", ["a.csv", "b.csv"]],
    ["[ac].*", ["a.csv", "c.txt"]],
    ["?.txt", ["c.txt"]],
    ["deep/*.csv", ["deep/d.csv"]],
    ["**/*.csv", ["a.csv", "b.csv", "deep/d.csv", "deep/er/e.csv", "deep/er/f[1].csv"]],
    ["deep/er/f[1].csv", ["deep/er/f[1].csv"]],
    [".*.csv", [".hidden.csv"]],
    ["none/*.csv", []],
  ] as const) {
    it(`'${given}' is ${expected.join(", ") || "nothing"}`, () => {
      assert.deepEqual(expandInput(given, folder), expected);
    });
  }

  it("may be absolute", () => {
    const [a, b] = ["a.csv", "b.csv"].map((name) => path.join(folder, name));
    assert.deepEqual(expandInput(path.join(folder, "*.csv"), fs.realpathSync("/")), [a, b]);
  });
});

describe("the report of batch", () => {
  const progress = { event: "progress", rowsDone: 420_000, rowsFailed: 3, rowsTotal: 1_000_000 } as const;

  it("shows rows, rate and time left", () => {
    const text = progressText({ ...progress, rowsPerSecond: 52_300.4, secondsLeft: 11.2 });
    assert.equal(text, "420,000 of 1,000,000 rows, 11 s left, 52,300 rows/s, 3 failed");
    const first = progressText({ ...progress, rowsFailed: 0, rowsPerSecond: 0, secondsLeft: null });
    assert.equal(first, "420,000 of 1,000,000 rows");
  });

  it("sums up the rows, the first failures and the files", () => {
    const failures = [0, 1, 2, 3, 4].map((row) => ({ input: "a.csv", row, reason: "ValueError: no\n  at score.py" }));
    const summary: BatchSummary = {
      image: "wine:2",
      models: ["wine-cultivar:1"],
      rows: 1200,
      rowsFailed: 7,
      alreadyDone: 200,
      seconds: 2,
      rowsPerSecond: 500,
      retries: 1,
      failures,
      output: ["out/p.csv", "out/failures.jsonl"],
    };
    assert.equal(
      renderSummary(summary, folder),
      [
        "Scored 1,200 rows with wine:2 in 2 s, 500 rows/s, 200 of them by an earlier run",
        ...[0, 1, 2, 3, 4].map((row) => `${row === 0 ? "  failed  " : "          "}a.csv row ${row}: ValueError: no`),
        "          and 2 more",
        "          in full: out/failures.jsonl",
        "  retries 1",
        "  output  out/p.csv",
      ].join("\n"),
    );
  });

  it("hides the values of secrets, and lines of them", () => {
    const hide = hider(["s3cret-token", "first line\nsecond line", "short"]);
    assert.equal(hide("use s3cret-token, second line, short"), "use [secret], [secret], short");
    assert.equal(hider([])("nothing"), "nothing");
    const failure = { event: "failure", input: "a.csv", row: 1, reason: 'no entry with "tok\nen"' } as const;
    const read = readEvent(JSON.stringify(failure), hider(['"tok\nen"']));
    assert.deepEqual(read, { ...failure, reason: "no entry with [secret]" });
  });
});
