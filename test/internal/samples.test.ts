import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { sampleFaults } from "../../components/internal/samples";
import { temporaryFolder, writeFiles } from "../support/folder";

/** Does not prove: that a scorer answers them. */
describe("sample requests", () => {
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("samples"));
  });
  afterEach(() => {
    remove();
  });

  function faults(sample: unknown, files: Record<string, string> = {}): string[] {
    const text = typeof sample === "string" ? sample : JSON.stringify(sample);
    writeFiles(folder, { "one.json": text, ...files });
    return sampleFaults(folder).map(
      ({ rule, got, remedy }) => `${rule}, got ${got ?? ""}${remedy === undefined ? "" : `; ${remedy}`}`,
    );
  }

  for (const sample of [
    {},
    { description: "x", request: {}, reply: {} },
    {
      request: { method: "GET", path: "/score?a=1", headers: { A: "b" } },
      reply: { status: 404, headers: { C: "d" }, text: "" },
    },
    { request: { json: null }, reply: { json: [1, { a: null }], tolerance: 0 } },
    { request: { text: "x" }, reply: { contains: "y" } },
    { request: { bodyFile: "body.png" } },
    { request: { bodyFile: "bodies/a.json" } },
  ]) {
    it(`take ${JSON.stringify(sample)}`, () => {
      assert.deepEqual(faults(sample, { "body.png": "", "bodies/a.json": "not a sample" }), []);
    });
  }

  for (const [sample, ...lines] of [
    [[], "must have an object as a sample in 'one.json', got []"],
    [{ requests: {} }, "must have in a sample only 'description', 'request', 'reply' in 'one.json', got 'requests'"],
    [{ description: 1 }, "must have a string as 'description' in 'one.json', got 1"],
    [{ request: "x" }, "must have an object as 'request' in 'one.json', got 'x'"],
    [
      { request: { body: 1 } },
      "must have in 'request' only 'method', 'path', 'headers', 'json', 'text', 'bodyFile' in 'one.json', got 'body'",
    ],
    [
      { request: { json: 1, text: "" } },
      "must have in 'request' at most one of 'json', 'text', 'bodyFile' in 'one.json', got 'json' and 'text'",
    ],
    [
      { request: { method: "get" } },
      "must have an HTTP method such as 'POST' as 'request.method' in 'one.json', got 'get'",
    ],
    [{ request: { path: "score" } }, "must have a path such as '/score' as 'request.path' in 'one.json', got 'score'"],
    [
      { request: { headers: { a: 1 } } },
      "must have an object of strings as 'request.headers' in 'one.json', got {\"a\":1}",
    ],
    [
      { request: { bodyFile: "none" } },
      "must name a file of its folder in 'request.bodyFile' in 'one.json', got 'none'; add the file or correct the name",
    ],
    [
      { request: { bodyFile: "../body.png" } },
      "must name a file of its folder in 'request.bodyFile' in 'one.json', got '../body.png'; add the file or correct the name",
    ],
    [
      { request: { bodyFile: "one.json" } },
      "must name a file of its folder in 'request.bodyFile' in 'one.json', got the sample 'one.json'; move the body into a subfolder",
    ],
    [{ reply: { status: 42 } }, "must have an integer from 100 to 599 as 'reply.status' in 'one.json', got 42"],
    [
      { reply: { json: 1, contains: "x" } },
      "must have in 'reply' at most one of 'json', 'text', 'contains' in 'one.json', got 'json' and 'contains'",
    ],
    [{ reply: { json: 1, tolerance: -1 } }, "must have a number from 0 as 'reply.tolerance' in 'one.json', got -1"],
    [{ reply: { tolerance: 1 } }, "must have 'reply.json' where 'reply.tolerance' is in 'one.json', got none"],
    [
      { request: { text: 1 }, reply: { text: 2 } },
      "must have a string as 'request.text' in 'one.json', got 1",
      "must have a string as 'reply.text' in 'one.json', got 2",
    ],
  ] as [unknown, ...string[]][]) {
    it(`refuse ${JSON.stringify(sample)}`, () => {
      assert.deepEqual(faults(sample), lines);
    });
  }

  it("must be JSON", () => {
    let reason = "";
    try {
      JSON.parse("{");
    } catch (error) {
      reason = (error as Error).message;
    }
    assert.deepEqual(faults("{"), [`must be JSON in 'one.json', got '${reason}'`]);
  });

  it("must be there", () => {
    writeFiles(folder, { "body.png": "", "sub/one.json": "{}" });
    assert.deepEqual(sampleFaults(folder), [
      {
        rule: "must hold at least one *.json file",
        got: "none",
        remedy: "add a request with its reply, such as 'one.json'",
      },
    ]);
  });

  it("of the scorers here have no faults", () => {
    const scorers = path.resolve(__dirname, "../../scorers");
    for (const scorer of fs.readdirSync(scorers)) {
      assert.deepEqual([scorer, sampleFaults(path.join(scorers, scorer, "requests"))], [scorer, []]);
    }
  });
});
