import type { Problems } from "../../components/internal/validate";
import { type Rule, shown } from "../../components/internal/problems";

/** Rules for the parts of YAML or JSON that a person wrote. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export const text: Rule<unknown> = {
  must: "must be a text",
  holds: (value) => typeof value === "string" && value !== "",
};

/** A list of texts. */
export const texts: Rule<unknown> = {
  must: "must be a list of texts",
  holds: (value) => Array.isArray(value) && value.every((item) => text.holds(item)),
};

/** A map. */
export const map: Rule<unknown> = { must: "must be a map", holds: isRecord };

/** What any value keeps: the value is checked where it is used. */
export const anything: Rule<unknown> = { must: "must be", holds: () => true };

/** Checks that a value is a map with known keys whose values keep their rules. Returns those that do. */
export function checkFields(
  problems: Problems,
  property: string,
  value: unknown,
  fields: ReadonlyMap<string, Rule<unknown>>,
): Record<string, unknown> {
  if (!isRecord(value)) {
    problems.add(property, "must be a map", shown(value));
    return {};
  }
  const kept = Object.entries(value).filter(([key, item]) => {
    const rule = fields.get(key);
    if (item === null || item === undefined) {
      return false;
    }
    if (!rule) {
      problems.add(property, `must hold only ${[...fields.keys()].join(", ")}`, shown(key));
    } else {
      problems.plain(`${property}.${key}`, item, rule);
    }
    return rule?.holds(item) ?? false;
  });
  return Object.fromEntries(kept);
}
