import type { Random } from "./random";

/** How long a replica takes for requests. */
export interface ServiceTimes {
  /** Of one request that is alone on its replica, in seconds; another one at each call. */
  readonly draw: () => number;
  readonly meanSeconds: number;
  /** How many times as much a replica gets done with so many requests in hand as with one. */
  readonly speedup: (inHand: number) => number;
}

/** The model of 2019's article: the same time for every request, however many a replica has in hand. */
export function constantTimes(seconds: number): ServiceTimes {
  return { draw: () => seconds, meanSeconds: seconds, speedup: (inHand) => inHand };
}

/** Requests per second that were measured with so many in hand. */
export interface Rate {
  readonly concurrency: number;
  readonly requestsPerSecond: number;
}

/**
 * Times of a measurement. `quantilesMs`: at equal distances from the least to the greatest, at least two. `rates`: by rising
 * concurrency from 1 on; between two of them it is drawn straight, and beyond the last nothing is gained.
 */
export function measuredTimes(quantilesMs: readonly number[], rates: readonly Rate[], random: Random): ServiceTimes {
  const last = quantilesMs.length - 1;
  const at = (place: number): number => {
    const below = Math.min(Math.floor(place), last - 1);
    const [low = 0, high = 0] = quantilesMs.slice(below, below + 2);
    return (low + (high - low) * (place - below)) / 1000;
  };
  const middles = Array.from({ length: last }, (_, index) => at(index + 0.5));
  return {
    draw: () => at(random.uniform() * last),
    meanSeconds: middles.reduce((sum, value) => sum + value, 0) / last,
    speedup: (inHand) => rateAt(rates, inHand) / rateAt(rates, 1),
  };
}

function rateAt(rates: readonly Rate[], inHand: number): number {
  const after = rates.findIndex(({ concurrency }) => concurrency >= inHand);
  const [high, low] = [rates.at(after), rates[after - 1]];
  if (!high || !low || after < 1) {
    return high?.requestsPerSecond ?? 1;
  }
  const share = (inHand - low.concurrency) / (high.concurrency - low.concurrency);
  return low.requestsPerSecond + share * (high.requestsPerSecond - low.requestsPerSecond);
}
