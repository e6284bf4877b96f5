import { byCodeUnits } from "../../components/internal/content-hash";
import type { Value, Values } from "./values";

export type ChangeKind = "add" | "delete" | "update";

/** Property path (`files["app/score.py"].sha256`, `workers`) → what happens to it. */
export type Changes = Record<string, ChangeKind>;

/** Compares inputs; paths that match `hints` say where a thing is found, not what it is, and are passed over. */
export function compare(olds: object, news: object, hints?: RegExp): Changes {
  const changes: Changes = {};
  walk("", olds as Values, news as Values, hints, changes);
  return changes;
}

function walk(
  path: string,
  old: Value | undefined,
  next: Value | undefined,
  hints: RegExp | undefined,
  changes: Changes,
): void {
  if (hints?.test(path)) {
    return;
  }
  if (old === undefined || next === undefined) {
    if (old !== next) {
      changes[path] = old === undefined ? "add" : "delete";
    }
  } else if (isRecord(old) && isRecord(next)) {
    for (const key of [...new Set([...Object.keys(old), ...Object.keys(next)])].sort(byCodeUnits)) {
      walk(join(path, key), old[key], next[key], hints, changes);
    }
  } else if (Array.isArray(old) && Array.isArray(next)) {
    for (let index = 0; index < Math.max(old.length, next.length); index++) {
      walk(`${path}[${index}]`, old[index], next[index], hints, changes);
    }
  } else if (old !== next) {
    changes[path] = "update";
  }
}

function isRecord(value: Value): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) {
    return `${path}[${JSON.stringify(key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
