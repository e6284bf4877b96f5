import type { Value, Values } from "../../../../provider/rpc/values";

/** What the hub says no to in a query. */
export class QueryError extends Error {}

/** A condition on a twin. */
export type Condition = (twin: Values) => boolean;

type Operand = { readonly path: readonly string[] } | { readonly value: Value };

const token =
  /\s*(?:(\[\[[^\]]+\]\])|('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$]*)|(!=|<>|<=|>=|[=<>().,*[\]]))/y;

/**
 * Reads the part of the hub's query language that deployments use: `=`, `!=`, `<>`, `<`, `>`, `<=`, `>=`, `IN`, `AND`, `OR`, `NOT`, brackets,
 * texts, numbers, `true` and `false`. Source: learn.microsoft.com/azure/iot-hub/iot-hub-devguide-query-language. Anything else is
 * refused, so that nothing is pretended.
 */
export class Expressions {
  private at = 0;
  private readonly words: string[];

  constructor(private readonly text: string) {
    this.words = wordsOf(text);
  }

  /** The whole text as a condition; `paths` collects what it is about. */
  static condition(text: string, paths: string[] = []): Condition {
    const reader = new Expressions(text);
    const condition = reader.either(paths);
    if (reader.peek() !== undefined) {
      throw reader.error();
    }
    return condition;
  }

  private either(paths: string[]): Condition {
    let left = this.both(paths);
    while (this.takes("OR")) {
      const [before, right] = [left, this.both(paths)];
      left = (twin) => before(twin) || right(twin);
    }
    return left;
  }

  private both(paths: string[]): Condition {
    let left = this.single(paths);
    // `a NOT b` stands in the hub's own examples, for `a AND NOT b`.
    while (this.takes("AND") || this.peek()?.toUpperCase() === "NOT") {
      const [before, right] = [left, this.single(paths)];
      left = (twin) => before(twin) && right(twin);
    }
    return left;
  }

  private single(paths: string[]): Condition {
    if (this.takes("NOT")) {
      const inner = this.single(paths);
      return (twin) => !inner(twin);
    }
    if (this.takes("(")) {
      const inner = this.either(paths);
      this.expect(")");
      return inner;
    }
    const left = this.operand(paths);
    if (this.takes("IN")) {
      const list = this.list(paths);
      return (twin) => list.some((item) => valueOf(item, twin) === valueOf(left, twin));
    }
    const operator = this.next();
    const compare = comparisons[operator ?? ""];
    if (!compare) {
      throw this.error();
    }
    const right = this.operand(paths);
    return (twin) => compare(valueOf(left, twin), valueOf(right, twin));
  }

  private list(paths: string[]): Operand[] {
    this.expect("[");
    const items = [this.operand(paths)];
    while (this.takes(",")) {
      items.push(this.operand(paths));
    }
    this.expect("]");
    return items;
  }

  private operand(paths: string[]): Operand {
    const word = this.next() ?? "";
    if (word.startsWith("'")) {
      return { value: word.slice(1, -1).replaceAll("''", "'") };
    }
    if (/^-?\d/.test(word)) {
      return { value: Number(word) };
    }
    if (/^(true|false)$/i.test(word)) {
      return { value: word.toLowerCase() === "true" };
    }
    if (!/^[A-Za-z_$]/.test(word) || this.peek() === "(") {
      throw this.error();
    }
    const path = [word];
    while (this.takes(".")) {
      path.push((this.next() ?? "").replace(/^\[\[|\]\]$/g, ""));
    }
    paths.push(path.join("."));
    return { path };
  }

  private peek(): string | undefined {
    return this.words[this.at];
  }

  private next(): string | undefined {
    this.at += 1;
    return this.words[this.at - 1];
  }

  private takes(word: string): boolean {
    const isThere = this.peek()?.toUpperCase() === word;
    this.at += isThere ? 1 : 0;
    return isThere;
  }

  private expect(word: string): void {
    if (!this.takes(word)) {
      throw this.error();
    }
  }

  private error(): QueryError {
    const found = this.words[Math.max(this.at - 1, 0)] ?? "its end";
    return new QueryError(`the stand-in's hub can't read '${this.text}' at '${found}'`);
  }
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const start = token.lastIndex;
    const [match] = token.exec(text) ?? [];
    if (match === undefined) {
      throw new QueryError(`the stand-in's hub can't read '${text}' at '${text.slice(start).trim()}'`);
    }
    words.push(match.trim());
  }
  return words;
}

