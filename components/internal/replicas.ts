/** A steady load, and how its replicas are to be used. */
export interface SteadyLoad {
  readonly requestsPerSecond: number;
  readonly secondsPerRequest: number;
  /** Percent of the replicas that should be busy. */
  readonly targetUtilization: number;
  readonly maxConcurrentRequestsPerReplica: number;
}

/** `rps × seconds ÷ utilisation ÷ concurrency`, rounded up: the formula of 2019's article, and never less than one. */
export function replicasOf(load: SteadyLoad): number {
  const { requestsPerSecond, secondsPerRequest, targetUtilization, maxConcurrentRequestsPerReplica } = load;
  const busy = (requestsPerSecond * secondsPerRequest) / maxConcurrentRequestsPerReplica;
  return replicasForBusy(busy, targetUtilization);
}

/** How many replicas there must be for so many of them, in the mean, to be the target's share; at least one. */
export function replicasForBusy(busy: number, targetUtilization: number): number {
  const wanted = (busy * 100) / targetUtilization;
  // What is a whole number but for the last digits of a floating-point number is one.
  return Math.max(1, Math.ceil(wanted - Math.max(1, wanted) * 1e-9));
}
