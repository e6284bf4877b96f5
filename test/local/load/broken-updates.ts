import * as fs from "node:fs";
import type { Update } from "../../support/updates";
import type { MarkedClone } from "./marked-clone";
import type { Scorer } from "./scorers";

export interface BrokenUpdate extends Update {
  readonly undo: () => void;
  /** What the command must say. */
  readonly causes: readonly RegExp[];
}

/** Updates that must be refused, each in its own way. */
export function brokenUpdates(marked: MarkedClone): BrokenUpdate[] {
  const script = (scorer: Scorer) => broken(marked, `scorers/${scorer}/score.py`);
  const line = (scorer: Scorer, place = String.raw`\d+, in \w+`): RegExp =>
    new RegExp(String.raw`scorers/${scorer}/score\.py", line ${place}\n`);
  return [
    script("diabetes")("does not import", (text) => `import nowhere_to_be_found\n${text}`, [
      line("diabetes", "1, in <module>"),
      /ModuleNotFoundError: No module named 'nowhere_to_be_found'/,
    ]),
    script("digits")("has a syntax error that shows when it runs", init('compile("def run(", "made.py", "exec")'), [
      line("digits", String.raw`\d+, in init`),
      /SyntaxError: /,
    ]),
    script("wine")("raises in init()", init('raise ValueError("no such weights")'), [
      line("wine", String.raw`\d+, in init`),
      /ValueError: no such weights/,
    ]),
    script("diabetes")(
      "answers otherwise than its sample requests",
      (text) => text.replace(/^MARK = .*$/m, "MARK = -1"),
      [/sample request one-patient\.json: \$\[0\]: expected [\d.]+, got [\d.]+/],
    ),
    script("wine")("raises in run()", (text) => text.replace("    table = ", "    1 / 0\n    table = "), [
      /sample request three-wines\.json: expected status 200, got 500/,
      line("wine", String.raw`\d+, in run`),
      /ZeroDivisionError: division by zero/,
    ]),
    script("digits")("ends its process in init()", init("os._exit(9)"), [
      /the server ended before it was ready/,
      /exited with code 9/,
    ]),
    script("diabetes")(
      "crashes in run()",
      (text) => text.replace("    return (model", "    os.abort()\n    return (model"),
      [/Fatal Python error: Aborted/, /scorers\/diabetes\/score\.py", line \d+ in run\n/],
    ),
    script("wine")("takes more memory than there is", init(exhaustion), [
      line("wine", String.raw`\d+, in init`),
      /MemoryError/,
    ]),
    script("digits")("exits in init()", init('raise SystemExit("no licence is left")'), [/no licence is left/]),
    hanging(marked),
    broken(marked, "scorers/wine/conda.yml")(
      "asks for a package's version that does not exist",
      (text) => text.replace("pandas=2.2.3", "pandas=99.0.0"),
      [/pandas==99\.0\.0/],
    ),
    broken(marked, "scorers/diabetes/model/diabetes-ridge.joblib")(
      "has a model that can't be unpickled",
      (bytes) => bytes.slice(0, 500),
      [line("diabetes", String.raw`\d+, in init`), /EOFError|UnpicklingError/],
    ),
  ];
}

const exhaustion = `import numpy, resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 32, 1 << 32))
    hoard = [numpy.empty(1 << 23) for _ in range(1 << 10)]`;

/** A script with another `init()`. */
function init(body: string): (text: string) => string {
  return (text) => `${text}\n\ndef init():\n    ${body}\n`;
}

function hanging(marked: MarkedClone): BrokenUpdate {
  const [script, settings] = ["scorers/wine/score.py", "Pulumi.local.yaml"];
  const slept = broken(marked, script)("hangs in init()", init("import time\n    time.sleep(600)"), [
    /the server was not ready after 5 s/,
  ]);
  const hasty = broken(marked, settings)("", (text) => text, []);
  return {
    ...slept,
    edit: async (number) => {
      await hasty.edit(number);
      marked.setOptions("wine", number, () => ({ startTimeoutSeconds: 5 }));
      await slept.edit(number);
    },
    undo: () => {
      hasty.undo();
      slept.undo();
    },
  };
}

/** An edit of a file that is taken back byte for byte. */
function broken(marked: MarkedClone, file: string) {
  return (name: string, change: (text: string) => string, causes: readonly RegExp[]): BrokenUpdate => {
    const place = marked.clone.path(file);
    let whole: Buffer;
    return {
      name: `${file} ${name}`,
      edit: () => {
        whole = fs.readFileSync(place);
        fs.writeFileSync(place, change(whole.toString("latin1")), "latin1");
      },
      undo: () => fs.writeFileSync(place, whole),
      causes,
    };
  };
}
