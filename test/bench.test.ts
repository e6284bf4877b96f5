import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Bar, bars, describeBar, judge, limitOf } from "../bench/bars";
import { releaseAll, using } from "../bench/cleanup";
import { best, type Comparison, compare, interleave, median, ratios, type Sample } from "../bench/comparison";
import { readOptions, sectionNames } from "../bench/options";
import { figure, renderComparison, renderVerdicts } from "../bench/report";
import { childTimes, timed } from "../bench/timed";
import { UsageError } from "../cli/errors";
import { temporaryFolder } from "./support/folder";

const root = path.resolve(__dirname, "..");
const time = { name: "time", unit: "s", better: "lower" } as const;
const rate = { name: "requests/s", unit: "", better: "higher" } as const;
const samples: Record<string, Sample[]> = {
  ours: [
    { time: 3, "requests/s": 90 },
    { time: 2, "requests/s": 100 },
    { time: 4, "requests/s": 80 },
  ],
  theirs: [
    { time: 4, "requests/s": 50 },
    { time: 5, "requests/s": 40 },
  ],
};
const comparison = compare("a title", [time, rate], samples);
const bar = { section: "noop", comparison: "a title", measure: "time", of: "ours" } as const satisfies Bar;
const outcome = (given: Bar): string | undefined => judge([given], { noop: [comparison] })[0]?.outcome;

/** That the bench can be run. What it measures, no test looks at: figures are for a quiet machine and a reader. */
describe("the bench's figures", () => {
  it("are gathered by measure and subject", () => {
    assert.deepEqual(comparison.measures, [
      { ...time, rounds: { ours: [3, 2, 4], theirs: [4, 5] } },
      { ...rate, rounds: { ours: [90, 100, 80], theirs: [50, 40] } },
    ]);
  });

  it("are taken in turns, every other round backwards", async () => {
    const order: string[] = [];
    const subject = (name: string) => () => {
      order.push(name);
      return Promise.resolve({ time: order.length });
    };
    const taken = await interleave(3, { a: subject("a"), b: subject("b") });
    assert.deepEqual(order, ["a", "b", "b", "a", "a", "b"]);
    assert.deepEqual(taken, { a: [{ time: 1 }, { time: 4 }, { time: 5 }], b: [{ time: 2 }, { time: 3 }, { time: 6 }] });
  });

  it("have medians, bests and ratios of both", () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([])], [2, 2.5, NaN]);
    const [times, rates] = comparison.measures as [Comparison["measures"][0], Comparison["measures"][0]];
    assert.deepEqual([best(times, "ours"), best(rates, "ours"), best(rates, "nobody")], [2, 100, NaN]);
    assert.deepEqual(ratios(times, "ours", "theirs"), { best: 0.5, median: 3 / 4.5 });
    assert.deepEqual(ratios(rates, "ours", "theirs"), { best: 2, median: 2 });
  });

  it("are shown with three digits, ratios first", () => {
    assert.deepEqual([0.12345, 12, 12.345, 1234.5, NaN].map(figure), ["0.123", "12", "12.3", "1,235", "-"]);
    assert.deepEqual(renderComparison(comparison).split("\n"), [
      "a title (3 rounds)",
      "subject  first ÷ it  (medians)  time, s  (median)  requests/s",
      "ours                                  2         3          90",
      "theirs        0.500      0.667        4      4.50          45",
    ]);
  });

  it("read what the shell says of its children's time", () => {
    assert.equal(childTimes("said\n0m0.00s 0m0.01s\n1m1.25s 0m0.50s\n"), 61.75);
    assert.equal(childTimes("said"), NaN);
  });

  it("tell a command's time, and what it said when it failed", async () => {
    const { seconds, cpuSeconds, stdout } = await timed([process.execPath, "-e", "console.log(1)"], root);
    assert.ok(seconds > 0 && cpuSeconds > 0);
    assert.equal(stdout.split("\n")[0], "1");
    await assert.rejects(timed(["sh", "-c", "echo cause >&2; exit 3"], root), /ended with 3\n[^]*cause/);
  });
});

