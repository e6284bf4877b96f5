import { createHash } from "node:crypto";
import type { Values } from "../../../../provider/rpc/values";
import { guidOf } from "../cloud";
import { textOf } from "../values";
import { azureTypes, pathOf } from "./types";

/** Path inputs that are ids of other resources. */
const wholeIds: ReadonlySet<string> = new Set(["scope", "resourceUri"]);

/** How azure-native names what has no name. Source: `resources.AutoNamer` in pulumi-azure-native. */
export type NameKind = "random" | "copy" | "uuid";

export interface AutoName {
  /** The input that holds the name. */
  readonly input: string;
  readonly kind: NameKind;
}

/** The input that is named by itself, and how; undefined where the path does not end with one. */
export function autoNameOf(type: string): AutoName | undefined {
  const path = pathOf(type) ?? "";
  const input = /\{(\w+)\}$/.exec(path)?.[1];
  if (input === undefined) {
    return undefined;
  }
  if (input === "roleAssignmentName" || input === "roleDefinitionId") {
    return { input, kind: "uuid" };
  }
  const parts = path.toLowerCase().split("microsoft.");
  const isTop = parts.length === 1 || parts.at(-1)?.split("{").length === 2;
  return { input, kind: isTop || input === "endpointName" ? "random" : "copy" };
}

/** The name that azure-native gives: the resource's own and eight hexadecimal digits, a copy of it, or a GUID. */
export function autoName(kind: NameKind, name: string, seed: Uint8Array): string {
  const hex = createHash("sha256").update(seed).update(name).digest("hex");
  return kind === "random" ? `${name}${hex.slice(0, 8)}` : kind === "uuid" ? guidOf(hex) : name;
}

/** ARM id of a resource with those inputs. */
export function idOf(type: string, inputs: Values, subscriptionId: string): string {
  const all: Values = { ...inputs, subscriptionId };
  return (pathOf(type) ?? "")
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = textOf(all[name]);
      // A scope is an id itself.
      return wholeIds.has(name) ? value.replace(/^\/|\/$/g, "") : encodeURIComponent(value);
    })
    .replace(/^\/?/, "/");
}

/** What an ARM id says: the resource type it fits, and the inputs in its path. */
export function parseId(id: string): { readonly type: string; readonly inputs: Values } | undefined {
  for (const type of azureTypes) {
    const inputs = matchPath(pathOf(type) ?? "", id);
    if (inputs) {
      return { type, inputs };
    }
  }
  return undefined;
}

function matchPath(path: string, id: string): Values | undefined {
  const names: string[] = [];
  const pattern = path
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return wholeIds.has(name) ? "(.+)" : "([^/]+)";
    })
    .replace(/^\/\(\.\+\)/, "(/.+)");
  const found = new RegExp(`^${pattern}$`, "i").exec(id);
  const values = names.map((name, index) => [name, decodeURIComponent(found?.[index + 1] ?? "")] as const);
  return found ? Object.fromEntries(values.filter(([name]) => name !== "subscriptionId")) : undefined;
}

/** What a parent has by itself: parts that only sort, and containers of Azure ML assets, which a first version makes. */
const partsOfParents = /\/(?:(?:blobServices|fileServices)\/default|(?:codes|environments|models)\/[^/]+)$/i;

/** Id of the resource that this one lies in; undefined for one that lies in the subscription. */
export function parentOf(id: string): string | undefined {
  const own = /^(.*)\/providers\/[^/]+\/[^/]+\/[^/]+$/i.exec(id);
  if (own) {
    const [, scope = ""] = own;
    return /\/resourceGroups\//i.test(scope) ? scope : undefined;
  }
  const parent = /\/providers\//i.test(id) ? id.replace(/\/[^/]+\/[^/]+$/, "") : undefined;
  return parent?.replace(partsOfParents, "");
}

/** Name of a resource, as it stands in its id. */
export function nameOf(id: string): string {
  return decodeURIComponent(id.split("/").at(-1) ?? "");
}

/** Name of the resource group in an id. */
export function groupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "";
}
