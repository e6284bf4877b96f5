import { parseRange } from "./azure-ranges";
import type { Rule } from "./problems";

/** Rules of Azure Kubernetes Service; their sources stand in docs/aks-cluster.md. */

/** Cores that a cluster for production has at least: 2019's rule for `AksCompute`. */
export const leastCores = 12;

/** A cluster's name. */
export const clusterName: Rule<string> = {
  must: "must be 1 to 63 letters, digits, dashes and underscores, a letter or digit first and last",
  holds: (value) => typeof value === "string" && /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/.test(value),
};

/** What a pool is called in a program; six hex characters are added to it in Azure, where names have at most 12. */
export const poolKey: Rule<string> = {
  must: "must be named in 1 to 6 lower-case letters, other than 'agents' and 'system'",
  holds: (value) => /^[a-z]{1,6}$/.test(value) && value !== "agents" && value !== "system",
};

/** Availability zones. */
export const zoneList: Rule<readonly string[]> = {
  must: "must be one or more of '1', '2' and '3', each once",
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((zone) => ["1", "2", "3"].includes(zone as string)),
};

/** A range of addresses: IPv4 in CIDR form, with its first address. */
export const cidr: Rule<string> = {
  must: "must be a range of IPv4 addresses in CIDR form, such as '10.0.0.0/16'",
  holds: (value) => typeof value === "string" && parseRange(value) !== undefined,
};

/** Ranges from which the API server can be reached. */
export const apiServerRanges: Rule<readonly string[]> = {
  must: "must be 1 to 200 ranges of public IPv4 addresses in CIDR form, such as '203.0.113.0/24'",
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 200 &&
    value.every((range) => typeof range === "string" && parseRange(range) !== undefined),
  remedy: (value) => (Array.isArray(value) && value.length === 0 ? "none would open it to everyone" : undefined),
};

/** An address of IPv4. */
export const ipAddress: Rule<string> = {
  must: "must be an IPv4 address such as '10.0.0.10'",
  holds: (value) => typeof value === "string" && parseRange(`${value}/32`) !== undefined,
};

/** Whether an address lies in a range and is not its first, which Kubernetes takes for itself. */
export function isInside(address: string, range: string): boolean {
  const [one, all] = [parseRange(`${address}/32`), parseRange(range)];
  return !!one && !!all && one.start > all.start + 1 && one.start < all.start + 2 ** (32 - all.prefix);
}

/** Whether two ranges have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)];
  return !!a && !!b && a.start < b.start + 2 ** (32 - b.prefix) && b.start < a.start + 2 ** (32 - a.prefix);
}

/** A time of day. */
export const timeOfDay: Rule<string> = {
  must: "must be a time such as '02:00', in quotes",
  holds: (value) => typeof value === "string" && /^([01]\d|2[0-3]):[0-5]\d$/.test(value),
};

/** A distance from UTC. */
export const utcOffset: Rule<string> = {
  must: "must be a distance from UTC such as '+01:00', in quotes",
  holds: (value) => typeof value === "string" && /^[+-](0\d|1[0-4]):[0-5]\d$/.test(value),
};

/** First part of `<label>.<region>.cloudapp.azure.com`. */
export const leafDomainLabel: Rule<string> = {
  must: "must be 3 to 63 lower-case letters, digits and dashes, a letter first and no dash last",
  holds: (value) => typeof value === "string" && /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(value),
};

/** What an object in Kubernetes is called. */
export const objectName: Rule<string> = {
  must: "must be 1 to 63 lower-case letters, digits and dashes, a letter or digit first and last",
  holds: (value) => typeof value === "string" && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value),
};

/** Labels of nodes. */
export const nodeLabels: Rule<Readonly<Record<string, string>>> = {
  must: "must be labels as Kubernetes has them, none of them of 'kubernetes.azure.com/' or 'scorestack/'",
  holds: (value) =>
    Object.entries(value as Readonly<Record<string, unknown>>).every(
      ([key, text]) =>
        /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(key) &&
        !/^(kubernetes\.azure\.com|scorestack)\//.test(key) &&
        typeof text === "string" &&
        /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(text),
    ),
};
