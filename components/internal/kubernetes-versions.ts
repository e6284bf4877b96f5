import type { Rule } from "./problems";

/** 2019's `AksCompute.attach` asks for this; older ones lack what services are made of. */
const oldest = [1, 12] as const;

/**
 * The last month of support in AKS, by minor version, and the last with long-term support (tier Premium). Source: azure-aks-docs,
 * supported-kubernetes-versions.md, read on 2026-11-24.
 */
const lastMonths: Readonly<Record<string, readonly [community: string, longTerm: string]>> = {
  "1.30": ["2025-08", "2026-07"],
  "1.31": ["2025-11", "2026-11"],
  "1.32": ["2026-03", "2027-03"],
  "1.33": ["2026-07", "2027-07"],
  "1.34": ["2026-11", "2027-11"],
  "1.35": ["2027-03", "2028-03"],
  "1.36": ["2027-06", "2028-06"],
  "1.37": ["2027-10", "2028-10"],
};

/** A version of Kubernetes that can be attached. */
export const attachableVersion: Rule<string> = {
  must: `must run Kubernetes ${oldest.join(".")} or later`,
  holds: (value) => {
    const [major = 0, minor = 0] = partsOf(value);
    return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  },
};

/** A version to ask AKS for: a minor version, whose newest patch it is then, or one patch. */
export const wantedVersion: Rule<string> = {
  must: "must be a version such as '1.36', in quotes, or '1.36.2'",
  holds: (value) => typeof value === "string" && /^1\.\d{2}(\.\d{1,2})?$/.test(value) && attachableVersion.holds(value),
};

/** What to warn of for a version that AKS no longer supports on a day; undefined for others. */
export function unsupportedVersion(version: string, today: Date, longTerm = false): string | undefined {
  const [major = 0, minor = 0] = partsOf(version);
  const key = `${major}.${minor}`;
  const oldestKnown = Math.min(...Object.keys(lastMonths).map((known) => Number(known.split(".")[1])));
  const last = lastMonths[key]?.[longTerm ? 1 : 0] ?? (minor < oldestKnown ? "2025-03" : undefined);
  return last !== undefined && last < today.toISOString().slice(0, 7)
    ? `Azure has supported Kubernetes ${key} until ${last} only${longTerm ? ", even for the tier Premium" : ""}: upgrade the cluster`
    : undefined;
}

function partsOf(version: unknown): number[] {
  return (typeof version === "string" ? version : "").replace(/^v/, "").split(".").map(Number);
}
