import { problemLine, shown } from "../../components/internal/problems";
import { expectedRequests, type Trace, type TraceStep } from "./load";

/** A line of a trace, as it was read. */
interface Row {
  readonly line: number;
  /** Seconds, of a clock that starts anywhere; undefined without times. */
  readonly time: number | undefined;
  readonly requestsPerSecond: number;
}

const mostRate = 1_000_000;
/** A run takes about a second for each million, a proposal some thirty runs. */
export const mostRequests = 5_000_000;
const mostProblems = 10;
const columns = ["time", "requestsPerSecond"] as const;

/**
 * Reads a trace: CSV, with a header `time,requestsPerSecond` or without one, or one JSON object with these names a line. `time` is
 * seconds or ISO 8601; without it each line is a second. Returns what is wrong, one problem a line, in place of a bad trace.
 */
export function parseTrace(name: string, text: string): Trace | readonly string[] {
  const lines = text
    .split(/\r?\n/)
    .map((content, index) => ({ content: content.trim(), line: index + 1 }))
    .filter(({ content }) => content !== "");
  const [first] = lines;
  const problems: string[] = [];
  const tell = (line: number, rule: string, got: string, remedy?: string): void => {
    problems.push(`${name}:${line}: ${problemLine("trace", rule, got, remedy)}`);
  };
  const header = first && headerOf(first.content);
  if (header && !header.includes("requestsPerSecond")) {
    tell(first.line, "must have a column 'requestsPerSecond'", shown(first.content), "name it so in the first line");
    return problems;
  }
  const rows = lines.slice(header ? 1 : 0).flatMap(({ content, line }) => readRow(content, line, header, tell) ?? []);
  checkTimes(rows, tell);
  if (problems.length === 0 && rows.length === 0) {
    problems.push(
      `${name}: ${problemLine("trace", "must have a line", "none", "write requests per second, one a line")}`,
    );
  }
  const trace = problems.length === 0 ? traceOf(rows) : undefined;
  const requests = trace ? expectedRequests(trace) : 0;
  if (trace && requests <= mostRequests) {
    return trace;
  }
  if (trace) {
    const rule = `must have at most ${mostRequests} requests`;
    problems.push(`${name}: ${problemLine("trace", rule, String(Math.round(requests)), "cut a part out of it")}`);
  }
  const more = problems.length - mostProblems;
  return more > 0 ? [...problems.slice(0, mostProblems), `${name}: and ${more} lines more`] : problems;
}

type Tell = (line: number, rule: string, got: string, remedy?: string) => void;

/** The columns' names; undefined for a line that holds values. */
function headerOf(content: string): string[] | undefined {
  const cells = cellsOf(content);
  const isValue = (cell: string): boolean => cell !== "" && (!Number.isNaN(Number(cell)) || isTimestamp(cell));
  return content.startsWith("{") || cells.some(isValue) ? undefined : cells;
}

function cellsOf(content: string): string[] {
  return content.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function readRow(content: string, line: number, header: string[] | undefined, tell: Tell): Row | undefined {
  const values = content.startsWith("{") ? fieldsOf(content) : namedCells(cellsOf(content), header);
  if (!values) {
    const rule = content.startsWith("{")
      ? "must be JSON, one object a line"
      : "must be a number, or a time and a number";
    tell(line, rule, shown(content), 'such as 12.5, 60,12.5 or {"time": 60, "requestsPerSecond": 12.5}');
    return undefined;
  }
  const rate =
    typeof values.requestsPerSecond === "string" && values.requestsPerSecond !== ""
      ? Number(values.requestsPerSecond)
      : values.requestsPerSecond;
  const time = secondsOf(values.time);
  if (typeof rate !== "number" || !(rate >= 0 && rate <= mostRate)) {
    const rule = `must have requests per second from 0 to ${mostRate}`;
    tell(line, rule, shown(values.requestsPerSecond), "correct the number, or remove the line");
    return undefined;
  }
  if (Number.isNaN(time)) {
    tell(line, "must have a time in seconds or ISO 8601", shown(values.time), "such as 60 or 2026-11-24T10:00:00Z");
    return undefined;
  }
  return { line, time, requestsPerSecond: rate };
}

type Fields = Readonly<Partial<Record<(typeof columns)[number], unknown>>>;

function fieldsOf(content: string): Fields | undefined {
  try {
    return JSON.parse(content) as Fields;
  } catch {
    return undefined;
  }
}

function namedCells(cells: readonly string[], header: readonly string[] | undefined): Fields | undefined {
  const names = header ?? columns.slice(-cells.length);
  return cells.length === names.length && cells.length > 0 && (header || cells.length <= 2)
    ? Object.fromEntries(cells.map((cell, index) => [names[index] ?? "", cell]))
    : undefined;
}

/** NaN for what is no time; undefined for none. */
function secondsOf(value: unknown): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value === "string" && isTimestamp(value)) {
    return Date.parse(value) / 1000;
  }
  return typeof value === "number" || (typeof value === "string" && value !== "") ? Number(value) : NaN;
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\d([T ]|$)/.test(text) && !Number.isNaN(Date.parse(text));
}

function checkTimes(rows: readonly Row[], tell: Tell): void {
  for (const [index, { line, time }] of rows.entries()) {
    const before = rows[index - 1];
    if (before && (time === undefined) !== (before.time === undefined)) {
      tell(line, "must have times in every line, or in none", time === undefined ? "none" : String(time));
    } else if (before?.time !== undefined && time !== undefined && time <= before.time) {
      const rule = "must have times that rise from line to line";
      tell(line, rule, `${time} after ${before.time} s`, "sort the lines, and remove repeated ones");
    }
  }
}

/** From a first line at 0 on; the last one lasts as long as the one before it, a single one a minute. */
function traceOf(rows: readonly Row[]): Trace {
  const [from = 0] = rows.map(({ time }) => time);
  const steps = rows.map(({ time, requestsPerSecond }, index): TraceStep => {
    return { atSeconds: time === undefined ? index : time - from, requestsPerSecond };
  });
  const [last, before] = [steps.at(-1)?.atSeconds ?? 0, steps.at(-2)?.atSeconds];
  const alone = rows[0]?.time === undefined ? 1 : 60;
  return { steps, durationSeconds: last + (before === undefined ? alone : last - before) };
}
