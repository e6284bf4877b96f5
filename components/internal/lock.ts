import * as crypto from "node:crypto";
import { byCodeUnits } from "./canonical-json";

/** First line of the lock file that fits the requirements: it names their hash. */
export function lockHeader(requirements: readonly string[]): string {
  const sorted = [...requirements].sort(byCodeUnits).join("\n");
  return `# scorestack-lock sha256:${crypto.createHash("sha256").update(sorted).digest("hex")}`;
}

/** Whether a lock file was made from these requirements. */
export function lockFits(lock: string, requirements: readonly string[]): boolean {
  return lock.split(/\r?\n/, 1)[0]?.trimEnd() === lockHeader(requirements);
}

/** The normalised name (PEP 503) of a requirement. */
export function requirementName(requirement: string): string {
  const name = /^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? requirement;
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** The normalised names of the packages that a lock file pins. */
export function packageNames(lock: string): string[] {
  return lock
    .split("\n")
    .filter((line) => /^[A-Za-z0-9]/.test(line))
    .map(requirementName);
}

/** How many packages a lock file pins. */
export function pinnedPackages(lock: string): number {
  return lock.split("\n").filter((line) => /^[A-Za-z0-9]/.test(line)).length;
}
