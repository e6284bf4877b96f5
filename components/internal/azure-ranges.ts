import type { Rule } from "./problems";

/** A range of addresses. */
export interface Range {
  readonly start: number;
  readonly prefix: number;
}

/** Private addresses of RFC 1918; 172.17.0.0/16 is left out, which Azure ML keeps for Docker's bridge. */
const allowed = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => parseRange(text));
const dockerBridge = parseRange("172.17.0.0/16");

/**
 * Addresses of a virtual network: a private range of which each half is a subnet. Azure ML's documents forbid 172.17.0.0/16
 * ("Configure a private endpoint for an Azure Machine Learning workspace").
 */
export const networkRange: Rule<string> = {
  must: "must be a private range in CIDR form, /8 to /27, outside of 172.17.0.0/16",
  holds: (value) => {
    const range = typeof value === "string" ? parseRange(value) : undefined;
    return (
      range !== undefined &&
      range.prefix <= 27 &&
      allowed.some((one) => one !== undefined && contains(one, range)) &&
      !(dockerBridge !== undefined && (contains(dockerBridge, range) || contains(range, dockerBridge)))
    );
  },
  remedy: () => "such as '10.80.0.0/24'",
};

/** The two halves of a range: `10.80.0.0/24` gives `10.80.0.0/25` and `10.80.0.128/25`. */
export function halves(text: string): [string, string] {
  const { start, prefix } = parseRange(text) ?? { start: 0, prefix: 0 };
  const next = start + 2 ** (31 - prefix);
  return [`${dotted(start)}/${prefix + 1}`, `${dotted(next)}/${prefix + 1}`];
}

/** A range whose first address is its own; undefined for a text that is none. */
export function parseRange(text: string): Range | undefined {
  const [, a, b, c, d, length] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text) ?? [];
  const bytes = [a, b, c, d].map(Number);
  const prefix = Number(length);
  if (length === undefined || bytes.some((byte) => byte > 255) || prefix > 32) {
    return undefined;
  }
  const start = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return start % 2 ** (32 - prefix) === 0 ? { start, prefix } : undefined;
}

function contains(outer: Range, inner: Range): boolean {
  const end = outer.start + 2 ** (32 - outer.prefix);
  return inner.prefix >= outer.prefix && inner.start >= outer.start && inner.start < end;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
