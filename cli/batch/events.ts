/** What the batch engine tells while it runs, one JSON object a line. */
export type BatchEvent =
  | {
      readonly event: "start";
      readonly rows: number;
      readonly miniBatches: number;
      readonly alreadyDone: number;
      readonly workers: number;
    }
  | {
      readonly event: "progress";
      readonly rowsDone: number;
      readonly rowsFailed: number;
      readonly rowsTotal: number;
      readonly rowsPerSecond: number;
      readonly secondsLeft: number | null;
    }
  | { readonly event: "retry"; readonly miniBatch: number; readonly attempt: number; readonly reason: string }
  | { readonly event: "failure"; readonly input: string; readonly row: number; readonly reason: string }
  | {
      readonly event: "end";
      readonly rowsDone: number;
      readonly rowsFailed: number;
      readonly seconds: number;
      readonly output: readonly string[];
    };

/** Reads a line, its texts through `hide`; undefined for one that is no event, such as the last one of an engine that was killed. */
export function readEvent(line: string, hide: (text: string) => string = String): BatchEvent | undefined {
  try {
    const value: unknown = JSON.parse(line, (_, part: unknown) => (typeof part === "string" ? hide(part) : part));
    return typeof value === "object" && value !== null && "event" in value ? (value as BatchEvent) : undefined;
  } catch {
    return undefined;
  }
}
