import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { secretSignature, signatureKey, unknown } from "./marks";

export { secretSignature, signatureKey, unknown };

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Values = Record<string, Value>;

/** Properties with their secrets laid open, the names of the top-level properties that held one, and the secrets' own paths. */
export interface Opened {
  readonly values: Values;
  readonly secrets: ReadonlySet<string>;
  readonly secretPaths: ReadonlySet<string>;
}

/** Reads what the engine sent. */
export function open(struct: Struct | undefined): Opened {
  const secretPaths = new Set<string>();
  const values: Values = {};
  const plain: Values = struct ? struct.toJavaScript() : {};
  for (const [key, value] of Object.entries(plain)) {
    values[key] = reveal(value, key, secretPaths);
  }
  return { values, secrets: new Set([...secretPaths].map(topLevel)), secretPaths };
}

/** Writes properties for the engine; undefined ones are left out, those named in `secrets` are wrapped. */
export function seal(properties: object, secrets: ReadonlySet<string>): Struct {
  const sealed: Record<string, JavaScriptValue> = {};
  for (const [key, value] of Object.entries(properties) as [string, Value | undefined][]) {
    if (value !== undefined) {
      sealed[key] = secrets.has(key) ? { [signatureKey]: secretSignature, value: clean(value) } : clean(value);
    }
  }
  return Struct.fromJavaScript(sealed);
}

/** The property that a path begins with. */
export function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

export function isUnknown(value: unknown): boolean {
  return value === unknown;
}

function reveal(value: Value, path: string, secretPaths: Set<string>): Value {
  if (Array.isArray(value)) {
    return value.map((item, index) => reveal(item, `${path}[${index}]`, secretPaths));
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  if (value[signatureKey] === secretSignature) {
    secretPaths.add(path);
    return reveal(value.value ?? null, path, secretPaths);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, reveal(item, `${path}.${key}`, secretPaths)]),
  );
}

/** Without undefined members, which a Struct can't hold. */
function clean(value: Value): JavaScriptValue {
  return JSON.parse(JSON.stringify(value)) as JavaScriptValue;
}
