import { strict as assert } from "node:assert";
import fc from "fast-check";
import { compare } from "../../provider/rpc/diff";

describe("compare", () => {
  it("names what was added, removed and changed by its property path", () => {
    const olds = { a: 1, b: { c: 2, "d.e": 3 }, list: [1, 2], gone: true };
    const news = { a: 1, b: { c: 3, "d.e": 4 }, list: [1, 5, 6], come: true };
    assert.deepEqual(compare(olds, news), {
      "b.c": "update",
      'b["d.e"]': "update",
      "list[1]": "update",
      "list[2]": "add",
      gone: "delete",
      come: "add",
    });
  });

  it("passes over paths that only say where a thing is found", () => {
    const olds = { files: { "app/score.py": { source: "a.py", sha256: "1" } }, source: "a" };
    const news = { files: { "app/score.py": { source: "b.py", sha256: "1" } }, source: "b" };
    assert.deepEqual(compare(olds, news, /^source$|^files\["[^"]*"\]\.source$/), {});
  });

  it("finds a change of kind", () => {
    assert.deepEqual(compare({ a: [1] }, { a: { b: 1 } }), { a: "update" });
    assert.deepEqual(compare({ a: null }, { a: 0 }), { a: "update" });
  });

  it("finds nothing between a value and itself, and something between values that differ", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (a, b) => {
        assert.deepEqual(compare(a, structuredClone(a)), {});
        const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
        const same = isSame(normal(a), normal(b));
        assert.equal(Object.keys(compare(normal(a) as object, normal(b) as object)).length === 0, same);
      }),
    );
  });
});

function isSame(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
