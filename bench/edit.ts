import * as fs from "node:fs";
import * as path from "node:path";
import { type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";
import { ask } from "./serving/ask";
import { ServingClone } from "./serving/clone";
import { withServer } from "./serving/server";
import { timed } from "./timed";

const measure: MeasureSpec = { name: "time", unit: "s", better: "lower" };
const script = "scorers/diabetes/score.py";
const parts = ["no-op npm run up", "bare azmlinfsrv start"] as const;
const sum = "no-op up + bare start";
/** Below what the sample requests tolerate. */
const step = 1e-5;
const limitMs = 120_000;
const log = path.resolve(__dirname, "../.scorestack/bench/edit.log");

/** From the save of a scoring script until a request gets the new reply, beside what it can't be quicker than. */
export const edit: Section = async ({ quick }, tell) => {
  const rounds = quick ? 1 : 7;
  fs.mkdirSync(path.dirname(log), { recursive: true });
  await using(
    ServingClone.make(["diabetes"]),
    (clone) => clone.remove(),
    async (clone) => {
      await clone.up();
      const edits = new Edits(clone);
      const through = async (name: string, served: () => Promise<Sample>): Promise<void> => {
        const samples = await interleave(rounds, { [name]: served, ...partsOf(clone) });
        tell(compare(`edit to served, ${name}`, [measure], withSum(name, samples)));
      };
      await through("npm run up", () => edits.timeServed(() => npmUp(clone)));
      await using(clone.clone.spawn("watch"), stopWatch, async (watch) => {
        const said = listenTo(watch);
        await said(/Watching for saves/);
        await through("npm run watch", async () => {
          const sample = await edits.timeServed();
          await said(/served [\d.]+ s after the save\n[^]*Watching for saves/);
          return sample;
        });
      });
    },
  );
};

function partsOf(clone: ServingClone): Record<string, () => Promise<Sample>> {
  return {
    [parts[0]]: async () => ({ time: (await npmUp(clone)).seconds }),
    [parts[1]]: () =>
      withServer(clone.bareSpec("diabetes", "diabetes"), [], log, ({ startSeconds }) =>
        Promise.resolve({ time: startSeconds }),
      ),
  };
}

/** With the parts' sum, round by round, as a subject of its own. */
function withSum(
  name: string,
  samples: Readonly<Record<string, readonly Sample[]>>,
): Record<string, readonly Sample[]> {
  const [noop = [], start = []] = parts.map((part) => samples[part]);
  const sums = noop.map(({ time = NaN }, round) => ({ time: time + (start[round]?.["time"] ?? NaN) }));
  return { [name]: samples[name] ?? [], [sum]: sums, [parts[0]]: noop, [parts[1]]: start };
}

function npmUp({ clone }: ServingClone): ReturnType<typeof timed> {
  return timed(["npm", "run", "up", "--", "--yes"], clone.folder);
}

/** Edits that change the reply by a little: too little for the sample requests, which every new server has to answer. */
class Edits {
  private readonly good: string;
  private count = 0;

  constructor(private readonly clone: ServingClone) {
    this.good = fs.readFileSync(clone.clone.path(script), "utf8");
  }

  /** From the write of the file to the end of the first request with the new reply. `update`: what then has to be called. */
  async timeServed(update: () => Promise<unknown> = () => Promise.resolve()): Promise<Sample> {
    this.count += 1;
    const added = this.count % 2 === 0 ? 0 : step;
    // An image that was never built before, whatever the reply.
    const changed = this.good.replace("model.predict(data)", `(model.predict(data) + ${added})`) + `# ${this.count}\n`;
    const before = await this.reply();
    const started = performance.now();
    fs.writeFileSync(this.clone.clone.path(script), changed);
    const [time] = await Promise.all([this.untilChanged(before, started), update()]);
    return { time };
  }

  private async untilChanged(before: number, started: number): Promise<number> {
    while (Math.abs((await this.reply()) - before) < step / 2) {
      if (performance.now() > started + limitMs) {
        throw new Error(`the edit was not served in ${limitMs / 1000} s`);
      }
      await sleep(10);
    }
    return (performance.now() - started) / 1000;
  }

  private async reply(): Promise<number> {
    const asked = { ...this.clone.scoring("diabetes", "diabetes"), contains: "[" };
    return Number((JSON.parse(await ask(asked)) as number[])[0]);
  }
}

/** Waits until the process has said something since the last call. */
function listenTo(child: ChildProcess): (pattern: RegExp) => Promise<void> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      said += data.toString();
    });
  }
  return async (pattern) => {
    const end = performance.now() + limitMs;
    while (!pattern.test(said)) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`the watch has not said ${String(pattern)}, but:\n${said}`);
      }
      await sleep(10);
    }
    said = "";
  };
}

/** A Ctrl-C in the middle of an update ends that; the next one ends the watch. */
async function stopWatch(watch: ChildProcess): Promise<void> {
  for (let turn = 0; watch.exitCode === null && watch.signalCode === null; turn++) {
    if (turn % 100 === 0) {
      watch.kill("SIGINT");
    }
    await sleep(20);
  }
}
