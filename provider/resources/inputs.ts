import type { CheckFailure } from "../rpc/handler";
import type { Values } from "../rpc/values";

/** Failures for inputs that must be there and are not. */
export function required(inputs: Values, names: readonly string[]): CheckFailure[] {
  return names
    .filter((name) => inputs[name] === undefined || inputs[name] === null || inputs[name] === "")
    .map((property) => ({ property, reason: `'${property}' must be given, got none; set it` }));
}
