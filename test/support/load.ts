import { setTimeout as sleep } from "node:timers/promises";

/** What came of the requests of a {@link Load}. */
export interface LoadResult {
  readonly answers: number;
  readonly failures: readonly string[];
  /** What each answer's `pick` gave, in the order in which it was seen first. */
  readonly seen: readonly string[];
}

/** Sends requests one after the other until it is told to stop. */
export function load(ask: () => Promise<string>): { stop: () => Promise<LoadResult> } {
  const failures: string[] = [];
  const seen = new Set<string>();
  let [answers, stopped] = [0, false];
  const run = (async () => {
    while (!stopped) {
      await ask().then(
        (answer) => {
          answers += 1;
          seen.add(answer);
        },
        (error: unknown) =>
          failures.push(error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error)),
      );
      await sleep(2);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await run;
      return { answers, failures, seen: [...seen] };
    },
  };
}