describe("the bench's bars", () => {
  it("hold, are missed or not measured", () => {
    assert.equal(outcome({ ...bar, to: "theirs", atMost: 0.5 }), "held");
    assert.equal(outcome({ ...bar, to: "theirs", atMost: 0.49 }), "missed");
    assert.equal(outcome({ ...bar, measure: "requests/s", to: "theirs", atLeast: 2 }), "held");
    assert.equal(outcome({ ...bar, measure: "requests/s", to: "theirs", atLeast: 2.01 }), "missed");
    assert.equal(outcome({ ...bar, comparison: "another", atMost: 1 }), "not measured");
  });

  it("without another subject are held against the worst round", () => {
    assert.equal(outcome({ ...bar, atMost: 4 }), "held");
    assert.equal(outcome({ ...bar, atMost: 3 }), "missed");
  });

  it("of sections that did not run are left out", () => {
    assert.deepEqual(judge(bars, {}), []);
    assert.deepEqual(new Set(bars.map(({ section }) => section)), new Set(sectionNames));
  });

  it("are named with their limit", () => {
    const given: Bar = { ...bar, to: "theirs", atMost: 1.2 };
    assert.equal(describeBar(given), "a title: time of ours ÷ theirs");
    assert.deepEqual([limitOf(given), limitOf({ ...bar, atLeast: 1 })], ["≤ 1.2", "≥ 1"]);
    assert.equal(limitOf({ ...given, atLeast: 0.8 }), "≥ 0.8, ≤ 1.2");
    assert.match(
      renderVerdicts(judge([given], { noop: [comparison] })),
      /a title: time of ours ÷ theirs +≤ 1\.2 +0\.500 +held/,
    );
  });
});

describe("the bench's options", () => {
  const read = (...args: string[]) => readOptions(args, root, new Date("2026-11-22T20:15:00Z"));
  const refused = (message: string, ...args: string[]): void => {
    assert.throws(
      () => read(...args),
      (error: unknown) => error instanceof UsageError && error.message === message,
    );
  };

  it("are all sections and sizes without any", () => {
    assert.deepEqual(read(), {
      sections: ["scoring", "edit", "noop", "dev", "updates", "simulate", "batch", "fpga"],
      quick: false,
      sizes: [1, 10, 100, 1000],
      json: path.join(root, ".scorestack/bench/2026-11-22T201500.json"),
    });
  });

  it("pick sections, in the bench's own order", () => {
    const { sections, quick, sizes } = read("updates", "edit", "--quick", "--sizes", "10,1,10");
    assert.deepEqual([sections, quick, sizes], [["edit", "updates"], true, [1, 10]]);
  });

  it("that can't be are told in one line", () => {
    refused("'sections' must be of scoring, edit, noop, dev, updates, simulate, batch, fpga, got 'scores'", "scores");
    refused("'--sizes' must be whole numbers from 1 to 5000 with commas between, got '1,x'", "--sizes", "1,x");
    refused("'--sizes' must be whole numbers from 1 to 5000 with commas between, got '0'", "--sizes", "0");
    refused("unknown option '--fast'", "--fast");
  });
});

describe("what the bench has started", () => {
  it("ends after its work, after a failure, and with the run", async () => {
    const ended: string[] = [];
    const end = (name: string): Promise<void> => {
      ended.push(name);
      return Promise.resolve();
    };
    assert.equal(await using("one", end, (name) => Promise.resolve(name.length)), 3);
    await assert.rejects(
      using("two", end, () => Promise.reject(new Error("failed"))),
      /failed/,
    );
    await using("three", end, () => using("four", end, releaseAll));
    assert.deepEqual(ended, ["one", "two", "four", "three"]);
  });
});

describe("npm run bench", function () {
  this.timeout(120_000);

  it("measures no-op operations of one service, and writes what it measured", () => {
    const { folder, remove } = temporaryFolder("bench-test");
    try {
      const json = path.join(folder, "results.json");
      const args = ["noop", "--quick", "--sizes", "1", "--json", json];
      const command = ["--import", "tsx", path.join(root, "bench/main.ts"), ...args];
      const stdout = execFileSync(process.execPath, command, { cwd: root, encoding: "utf8", stdio: "pipe" });
      assert.match(stdout, /^no-op preview, 1 service \(1 round\)$/m);
      const { measured } = JSON.parse(fs.readFileSync(json, "utf8")) as { measured: { noop: Comparison[] } };
      assert.deepEqual(
        measured.noop.map(({ title, subjects, measures }) => [title, subjects, measures.map(({ name }) => name)]),
        ["up", "preview"].map((operation) => [
          `no-op ${operation}, 1 service`,
          ["scorestack", "raw program, lean", "raw program"],
          ["time", "in the engine", "CPU"],
        ]),
      );
      assert.ok(
        measured.noop.every(({ measures }) =>
          measures.every(({ rounds }) =>
            Object.values(rounds)
              .flat()
              .every((value) => value > 0),
          ),
        ),
      );
    } finally {
      remove();
    }
  });
});
