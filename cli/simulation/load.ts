import { Random } from "./random";

/** Requests per second from a time on. */
export interface TraceStep {
  readonly atSeconds: number;
  readonly requestsPerSecond: number;
}

/** A load over time: each step holds until the next, the last one until the end. Times rise from 0. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly durationSeconds: number;
}

/** How requests come: each on its own, as from many callers, or at even distances. */
export const arrivalKinds = ["poisson", "even"] as const;
export type ArrivalKind = (typeof arrivalKinds)[number];

/** One rate all the time. */
export function steady(requestsPerSecond: number, durationSeconds: number): Trace {
  return { steps: [{ atSeconds: 0, requestsPerSecond }], durationSeconds };
}

/** Requests that a trace stands for, in the mean. */
export function expectedRequests({ steps, durationSeconds }: Trace): number {
  return steps.reduce((sum, { atSeconds, requestsPerSecond }, index) => {
    return sum + requestsPerSecond * ((steps[index + 1]?.atSeconds ?? durationSeconds) - atSeconds);
  }, 0);
}

export function peakRate({ steps }: Trace): number {
  return steps.reduce((most, { requestsPerSecond }) => Math.max(most, requestsPerSecond), 0);
}

/** The times at which requests come, one at each call, in seconds; `Infinity` after the last. */
export function arrivalsOf({ steps, durationSeconds }: Trace, kind: ArrivalKind, seed: number): () => number {
  const random = new Random(seed);
  const gap = (): number => (kind === "poisson" ? random.exponential() : 1);
  let [index, now] = [0, 0];
  // Requests that the rate still has to bring until the next one comes.
  let left = kind === "poisson" ? random.exponential() : 0.5;
  return () => {
    for (let step = steps[index]; step; step = steps[++index]) {
      const end = steps[index + 1]?.atSeconds ?? durationSeconds;
      const next = now + left / step.requestsPerSecond;
      if (next < end) {
        now = next;
        left = gap();
        return now;
      }
      left -= (end - now) * step.requestsPerSecond;
      now = end;
    }
    return Infinity;
  };
}
