import * as assert from "node:assert/strict";
import { ask } from "./http";
import type { FixtureScorer, Target } from "./target";

interface Description {
  readonly swagger?: string;
  readonly openapi?: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly definitions?: Schemas;
  readonly components?: { readonly schemas: Schemas };
}

interface Schemas {
  readonly ServiceInput: unknown;
  readonly ServiceOutput: unknown;
}

const versions = [
  { query: "", marker: { swagger: "2.0" } },
  { query: "?version=2", marker: { swagger: "2.0" } },
  { query: "?version=2.0", marker: { swagger: "2.0" } },
  { query: "?version=3", marker: { openapi: "3.0.3" } },
  { query: "?version=3.0", marker: { openapi: "3.0.3" } },
  { query: "?version=3.1", marker: { openapi: "3.1.0" } },
] as const;

const double = { type: "number", format: "double" };
const text = { type: "string" };
const long = { type: "integer", format: "int64" };
const input = (properties: object, example: object): object => ({ type: "object", properties, example });

/** Input and output schema of each kind, the sample as example. */
const schemas: Partial<Record<FixtureScorer, Schemas>> = {
  numpy: {
    ServiceInput: input(
      { data: { type: "array", items: { type: "array", items: double }, format: "numpy.ndarray" } },
      { data: [[1.5, 2.5]] },
    ),
    ServiceOutput: { type: "array", items: double, example: [4], format: "numpy.ndarray" },
  },
  pandas: {
    ServiceInput: input(
      { orders: records({ item: text, count: long, price: double, day: { type: "string", format: "date-time" } }) },
      { orders: [{ item: "tea", count: 2, price: 1.5, day: "2019-04-01T00:00:00.000" }] },
    ),
    ServiceOutput: { ...records({ item: text, total: double }), example: [{ item: "tea", total: 3 }] },
  },
  standard: {
    ServiceInput: input(
      {
        person: { type: "object", required: ["name", "age"], properties: { name: text, age: long } },
        scores: { type: "array", items: double },
        greeting: {},
      },
      { person: { name: "Ada", age: 36 }, scores: [0.5], greeting: "" },
    ),
    ServiceOutput: {
      type: "object",
      required: ["name", "best", "greeting"],
      properties: { name: text, best: double, greeting: text },
      example: { name: "Ada", best: 0.5, greeting: "hello" },
    },
  },
  spark: {
    ServiceInput: input(
      { rows: { type: "array", items: { type: "object", properties: { item: text, price: double } } } },
      { rows: [{ item: "tea", price: 1.5 }] },
    ),
    ServiceOutput: {
      type: "array",
      items: { type: "object", properties: { item: text, twice: double } },
      example: [{ item: "tea", twice: 3 }],
    },
  },
  text: { ServiceInput: { type: "object", example: {} }, ServiceOutput: { type: "object", example: {} } },
};

/** Swagger of each kind of schema in each version. */
export function swaggerSuite(target: () => Target): void {
  for (const scorer of Object.keys(schemas) as FixtureScorer[]) {
    for (const { query, marker } of versions) {
      it(`${scorer}: /swagger.json${query}`, async function () {
        if (target().missing(scorer)) {
          this.skip();
        }
        const reply = await ask(target().baseUrl(scorer), { path: `/swagger.json${query}` });
        assert.equal(reply.status, 200);
        assert.equal(reply.headers["content-type"], "application/json");
        describes(JSON.parse(reply.text) as Description, scorer, marker);
      });
    }
  }

  it("an unknown version", async () => {
    const reply = await ask(target().baseUrl("numpy"), { path: "/swagger.json?version=9" });
    assert.equal(reply.status, 404);
    const message = "Swagger version [9] is not valid. Supported versions: [2, 3, 3.1].";
    assert.deepEqual(JSON.parse(reply.text), { message });
  });

  it("its example is a request that is answered", async () => {
    for (const scorer of ["numpy", "pandas", "standard"] as const) {
      const { text: swagger } = await ask(target().baseUrl(scorer), { path: "/swagger.json" });
      const { definitions } = JSON.parse(swagger) as Description;
      const { example } = definitions?.ServiceInput as { example: unknown };
      assert.equal((await ask(target().baseUrl(scorer), { json: example })).status, 200, scorer);
    }
  });
}

function describes(description: Description, scorer: FixtureScorer, marker: object): void {
  const { swagger, openapi, info, paths } = description;
  assert.deepEqual({ ...(swagger ? { swagger } : {}), ...(openapi ? { openapi } : {}) }, marker);
  assert.deepEqual(info, { ...info, title: scorer, version: "1.0" });
  const operations = Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods)]);
  assert.deepEqual(operations, [
    ["/", ["get"]],
    ["/score", ["post"]],
    ["/swagger.json", ["get"]],
  ]);
  const { ServiceInput, ServiceOutput } = description.definitions ?? description.components?.schemas ?? {};
  assert.deepEqual({ ServiceInput, ServiceOutput }, schemas[scorer]);
}

function records(properties: object): object {
  const items = { type: "object", required: Object.keys(properties), properties };
  return { type: "array", items, format: "pandas.DataFrame:records" };
}
