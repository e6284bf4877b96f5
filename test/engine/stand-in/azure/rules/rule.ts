import type { Changes } from "../../../../../provider/rpc/diff";
import type { Resource } from "../outputs/context";

/** A request to make, change or remove a resource. */
export interface Request extends Resource {
  /** What differs from before; undefined where it is made. */
  readonly changes: Changes | undefined;
}

/** Something that Azure enforces, and the description of its API does not say. */
export interface Rule {
  readonly id: string;
  /** Resource types it is about, such as `storage:Blob`; all without it. */
  readonly types?: readonly string[];
  readonly on: "write" | "delete";
  /** Where the rule comes from; `stricter` ones are the stand-in's own, and say what for. */
  readonly source: string;
  /** What Azure says; undefined when it is content. */
  readonly refuse: (request: Request) => string | undefined;
}

/** The first refusal of a list of things that may each be wrong. */
export function first<T>(items: readonly T[], refuse: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const refusal = refuse(item);
    if (refusal !== undefined) {
      return refusal;
    }
  }
  return undefined;
}

/** The first value that stands in a list twice. */
export function twice<T>(values: readonly T[]): T | undefined {
  return values.find((value, index) => values.indexOf(value) < index);
}
