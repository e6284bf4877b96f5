import { byCodeUnits } from "../../components/internal/canonical-json";
import type { Cost, CostItem } from "./model";
import { monthlyPrice, pricesOf } from "./prices";
import { effectOf, type SeenUnit } from "./units";

/** What the bill changes by in a month, by the list prices of the dated table. */
export function costOf(moved: readonly SeenUnit[]): Cost {
  const items: CostItem[] = [];
  const unpriced = new Set<string>();
  for (const unit of moved) {
    for (const resource of unit.resources) {
      const effect = effectOf(resource);
      if (effect !== undefined) {
        const { type, oldInputs, newInputs } = resource;
        const old = effect === "create" ? undefined : monthlyPrice(type, oldInputs);
        const next = effect === "delete" ? undefined : monthlyPrice(type, newInputs);
        const unknown = [...(old?.unknown ?? []), ...(next?.unknown ?? [])];
        const [before, after] = [cents(old?.monthly ?? 0), cents(next?.monthly ?? 0)];
        // Half of a sum would mislead.
        if (unknown.length > 0 && JSON.stringify(old) !== JSON.stringify(next)) {
          unknown.forEach((what) => unpriced.add(`${unit.title}: ${what}`));
        } else if (before !== after) {
          items.push({ unit: unit.id, what: type.split(":").pop() ?? type, old: before, new: after });
        }
      }
    }
  }
  const change = items.reduce((sum, item) => sum + item.new - item.old, 0);
  return { currency: "USD", pricesOf, monthlyChange: cents(change), items, unpriced: [...unpriced].sort(byCodeUnits) };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
