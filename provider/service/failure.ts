import type { Failure } from "./files";

const logLines = 15;
const tracebackStart = "Traceback (most recent call last):";
const crashStart = "Fatal Python error: ";

/** Where the scorer's files lie to the server, and where they came from, to speak of the user's own files. */
export interface BundlePlace {
  /** Folder of the app root. */
  readonly app: string;
  /** Bundle path (`app/score.py`) → file of the project. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Why a revision did not take over, for the user: the cause, the scorer's own traceback with file and line, the last log lines. */
export function explainFailure(failure: Failure, bundle: BundlePlace): string {
  const samples = failure.boot?.failures ?? [];
  if (samples.length > 0) {
    return samples
      .map(({ sample, problem, log }) => {
        const cause = userTraceback(log.split("\n"), bundle) ?? lastException(log.split("\n"));
        return [`sample request ${sample}: ${problem}`, ...cause].join("\n");
      })
      .join("\n");
  }
  const traceback = userTraceback(failure.log, bundle) ?? userCrash(failure.log, bundle);
  const shown = traceback ?? ["last lines of its log:", ...failure.log.slice(-logLines)];
  return [failure.problem, ...shown].join("\n");
}

/** What the first traceback ends with: the cause where no line of the user's own files is in it. */
function lastException(log: readonly string[]): string[] {
  const start = log.findIndex((line) => line.includes(tracebackStart));
  const exception = start < 0 ? undefined : blockFrom(log, start + 1).at(-1);
  return exception === undefined ? [] : [`cause: ${exception}`];
}

/** The first traceback that passes through the user's files, with the inference server's own frames left out. */
export function userTraceback(log: readonly string[], { app, sources }: BundlePlace): string[] | undefined {
  for (let start = 0; start < log.length; start++) {
    if (!log[start]?.includes(tracebackStart)) {
      continue;
    }
    const block = blockFrom(log, start + 1);
    if (block.some((line) => isOf(app, line) || /^\w*SyntaxError|^IndentationError|^TabError/.test(line))) {
      return ["Traceback:", ...fromUserFile(block, app)].map((line) => withSources(line, app, sources));
    }
  }
  return undefined;
}

/** Where a process crashed outside Python, in the words of its fault handler: from the innermost frame out to the user's files. */
function userCrash(log: readonly string[], { app, sources }: BundlePlace): string[] | undefined {
  const start = log.findIndex((line) => line.startsWith(crashStart));
  const thread = log.findIndex((line, index) => index > start && line.startsWith("Current thread "));
  if (start < 0 || thread < 0) {
    return undefined;
  }
  const end = log.findIndex((line, index) => index > thread && !line.startsWith("  "));
  const frames = log.slice(thread + 1, end < 0 ? undefined : end);
  const own = frames.findLastIndex((line) => isOf(app, line));
  const shown = frames.slice(0, own + 1).map((line) => withSources(line, app, sources));
  return own < 0 ? undefined : [...log.slice(start, start + 1), "Traceback (most recent call first):", ...shown];
}

/** Lines of a traceback up to the exception's own message, which may itself go over several lines. */
function blockFrom(log: readonly string[], start: number): string[] {
  let end = start;
  while (end < log.length && /^(\s|$)/.test(log[end] ?? "")) {
    end++;
  }
  return log.slice(start, end + 1);
}

/** Whether a line is a frame of the user's files; a message may name them as well. */
function isOf(app: string, line: string): boolean {
  return line.includes(`File "${app}/`);
}

function fromUserFile(block: readonly string[], app: string): readonly string[] {
  const first = block.findIndex((line) => isOf(app, line));
  return first > 0 ? block.slice(first) : block;
}

function withSources(line: string, app: string, sources: Readonly<Record<string, string>>): string {
  return line.replace(/"([^"]+)"/, (whole, file: string) => {
    const source = file.startsWith(`${app}/`) ? sources[`app${file.slice(app.length)}`] : undefined;
    return source === undefined ? whole : `"${source}"`;
  });
}
