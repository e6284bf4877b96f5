import { type Rule, wholeNumber } from "./internal/problems";
import { replicasOf } from "./internal/replicas";
import { Problems } from "./internal/validate";

/** Arguments of {@link replicasFor}. */
export interface ReplicasForArgs {
  /** Requests that come in a second, above 0, at most 1000000. */
  readonly requestsPerSecond: number;
  /** How long a replica takes for one request, in seconds, above 0, at most 3600. */
  readonly secondsPerRequest: number;
  /** Percent of the replicas that should be busy, 1 to 100. @default 70 */
  readonly targetUtilization?: number;
  /** Requests that a replica works on at a time, 1 to 10000. @default 1 */
  readonly maxConcurrentRequestsPerReplica?: number;
}

const percentage: Rule<number> = {
  must: "must be a percentage from 1 to 100",
  holds: (value) => typeof value === "number" && value >= 1 && value <= 100,
  remedy: (value) => (value > 0 && value < 1 ? `write ${Math.round(value * 1000) / 10} for ${value}` : undefined),
};

/**
 * How many replicas a steady load needs: requests that are worked on at a time, `requestsPerSecond × secondsPerRequest`, by the
 * target utilisation and by what a replica works on at a time, rounded up. The formula is that of "How and where to deploy
 * models" (Azure Machine Learning, April 2019). It is about means: what waits and what is refused, `npm run simulate` tells.
 *
 * @example replicasFor({ requestsPerSecond: 20, secondsPerRequest: 10, targetUtilization: 70 }) // 286
 * @throws pulumi.RunError with everything that is wrong with the arguments, one problem a line.
 */
export function replicasFor(args: ReplicasForArgs): number {
  const { targetUtilization = 70, maxConcurrentRequestsPerReplica = 1, ...rest } = args;
  const problems = new Problems("replicasFor: ");
  problems.plain("requestsPerSecond", rest.requestsPerSecond, above0(1_000_000));
  problems.plain("secondsPerRequest", rest.secondsPerRequest, above0(3600));
  problems.plain("targetUtilization", targetUtilization, percentage);
  problems.plain("maxConcurrentRequestsPerReplica", maxConcurrentRequestsPerReplica, wholeNumber(1, 10_000));
  problems.throwIfAny();
  return replicasOf({ ...rest, targetUtilization, maxConcurrentRequestsPerReplica });
}

function above0(most: number): Rule<number> {
  return {
    must: `must be a number above 0, at most ${most}`,
    holds: (value) => typeof value === "number" && value > 0 && value <= most,
  };
}
