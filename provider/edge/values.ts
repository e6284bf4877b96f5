import type { EdgeJson } from "../../components/internal/edge-contract";
import { byCodeUnits } from "../../components/internal/canonical-json";
import type { Changes } from "../rpc/diff";
import type { Secrecy } from "../rpc/handler";
import { isUnknown, topLevel } from "../rpc/values";

/** The members of a value; none where it has no members. */
export function recordOf(value: EdgeJson | undefined): Record<string, EdgeJson> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export function textOf(value: EdgeJson | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Whether any part of a value is not known before the update. */
export function hasUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).some(hasUnknown) : isUnknown(value);
}

/** Any change of a hub hides its host name in previews; that a tag of it changes makes nothing in it anew. */
export function isLaterHub(path: string, { hub }: { readonly hub: string }): boolean {
  return path === "hub" && isUnknown(hub);
}

/** Those that are ours, as they stand. */
export function pick(found: Readonly<Record<string, EdgeJson>>, ours: Iterable<string>): Record<string, string> {
  const kept = [...ours].filter((key) => found[key] !== undefined).sort(byCodeUnits);
  return Object.fromEntries(
    kept.map((key) => [key, typeof found[key] === "string" ? found[key] : JSON.stringify(found[key])]),
  );
}

/** Texts below paths that are secret. Short ones are left: they would make any message unreadable, and are no secrets. */
export function secretTexts(values: object, secretPaths: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string, inherited: boolean): void => {
    const isSecret = inherited || secretPaths.has(path);
    if (typeof value === "string" && isSecret && value.length > 5) {
      found.push(value);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        walk(item, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`, isSecret);
      }
    }
  };
  walk(values, "", false);
  return found;
}

/** What became a secret, or is none any more, while its value is the same: the state has to be written anew. */
export function changedSecrecy({ olds, news }: Secrecy): Changes {
  const moved = [...olds, ...news].filter((path) => olds.has(path) !== news.has(path));
  return Object.fromEntries(moved.map((path) => [topLevel(path), "update"]));
}
