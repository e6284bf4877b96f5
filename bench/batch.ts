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
const memory: MeasureSpec = { name: "memory", unit: "MiB", better: "lower" };
const columns = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6";
const miniBatchSize = 8192;

/** Batch runs of an image beside a loop over the scorer's own vectorised call: whole processes, from start to end. */
export const batch: Section = async ({ quick }, tell) => {
  await using(
    Clone.make("bench-batch").keepScorers("diabetes"),
    (clone) => {
      clone.discard();
      return Promise.resolve();
    },
    async (clone) => {
      const rows = quick ? 50_000 : 1_000_000;
      const input = clone.path("patients.csv");
      writeRows(input, rows);
      const image = await prepareImage(clone.folder, new Store(clone.folder), { scorer: "diabetes" });
      const run = new Run(clone, image, input, rows);
      const samples = await interleave(quick ? 1 : 3, {
        "one worker": () => run.engine(1),
        "bare loop": () => run.bareLoop(),
        "two workers": () => run.engine(2),
      });
      tell(compare(`${rows.toLocaleString("en")} rows`, measures, samples));
      tell(compare("coordinator's memory", [memory], run.memory));
    },
  );
};

class Run {
  /** Of the coordinator of one worker, at two places of each run. */
  readonly memory: Record<string, Sample[]> = { "at the end": [], "at a quarter": [] };
  private runs = 0;

  constructor(
    private readonly clone: Clone,
    private readonly image: BatchImage,
    private readonly input: string,
    private readonly rows: number,
  ) {}

  async engine(workers: number): Promise<Sample> {
    const output = this.clone.path(`out-${(this.runs += 1)}`);
    const settings = ["--mini-batch-size", String(miniBatchSize), "--workers", String(workers)];
    const options = { inputs: [this.input], output, settings: [...settings, "--output-format", "csv"] };
    const { command, args, cwd, env } = engineCommand(this.clone.folder, this.image, {
      ...options,
      wanted: { scorer: "diabetes" },
      from: this.clone.folder,
      environment: {},
      json: false,
    });
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit", "pipe"] });
    const seen = await follow(child.stdio[eventsDescriptor] as Readable, this.rows, () => residentMemory(child.pid));
    const seconds = (performance.now() - started) / 1000;
    if (seen.end?.rowsDone !== this.rows) {
      throw new Error(`the batch run over ${this.rows} rows did not come to its end`);
    }
    if (workers === 1 && seen.atQuarter !== undefined && seen.latest !== undefined) {
      this.memory["at a quarter"]?.push({ memory: seen.atQuarter });
      this.memory["at the end"]?.push({ memory: seen.latest });
    }
    fs.rmSync(output, { recursive: true });
    return { "rows/s": this.rows / seconds, time: seconds, "failed rows": seen.end.rowsFailed };
  }

  async bareLoop(): Promise<Sample> {
    const { command, cwd, env } = engineCommand(this.clone.folder, this.image, {
      wanted: { scorer: "diabetes" },
      from: this.clone.folder,
      inputs: [],
      output: "",
      settings: [],
      environment: {},
      json: false,
    });
    const output = this.clone.path("bare.csv");
    const script = path.join(__dirname, "batch", "bare_loop.py");
    const args = ["--input", this.input, "--output", output, "--mini-batch-size", String(miniBatchSize)];
    const { seconds } = await timed([command, script, ...args], cwd, env);
    fs.rmSync(output, { force: true });
    return { "rows/s": this.rows / seconds, time: seconds, "failed rows": 0 };
  }
}

interface Seen {
  end?: Extract<BatchEvent, { event: "end" }>;
  /** Resident memory at the first event after a quarter of the rows, and at the last one, in MiB. */
  atQuarter?: number;
  latest?: number;
}

async function follow(events: Readable, rows: number, memoryNow: () => number | undefined): Promise<Seen> {
  const seen: Seen = {};
  for await (const line of readline.createInterface({ input: events })) {
    const event = readEvent(line);
    if (event?.event === "progress" && event.rowsDone >= rows / 4) {
      seen.latest = memoryNow() ?? seen.latest;
      seen.atQuarter ??= seen.latest;
    } else if (event?.event === "end") {
      seen.end = event;
    }
  }
  return seen;
}

/** In MiB; undefined where /proc is not there, or the process is gone. */
function residentMemory(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid ?? 0}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Patients as the scorer knows them: scikit-learn's ranges, of one seed. */
function writeRows(file: string, rows: number): void {
  let state = 1;
  const next = (low: number, high: number): string => {
    state = (state * 48271) % 2147483647;
    return (low + (state / 2147483647) * (high - low)).toFixed(2);
  };
  const descriptor = fs.openSync(file, "w");
  fs.writeSync(descriptor, `${columns}\n`);
  for (let row = 0; row < rows; row += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - row) }, () => {
      const body = [next(19, 79), next(1, 2), next(18, 42), next(62, 133)];
      const serum = [next(97, 301), next(42, 242), next(22, 99), next(2, 9), next(3, 6), next(58, 124)];
      return [...body, ...serum].join(",");
    });
    fs.writeSync(descriptor, `${lines.join("\n")}\n`);
  }
  fs.closeSync(descriptor);
}
