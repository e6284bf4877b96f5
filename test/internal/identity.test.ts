import { strict as assert } from "node:assert";
import { hashJson } from "../../components/internal/canonical-json";
import { type IdentityParts, imageIdentity } from "../../components/internal/identity";

const digest = (character: string): string => character.repeat(64);

const parts: IdentityParts = {
  runtime: "python",
  executionScript: "score.py",
  files: { "app/score.py": { sha256: digest("1") }, "server/front.py": { sha256: digest("2"), executable: true } },
  environment: { python: ">=3.9", requirements: ["a==1", "b"], lock: "# lock\n" },
  models: [
    { modelName: "one", digest: digest("3") },
    { modelName: "two", digest: digest("4") },
  ],
  dockerfile: "FROM x\n",
};

describe("image identity", () => {
  it("is the hash of content alone, in a form that must not change without a new schema number", () => {
    const expected = {
      schema: 1,
      files: {
        "app/score.py": { sha256: digest("1"), executable: false },
        "server/front.py": { sha256: digest("2"), executable: true },
      },
      environment: {
        python: ">=3.9",
        requirements: ["a==1", "b"],
        lock: "718475cd179c5fce5f3cbaf68fb45b15017015ebeec359c040cf704e3f1c86b6",
      },
      runtime: "python",
      executionScript: "score.py",
      enableGpu: false,
      models: [
        { name: "one", digest: digest("3") },
        { name: "two", digest: digest("4") },
      ],
      dockerfile: "FROM x\n",
    };
    assert.equal(imageIdentity(parts), hashJson(expected));
  });

  for (const [what, same] of [
    ["the order of models", { ...parts, models: [...parts.models].reverse() }],
    ["the order of files", { ...parts, files: Object.fromEntries(Object.entries(parts.files).reverse()) }],
    [
      "an executable flag that says no",
      { ...parts, files: { ...parts.files, "app/score.py": { sha256: digest("1"), executable: false } } },
    ],
    ["a GPU flag that says no", { ...parts, enableGpu: false }],
    [
      "where files come from, versions, names, tags",
      { ...parts, imageName: "x", tags: { a: "b" }, models: parts.models.map((model) => ({ ...model, version: 7 })) },
    ],
  ] as [string, IdentityParts][]) {
    it(`does not depend on ${what}`, () => {
      assert.equal(imageIdentity(same), imageIdentity(parts));
    });
  }

  it("depends on every part", () => {
    const { files, environment, models } = parts;
    const others: IdentityParts[] = [
      { ...parts, runtime: "spark-py" },
      { ...parts, executionScript: "main.py" },
      { ...parts, files: { ...files, "app/score.py": { sha256: digest("9") } } },
      { ...parts, files: { ...files, "app/score.py": { sha256: digest("1"), executable: true } } },
      { ...parts, files: { ...files, "app/more.py": { sha256: digest("1") } } },
      { ...parts, environment: { ...environment, python: ">=3.10" } },
      { ...parts, environment: { ...environment, requirements: ["a==1"] } },
      { ...parts, environment: { ...environment, lock: "# other\n" } },
      { ...parts, environment: { python: ">=3.9", requirements: ["a==1", "b"] } },
      { ...parts, models: models.slice(1) },
      { ...parts, models: [{ modelName: "one", digest: digest("5") }, ...models.slice(1)] },
      { ...parts, models: [{ modelName: "other", digest: digest("3") }, ...models.slice(1)] },
      { ...parts, dockerfile: "FROM y\n" },
      { ...parts, baseImage: "y" },
      { ...parts, enableGpu: true },
    ];
    const identities = [parts, ...others].map(imageIdentity);
    assert.equal(new Set(identities).size, identities.length);
    assert.ok(identities.every((identity) => /^[0-9a-f]{64}$/.test(identity)));
  });
});
