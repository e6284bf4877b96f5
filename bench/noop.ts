import * as fs from "node:fs";
import * as path from "node:path";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";
import { NoopProject, type Operation } from "./noop/project";
import { timed } from "./timed";

export const operationMeasures: readonly MeasureSpec[] = [
  { name: "time", unit: "s", better: "lower" },
  { name: "in the engine", unit: "s", better: "lower" },
  { name: "CPU", unit: "s", better: "lower" },
];
const hook = path.join(__dirname, "noop/engine-times.cjs");

/** `up` and `preview` that find nothing to do, beside a program that registers the same resources and does nothing else. */
export const noop: Section = async ({ quick, sizes }, tell) => {
  for (const size of sizes) {
    await using(
      NoopProject.make(),
      (project) => project.remove(),
      async (project) => {
        const started = performance.now();
        await project.fill(size);
        process.stderr.write(
          `both states of ${size}: made in ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
        );
        for (const operation of ["up", "preview"] as const) {
          const samples = await interleave(roundsOf(size, quick), subjects(project, operation));
          tell(
            compare(`no-op ${operation}, ${size} ${size === 1 ? "service" : "services"}`, operationMeasures, samples),
          );
        }
      },
    );
  }
};

function roundsOf(size: number, quick: boolean): number {
  return quick ? 1 : size < 1000 ? 7 : 3;
}

function subjects(project: NoopProject, operation: Operation): Record<string, () => Promise<Sample>> {
  const raw = (...options: string[]): Promise<Sample> =>
    measureOperation(project.folder, operation, project.rawCommand(operation, ...options), project.rawEnvironment);
  return {
    scorestack: () => measureOperation(project.folder, operation, project.command(operation), {}),
    "raw program, lean": () => raw("lean"),
    "raw program": () => raw(),
  };
}

/** Runs a command that must find nothing to do. */
export async function measureOperation(
  folder: string,
  operation: Operation,
  [node = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Sample> {
  const times = path.join(folder, "engine-times");
  fs.rmSync(times, { force: true });
  const command = [node, "--require", hook, ...args];
  const { seconds, cpuSeconds, stdout } = await timed(command, folder, { ...env, ENGINE_TIMES: times });
  requireNothingDone(stdout);
  return { time: seconds, "in the engine": engineSeconds(fs.readFileSync(times, "utf8"), operation), CPU: cpuSeconds };
}

/** `Nothing has changed (same 206).`, or what the engine says of the raw program. */
function requireNothingDone(stdout: string): void {
  if (!/^Nothing (has changed|would change) \(same \d+\)\.$|^Resources:\n +\d+ unchanged$/m.test(stdout)) {
    throw new Error(`there must be nothing to do, got\n${stdout}`);
  }
}

/** How long the operation itself took; other calls of the engine, such as for its version, count as the program's time. */
function engineSeconds(lines: string, operation: Operation): number {
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { command: string; seconds: number })
    .filter(({ command }) => command === operation)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}
