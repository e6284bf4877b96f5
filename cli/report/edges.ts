import { byCodeUnits } from "../../components/internal/canonical-json";
import type { StateResource } from "../state";
import { pathKeys } from "../output/reasons";
import type { Edge } from "./model";
import type { SeenResource } from "./record";
import { effectOf, type SeenUnit } from "./units";

/** What a resource depends on, by property, as the state has it or as the program registers it now. */
export type Dependencies = ReadonlyMap<string, Pick<StateResource, "dependencies" | "propertyDependencies">>;

/** Dependencies by the state, and by the engine's plan for what is registered now. */
export function dependenciesOf(state: readonly StateResource[], plan: unknown): Dependencies {
  const planned = Object.entries(
    ((plan as { resourcePlans?: object } | undefined)?.resourcePlans ?? {}) as Record<string, { goal?: StateResource }>,
  );
  return new Map([
    ...state.map((resource) => [resource.urn, resource] as const),
    ...planned.flatMap(([urn, { goal }]) => (goal ? [[urn, goal] as const] : [])),
  ]);
}

/** Which unit moves which: those that a property that changes was computed from. What follows from two steps is left out. */
export function unitEdges(
  moved: readonly SeenUnit[],
  unitOf: (urn: string) => SeenUnit | undefined,
  dependencies: Dependencies,
): Edge[] {
  const ids = new Set(moved.map(({ id }) => id));
  const found = new Map<string, Set<string>>();
  for (const unit of moved) {
    const sources = unit.resources
      .filter((one) => effectOf(one) !== undefined)
      .flatMap((one) => causes(one, dependencies));
    for (const from of sources.map((urn) => unitOf(urn)?.id)) {
      if (from !== undefined && from !== unit.id && ids.has(from)) {
        found.set(from, (found.get(from) ?? new Set()).add(unit.id));
      }
    }
  }
  return reduced(found);
}

function causes({ urn, changes, ops }: SeenResource, dependencies: Dependencies): string[] {
  const { propertyDependencies = {}, dependencies: all = [] } = dependencies.get(urn) ?? {};
  const byProperty = Object.entries(propertyDependencies).filter(([, urns]) => (urns ?? []).length > 0);
  if (ops.includes("create") || Object.keys(changes).length === 0) {
    return byProperty.length > 0 ? byProperty.flatMap(([, urns]) => urns ?? []) : [...all];
  }
  const changed = new Set(Object.keys(changes).map((path) => pathKeys(path)[0]));
  return byProperty.filter(([name]) => changed.has(name)).flatMap(([, urns]) => urns ?? []);
}

/** Without edges that a longer way tells too. */
function reduced(found: ReadonlyMap<string, ReadonlySet<string>>): Edge[] {
  const isLonger = (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const open = [...(found.get(from) ?? [])].filter((next) => next !== to);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === to) {
        return true;
      }
      if (!seen.has(at)) {
        seen.add(at);
        open.push(...(found.get(at) ?? []));
      }
    }
    return false;
  };
  const edges = [...found].flatMap(([from, targets]) => [...targets].map((to) => ({ from, to })));
  return edges
    .filter(({ from, to }) => !isLonger(from, to))
    .sort((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.to, b.to));
}
