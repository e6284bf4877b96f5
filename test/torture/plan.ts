import fc from "fast-check";
import { firstContent, type Content, nextContent } from "./content";
import { type Instant, type Operation, operations, type Phase, phasesOf, type Victim } from "./operations";

/** How a victim is ended. */
export interface Blow {
  /** `STOP` stands for SIGSTOP, and SIGKILL after `pauseMs`. */
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGINT" | "STOP";
  readonly pauseMs: number;
}

/** A command that goes on during a step. */
export interface Command {
  readonly args: readonly string[];
  /** After the first command of the step. */
  readonly startsAfterMs: number;
}

/** One kill, with everything that is decided about it. */
export interface Step {
  readonly number: number;
  readonly operation: Operation;
  /** What the sources and settings say. */
  readonly content: Content;
  readonly commands: readonly Command[];
  readonly victim: Victim;
  readonly blow: Blow;
  readonly instant: Instant;
  /** Whether the edit is taken back before the mending run. */
  readonly takenBack: boolean;
  /** The next normal command. */
  readonly mending: readonly string[];
}

/** What the stack is between two steps, whatever the instant of a kill was. */
interface Situation {
  readonly up: boolean;
  readonly pinned: boolean;
  /** Whether there is a release with another image to go back to. */
  readonly hasOlder: boolean;
  readonly content: Content;
}

const drawsPerStep = 24;
const resolution = 2 ** 30;

/** The numbers of one step, drawn before it begins: no decision depends on how long anything took. */
class Draws {
  private used = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** From 0 to below 1. */
  fraction(): number {
    const number = this.numbers[this.used];
    this.used += 1;
    if (number === undefined) {
      throw new Error(`a step takes more than ${drawsPerStep} random numbers`);
    }
    return number / resolution;
  }

  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  /** One of the keys of `weights`, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    const found = entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1);
    if (!found) {
      throw new Error("nothing to choose from");
    }
    return found[0];
  }
}

/** The steps of a seed, as many as are asked for; the same seed gives the same ones. */
export function planOf(seed: number, count: number): Step[] {
  const numbers = fc.noBias(fc.array(fc.nat(resolution - 1), { minLength: drawsPerStep, maxLength: drawsPerStep }));
  let situation: Situation = { up: true, pinned: false, hasOlder: false, content: firstContent };
  return fc.sample(numbers, { seed, numRuns: count }).map((drawn, index) => {
    const step = stepOf(index + 1, new Draws(drawn), situation);
    situation = after(step, situation);
    return step;
  });
}

function stepOf(number: number, draws: Draws, situation: Situation): Step {
  const operation = draws.weighted(possible(situation));
  const content = nextContent(situation.content, operations[operation].edits, (count) => draws.below(count));
  const victim = draws.weighted(operations[operation].victims);
  const blow: Blow = {
    signal: draws.weighted({ SIGKILL: 14, SIGTERM: 2, SIGINT: 2, STOP: 2 }),
    pauseMs: 100 + draws.below(900),
  };
  const phase = draws.weighted(momentsOf(operation, victim));
  const fraction = draws.fraction();
  const commands = commandsOf(operation, draws);
  const takenBack = draws.fraction() < 0.2 && operations[operation].edits !== undefined;
  const instant: Instant =
    phase === "delay"
      ? { afterMs: Math.round(fraction * operations[operation].usualMs) }
      : { phase, plusMs: fraction < 0.5 ? 0 : Math.round((fraction - 0.5) * 600) };
  const mending = mendingOf(operation, draws);
  return { number, operation, content, commands, victim, blow, instant, takenBack, mending };
}

function possible({ up, pinned, hasOlder }: Situation): Partial<Record<Operation, number>> {
  if (!up) {
    return { "first up": 1 };
  }
  return {
    "edit script": 5,
    "edit model": 4,
    "edit conda": 4,
    "edit tags": 1,
    "edit workers": 2,
    ...(pinned ? { "rollback --undo": 3 } : hasOlder ? { rollback: 4 } : {}),
    "rotate-key": 3,
    down: 3,
    refresh: 2,
    prune: 2,
    "up beside up": 2,
    "up beside refresh": 1,
    "up beside down": 1,
    "up beside rotate-key": 1,
    "up beside prune": 1,
  };
}

function momentsOf(operation: Operation, victim: Victim): Partial<Record<Phase | "delay", number>> {
  const phases = phasesOf(operation, victim);
  const weights: Partial<Record<Phase | "delay", number>> = { delay: Math.max(1, phases.length / 2) };
  for (const phase of phases) {
    weights[phase] = (weights[phase] ?? 0) + 1;
  }
  return weights;
}

function commandsOf(operation: Operation, draws: Draws): Command[] {
  const [key, stagger] = [draws.below(2), draws.below(1500)];
  const made = operations[operation].commands.map((words) => [...words, "--yes"]);
  const chosen = made.map((args) => (args[0] === "rotate-key" && key === 1 ? [...args, "--secondary"] : args));
  return chosen.map((args, index) => ({ args, startsAfterMs: index * stagger }));
}

function mendingOf(operation: Operation, draws: Draws): string[] {
  const choice = draws.fraction();
  const { repeats } = operations[operation];
  if (repeats && choice < 0.6) {
    return [...(operations[operation].commands[0] ?? []), "--yes"];
  }
  return choice < 0.8 ? ["up", "--yes"] : ["start"];
}

function after({ operation, content, takenBack, mending }: Step, before: Situation): Situation {
  if (mending[0] === "down") {
    return { ...before, up: false, hasOlder: false };
  }
  const forgets = operation === "down" || operation === "up beside down";
  const edits = operations[operation].edits;
  const newImage = ["script", "model", "conda"].includes(edits ?? "") && !before.pinned && !takenBack;
  return {
    up: true,
    pinned: operation === "rollback" || (before.pinned && operation !== "rollback --undo"),
    hasOlder: !forgets && (newImage || before.hasOlder),
    content: takenBack ? before.content : content,
  };
}
