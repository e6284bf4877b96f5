import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable } from "node:stream";
import { engineCommand, eventsDescriptor } from "../cli/batch/engine";
import { type BatchEvent, readEvent } from "../cli/batch/events";
import { type BatchImage, prepareImage } from "../cli/batch/image";
import { Store } from "../provider/store";
import { Clone } from "../test/support/clone";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";
import { timed } from "./timed";

const measures: readonly MeasureSpec[] = [
  { name: "rows/s", unit: "", better: "higher" },
  { name: "time", unit: "s", better: "lower" },
  { name: "failed rows", unit: "", better: "lower" },
];
const memory: MeasureSpec = { name: "peak", unit: "MiB", better: "lower" };
const pollMs = 20;

type Scorer = "diabetes" | "wine";
type Columns = Readonly<Record<string, readonly [number, number]>>;

/** Columns of made-up tables, with the ranges of the data that the scorers' models were trained on. */
const tables: Readonly<Record<Scorer, Columns>> = {
  diabetes: {
    ...{ age: [19, 79], sex: [1, 2], bmi: [18, 42], bp: [62, 133] },
    ...{ s1: [97, 301], s2: [42, 242], s3: [22, 99], s4: [2, 9], s5: [3, 6], s6: [58, 124] },
  },
  wine: {
    ...{ malic_acid: [0.7, 5.8], ash: [1.4, 3.2], alcalinity_of_ash: [10, 30], magnesium: [70, 162] },
    ...{
      total_phenols: [1, 3.9],
      flavanoids: [0.3, 5.1],
      nonflavanoid_phenols: [0.1, 0.7],
      proanthocyanins: [0.4, 3.6],
    },
    ...{ color_intensity: [1.3, 13], hue: [0.5, 1.7], "od280/od315_of_diluted_wines": [1.3, 4], proline: [278, 1680] },
  },
};

const miniBatchSize = 8192;

/** Batch runs of an image beside a loop over the scorer's own vectorised call: whole processes, from start to end. */
export const batch: Section = async ({ quick }, tell) => {
  await using(
    Clone.make("bench-batch").keepScorers(...Object.keys(tables)),
    (clone) => {
      clone.discard();
      return Promise.resolve();
    },
    async (clone) => {
      const rows = quick ? 50_000 : 1_000_000;
      for (const scorer of Object.keys(tables) as Scorer[]) {
        const image = await prepareImage(clone.folder, new Store(clone.folder), { scorer });
        const runs = new Runs(clone, scorer, image, rows);
        const samples = await interleave(quick ? 1 : 5, {
          "one worker": () => runs.engine(1, 1),
          "bare loop": () => runs.bareLoop(),
          "two workers": () => runs.engine(2, 1),
        });
        tell(compare(`${scorer}, ${rowsOf(rows)}`, measures, samples));
        if (scorer === "diabetes") {
          const peaks = await interleave(quick ? 1 : 3, {
            [rowsOf(4 * rows)]: () => runs.engine(1, 4),
            [rowsOf(rows)]: () => runs.engine(1, 1),
          });
          tell(compare("memory of the coordinator", [memory], peaks));
        }
      }
    },
  );
};

function rowsOf(count: number): string {
  return `${count.toLocaleString("en")} rows`;
}

class Runs {
  private readonly inputs: readonly string[];

  constructor(
    private readonly clone: Clone,
    private readonly scorer: Scorer,
    private readonly image: BatchImage,
    private readonly rows: number,
  ) {
    this.inputs = [1, 2, 3, 4].map((number) => clone.path(`rows-${number}.csv`));
    const [first = "", ...others] = this.inputs;
    writeRows(first, tables[scorer], rows);
    for (const other of others) {
      fs.copyFileSync(first, other, fs.constants.COPYFILE_FICLONE);
    }
  }

  /** Over some of the files; the output is checked to have their rows, and removed. */
  async engine(workers: number, files: number): Promise<Sample> {
    const output = this.clone.path("out");
    const settings = ["--mini-batch-size", String(miniBatchSize), "--workers", String(workers)];
    const { command, args, cwd, env } = this.command(this.inputs.slice(0, files), output, settings);
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit", "pipe"] });
    let peak = NaN;
    const poll = setInterval(() => {
      peak = peakMemory(child.pid) ?? peak;
    }, pollMs);
    const end = await endOf(child.stdio[eventsDescriptor] as Readable);
    const seconds = (performance.now() - started) / 1000;
    clearInterval(poll);
    if (end?.rowsDone !== files * this.rows) {
      throw new Error(`the batch run over ${files * this.rows} rows did not come to its end`);
    }
    fs.rmSync(output, { recursive: true });
    return { "rows/s": end.rowsDone / seconds, time: seconds, "failed rows": end.rowsFailed, peak };
  }

  async bareLoop(): Promise<Sample> {
    const { command, cwd, env } = this.command([], "", []);
    const [input = "", output] = [this.inputs[0], this.clone.path("bare.csv")];
    const args = ["--input", input, "--output", output, "--mini-batch-size", String(miniBatchSize)];
    const { seconds, stdout } = await timed(
      [command, path.join(__dirname, "batch", "bare_loop.py"), ...args],
      cwd,
      env,
    );
    if (!stdout.startsWith(`${this.rows} rows`)) {
      throw new Error(`the bare loop over ${this.rows} rows did not come to its end: ${stdout}`);
    }
    fs.rmSync(output);
    return { "rows/s": this.rows / seconds, time: seconds, "failed rows": 0 };
  }

  private command(inputs: readonly string[], output: string, settings: readonly string[]) {
    const { folder: from } = this.clone;
    const options = { wanted: { scorer: this.scorer }, from, inputs, output, settings, environment: {}, json: false };
    return engineCommand(from, this.image, options);
  }
}

/** Until the engine has closed its events, which it does when it ends. */
async function endOf(events: Readable): Promise<Extract<BatchEvent, { event: "end" }> | undefined> {
  let end: Extract<BatchEvent, { event: "end" }> | undefined;
  for await (const line of readline.createInterface({ input: events })) {
    const event = readEvent(line);
    end = event?.event === "end" ? event : end;
  }
  return end;
}

/** Greatest resident memory so far, in MiB; undefined where /proc is not there, or the process is gone. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid ?? 0}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** The same numbers each time. */
function writeRows(file: string, columns: Columns, rows: number): void {
  const ranges = Object.values(columns);
  let state = 1;
  const next = ([low, high]: readonly [number, number]): string => {
    state = (state * 48271) % 2147483647;
    return (low + (state / 2147483647) * (high - low)).toFixed(2);
  };
  const descriptor = fs.openSync(file, "w");
  fs.writeSync(descriptor, `${Object.keys(columns).join(",")}\n`);
  for (let row = 0; row < rows; row += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - row) }, () => ranges.map(next).join(","));
    fs.writeSync(descriptor, `${lines.join("\n")}\n`);
  }
  fs.closeSync(descriptor);
}
