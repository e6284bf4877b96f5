import type { Values } from "../../../../provider/rpc/values";
import { recordOf } from "../values";
import type { HubConfiguration } from "./state";

/** What a device gets from the deployments that target it. */
export interface Merged {
  /** Ids of those that apply, the base first. */
  readonly applied: readonly string[];
  /** Module → its desired properties; undefined where no base applies: what the device has then stays. */
  readonly desired: Readonly<Record<string, Values>> | undefined;
}

const whole = "properties.desired";

/** Whether a deployment has parts of modules, rather than a device's whole set. */
export function isLayered({ content }: Pick<HubConfiguration, "content">): boolean {
  return Object.values(content.modulesContent).some((parts) =>
    Object.keys(parts).some((part) => part.startsWith(`${whole}.`)),
  );
}

/**
 * Of the bases the one with the highest priority applies whole, the youngest among equals. Layered ones with a higher priority than
 * the base are laid on it, lower ones first: each sets what it names, and `properties.desired` all of a module. Source:
 * learn.microsoft.com/azure/iot-edge/module-deployment-monitoring.
 */
export function merge(targeting: readonly HubConfiguration[]): Merged {
  const ranked = [...targeting].sort(byRank);
  const base = ranked.filter((one) => !isLayered(one)).at(-1);
  if (!base) {
    return { applied: [], desired: undefined };
  }
  const layers = ranked.filter((one) => isLayered(one) && one.priority > base.priority);
  const desired: Record<string, Values> = {};
  for (const { content } of [base, ...layers]) {
    for (const [module, parts] of Object.entries(content.modulesContent)) {
      for (const [part, value] of Object.entries(parts)) {
        const copy = structuredClone(value);
        if (part === whole) {
          desired[module] = recordOf(copy);
        } else {
          desired[module] = set(desired[module] ?? {}, part.slice(whole.length + 1).split("."), copy);
        }
      }
    }
  }
  return { applied: [base, ...layers].map(({ id }) => id), desired };
}

/** Lower priorities first, and older ones among equals. */
function byRank(a: HubConfiguration, b: HubConfiguration): number {
  return a.priority - b.priority || Date.parse(a.createdTimeUtc) - Date.parse(b.createdTimeUtc);
}

function set(at: Values, [key = "", ...rest]: readonly string[], value: Values[string]): Values {
  return { ...at, [key]: rest.length === 0 ? value : set(recordOf(at[key]), rest, value) };
}
