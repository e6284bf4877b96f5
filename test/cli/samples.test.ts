import { strict as assert } from "node:assert";
import { firstGood, parseSample, type Sample } from "../../cli/samples";

const locate = (file: string) => ({ file: `/bundle/${file}`, shownAs: file });

describe("sample requests", () => {
  it("are a POST to /score that expects 200, unless they say otherwise", () => {
    const sample = parseSample("one", { request: { text: "x" } }, locate);
    assert.deepEqual(sample, {
      name: "one",
      method: "POST",
      path: "/score",
      headers: {},
      body: { text: "x" },
      status: 200,
      reply: {},
    });
  });

  it("send JSON as JSON, and keep a content type that is given in any case", () => {
    const plain = parseSample("one", { request: { json: [1] } }, locate);
    assert.deepEqual([plain.headers, plain.body], [{ "Content-Type": "application/json" }, { text: "[1]" }]);
    const own = parseSample("one", { request: { json: null, headers: { "content-type": "application/x" } } }, locate);
    assert.deepEqual([own.headers, own.body], [{ "content-type": "application/x" }, { text: "null" }]);
  });

  it("have no body when none is given", () => {
    assert.equal(parseSample("usage", { request: { method: "GET" } }, locate).body, undefined);
  });

  it("are picked by their reply: the first good one that sends something, else the first good one", () => {
    const make = (name: string, status: number, text?: string): Sample =>
      parseSample(
        name,
        { request: { method: "GET", ...(text === undefined ? {} : { text }) }, reply: { status } },
        locate,
      );
    const [bad, usage, good] = [make("a", 400, "x"), make("b", 200), make("c", 200, "x")];
    assert.equal(firstGood([bad, usage, good])?.name, "c");
    assert.equal(firstGood([bad, usage])?.name, "b");
    assert.equal(firstGood([bad]), undefined);
  });
});
