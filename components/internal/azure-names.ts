import { hashJson } from "./canonical-json";
import { nameRule } from "./names";
import type { Rule } from "./problems";

/**
 * Names as Azure takes them. Source: "Naming rules and restrictions for Azure resources" (learn.microsoft.com/azure/
 * azure-resource-manager/management/resource-name-rules), and the `pattern` of `workspaceName` in the Azure ML API 2025-12-01.
 */
export const azureNames = {
  resourceGroup: nameRule(
    /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    "must be 1 to 90 letters, digits, underscores, parentheses, dashes and dots, no dot last",
  ),
  storageAccount: nameRule(/^[a-z0-9]{3,24}$/, "must be 3 to 24 lower-case letters and digits", squeezed),
  keyVault: nameRule(
    /^(?=.{3,24}$)[A-Za-z](-?[A-Za-z0-9])*$/,
    "must be 3 to 24 letters, digits and single dashes, a letter first and no dash last",
    (name) => name.replace(/[^A-Za-z0-9]+/g, "-").replace(/^[^A-Za-z]+|-$/g, ""),
  ),
  registry: nameRule(/^[A-Za-z0-9]{5,50}$/, "must be 5 to 50 letters and digits", squeezed),
  logAnalyticsWorkspace: nameRule(
    /^(?=.{4,63}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])$/,
    "must be 4 to 63 letters, digits and dashes, a letter or digit first and last",
  ),
  applicationInsights: nameRule(
    /^[^%&\\?/]{0,254}[^%&\\?/. ]$/,
    "must be 1 to 255 characters without %, &, \\, ? and /, no space or dot last",
  ),
  workspace: nameRule(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/,
    "must be 3 to 33 letters, digits, dashes and underscores, a letter or digit first",
  ),
  identity: nameRule(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/,
    "must be 3 to 128 letters, digits, dashes and underscores, a letter or digit first",
  ),
} as const satisfies Readonly<Record<string, Rule<string>>>;

/** What can be named. */
export type AzureKind = keyof typeof azureNames;

/**
 * A name that no one else has, for what needs one the world over: the start of `stem` and 12 hex characters over `seed`. The same
 * seed gives the same name, so that a second run finds what a first one made. It keeps the rules of each of {@link azureNames}.
 */
export function uniqueName(stem: string, ...seed: readonly string[]): string {
  const start = squeezed(stem).replace(/^\d+/, "").slice(0, 12);
  return `${start === "" ? "s" : start}${hashJson(seed).slice(0, 12)}`;
}

/** A name for what shares a resource group with others: letters, digits and single dashes, at most 60; the same parts give the same name. */
export function plainName(...parts: readonly string[]): string {
  const whole = parts
    .join("-")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return whole.length <= 60 ? whole : `${whole.slice(0, 47).replace(/-$/, "")}-${hashJson(parts).slice(0, 12)}`;
}

/** A UUID (version 5 by form) that the same parts always give: the name of a role assignment. */
export function stableUuid(...parts: readonly string[]): string {
  const hex = hashJson(parts);
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function squeezed(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
