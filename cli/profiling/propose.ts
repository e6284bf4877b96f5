import type { Level, SizeProposal } from "./profile-file";

/** A higher concurrency must be worth so much of the greatest rate to be proposed. */
const worthwhile = 0.9;
/** Of what was seen; requests differ, and what runs out of memory is ended. */
const memoryHeadroom = 1.25;
/** Defaults of the service of 2019, and the least that is proposed. */
const least = { cpuCores: 0.1, memoryInGb: 0.5 } as const;

/**
 * The least concurrency that comes near the greatest rate; the CPU that the processes used at it, and the memory that they had with
 * a quarter more, both rounded up to tenths. A core for what the system does not tell.
 */
export function proposeSize(levels: readonly Level[], memoryInBytes: number | undefined): SizeProposal {
  const greatest = Math.max(...levels.map(({ requestsPerSecond }) => requestsPerSecond));
  const enough = levels.find(({ requestsPerSecond }) => requestsPerSecond >= worthwhile * greatest);
  const cores = levels
    .filter(({ concurrency }) => concurrency <= (enough?.concurrency ?? 1))
    .map(({ requestsPerSecond, cpuSecondsPerRequest }) => requestsPerSecond * (cpuSecondsPerRequest ?? NaN));
  const cpuCores = Math.max(...cores);
  return {
    cpuCores: Number.isNaN(cpuCores) ? 1 : Math.max(least.cpuCores, upToTenths(cpuCores)),
    memoryInGb: Math.max(least.memoryInGb, upToTenths(((memoryInBytes ?? 0) / 1e9) * memoryHeadroom)),
    maxConcurrentRequestsPerReplica: enough?.concurrency ?? 1,
  };
}

function upToTenths(value: number): number {
  return Math.ceil(value * 10 - 1e-9) / 10;
}
