/** What a CPU and a GB cost an hour on Azure Container Instances, in US dollars: the list prices in docs/costs.md. */
export const listPrices = { cpuHour: 0.0405, gbHour: 0.00445 } as const;

/** What a replica asks for. */
export interface ReplicaSize {
  readonly cpuCores: number;
  readonly memoryInGb: number;
}

/** Dollars for an hour of a replica, where no price is given. */
export function listPrice({ cpuCores, memoryInGb }: ReplicaSize): number {
  return cpuCores * listPrices.cpuHour + memoryInGb * listPrices.gbHour;
}

/** Hours of a month, as Azure counts them. */
export const hoursPerMonth = 730;
