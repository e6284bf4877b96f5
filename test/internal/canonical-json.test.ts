import { strict as assert } from "node:assert";
import fc from "fast-check";
import { canonicalJson, hashJson } from "../../components/internal/canonical-json";

describe("canonical JSON", () => {
  for (const [value, text] of [
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ é: 1, z: 2, Z: 3, "10": 4, "9": 5 }, '{"10":4,"9":5,"Z":3,"z":2,"é":1}'],
    [[3, 1, [2]], "[3,1,[2]]"],
    [{ a: undefined, b: { c: undefined } }, '{"b":{}}'],
    [{ __proto__: null, a: 1 }, '{"a":1}'],
    ['"\n\u2028é', '"\\"\\n\u2028é"'],
    [-0, "0"],
    [1e21, "1e+21"],
    [null, "null"],
  ] as const) {
    it(`writes ${text}`, () => {
      assert.equal(canonicalJson(value), text);
    });
  }

  const cycle: unknown[] = [];
  cycle.push({ cycle });
  for (const [what, value, message] of [
    ["undefined", undefined, "a value of type undefined"],
    ["a hole", [undefined], "a value of type undefined"],
    ["NaN", NaN, "a value of type number"],
    ["infinity", [Infinity], "a value of type number"],
    ["a function", { f: () => 1 }, "a value of type function"],
    ["a big integer", 1n, "a value of type bigint"],
    ["a date", new Date(0), "an instance of a class"],
    ["a map", new Map(), "an instance of a class"],
    ["a cycle", cycle, "a cycle"],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => canonicalJson(value), new TypeError(`canonical JSON can't hold ${message}`));
    });
  }

  it("takes the same object twice", () => {
    const shared = { x: 1 };
    assert.equal(canonicalJson([shared, shared]), '[{"x":1},{"x":1}]');
  });

  it("says the same as JSON for any value, in any order of keys (property)", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(canonicalJson(reversed(value)), text);
        assert.equal(hashJson(reversed(value)), hashJson(value));
      }),
    );
  });

  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(reversed);
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    const turned = Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)] as const);
    return Object.fromEntries(turned);
  }
});
