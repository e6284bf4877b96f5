import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { tickText, ticksTo, timeTicks, timeUnit } from "../../../cli/simulation/axis";
import { renderChart } from "../../../cli/simulation/chart";
import { listPrice, listPrices } from "../../../cli/simulation/price";
import { threeDigits, percent, type Report, renderReport } from "../../../cli/simulation/report";
import { defaults } from "./support";

const outcome = {
  requests: 1000,
  refused: 12,
  refusedShare: 0.012,
  latencyMs: { mean: 250, p50: 200, p95: 612.4, p99: 700, max: 900 },
  replicas: { least: 1, mean: 2.5, most: 4 },
  utilization: 0.61,
  replicaHours: 2,
};
const report: Report = {
  load: "a <load> & more",
  durationSeconds: 600,
  replicasForPeak: 4,
  secondsPerRequest: 0.2,
  settings: defaults,
  outcome,
  pricePerReplicaHour: 0.5,
  goal: { refusedShare: 0.001, p95Ms: 500 },
  proposal: {
    minReplicas: 2,
    maxReplicas: 5,
    targetUtilization: 60,
    outcome: { ...outcome, refused: 0, refusedShare: 0, replicaHours: 3 },
  },
  timeline: [
    { fromSeconds: 0, toSeconds: 300, requestsPerSecond: 2, refusedPerSecond: 0, replicas: 1, busy: 0.5, p95Ms: NaN },
    { fromSeconds: 300, toSeconds: 600, requestsPerSecond: 4, refusedPerSecond: 1, replicas: 4, busy: 3, p95Ms: 600 },
  ],
};

describe("the report of a simulation", () => {
  it("has what was simulated and what is proposed side by side", () => {
    const text = renderReport(report);
    for (const line of [
      /^answered 503 +12 \(1\.2 %\) +0 \(0 %\)$/m,
      /^p95, ms +612 +612$/m,
      /^cost, USD +1\.00 +1\.50$/m,
      /^a month like this, USD +4380\.00 +6570\.00$/m,
      /^At the greatest rate the formula \(replicasFor\) gives 4 replicas\.$/m,
      /^Goal: at most 0\.1 % answered 503, p95 at most 500 ms\. .*minReplicas 2, maxReplicas 5, targetUtilization 60\./m,
    ]) {
      assert.match(text, line);
    }
  });

  it("says why there is no proposal", () => {
    const text = renderReport({ ...report, proposal: undefined });
    assert.match(text, /^No number of replicas keeps to the goal \(.*\): a request alone takes 200 ms in the mean;/m);
    assert.doesNotMatch(text, /proposed/);
  });

  it("has numbers to read", () => {
    assert.deepEqual([0, 0.00123, 0.0456, 0.789, NaN].map(percent), ["0 %", "0.12 %", "4.6 %", "79 %", "-"]);
    assert.deepEqual([0.1234, 12.34, 1234.5, NaN].map(threeDigits), ["0.123", "12.3", "1,235", "-"]);
  });
});

/** Does not prove that it looks well: a person has to see it. */
describe("the chart of a simulation", () => {
  const chart = renderChart(report);

  it("is one whole SVG with title, units and both colour schemes, and no text that is not escaped", () => {
    assert.match(chart, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 960 \d+" .*role="img"/);
    assert.ok(chart.includes('<title id="title">a &lt;load&gt; &amp; more</title>'));
    assert.ok(chart.includes("@media (prefers-color-scheme: dark)"));
    assert.doesNotMatch(chart, /NaN|undefined|Infinity/);
    for (const label of ["Requests per second", "Replicas", "Latency, ms", "Time, min", "answered 503", "goal 500"]) {
      assert.ok(chart.includes(`>${label}</text>`), label);
    }
    const open = [...chart.matchAll(/<(\w+)(?: [^>]*[^/])?>/g)].map(([, tag]) => tag);
    const closed = [...chart.matchAll(/<\/(\w+)>/g)].map(([, tag]) => tag);
    assert.deepEqual(open.sort(), closed.sort());
  });

  it("draws what has no value as a gap", () => {
    const [, latency] = [...chart.matchAll(/class="line blue" d="([^"]+)"/g)].at(-1) ?? [];
    assert.match(latency ?? "", /^M504 [\d.]+V[\d.]+H936$/);
  });
});

describe("axes", () => {
  it("have round ticks from 0 to the greatest value or just beyond", () => {
    assert.deepEqual(ticksTo(45.1), [0, 20, 40, 60]);
    assert.deepEqual(ticksTo(0.9), [0, 0.25, 0.5, 0.75, 1]);
    assert.deepEqual(ticksTo(0), [0, 0.25, 0.5, 0.75, 1]);
    assert.deepEqual(ticksTo(1000), [0, 250, 500, 750, 1000]);
  });

  it("of time go in steps of a clock, in a unit that fits", () => {
    assert.deepEqual(timeTicks(60), [0, 10, 20, 30, 40, 50, 60]);
    assert.deepEqual(timeTicks(14_400).length, 9);
    assert.deepEqual(
      [60, 600, 14_400, 864_000].map((seconds) => timeUnit(seconds).name),
      ["s", "min", "h", "days"],
    );
    assert.deepEqual([0.25, 1500].map(tickText), ["0.25", "1,500"]);
  });
});

describe("list prices", () => {
  it("are those in docs/costs.md", () => {
    const page = fs.readFileSync(path.resolve(__dirname, "../../../docs/costs.md"), "utf8");
    assert.ok(page.includes(`${listPrices.cpuHour} a CPU-hour, ${listPrices.gbHour} a GB-hour`));
    assert.equal(listPrice({ cpuCores: 2, memoryInGb: 4 }).toFixed(4), "0.0988");
  });
});
