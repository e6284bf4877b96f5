const real = globalThis.Date;

/** Has the clock of this process begin at a time, and go on from there, until the returned function is called. */
export function setClock(at: string): () => void {
  const offset = real.parse(at) - real.now();
  globalThis.Date = class extends real {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [real.now() + offset] : given) as [number]));
    }

    static override now(): number {
      return real.now() + offset;
    }
  } as DateConstructor;
  return () => {
    globalThis.Date = real;
  };
}
