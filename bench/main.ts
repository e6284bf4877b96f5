import * as fs from "node:fs";
import * as path from "node:path";
import { describeError, exitCodes } from "../cli/errors";
import { setUp } from "../cli/set-up";
import { batch } from "./batch";
import { bars, describeBar, judge, limitOf } from "./bars";
import { releaseAll } from "./cleanup";
import type { Comparison, SectionName } from "./comparison";
import { dev } from "./dev";
import { edit } from "./edit";
import { fpga } from "./fpga";
import { describeMachine, loadAverage, renderMachine } from "./machine";
import { noop } from "./noop";
import { isHelp, type Options, readOptions } from "./options";
import { figure, renderComparison, renderVerdicts } from "./report";
import { scoring } from "./scoring";
import { simulate } from "./simulate";
import { updates } from "./updates";

/** Measures; tells each comparison once it is complete. */
export type Section = (options: Options, tell: (comparison: Comparison) => void) => Promise<void>;

const sections: Readonly<Record<SectionName, Section>> = { scoring, edit, noop, dev, updates, simulate, batch, fpga };
const root = path.resolve(__dirname, "..");

/** Runs the bench and returns its exit code: 0 when every bar that was measured holds, 1 when not, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const started = new Date();
  const options = readOptions(args, root, started);
  const engine = await setUp(root);
  const machine = describeMachine(engine.version);
  print(`${renderMachine(machine)}\n`);
  const measured: Partial<Record<SectionName, Comparison[]>> = {};
  const loads: Partial<Record<SectionName, number>> = {};
  for (const name of options.sections) {
    const comparisons: Comparison[] = (measured[name] = []);
    loads[name] = loadAverage();
    print(`${name}: load average ${loads[name].toFixed(2)}\n`);
    await sections[name](options, (comparison) => {
      comparisons.push(comparison);
      print(`${renderComparison(comparison)}\n`);
    });
  }
  const verdicts = judge(bars, measured);
  const content = { machine, startedAt: started.toISOString(), options, loadAverages: loads, measured, verdicts };
  fs.mkdirSync(path.dirname(options.json), { recursive: true });
  fs.writeFileSync(options.json, `${JSON.stringify(content, undefined, 2)}\n`);
  print(`${renderVerdicts(verdicts)}\n\nResults: ${options.json}`);
  const missed = verdicts.filter(({ outcome }) => outcome === "missed");
  for (const { bar, value } of missed) {
    process.stderr.write(`missed: ${describeBar(bar)} must be ${limitOf(bar)}, got ${figure(value)}\n`);
  }
  return missed.length > 0 ? exitCodes.failed : exitCodes.ok;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

let interrupted = false;

async function run(): Promise<number> {
  try {
    return await main(process.argv.slice(2));
  } catch (error) {
    if (isHelp(error)) {
      return 0;
    }
    if (interrupted) {
      return exitCodes.interrupted;
    }
    process.stderr.write(`${describeError(error)}\n`);
    return error instanceof Error && "exitCode" in error ? Number(error.exitCode) : 1;
  } finally {
    await releaseAll();
  }
}

if (require.main === module) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // npm passes on a Ctrl-C that the terminal has sent to the whole process group: it arrives twice.
    process.on(signal, () => {
      interrupted = true;
      void releaseAll().then(() => process.exit(exitCodes.interrupted));
    });
  }
  void run().then((code) => process.exit(code));
}
