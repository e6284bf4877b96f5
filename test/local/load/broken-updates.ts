import * as fs from "node:fs";
import type { Update } from "../../support/updates";
import type { MarkedClone } from "./marked-clone";
import type { Scorer } from "./scorers";

export interface BrokenUpdate extends Update {
  readonly undo: () => void;
  /** What the command must say. */
  readonly causes: readonly RegExp[];
}

type Change = (text: string) => string;

/** Updates that must be refused, each in its own way. */
export function brokenUpdates(marked: MarkedClone): BrokenUpdate[] {
  return [...brokenStarts(marked), hangingStart(marked), ...brokenRuns(marked), ...brokenContent(marked)];
}

function brokenStarts(marked: MarkedClone): BrokenUpdate[] {
  const script = (scorer: Scorer, name: string, change: Change, ...causes: RegExp[]): BrokenUpdate =>
    broken(marked, `scorers/${scorer}/score.py`, name, change, causes);
  return [
    script(
      "diabetes",
      "does not import",
      (text) => `import nowhere_to_be_found\n${text}`,
      /scorers\/diabetes\/score\.py", line 1, in <module>\n/,
      /ModuleNotFoundError: No module named 'nowhere_to_be_found'/,
    ),
    script(
      "digits",
      "has a syntax error that shows when it runs",
      withInit('compile("def run(", "made.py", "exec")'),
      lineOf("digits", "init"),
      /SyntaxError: /,
    ),
    script(
      "wine",
      "raises in init()",
      withInit('raise ValueError("no such weights")'),
      lineOf("wine", "init"),
      /ValueError: no such weights/,
    ),
    script("wine", "takes more memory than there is", withInit(exhaustion), lineOf("wine", "init"), /MemoryError/),
    script("digits", "exits in init()", withInit('raise SystemExit("no licence is left")'), /no licence is left/),
    script(
      "digits",
      "ends its process in init()",
      withInit("os._exit(9)"),
      /before it was ready/,
      /exited with code 9/,
    ),
  ];
}

const exhaustion = `import numpy, resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 32, 1 << 32))
    hoard = [numpy.empty(1 << 23) for _ in range(1 << 10)]`;

function hangingStart(marked: MarkedClone): BrokenUpdate {
  const [settings, sleep] = [marked.clone.path("Pulumi.local.yaml"), withInit("import time\n    time.sleep(600)")];
  const cause = /the server was not ready after 5 s/;
  const slept = broken(marked, "scorers/wine/score.py", "hangs in init()", sleep, [cause]);
  let whole: Buffer;
  return {
    ...slept,
    edit: async (number) => {
      whole = fs.readFileSync(settings);
      marked.setOptions("wine", number, () => ({ startTimeoutSeconds: 5 }));
      await slept.edit(number);
    },
    undo: () => {
      fs.writeFileSync(settings, whole);
      slept.undo();
    },
  };
}

function brokenRuns(marked: MarkedClone): BrokenUpdate[] {
  const [diabetes, wine] = ["scorers/diabetes/score.py", "scorers/wine/score.py"];
  const otherMark: Change = (text) => text.replace(/^MARK = .*$/m, "MARK = -1");
  const dividing: Change = (text) => text.replace("    table = ", "    1 / 0\n    table = ");
  const aborting: Change = (text) => text.replace("    return (model", "    os.abort()\n    return (model");
  return [
    broken(marked, diabetes, "answers otherwise than its sample requests", otherMark, [
      /sample request one-patient\.json: \$\[0\]: expected \d+\.\d+, got \d+\.\d+/,
    ]),
    broken(marked, wine, "raises in run()", dividing, [
      /sample request three-wines\.json: expected status 200, got 500/,
      lineOf("wine", "run"),
      /ZeroDivisionError: division by zero/,
    ]),
    broken(marked, diabetes, "crashes in run()", aborting, [
      /Fatal Python error: Aborted/,
      /scorers\/diabetes\/score\.py", line \d+ in run\n/,
    ]),
  ];
}

function brokenContent(marked: MarkedClone): BrokenUpdate[] {
  const [conda, model] = ["scorers/wine/conda.yml", "scorers/diabetes/model/diabetes-ridge.joblib"];
  const newer: Change = (text) => text.replace("pandas=2.2.3", "pandas=99.0.0");
  return [
    broken(marked, conda, "asks for a package's version that does not exist", newer, [/pandas==99\.0\.0/]),
    broken(marked, model, "can't be unpickled", (bytes) => bytes.slice(0, 500), [
      lineOf("diabetes", "init"),
      /EOFError|UnpicklingError/,
    ]),
  ];
}

/** A script with another `init()`. */
function withInit(body: string): Change {
  return (text) => `${text}\n\ndef init():\n    ${body}\n`;
}

/** The line of a traceback that names the script. */
function lineOf(scorer: Scorer, called: string): RegExp {
  return new RegExp(`scorers/${scorer}/score\\.py", line \\d+, in ${called}\\n`);
}

/** An edit of a file, taken back byte for byte. */
function broken(
  { clone }: MarkedClone,
  file: string,
  name: string,
  change: Change,
  causes: readonly RegExp[],
): BrokenUpdate {
  let whole: Buffer;
  return {
    name: `${file} ${name}`,
    edit: () => {
      whole = fs.readFileSync(clone.path(file));
      fs.writeFileSync(clone.path(file), change(whole.toString("latin1")), "latin1");
    },
    undo: () => fs.writeFileSync(clone.path(file), whole),
    causes,
  };
}
