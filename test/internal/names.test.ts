import { strict as assert } from "node:assert";
import fc from "fast-check";
import { imageName, modelName, serviceName } from "../../components/internal/names";
import { brokenRule } from "../../components/internal/problems";

const model = "must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first";
const image = "must be 3 to 32 lower-case letters, digits, dashes and dots, a letter or digit first and last";
const service = "must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last";

describe("names", () => {
  for (const [rule, names] of [
    [modelName, ["a", "A-b.c_9", "9", "x".repeat(255)]],
    [imageName, ["abc", "9-a.b", "a".repeat(32)]],
    [serviceName, ["abc", "a-9", "a".repeat(32)]],
  ] as const) {
    it(`takes ${names.map((name) => name.slice(0, 10)).join(", ")} where it ${rule.must}`, () => {
      assert.deepEqual(
        names.map((name) => brokenRule("name", name, rule)),
        names.map(() => undefined),
      );
    });
  }

  for (const [rule, name, line] of [
    [modelName, "my model!", `${model}, got 'my model!'; for example 'my-model-'`],
    [modelName, "", `${model}, got ''`],
    [modelName, "../x", `${model}, got '../x'; for example 'x'`],
    [modelName, "_x", `${model}, got '_x'; for example 'x'`],
    [imageName, "Image_1", `${image}, got 'Image_1'; for example 'image-1'`],
    [imageName, "ab", `${image}, got 'ab'`],
    [imageName, "abc-", `${image}, got 'abc-'; for example 'abc'`],
    [serviceName, "9lives", `${service}, got '9lives'; for example 'lives'`],
    [serviceName, "a.b.c", `${service}, got 'a.b.c'; for example 'a-b-c'`],
    [serviceName, "a".repeat(33), `${service}, got '${"a".repeat(33)}'; for example '${"a".repeat(32)}'`],
    [serviceName, 5 as unknown as string, `${service}, got 5`],
  ] as const) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      assert.equal(brokenRule("name", name, rule), `'name' ${line}`);
    });
  }

  it("only suggests names that hold (property)", () => {
    fc.assert(
      fc.property(fc.constantFrom(modelName, imageName, serviceName), fc.string(), (rule, name) => {
        const suggestion = /^for example '(.*)'$/s.exec(rule.remedy?.(name) ?? "")?.[1];
        assert.ok(suggestion === undefined || rule.holds(suggestion));
      }),
    );
  });
});
