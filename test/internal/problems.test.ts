import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { brokenRule, oneOf, problemLine, shown, wholeNumber } from "../../components/internal/problems";
import { isLater, Problems } from "../../components/internal/validate";

describe("problem lines", () => {
  it("are property, rule, value and remedy", () => {
    assert.equal(
      problemLine("port", "must be free", "80", "choose another"),
      "'port' must be free, got 80; choose another",
    );
    assert.equal(problemLine("port", "must be free", "80"), "'port' must be free, got 80");
    assert.equal(problemLine("key", "must be long"), "'key' must be long");
  });

  for (const [value, text] of [
    ["a", "'a'"],
    ["", "''"],
    [1.5, "1.5"],
    [null, "null"],
    [undefined, "nothing"],
    [{ a: ["b"] }, '{"a":["b"]}'],
    ["x".repeat(200), `'${"x".repeat(118)}…`],
  ] as const) {
    it(`show ${text}`, () => {
      assert.equal(shown(value), text);
    });
  }

  it("show of a value what its rule says, and of a secret nothing", () => {
    const rule = { must: "must be short", holds: () => false, remedy: () => "cut it" };
    assert.equal(brokenRule("a", "long", rule), "'a' must be short, got 'long'; cut it");
    assert.equal(
      brokenRule("a", "long", { ...rule, show: () => "4 letters" }),
      "'a' must be short, got 4 letters; cut it",
    );
    assert.equal(brokenRule("a", "long", { ...rule, secret: true }), "'a' must be short");
    assert.equal(brokenRule("a", "long", { ...rule, holds: () => true }), undefined);
  });

  it("name closed sets and ranges", () => {
    assert.equal(oneOf(["a"]).must, "must be 'a'");
    assert.equal(oneOf(["a", "b"]).must, "must be 'a' or 'b'");
    assert.equal(oneOf(["a", "b", "c"]).must, "must be 'a', 'b' or 'c'");
    const range = wholeNumber(1, 3);
    assert.deepEqual(
      [0, 1, 3, 4, 1.5, NaN, "2" as unknown as number].map((value) => range.holds(value)),
      [false, true, true, false, false, false, false],
    );
  });

  it("are collected under an owner's words, and thrown together", () => {
    const problems = new Problems("scorers/x: ");
    problems.throwIfAny();
    problems.plain("a", 0, wholeNumber(1, 2));
    problems.plain("b", undefined, wholeNumber(1, 2));
    problems.add("c", "must not be");
    const lines = ["'scorers/x: a' must be an integer from 1 to 2, got 0", "'scorers/x: c' must not be"];
    assert.deepEqual(problems.lines, lines);
    assert.throws(
      () => {
        problems.throwIfAny();
      },
      new pulumi.RunError(lines.join("\n")),
    );
  });

  it("know what is known later only", () => {
    assert.deepEqual(
      [
        1,
        "a",
        null,
        { a: [1] },
        pulumi.output(1),
        Promise.resolve(1),
        [pulumi.output(1)],
        { a: { b: pulumi.output(1) } },
      ].map(isLater),
      [false, false, false, false, true, true, true, true],
    );
  });
});
