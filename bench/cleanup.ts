/** What a run has started or made, and must not outlive it. */
const pending = new Set<() => Promise<void>>();

/** Does `work` with something that is let go of afterwards, also when the run is interrupted. */
export async function using<T, Result>(
  thing: T,
  release: (thing: T) => Promise<void>,
  work: (thing: T) => Promise<Result>,
): Promise<Result> {
  let ended: Promise<void> | undefined;
  // Whoever comes second waits for it too: the process may end right after.
  const end = (): Promise<void> => (ended ??= release(thing).finally(() => pending.delete(end)));
  pending.add(end);
  try {
    return await work(thing);
  } finally {
    await end();
  }
}

/** Lets go of everything, the last first. */
export async function releaseAll(): Promise<void> {
  for (const end of [...pending].reverse()) {
    await end().catch((problem: unknown) => {
      process.stderr.write(`${String(problem)}\n`);
    });
  }
}
