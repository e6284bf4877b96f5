import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { curlLine, quote } from "../../cli/output/curl";
import { keyPathOf } from "../../cli/output/summary";
import { parseSample, type Sample } from "../../cli/samples";

const locate = (file: string) => ({ file: `/bundle/samples/${file}`, shownAs: `scorers/my scorer/requests/${file}` });
const address = "http://127.0.0.1:5001/score";

/** The words that a real shell makes of a command line. */
function wordsOf(line: string, functions = ""): string[] {
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${functions}\n${line}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("quoting for the shell", () => {
  it("gives any text back as it was", () => {
    const text = fc.string({ unit: "grapheme", minLength: 0, maxLength: 60 }).filter((value) => !value.includes("\0"));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (values) => {
        assert.deepEqual(wordsOf(`curl ${values.map(quote).join(" ")}`), values);
      }),
      { numRuns: 40 },
    );
  });

  for (const text of ["", "it's", '"$HOME" `id` $(id) \\', "a\nb", "-d", "~", "*", "!x", "a;b&c|d>e"]) {
    it(`keeps ${JSON.stringify(text)}`, () => {
      assert.deepEqual(wordsOf(`curl ${quote(text)}`), [text]);
    });
  }
});

describe("the curl line", () => {
  const sample = (request: object): Sample => parseSample("one", { request }, locate);

  it("posts JSON with its content type", () => {
    const line = curlLine(address, sample({ json: { data: [[1, 0.5]], name: "it's" } }));
    assert.deepEqual(wordsOf(line), [
      "-sS",
      address,
      "-H",
      "Content-Type: application/json",
      "--data-raw",
      '{"data":[[1,0.5]],"name":"it\'s"}',
    ]);
  });

  it("sends a body file as it is", () => {
    const line = curlLine(address, sample({ bodyFile: "seven.png", headers: { "content-type": "image/png" } }));
    assert.deepEqual(wordsOf(line), [
      "-sS",
      address,
      "-H",
      "content-type: image/png",
      "--data-binary",
      "@scorers/my scorer/requests/seven.png",
    ]);
  });

  it("keeps another path, query and method", () => {
    const line = curlLine(address, sample({ method: "PUT", path: "/score?a=1&b=2", text: "x" }));
    assert.deepEqual(wordsOf(line), [
      ...["-sS", "-X", "PUT", "http://127.0.0.1:5001/score?a=1&b=2"],
      ...["-H", "Content-Type:", "--data-raw", "x"],
    ]);
  });

  it("names no method where curl takes the right one by itself", () => {
    assert.deepEqual(wordsOf(curlLine(address, sample({ method: "GET" }))), ["-sS", address]);
    assert.deepEqual(wordsOf(curlLine(address, sample({}))), ["-sS", "-X", "POST", address]);
  });

  it("takes the key from a command when it is pasted, and never holds it", () => {
    const line = curlLine(address, sample({ text: "x" }), "npm run -s outputs -- wine.primaryKey --show-secrets");
    const npm = 'npm() { [ "$*" = "run -s outputs -- wine.primaryKey --show-secrets" ] && echo k3y; }';
    assert.deepEqual(wordsOf(line, npm), [
      ...["-sS", address, "-H", "Content-Type:", "-H", "Authorization: Bearer k3y", "--data-raw", "x"],
    ]);
    assert.ok(!line.includes("k3y"));
  });
});

describe("where a service's key stands in the outputs", () => {
  const outputs = {
    count: 2,
    services: {
      wine: { scoringUri: address, primaryKey: "[secret]" },
      open: { scoringUri: "http://127.0.0.1:5002/score" },
    },
  };

  it("is found by the address", () => {
    assert.equal(keyPathOf(outputs, address), "services.wine.primaryKey");
  });

  it("is nowhere for a service without one", () => {
    assert.equal(keyPathOf(outputs, "http://127.0.0.1:5002/score"), undefined);
    assert.equal(keyPathOf(outputs, "http://127.0.0.1:5003/score"), undefined);
  });
});
