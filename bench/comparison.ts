/** What one section of the bench measures: the same thing of several subjects, in turns. */

export type SectionName = "scoring" | "edit" | "noop" | "dev" | "updates" | "simulate" | "batch" | "fpga";

/** One figure of every subject, with a value for each round. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Which is better; the best of a subject's rounds is the one that the machine disturbed least. */
  readonly better: "lower" | "higher";
  /** Subject → its rounds. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

/** Subjects side by side. Ratios are of the first subject's first measure to the others'. */
export interface Comparison {
  readonly title: string;
  readonly subjects: readonly string[];
  readonly measures: readonly Measure[];
}

/** What one turn of one subject gives, by the measure's name. */
export type Sample = Readonly<Record<string, number>>;

export interface MeasureSpec {
  readonly name: string;
  readonly unit: string;
  readonly better: Measure["better"];
}

/** Gathers the samples of each subject's turns. */
export function compare(
  title: string,
  specs: readonly MeasureSpec[],
  samples: Readonly<Record<string, readonly Sample[]>>,
): Comparison {
  const valuesOf = (name: string, turns: readonly Sample[]): number[] =>
    turns.map((turn) => turn[name]).filter((value) => value !== undefined);
  return {
    title,
    subjects: Object.keys(samples),
    measures: specs.map((spec) => ({
      ...spec,
      rounds: Object.fromEntries(
        Object.entries(samples).map(([subject, turns]) => [subject, valuesOf(spec.name, turns)]),
      ),
    })),
  };
}

/** Every subject once in each round, in turns: forwards, then backwards, so that none is always the one after another. */
export async function interleave(
  rounds: number,
  subjects: Readonly<Record<string, () => Promise<Sample>>>,
): Promise<Record<string, Sample[]>> {
  const samples: Record<string, Sample[]> = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const turns = Object.entries(subjects);
    for (const [name, measure] of round % 2 === 0 ? turns : turns.reverse()) {
      samples[name]?.push(await measure());
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** The best of a subject's rounds; NaN without any. */
export function best({ better, rounds }: Measure, subject: string): number {
  const values = rounds[subject] ?? [];
  return values.length === 0 ? NaN : better === "lower" ? Math.min(...values) : Math.max(...values);
}

/** Ratios of one subject to another: of the best rounds, and of the medians. */
export function ratios(measure: Measure, subject: string, other: string): { best: number; median: number } {
  const middle = (name: string): number => median(measure.rounds[name] ?? []);
  return { best: best(measure, subject) / best(measure, other), median: middle(subject) / middle(other) };
}
