import type { Value, Values } from "../../../provider/rpc/values";

/** The members of a value; none where it has no members. */
export function recordOf(value: Value | undefined): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** The items of a list; none where it is none. */
export function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

/** A text; empty where it is none. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
