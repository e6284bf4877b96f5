import { signatureKey, unknown } from "../../provider/rpc/marks";

/** Whether a value, or a part of it, is known only after the update. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && value.includes(unknown);
}

const held = "[secret]";
/** Members whose values are nobody's business in a report, whether or not they were marked as secrets. */
const delicate = /environmentVariables|secret|password|token|key(s|Pem)?$|connectionString|credential/i;

/** Whether a member's name says that its value is not to be shown. */
export function isDelicate(name: string): boolean {
  return delicate.test(name);
}

/** Whether the engine holds a value back. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && signatureKey in value && "ciphertext" in value;
}

/** Inputs as a report may show them: nothing secret or delicate in them, and nothing in place of what is not known yet. */
export function showable(value: unknown, name = ""): unknown {
  if (isDelicate(name)) {
    return held;
  }
  if (Array.isArray(value)) {
    return value.map((item) => showable(item));
  }
  if (typeof value !== "object" || value === null) {
    return isUnknown(value) ? null : value;
  }
  return isSecret(value)
    ? held
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, showable(member, key)]));
}
