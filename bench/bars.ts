import { best, type Comparison, ratios, type SectionName } from "./comparison";

/** What a run of the bench has to show. */
export interface Bar {
  readonly section: SectionName;
  /** Title of the comparison, and the measure in it. */
  readonly comparison: string;
  readonly measure: string;
  readonly of: string;
  /** The other subject of a ratio; without it the figure itself is held against the limit. */
  readonly to?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

const edit = { section: "edit", measure: "time", to: "no-op up + bare start", atMost: 2 } as const;
const noop = { section: "noop", measure: "time", of: "scorestack", to: "raw program, lean", atMost: 1.2 } as const;
const scoring = { section: "scoring", measure: "requests/s", of: "scorestack", atLeast: 1 } as const;
const simulate = { section: "simulate", of: "simulated", to: "real", atLeast: 0.8, atMost: 1.25 } as const;
const batch = { section: "batch", measure: "rows/s" } as const;
const tables = ["diabetes, 1,000,000 rows", "wine, 1,000,000 rows"];
const scorers = ["diabetes, 8 connections", "light, 8 connections"];

/** Every bar. Ratios are of the best rounds. */
export const bars: readonly Bar[] = [
  { ...edit, comparison: "edit to served, npm run up", of: "npm run up" },
  { ...edit, comparison: "edit to served, npm run watch", of: "npm run watch" },
  { ...noop, comparison: "no-op up, 100 services" },
  { ...noop, comparison: "no-op preview, 100 services" },
  { ...noop, section: "dev", comparison: "preview of dev", atMost: 1.3 },
  ...scorers.flatMap((comparison) =>
    ["azmlinfsrv", "MLServer"].map((to) => ({ ...scoring, comparison, to }) satisfies Bar),
  ),
  ...scorers.map(
    (comparison) =>
      ({ section: "scoring", comparison, measure: "failures", of: "scorestack", atMost: 0 }) satisfies Bar,
  ),
  { section: "updates", comparison: "updates under load", measure: "lost requests", of: "scorestack", atMost: 0 },
  ...["p50", "p95", "answered 503"].map(
    (measure) => ({ ...simulate, comparison: "three replicas under a wave", measure }) satisfies Bar,
  ),
  ...tables.flatMap((comparison) => [
    { ...batch, comparison, of: "one worker", to: "bare loop", atLeast: 0.8 } satisfies Bar,
    { ...batch, comparison, of: "two workers", to: "one worker", atLeast: 1 } satisfies Bar,
  ]),
  {
    ...batch,
    comparison: "memory of the coordinator",
    measure: "peak",
    of: "4,000,000 rows",
    to: "1,000,000 rows",
    atMost: 1.1,
  },
  {
    section: "fpga",
    comparison: "held-out digits, served",
    measure: "accuracy",
    of: "8-bit",
    to: "float",
    atLeast: 0.99,
  },
];

export interface Verdict {
  readonly bar: Bar;
  /** NaN when this run has not measured it. */
  readonly value: number;
  readonly outcome: "held" | "missed" | "not measured";
}

/** Holds the bars of the sections that ran against what they measured. */
export function judge(
  all: readonly Bar[],
  measured: Readonly<Partial<Record<SectionName, readonly Comparison[]>>>,
): Verdict[] {
  return all
    .filter(({ section }) => measured[section] !== undefined)
    .map((bar) => {
      const value = valueOf(bar, measured[bar.section] ?? []);
      const holds = value <= (bar.atMost ?? Infinity) && value >= (bar.atLeast ?? -Infinity);
      return { bar, value, outcome: Number.isNaN(value) ? "not measured" : holds ? "held" : "missed" };
    });
}

function valueOf(bar: Bar, comparisons: readonly Comparison[]): number {
  const measure = comparisons
    .find(({ title }) => title === bar.comparison)
    ?.measures.find(({ name }) => name === bar.measure);
  if (!measure) {
    return NaN;
  }
  return bar.to === undefined ? worst(measure, bar.of) : ratios(measure, bar.of, bar.to).best;
}

/** A count that must be 0 must be so in every round. */
function worst(measure: Comparison["measures"][number], subject: string): number {
  return best({ ...measure, better: measure.better === "lower" ? "higher" : "lower" }, subject);
}

/** `edit to served, npm run up: time of npm run up ÷ no-op up + bare start`. */
export function describeBar({ comparison, measure, of, to }: Bar): string {
  return `${comparison}: ${measure} of ${of}${to === undefined ? "" : ` ÷ ${to}`}`;
}

export function limitOf({ atMost, atLeast }: Bar): string {
  const [least, most] = [atLeast === undefined ? "" : `≥ ${atLeast}`, atMost === undefined ? "" : `≤ ${atMost}`];
  return [least, most].filter((limit) => limit !== "").join(", ");
}
