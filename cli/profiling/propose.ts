import type { Level, SizeProposal } from "./profile-file";

/** A concurrency that comes to so much of the greatest rate is enough: a higher one would only let requests wait in the replica. */
const enough = 0.75;
/** Of what was seen; requests differ, and what runs out of memory is ended. */
const memoryHeadroom = 1.25;
/** Defaults of the service of 2019, and the least that is proposed. */
const least = { cpuCores: 0.1, memoryInGb: 0.5 } as const;

/**
 * The least concurrency that comes near the greatest rate; the CPU that the processes use while a request is in hand, and the memory
 * that they had with a quarter more, both rounded up to tenths. A core where the system does not tell.
 */
export function proposeSize(levels: readonly Level[], memoryInBytes: number | undefined): SizeProposal {
  // By the median, which says how long a request takes when nothing else on the machine is in its way.
  const rates = levels.map(({ concurrency, p50Ms }) => ({ concurrency, perSecond: (concurrency * 1000) / p50Ms }));
  const greatest = Math.max(...rates.map(({ perSecond }) => perSecond));
  const maxConcurrentRequestsPerReplica =
    rates.find(({ perSecond }) => perSecond >= enough * greatest)?.concurrency ?? 1;
  const cores = levels
    .filter(({ concurrency }) => concurrency <= maxConcurrentRequestsPerReplica)
    .map(({ concurrency, cpuSecondsPerRequest = NaN, p50Ms }) => (concurrency * cpuSecondsPerRequest * 1000) / p50Ms);
  const cpuCores = Math.max(...cores);
  return {
    cpuCores: Number.isNaN(cpuCores) ? 1 : Math.max(least.cpuCores, upToTenths(cpuCores)),
    memoryInGb: Math.max(least.memoryInGb, upToTenths(((memoryInBytes ?? 0) / 1e9) * memoryHeadroom)),
    maxConcurrentRequestsPerReplica,
  };
}

function upToTenths(value: number): number {
  return Math.ceil(value * 10 - 1e-9) / 10;
}
