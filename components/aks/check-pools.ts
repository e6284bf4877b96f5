import type { AksClusterArgs } from "../aks-cluster";
import type { AksPoolArgs, AutoscaleArgs, SystemPoolArgs } from "../aks-options";
import { leastCores, nodeLabels, poolKey, zoneList } from "../internal/aks-rules";
import { oneOf, shown, wholeNumber } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { vmSize, vmSizeOf, vmSizeWarning } from "../internal/vm-sizes";

/** 2019's Standard_D3_v2 had 4 vCPUs too; it retires, and new subscriptions no longer get it. */
const defaultSize = "Standard_D4s_v5";
/** Each pod costs 20 MB of a node's memory, used or not; Azure's own default of 250 would take 5 GB. */
export const defaultMaxPods = 110;

/** Checks nodes of all kinds; returns them by their keys. */
export function checkPools(problems: Problems, args: AksClusterArgs, isDevTest: boolean, today: Date) {
  const agents = checkAgents(problems, args, isDevTest);
  problems.plain("zones", args.zones, zoneList);
  const system = checkSystem(problems, args.systemPool ?? {}, args.zones, isDevTest);
  const others = Object.entries(args.pools ?? {});
  others.forEach(([key, pool]) => {
    problems.plain(`pools.${key}`, key, poolKey);
    checkPool(problems, `pools.${key}`, pool);
  });
  const sizes = [
    ["vmSize", agents.vmSize],
    ["systemPool.vmSize", system.vmSize],
    ...others.map(([key, pool]) => [`pools.${key}.vmSize`, pool.vmSize] as const),
  ] as const;
  sizes.forEach(([property, name]) => problems.plain(property, name, vmSize(today)));
  return {
    system,
    pools: { agents, ...args.pools } as Readonly<Record<string, AksPoolArgs>>,
    warnings: sizes.map(([property, name]) => vmSizeWarning(property, name)),
  };
}

function checkAgents(problems: Problems, args: AksClusterArgs, isDevTest: boolean): AksPoolArgs {
  const { agentCount, autoscale, zones, vmSize: size = defaultSize } = args;
  problems.plain("agentCount", agentCount, wholeNumber(1, 1000));
  if (autoscale !== undefined) {
    checkAutoscale(problems, "autoscale", autoscale, 1);
  }
  if (agentCount !== undefined && autoscale !== undefined) {
    problems.add("agentCount", "must be left out with 'autoscale'", shown(agentCount), "the autoscaler decides then");
  }
  const [property, count] =
    autoscale === undefined
      ? (["agentCount", agentCount ?? (isDevTest ? 1 : 3)] as const)
      : (["autoscale.minCount", autoscale.minCount] as const);
  const cores = vmSizeOf(size)?.vCpus;
  if (!isDevTest && cores !== undefined && count * cores < leastCores) {
    const got = `${count} × ${cores} (${size}) = ${count * cores}`;
    const remedy = `${Math.ceil(leastCores / cores)} nodes of that size do, or 'clusterPurpose: "dev-test"'`;
    problems.add(property, `times the vCPUs of 'vmSize' must be at least ${leastCores}`, got, remedy);
  }
  return { vmSize: size, zones, ...(autoscale === undefined ? { count } : { autoscale }) };
}

function checkSystem(
  problems: Problems,
  given: SystemPoolArgs,
  sharedZones: readonly string[] | undefined,
  isDevTest: boolean,
) {
  const { vmSize: size = defaultSize, count = isDevTest ? 1 : 2, zones = sharedZones } = given;
  problems.plain("systemPool.count", given.count, wholeNumber(isDevTest ? 1 : 2, 100));
  problems.plain("systemPool.zones", given.zones, zoneList);
  const { vCpus = 4, memoryInGb = 4 } = vmSizeOf(size) ?? {};
  problems.plain("systemPool.vmSize", given.vmSize, {
    must: "must have at least 4 vCPUs and 4 GB, and be none of the series B",
    holds: (value) => vCpus >= 4 && memoryInGb >= 4 && !/^Standard_B/i.test(value),
  });
  return { vmSize: size, count, zones };
}

function checkAutoscale(problems: Problems, at: string, { minCount, maxCount }: AutoscaleArgs, least: number): void {
  problems.plain(`${at}.minCount`, minCount, wholeNumber(least, 1000));
  problems.plain(`${at}.maxCount`, maxCount, wholeNumber(1, 1000));
  if (minCount > maxCount) {
    problems.add(`${at}.minCount`, `must be at most '${at}.maxCount'`, `${minCount} and ${maxCount}`);
  }
}

function checkPool(problems: Problems, at: string, pool: AksPoolArgs): void {
  const isSystem = pool.mode === "System";
  problems.plain(`${at}.mode`, pool.mode, oneOf(["User", "System"]));
  problems.plain(`${at}.count`, pool.count, wholeNumber(isSystem ? 1 : 0, 1000));
  problems.plain(`${at}.zones`, pool.zones, zoneList);
  problems.plain(`${at}.spot`, pool.spot, flag);
  problems.plain(`${at}.maxPods`, pool.maxPods, wholeNumber(isSystem ? 30 : 10, 250));
  problems.plain(`${at}.osDiskSizeInGb`, pool.osDiskSizeInGb, wholeNumber(30, 2048));
  problems.plain(`${at}.labels`, pool.labels, nodeLabels);
  if (pool.autoscale !== undefined) {
    checkAutoscale(problems, `${at}.autoscale`, pool.autoscale, isSystem ? 1 : 0);
    if (pool.count !== undefined) {
      const remedy = "the autoscaler decides then";
      problems.add(`${at}.count`, `must be left out with '${at}.autoscale'`, shown(pool.count), remedy);
    }
  }
  if (pool.spot === true && isSystem) {
    problems.add(`${at}.spot`, "must be left out of a pool of the mode 'System'", undefined, "Azure takes nodes back");
  }
  pool.taints?.forEach(({ key, value = "", effect }, index) => {
    problems.plain(`${at}.taints[${index}].key`, key, {
      must: "must be a key as Kubernetes has them",
      holds: (text) => typeof text === "string" && /^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(text),
    });
    problems.plain(`${at}.taints[${index}].value`, value, {
      must: "must be up to 63 letters, digits, dashes, dots and underscores",
      holds: (text) => /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(text),
    });
    problems.plain(`${at}.taints[${index}].effect`, effect, oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]));
  });
}
