import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";

/** Asserts that a table in docs has the very rules that errors show, each with its source, and no other. */
export function assertTableOf(table: string, errors: readonly string[]): void {
  const lines = fs.readFileSync(path.resolve(__dirname, "../..", table), "utf8").split("\n");
  const documented = lines.flatMap((line) => {
    const [, property, rule, source] = /^\| `([^`|]+)` +\| (must .*?) +\| (.+?) +\|$/.exec(line) ?? [];
    return property === undefined ? [] : [{ rule: `'${property}' ${rule ?? ""}`, source }];
  });
  const isOf = (rule: string) => (error: string) =>
    error === rule || new RegExp(`^${escaped(rule)}(, got|; )`).test(error);
  assert.deepEqual(
    documented.filter(({ rule }) => !errors.some(isOf(rule))),
    [],
    "in the table, with no test",
  );
  assert.deepEqual(
    errors.filter((error) => !documented.some(({ rule }) => isOf(rule)(error))),
    [],
    "tested, and not in the table",
  );
  assert.ok(documented.every(({ source }) => source?.trim() !== ""));
}

function escaped(rule: string): string {
  return rule.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
