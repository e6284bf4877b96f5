import { type Column, renderTable } from "../cli/output/table";
import { describeBar, limitOf, type Verdict } from "./bars";
import { best, type Comparison, type Measure, median, ratios } from "./comparison";

/** A comparison as a table: ratios of the first subject to each, then the figures. */
export function renderComparison({ title, subjects, measures }: Comparison): string {
  const [main, ...others] = measures;
  const [first] = subjects;
  if (!main || first === undefined) {
    return title;
  }
  const ratio = (kind: "best" | "median") => (subject: string) =>
    subject === first ? "" : figure(ratios(main, first, subject)[kind]);
  const middle = (measure: Measure) => (subject: string) => figure(median(measure.rounds[subject] ?? []));
  const columns: Column<string>[] = [
    { title: "subject", value: (subject) => subject },
    ...(subjects.length > 1 ? [right("first ÷ it", ratio("best")), right("(medians)", ratio("median"))] : []),
    right(titleOf(main), (subject: string) => figure(best(main, subject))),
    right("(median)", middle(main)),
    ...others.map((measure) => right(titleOf(measure), middle(measure))),
  ];
  const rounds = Math.max(...Object.values(main.rounds).map(({ length }) => length));
  return `${title} (${rounds} ${rounds === 1 ? "round" : "rounds"})\n${renderTable(subjects, columns)}`;
}

/** The bars with what came of them. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  return renderTable(verdicts, [
    { title: "bar", value: ({ bar }) => describeBar(bar) },
    right("limit", ({ bar }) => limitOf(bar)),
    right("got", ({ value }) => figure(value)),
    { title: "", value: ({ outcome }) => outcome },
  ]);
}

/** Three significant digits, whole numbers in full; `-` where there is none. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) {
    return "-";
  }
  return Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en")
    : value.toPrecision(3);
}

function titleOf({ name, unit }: Measure): string {
  return unit === "" ? name : `${name}, ${unit}`;
}

function right<Row>(title: string, value: (row: Row) => string): Column<Row> {
  return { title, value, align: "right" };
}