const comparisons: Readonly<Record<string, (left: Value | undefined, right: Value | undefined) => boolean>> = {
  "=": (left, right) => left !== undefined && left === right,
  "!=": (left, right) => left !== undefined && right !== undefined && left !== right,
  "<>": (left, right) => left !== undefined && right !== undefined && left !== right,
  "<": ordered((left, right) => left < right),
  ">": ordered((left, right) => left > right),
  "<=": ordered((left, right) => left <= right),
  ">=": ordered((left, right) => left >= right),
};

/** Of two numbers, or two texts; nothing else has an order. */
function ordered(compare: (left: string | number, right: string | number) => boolean) {
  const isOrdered = (value: Value | undefined): value is string | number => /^(number|string)$/.test(typeof value);
  return (left: Value | undefined, right: Value | undefined): boolean =>
    isOrdered(left) && isOrdered(right) && typeof left === typeof right && compare(left, right);
}

function valueOf(operand: Operand, twin: Values): Value | undefined {
  if ("value" in operand) {
    return operand.value;
  }
  return operand.path.reduce<Value | undefined>(
    (at, key) => (typeof at === "object" && at !== null && !Array.isArray(at) ? at[key] : undefined),
    twin,
  );
}

/**
 * A deployment's target condition: on tags and `deviceId` alone, no double quotes. An empty one has no devices. Source:
 * learn.microsoft.com/azure/iot-edge/module-deployment-monitoring#target-condition.
 */
export function targetCondition(text: string): Condition {
  if (text.trim() === "") {
    return () => false;
  }
  if (text.includes('"')) {
    throw new QueryError("double quotes aren't allowed in a target condition; use single quotes");
  }
  for (const [, value = ""] of text.matchAll(/'((?:[^']|'')*)'/g)) {
    if (!/^[\p{L}\p{N}\-:.+%_#*?!(),=@;$' ]*$/u.test(value)) {
      throw new QueryError(
        `a target condition can't have '${value}': letters, digits and -:.+%_#*?!(),=@;$ are allowed`,
      );
    }
  }
  const paths: string[] = [];
  const condition = Expressions.condition(text, paths);
  const other = paths.find((path) => path !== "deviceId" && !path.startsWith("tags."));
  if (other !== undefined) {
    throw new QueryError(`a target condition of an edge deployment is on tags and deviceId, got '${other}'`);
  }
  return condition;
}

/** `SELECT … FROM devices[.modules] [WHERE …]`. */
export interface Query {
  readonly from: "devices" | "devices.modules";
  /** Undefined for `*`. */
  readonly fields: readonly string[] | undefined;
  readonly where: Condition;
}

export function readQuery(text: string): Query {
  const found = /^\s*select\s+(.+?)\s+from\s+(devices(?:\.modules)?)(?:\s+where\s+(.+))?\s*$/is.exec(text);
  const [, fields = "", from = "", where] = found ?? [];
  if (!found || !/^(\*|[\w.$]+(\s*,\s*[\w.$]+)*)$/.test(fields)) {
    throw new QueryError(`the stand-in's hub reads SELECT *|names FROM devices|devices.modules WHERE …, got '${text}'`);
  }
  return {
    from: from.toLowerCase() as Query["from"],
    fields: fields === "*" ? undefined : fields.split(/\s*,\s*/),
    where: where === undefined ? () => true : Expressions.condition(where),
  };
}

/** What a query answers of a twin that it finds. */
export function selected({ fields }: Query, twin: Values): Values {
  if (!fields) {
    return twin;
  }
  const found = fields.map((field): [string, Value | undefined] => [
    field.split(".").at(-1) ?? field,
    valueOf({ path: field.split(".") }, twin),
  ]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Values;
}
