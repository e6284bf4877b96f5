import { randomInt } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { planOf, type Step } from "./plan";
import { Storm, type Told } from "./storm";

interface Options {
  readonly seed: number;
  readonly kills: number;
  readonly keep: boolean;
  readonly plan: boolean;
}

// A victim may have ended by itself before its instant came; such a step is no kill.
const stepsForKill = 3;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError("must be a whole number of at most nine digits");
  }
  return Number(text);
}

const command = new Command("torture")
  .description(
    "Kill the command, the engine, the provider, uv, the supervisor, the server or all of them at random instants, in a clone " +
      "of its own, and look after each kill whether the next run puts everything right.",
  )
  .option(
    "--seed <number>",
    "decides about every kill; the same seed, the same kills",
    wholeNumber,
    randomInt(1_000_000),
  )
  .option("--kills <number>", "how many", wholeNumber, 20)
  .option("--keep", "leave the clone where it is after a violation", false)
  .option("--plan", "only tell what would be done", false);

async function main(): Promise<number> {
  const options = command.parse().opts<Options>();
  const steps = planOf(options.seed, options.kills * stepsForKill);
  if (options.plan) {
    steps.forEach((step) => {
      console.log(lineOf(step));
    });
    return 0;
  }
  console.log(`npm run torture -- --seed ${options.seed} --kills ${options.kills}`);
  const storm = new Storm();
  const stop = onSignal(storm);
  let broken: Told | undefined;
  try {
    broken = await run(storm, steps, options);
    return broken ? 1 : 0;
  } finally {
    await stop();
    const keep = options.keep && broken !== undefined;
    await storm.sandbox.remove(keep);
    if (keep) {
      console.log(`kept: ${storm.sandbox.clone.folder}`);
    }
  }
}

/** Takes steps until so many kills have hit; returns the first step that violates an invariant. */
async function run(storm: Storm, steps: readonly Step[], { seed, kills }: Options): Promise<Told | undefined> {
  const start = performance.now();
  const done: Told[] = [];
  const hits = (): number => done.filter(({ hit }) => hit).length;
  await storm.begin();
  console.log(
    `a service is up in ${storm.sandbox.clone.folder} after ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  for (const step of steps) {
    if (hits() >= kills) {
      break;
    }
    const told = await storm.take(step);
    done.push(told);
    console.log(resultOf(told));
    if (told.violations.length > 0) {
      console.log(told.said.join("\n---\n"));
      console.log(told.violations.map((line) => `VIOLATED ${line}`).join("\n"));
      console.log(`Step ${step.number} of: npm run torture -- --seed ${seed} --kills ${kills}`);
      return told;
    }
  }
  summarise(done, (performance.now() - start) / 1000);
  return undefined;
}

function summarise(done: readonly Told[], seconds: number): void {
  const hits = done.filter(({ hit }) => hit);
  const count = (name: (told: Told) => string): string => {
    const counts = new Map<string, number>();
    hits.forEach((told) => counts.set(name(told), (counts.get(name(told)) ?? 0) + 1));
    return [...counts].map(([what, times]) => `${what} ${times}`).join(", ");
  };
  console.log(
    [
      `${hits.length} kills in ${done.length} steps and ${Math.round(seconds)} s: no invariant violated.`,
      `victims: ${count(({ step }) => step.victim)}`,
      `operations: ${count(({ step }) => step.operation)}`,
      `signals: ${count(({ step }) => step.blow.signal)}`,
      `mending runs that said what they mended: ${hits.filter(({ mended }) => mended.length > 0).length}; that asked for another run: ${hits.filter(({ asked }) => asked).length}`,
      `requests answered meanwhile: ${done.reduce((sum, { requests }) => sum + requests, 0)}`,
    ].join("\n"),
  );
}

function lineOf({ number, operation, victim, blow, instant, takenBack }: Step): string {
  const when = "afterMs" in instant ? `after ${instant.afterMs} ms` : `${instant.phase} +${instant.plusMs} ms`;
  const blowName = blow.signal === "STOP" ? `STOP ${blow.pauseMs} ms, KILL` : blow.signal.slice(3);
  return [
    String(number).padStart(4),
    (operation + (takenBack ? ", taken back" : "")).padEnd(24),
    victim.padEnd(14),
    blowName.padEnd(17),
    when.padEnd(32),
  ].join("  ");
}

function resultOf(told: Told): string {
  const said = told.mended.map((line) => line.slice(0, 60)).join(" | ");
  const result = told.violations.length > 0 ? "VIOLATED" : told.hit ? "ok" : "ok (was over)";
  return `${lineOf(told.step)}  ${result.padEnd(13)}  ${told.seconds.toFixed(1).padStart(5)} s  ${told.step.mending[0] ?? ""}: ${said || "-"}`;
}

/** Ctrl-C and the like: what was started is ended, and the folders go. */
function onSignal(storm: Storm): () => Promise<void> {
  let removing: Promise<void> | undefined;
  const end = (): void => {
    removing ??= storm.sandbox.remove(false).then(() => {
      process.exit(130);
    });
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  signals.forEach((signal) => process.on(signal, end));
  return async () => {
    await removing;
    signals.forEach((signal) => process.off(signal, end));
  };
}

// Whoever reads what we print may stop.
process.stdout.on("error", () => undefined);

void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
