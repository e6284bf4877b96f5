import { hoursPerMonth, listPrices } from "../simulation/price";
import { pathKeys } from "../output/reasons";
import type { Json } from "./record";

/** Month that the prices are of: those of docs/costs.md, list prices in US dollars for East US. Written down, not asked for. */
export const pricesOf = "2026-11";

/** Dollars an hour for a node, by size in lower case. */
export const nodeHour: Readonly<Record<string, number>> = { standard_d4s_v5: 0.192, standard_nc4as_t4_v3: 0.526 };
/** Dollars a month for a node's disk of 128 GB. */
export const nodeDiskMonth = 19.71;
/** Dollars a day for a registry, by tier. */
export const registryDay: Readonly<Record<string, number>> = { Basic: 0.167, Standard: 0.667, Premium: 1.667 };
/** Dollars an hour for a cluster's control plane, by tier. */
export const clusterHour: Readonly<Record<string, number>> = { Free: 0, Standard: 0.1, Premium: 0.6 };
export const addressHour = 0.005;
export const privateEndpointHour = 0.01;
export const privateZoneMonth = 0.5;
const daysPerMonth = 30;

/** What a resource costs a month: `unknown` names what no table has. */
export interface Priced {
  readonly monthly: number;
  readonly unknown: readonly string[];
}

type Pricer = (inputs: Json) => Priced;

const plain = (monthly: number): Priced => ({ monthly, unknown: [] });

const pricers: readonly (readonly [RegExp, Pricer])[] = [
  [/^azure-native:containerinstance[^:]*:ContainerGroup$/, containerGroup],
  [
    /^azure-native:containerregistry[^:]*:Registry$/,
    (inputs) => byName(registryDay, inputs, ["sku", "name"], daysPerMonth),
  ],
  [/^azure-native:containerservice[^:]*:ManagedCluster$/, cluster],
  [/^azure-native:containerservice[^:]*:AgentPool$/, pool],
  [/^azure-native:network[^:]*:PublicIPAddress$/, () => plain(addressHour * hoursPerMonth)],
  [/^azure-native:(network|privatedns)[^:]*:PrivateEndpoint$/, () => plain(privateEndpointHour * hoursPerMonth)],
  [/^azure-native:(network|privatedns)[^:]*:PrivateZone$/, () => plain(privateZoneMonth)],
];

/** What a resource with these inputs costs a month; undefined for types that have no price here. */
export function monthlyPrice(type: string, inputs: Json): Priced | undefined {
  return pricers.find(([pattern]) => pattern.test(type))?.[1](inputs);
}

function containerGroup(inputs: Json): Priced {
  const containers = listOf(inputs["containers"]);
  const hour = containers.reduce((sum, container) => {
    const [cpu, memory] = ["cpu", "memoryInGB"].map((name) => numberAt(container, `resources.requests.${name}`));
    return sum + (cpu ?? 0) * listPrices.cpuHour + (memory ?? 0) * listPrices.gbHour;
  }, 0);
  return plain(hour * hoursPerMonth);
}

function cluster(inputs: Json): Priced {
  const tier = byName(clusterHour, inputs, ["sku", "tier"], hoursPerMonth);
  const pools = listOf(inputs["agentPoolProfiles"]).map(pool);
  return {
    monthly: pools.reduce((sum, { monthly }) => sum + monthly, tier.monthly),
    unknown: [...tier.unknown, ...pools.flatMap(({ unknown }) => unknown)],
  };
}

/** As many nodes as it has at least. */
function pool(inputs: Json): Priced {
  const size = typeof inputs["vmSize"] === "string" ? inputs["vmSize"] : "";
  const hour = nodeHour[size.toLowerCase()];
  const count = numberAt(inputs, "minCount") ?? numberAt(inputs, "count") ?? 0;
  return hour === undefined
    ? { monthly: 0, unknown: size === "" ? [] : [`nodes of ${size}`] }
    : plain(count * (hour * hoursPerMonth + nodeDiskMonth));
}

function byName(table: Readonly<Record<string, number>>, inputs: Json, at: readonly string[], times: number): Priced {
  const name = at.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], inputs);
  const price = typeof name === "string" ? table[name] : 0;
  return price === undefined ? { monthly: 0, unknown: [`${at.join(".")} ${name as string}`] } : plain(price * times);
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function numberAt(value: Json, at: string): number | undefined {
  const found = pathKeys(at).reduce<unknown>((inside, key) => (inside as Json | undefined)?.[key], value);
  return typeof found === "number" ? found : undefined;
}
