import * as crypto from "node:crypto";

/**
 * JSON with sorted keys and no white space: the same text for the same value. Properties that are undefined are left out.
 *
 * @throws TypeError for what JSON can't hold: functions, big integers, symbols, NaN, infinities, holes, instances of classes, cycles.
 */
export function canonicalJson(value: unknown): string {
  return writeJson(value, []);
}

/** The sha256 of a value's canonical JSON, as 64 hex characters. */
export function hashJson(value: unknown): string {
  return crypto.createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Compares by UTF-16 code units, which no locale changes. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function writeJson(value: unknown, parents: readonly object[]): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) {
    return JSON.stringify(value);
  }
  if (typeof value !== "object" || parents.includes(value)) {
    throw new TypeError(
      `canonical JSON can't hold a ${typeof value === "object" ? "cycle" : `value of type ${typeof value}`}`,
    );
  }
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown) => writeJson(item, inner)).join(",")}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("canonical JSON can't hold an instance of a class");
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => byCodeUnits(a, b));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item, inner)}`).join(",")}}`;
}
