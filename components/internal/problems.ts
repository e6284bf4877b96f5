/** What is wrong with a value. */
export interface Fault {
  /** `must …`. */
  readonly rule: string;
  readonly got?: string;
  readonly remedy?: string;
}

/** A fault of a named property. */
export interface PropertyFault extends Fault {
  readonly property: string;
}

/** A rule for one value. */
export interface Rule<T> {
  /** `must …`. */
  readonly must: string;
  readonly holds: (value: T) => boolean;
  /** What to do about it, where the rule alone doesn't say. */
  readonly remedy?: (value: T) => string | undefined;
  /** What to show of the value, where not all of it is wanted. */
  readonly show?: (value: T) => string;
  /** The value is never shown. */
  readonly secret?: boolean;
}

/** One problem as a line: `'property' rule, got value; remedy`. */
export function problemLine(property: string, rule: string, got?: string, remedy?: string): string {
  return `'${property}' ${rule}${got === undefined ? "" : `, got ${got}`}${remedy === undefined ? "" : `; ${remedy}`}`;
}

/** A value as problem lines show it. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? `'${value}'` : value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

/** A fault as a line. */
export function faultLine({ property, rule, got, remedy }: PropertyFault): string {
  return problemLine(property, rule, got, remedy);
}

/** The line for a value that breaks a rule; undefined if it holds. */
export function brokenRule<T>(property: string, value: T, rule: Rule<T>): string | undefined {
  if (rule.holds(value)) {
    return undefined;
  }
  return rule.secret
    ? problemLine(property, rule.must)
    : problemLine(property, rule.must, rule.show?.(value) ?? shown(value), rule.remedy?.(value));
}

/** A whole number within a range. */
export function wholeNumber(low: number, high: number): Rule<number> {
  return {
    must: `must be an integer from ${low} to ${high}`,
    holds: (value) => Number.isInteger(value) && value >= low && value <= high,
  };
}

/** A number within a range, in steps of 0.1. */
export function numberInTenths(low: number, high: number): Rule<number> {
  return {
    must: `must be a number from ${low} to ${high} in steps of 0.1`,
    holds: (value) =>
      typeof value === "number" &&
      Math.abs(value * 10 - Math.round(value * 10)) < 1e-9 &&
      value >= low &&
      value <= high,
  };
}

/** One of a closed set of words. */
export function oneOf<T extends string>(values: readonly T[]): Rule<T> {
  const list = values.map((value) => `'${value}'`);
  const words = [list.slice(0, -1).join(", "), ...list.slice(-1)].filter((part) => part !== "").join(" or ");
  return { must: `must be ${words}`, holds: (value) => values.includes(value) };
}
