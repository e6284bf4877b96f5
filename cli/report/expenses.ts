import type { Report } from "./model";
import { many } from "./summary";
import { byteText, cut, dollars } from "./words";

/** What has to be pushed, in a sentence. */
export function pushText({ push: { isPushed, totalBytes, isLeast, isMost, items } }: Report): string {
  if (items.length === 0) {
    return "To push: nothing.";
  }
  const size = `${isMost ? "at most " : isLeast && totalBytes > 0 ? "at least " : ""}${totalBytes === 0 && isLeast ? "known after the build" : byteText(totalBytes)}`;
  const environment = items.filter(({ layer }) => layer === "Python environment").length;
  const more = environment > 0 ? `; and ${many(environment, "Python environment")}, whose size the build tells` : "";
  return isPushed
    ? `To push: ${size} before compression${more}.`
    : `To push: nothing, images stay on this machine; ${size} of files changed${more}.`;
}

/** What the bill changes by, in a sentence. */
export function costText({ cost: { monthlyChange, pricesOf, unpriced, items } }: Report): string {
  const change = items.length === 0 ? "no change" : `${dollars(monthlyChange, true)} a month`;
  const unknown = unpriced.length === 0 ? "" : ` No price is known here for ${cut(unpriced)}.`;
  return `Cost: ${change}, by list prices of ${pricesOf} (docs/costs.md).${unknown}`;
}
