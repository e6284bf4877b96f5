import * as path from "node:path";
import { elapsed, Progress, say } from "../output/messages";
import type { BatchEvent } from "./events";

type Of<Name extends BatchEvent["event"]> = Extract<BatchEvent, { event: Name }>;

const shownFailures = 5;
const shownRetries = 5;

/** What `--json` prints. */
export interface BatchSummary {
  readonly image: string;
  readonly models: readonly string[];
  readonly rows: number;
  readonly rowsFailed: number;
  /** Rows that an earlier run of the same command had done. */
  readonly alreadyDone: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly retries: number;
  /** The first of the failed rows; `failures.jsonl` has them all. */
  readonly failures: readonly { readonly input: string; readonly row: number; readonly reason: string }[];
  readonly output: readonly string[];
}

/** Follows a run: a line that shows how far it is, a line for each retry, and what came of it. */
export class Report {
  private readonly progress: Progress;
  private started: Of<"start"> | undefined;
  private latest: Of<"progress"> | undefined;
  private ended: Of<"end"> | undefined;
  private readonly failures: Of<"failure">[] = [];
  private retries = 0;

  constructor(
    private readonly imageId: string,
    private readonly modelIds: readonly string[],
  ) {
    this.progress = new Progress(`Starting ${imageId}`);
  }

  take(event: BatchEvent): void {
    switch (event.event) {
      case "start":
        this.start(event);
        break;
      case "progress":
        this.latest = event;
        this.progress.update("Scoring", progressText(event));
        break;
      case "retry":
        this.retry(event);
        break;
      case "failure":
        // The first are shown at the end: a run may have millions of them.
        if (this.failures.length < shownFailures) {
          this.failures.push(event);
        }
        break;
      case "end":
        this.ended = event;
    }
  }

  /** Ends the line that shows progress. */
  close(): void {
    this.progress.end();
  }

  /** How far a run came that did not come to its end. */
  soFar(): string {
    const rows = this.started?.rows ?? 0;
    const done = this.latest?.rowsDone ?? this.started?.alreadyDone ?? 0;
    return rows === 0 ? "nothing is scored yet" : `at least ${count(done)} of ${count(rows)} rows are done`;
  }

  /** What came of it; undefined if it did not come to its end. */
  summary(): BatchSummary | undefined {
    const { started, ended } = this;
    if (!ended) {
      return undefined;
    }
    const alreadyDone = started?.alreadyDone ?? 0;
    return {
      image: this.imageId,
      models: this.modelIds,
      rows: ended.rowsDone,
      rowsFailed: ended.rowsFailed,
      alreadyDone,
      seconds: ended.seconds,
      rowsPerSecond: (ended.rowsDone - alreadyDone) / Math.max(ended.seconds, 1e-3),
      retries: this.retries,
      failures: this.failures.map(({ input, row, reason }) => ({ input, row, reason })),
      output: ended.output,
    };
  }

  private start(event: Of<"start">): void {
    this.started = event;
    if (event.alreadyDone > 0 && event.alreadyDone < event.rows) {
      say(`Continuing: ${count(event.alreadyDone)} of ${count(event.rows)} rows were done by an earlier run.`);
    }
    if (event.workers > 0) {
      this.progress.update("Scoring", `${count(event.rows)} rows, ${workers(event.workers)}`);
    }
  }

  private retry({ miniBatch, attempt, reason }: Of<"retry">): void {
    this.retries += 1;
    if (this.retries <= shownRetries) {
      say(`mini-batch ${miniBatch} is tried again, attempt ${attempt}: ${firstLine(reason)}`);
    } else if (this.retries === shownRetries + 1) {
      say("more retries are counted, and not shown");
    }
  }
}

/** `420,000 of 1,000,000 rows, 11 s left, 52,300 rows/s, 3 failed`: what matters most first, as a narrow terminal cuts it. */
export function progressText({ rowsDone, rowsFailed, rowsTotal, rowsPerSecond, secondsLeft }: Of<"progress">): string {
  return [
    `${count(rowsDone)} of ${count(rowsTotal)} rows`,
    ...(secondsLeft === null ? [] : [`${elapsed(secondsLeft * 1000)} left`]),
    ...(rowsPerSecond > 0 ? [`${rate(rowsPerSecond)} rows/s`] : []),
    ...(rowsFailed > 0 ? [`${count(rowsFailed)} failed`] : []),
  ].join(", ");
}

/** The summary as people read it. */
export function renderSummary(summary: BatchSummary, from: string): string {
  const { image, rows, rowsFailed, alreadyDone, seconds, rowsPerSecond, retries, failures, output } = summary;
  const shown = (file: string): string => {
    const relative = path.relative(from, path.resolve(from, file));
    return relative.startsWith("..") ? file : relative;
  };
  const all = output.find((file) => path.basename(file) === "failures.jsonl");
  const results = output.filter((file) => file !== all);
  const more = rowsFailed - failures.length;
  const isNew = rows > alreadyDone;
  return [
    `${results.length > 0 ? "Scored" : "Ended after"} ${count(rows)} rows with ${image}` +
      (isNew ? ` in ${elapsed(seconds * 1000)}, ${rate(rowsPerSecond)} rows/s` : "") +
      (alreadyDone > 0 ? `, ${isNew ? count(alreadyDone) : "all"} of them by an earlier run` : ""),
    ...failures.map(
      ({ input, row, reason }, index) =>
        `${index === 0 ? "  failed  " : "          "}${shown(input)} row ${row}: ${firstLine(reason)}`,
    ),
    ...(more > 0 && failures.length > 0 ? [`          and ${count(more)} more`] : []),
    ...(rowsFailed > 0 && all !== undefined ? [`          in full: ${shown(all)}`] : []),
    ...(retries > 0 ? [`  retries ${count(retries)}`] : []),
    ...results.map((file, index) => `${index === 0 ? "  output  " : "          "}${shown(file)}`),
  ].join("\n");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function rate(value: number): string {
  return value >= 100 ? count(value) : value.toPrecision(3);
}

function workers(value: number): string {
  return value === 1 ? "1 worker" : `${value} workers`;
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
