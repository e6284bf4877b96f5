import { type Case, messages, refusal } from "./case";
import type { FixtureScorer } from "./target";

const bob = { name: "Bob", age: 3 };

/** What each kind of schema makes of a body. The server answers a body that contradicts the schema with 500, not 400. */
export const schemaCases: readonly Case[] = [
  scored(
    "numpy",
    "an array",
    {
      data: [
        [1, 2],
        [3, 4.5],
      ],
    },
    [3, 7.5],
  ),
  scored("numpy", "fields that run() doesn't know", { data: [[1, 2]], more: true }, [3]),
  failed("numpy", "numbers that aren't", { data: [["a", "b"]] }),
  failed("numpy", "rows of another width", { data: [[1]] }),
  failed("numpy", "no dimensions", { data: 1 }),
  failed("numpy", "no rows", { data: [] }),
  failed("numpy", "null", { data: null }),
  lacking("numpy", "data", { rows: [] }),
  lacking("numpy", "data", {}),
  scored("pandas", "records", { orders: [order(), order({ item: "milk", day: "2020-02-29T12:00:00" })] }, [
    total("tea", "Monday"),
    total("milk", "Saturday"),
  ]),
  scored("pandas", "columns in another order", { orders: [{ day: "2019-04-01", price: 1.5, count: 2, item: "tea" }] }, [
    total("tea", "Monday"),
  ]),
  failed("pandas", "a column too many", { orders: [order({ more: 1 })] }),
  failed("pandas", "columns missing", { orders: [{ item: "tea" }] }),
  failed("pandas", "a text for a whole number", { orders: [order({ count: "many" })] }),
  failed("pandas", "null for a whole number", { orders: [order({ count: null })] }),
  failed("pandas", "no records", { orders: [] }),
  failed("pandas", "null", { orders: null }),
  failed("pandas", "a text", { orders: "tea" }),
  lacking("pandas", "orders", {}),
  scored("standard", "nested values, a default taken", { person: bob, scores: [0.1, 0.9] }, best("hello")),
  scored(
    "standard",
    "nested values, no default taken",
    { person: bob, scores: [0.1, 0.9], greeting: "hi" },
    best("hi"),
  ),
  // The elements of a plain list aren't checked; what has a parameter type of its own is.
  scored("standard", "a list of anything", { person: bob, scores: [false, 0.9] }, best("hello")),
  failed("standard", "a nested text for a whole number", { person: { ...bob, age: "3" }, scores: [1] }),
  failed("standard", "a nested field missing", { person: { age: 3 }, scores: [1] }),
  failed("standard", "a text for an object", { person: "Bob", scores: [1] }),
  failed("standard", "null", { person: null, scores: [1] }),
  failed("standard", "an empty list that run() can't take", { person: bob, scores: [] }),
  lacking("standard", "scores", { person: bob }),
  scored("spark", "rows", { rows: [row("tea", 1.5), row("milk", 2.5)] }, [twice("tea", 3), twice("milk", 5)]),
  scored("spark", "no rows", { rows: [] }, []),
  // Spark takes no whole number for a double, and JSON.stringify writes 2.0 as 2.
  failed("spark", "a whole number for a double", { rows: [row("tea", 2)] }),
  failed("spark", "a text for a double", { rows: [row("tea", "x")] }),
  failed("spark", "a column missing", { rows: [{ item: "tea" }] }),
  failed("spark", "null", { rows: null }),
  lacking("spark", "rows", {}),
];

function scored(scorer: FixtureScorer, what: string, json: unknown, expected: unknown): Case {
  const headers = {
    "content-type": "application/json",
    "x-ms-run-function-failed": "False",
    "x-ms-run-fn-exec-ms": /^\d+\.\d{3}$/,
  };
  return { name: `${scorer}: ${what}`, scorer, ask: { json }, reply: { status: 200, json: expected, headers } };
}

function failed(scorer: FixtureScorer, what: string, json: unknown): Case {
  const reply = refusal(500, messages.script, { "x-ms-run-function-failed": "True" });
  return { name: `${scorer}: ${what}`, scorer, ask: { json }, reply };
}

function lacking(scorer: FixtureScorer, parameter: string, json: object): Case {
  const reply = refusal(400, `A value is not provided for the '${parameter}' parameter.`);
  return { name: `${scorer}: ${parameter} missing in ${JSON.stringify(json)}`, scorer, ask: { json }, reply };
}

function order(change: object = {}): object {
  return { item: "tea", count: 2, price: 1.5, day: "2019-04-01", ...change };
}

function total(item: string, weekday: string): object {
  return { item, total: 3, weekday };
}

function best(greeting: string): object {
  return { name: "Bob", best: 0.9, greeting };
}

function row(item: string, price: number | string): object {
  return { item, price };
}

function twice(item: string, value: number): object {
  return { item, twice: value };
}
