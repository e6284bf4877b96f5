import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { arrivalsOf, expectedRequests, steady, type Trace } from "../../../cli/simulation/load";
import { parseTrace } from "../../../cli/simulation/trace-file";

const parsed = (text: string): Trace | readonly string[] => parseTrace("monday.csv", text);
const trace = (durationSeconds: number, ...steps: [number, number][]): Trace => ({
  steps: steps.map(([atSeconds, requestsPerSecond]) => ({ atSeconds, requestsPerSecond })),
  durationSeconds,
});

describe("a trace", () => {
  for (const [what, text, expected] of [
    ["numbers, a second each", "5\n7.5\n0\n", trace(3, [0, 5], [1, 7.5], [2, 0])],
    ["times and numbers", "10,5\n70;7\n130\t9\n", trace(180, [0, 5], [60, 7], [120, 9])],
    ["a header in any order", "requestsPerSecond,region,time\n5,west,0\n6,east,30\n", trace(60, [0, 5], [30, 6])],
    [
      "timestamps",
      "time,requestsPerSecond\n2026-11-24T10:00:00Z,5\n2026-11-24T10:05:00Z,6\n",
      trace(600, [0, 5], [300, 6]),
    ],
    [
      "JSON lines",
      '{"time": 1, "requestsPerSecond": 5}\n\n{"time": 3, "requestsPerSecond": 6}\n',
      trace(4, [0, 5], [2, 6]),
    ],
    ["JSON lines without times", '{"requestsPerSecond": 5}\n', trace(1, [0, 5])],
    ["one line with a time, which lasts a minute", "0,5\r\n", trace(60, [0, 5])],
  ] as const) {
    it(`may be ${what}`, () => {
      assert.deepEqual(parsed(text), expected);
    });
  }

  for (const [text, ...expected] of [
    [
      "5\nmany\n-1\n",
      "monday.csv:2: 'trace' must have requests per second from 0 to 1000000, got 'many'; correct the number, or remove the line",
      "monday.csv:3: 'trace' must have requests per second from 0 to 1000000, got '-1'; correct the number, or remove the line",
    ],
    [
      "0,5\n1,2,3\n",
      `monday.csv:2: 'trace' must be a number, or a time and a number, got '1,2,3'; such as 12.5, 60,12.5 or {"time": 60, "requestsPerSecond": 12.5}`,
    ],
    [
      '{"time": 0, "requestsPerSecond": 5}\n{"time": 1,\n',
      `monday.csv:2: 'trace' must be JSON, one object a line, got '{"time": 1,'; such as 12.5, 60,12.5 or {"time": 60, "requestsPerSecond": 12.5}`,
    ],
    [
      "0,5\n0,6\n",
      "monday.csv:2: 'trace' must have times that rise from line to line, got 0 after 0 s; sort the lines, and remove repeated ones",
    ],
    ["0,5\n6\n", "monday.csv:2: 'trace' must have times in every line, or in none, got none"],
    [
      "0,5\nnoon,6\n",
      "monday.csv:2: 'trace' must have a time in seconds or ISO 8601, got 'noon'; such as 60 or 2026-11-24T10:00:00Z",
    ],
    [
      "time,rps\n0,5\n",
      "monday.csv:1: 'trace' must have a column 'requestsPerSecond', got 'time,rps'; name it so in the first line",
    ],
    ["\n", "monday.csv: 'trace' must have a line, got none; write requests per second, one a line"],
    ["0,1000000\n60,1\n", "monday.csv: 'trace' must have at most 5000000 requests, got 60000060; cut a part out of it"],
  ] as const) {
    it(`is refused where it is ${JSON.stringify(text)}, with file, line, value and remedy`, () => {
      assert.deepEqual(parsed(text), expected);
    });
  }

  it("tells ten bad lines, and how many there are more", () => {
    const problems = parsed(`5\n${"x\n".repeat(12)}`) as readonly string[];
    assert.deepEqual([problems.length, problems.at(-1)], [11, "monday.csv: and 2 lines more"]);
  });

  it("that is any text is read or refused, never thrown at", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.double().map(String))), (lines) => {
        const read = parsed(lines.join("\n"));
        assert.ok("steps" in read ? read.durationSeconds > 0 : read.length > 0);
      }),
    );
  });
});

describe("arrivals", () => {
  const all = (next: () => number): number[] => {
    const times: number[] = [];
    for (let time = next(); time !== Infinity; time = next()) {
      times.push(time);
    }
    return times;
  };
  const steps = trace(100, [0, 0], [10, 5], [20, 0], [50, 2], [60, 0]);

  it("at even distances are as many as the rates say, and none where the rate is 0", () => {
    const times = all(arrivalsOf(steps, "even", 1));
    assert.equal(times.length, expectedRequests(steps));
    assert.deepEqual(
      [times[0], times[49], times[50], times.at(-1)].map((time) => time?.toFixed(2)),
      ["10.10", "19.90", "50.25", "59.75"],
    );
  });

  it("of their own are so in the mean, the same for the same seed and others for another", () => {
    const times = all(arrivalsOf(steady(50, 2000), "poisson", 3));
    assert.ok(Math.abs(times.length / 100_000 - 1) < 0.01, String(times.length));
    assert.deepEqual(all(arrivalsOf(steps, "poisson", 4)), all(arrivalsOf(steps, "poisson", 4)));
    assert.notDeepEqual(all(arrivalsOf(steps, "poisson", 4)), all(arrivalsOf(steps, "poisson", 5)));
    assert.ok(
      all(arrivalsOf(steps, "poisson", 4)).every((time) => (time >= 10 && time < 20) || (time >= 50 && time < 60)),
    );
  });

  it("have gaps of an exponential distribution", () => {
    const times = all(arrivalsOf(steady(10, 40_000), "poisson", 9));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const beyond = (seconds: number): number => gaps.filter((gap) => gap > seconds).length / gaps.length;
    for (const seconds of [0.05, 0.1, 0.3]) {
      assert.ok(Math.abs(beyond(seconds) / Math.exp(-10 * seconds) - 1) < 0.03, String(beyond(seconds)));
    }
  });
});
