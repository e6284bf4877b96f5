import { createHash } from "node:crypto";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { listOf, recordOf } from "./values";
import { secretSignature, signatureKey, type Value, type Values } from "../../../provider/rpc/values";

type Change = (value: Value, path: string) => Value | undefined;

/** Writes properties for the engine, wrapping those whose paths are secret, at any depth. */
export function sealAt(values: Values, secretPaths: ReadonlySet<string>): Struct {
  const seal: Change = (value, path) =>
    secretPaths.has(path) ? { [signatureKey]: secretSignature, value } : undefined;
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(change(values, seal))) as Record<string, JavaScriptValue>);
}

/** The values with `[secret]` in the place of each secret. */
export function masked(values: Values, secretPaths: ReadonlySet<string>): Values {
  return change(values, (_, path) => (secretPaths.has(path) ? "[secret]" : undefined));
}

/** The values with a salted hash in the place of each secret: enough to see whether it is another one. */
export function hidden(values: Values, secretPaths: ReadonlySet<string>, salt: string): Values {
  return change(values, (value, path) => (secretPaths.has(path) ? hashOf(value, salt) : undefined));
}

/** Puts secrets back in the place of their hashes, where `known` has the same ones at the same paths. */
export function revealed(values: Values, known: Values, salt: string): Values {
  const secrets = new Map<string, Value>();
  change(known, (value, path) => {
    secrets.set(path, value);
    return undefined;
  });
  return change(values, (value, path) => {
    const secret = secrets.get(path);
    return secret !== undefined && value === hashOf(secret, salt) ? secret : undefined;
  });
}

/** Leaves hashes out, but for those whose path has a value among the `known`: there somebody has changed a secret. */
export function withoutHidden(values: Values, known: Values): Values {
  const kept = Object.entries(values).filter(([key, value]) => !isHidden(value) || known[key] !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutHiddenIn(value, known[key])]));
}

function withoutHiddenIn(value: Value, known: Value | undefined): Value {
  if (Array.isArray(value)) {
    return value.map((item, index) => withoutHiddenIn(item, listOf(known)[index]));
  }
  return typeof value === "object" && value !== null ? withoutHidden(value, recordOf(known)) : value;
}

function isHidden(value: Value): boolean {
  return typeof value === "string" && /^\[secret [0-9a-f]{16}\]$/.test(value);
}

function hashOf(value: Value, salt: string): string {
  return `[secret ${createHash("sha256")
    .update(salt + JSON.stringify(value))
    .digest("hex")
    .slice(0, 16)}]`;
}

/** A copy with another value wherever `change` gives one; paths are those of `open`. */
function change(values: Values, to: Change): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, changeAt(value, key, to)]));
}

function changeAt(value: Value, path: string, to: Change): Value {
  const other = to(value, path);
  if (other !== undefined) {
    return other;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => changeAt(item, `${path}[${index}]`, to));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changeAt(item, `${path}.${key}`, to)]))
    : value;
}
