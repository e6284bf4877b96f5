import type { SampleRequest } from "./samples";

/** What a service answered. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const defaultTolerance = 1e-6;

/**
 * The first difference between a reply and what a sample request expects, in words; undefined if there is none. It says the same as
 * `runtime/proof.py`, which compares inside the server: `test/runtime/replies.json` holds both to it.
 */
export function replyProblem(expected: NonNullable<SampleRequest["reply"]>, got: Reply): string | undefined {
  const { status = 200, headers = {}, text, contains, tolerance = defaultTolerance } = expected;
  if (got.status !== status) {
    return `expected status ${status}, got ${got.status}: ${excerpt(got.body)}`;
  }
  for (const [name, value] of Object.entries(headers)) {
    const other = got.headers[name.toLowerCase()];
    if (other !== value) {
      return `expected header ${name}: ${value}, got ${other ?? "None"}`;
    }
  }
  if ("json" in expected) {
    const value = parsed(got.body);
    return value === undefined
      ? `expected JSON, got ${excerpt(got.body)}`
      : difference(expected.json, value.json, tolerance, "$");
  }
  if (text !== undefined && got.body !== text) {
    return `expected ${quoted(text)}, got ${excerpt(got.body)}`;
  }
  return contains !== undefined && !got.body.includes(contains)
    ? `expected a reply that contains ${quoted(contains)}, got ${excerpt(got.body)}`
    : undefined;
}

/** First difference between two JSON values, numbers within tolerance · max(1, |expected|). */
function difference(expected: unknown, got: unknown, tolerance: number, at: string): string | undefined {
  if (typeof expected === "number" && typeof got === "number") {
    const near = Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected));
    return near ? undefined : `${at}: expected ${expected}, got ${got}`;
  }
  if (Array.isArray(expected) && Array.isArray(got)) {
    return expected.length === got.length
      ? firstOf(expected, (value, index) => difference(value, got[index], tolerance, `${at}[${index}]`))
      : `${at}: expected ${expected.length} elements, got ${got.length}`;
  }
  if (isObject(expected) && isObject(got)) {
    const [fields, others] = [Object.keys(expected).sort(), Object.keys(got).sort()];
    return fields.join("\0") === others.join("\0")
      ? firstOf(fields, (name) => difference(expected[name], got[name], tolerance, `${at}.${name}`))
      : `${at}: expected fields [${fields.map(quoted).join(", ")}], got [${others.map(quoted).join(", ")}]`;
  }
  return expected === got ? undefined : `${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}

function firstOf<T>(
  values: readonly T[],
  problem: (value: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = problem(value, index);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function excerpt(body: string): string {
  return quoted(body.length <= 300 ? body : `${body.slice(0, 300)}…`);
}

function quoted(text: string): string {
  return `'${text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")}'`;
}
