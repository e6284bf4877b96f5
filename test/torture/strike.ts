import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, answerOf } from "../support/clone";
import { clockFor, statusOf } from "./instants";
import type { Victim } from "./operations";
import type { Blow, Step } from "./plan";
import { isEngine, isProvider, isServer, isUv, type Seen } from "./processes";
import type { Sandbox } from "./sandbox";

/** What a step's commands said, and whether its victim was there. */
export interface Struck {
  readonly answers: readonly Answer[];
  /** When the victims were killed (by `performance.now()`); undefined when there was none before the commands ended. */
  readonly at?: number;
}

/** A command that outlives a kill for so long hangs. */
const patienceMs = 120_000;
const lookMs = 4;
const restMs = 3000;

/** Runs a step's commands, and kills its victim when its instant has come and it is there. */
export async function strike(step: Step, sandbox: Sandbox): Promise<Struck> {
  const children: ChildProcess[] = [];
  const begun = Promise.all(
    step.commands.map(async ({ args, startsAfterMs }) => {
      await sleep(startsAfterMs);
      const child = sandbox.spawn(...args);
      children.push(child);
      return await limited(answerOf(child), child, args);
    }),
  );
  const state = { ended: false };
  const ended = begun.finally(() => (state.ended = true));
  ended.catch(() => undefined);
  const at = await killWhenThere(step, sandbox, children, () => state.ended);
  return { answers: await ended, at };
}

async function killWhenThere(
  step: Step,
  sandbox: Sandbox,
  children: readonly ChildProcess[],
  isOver: () => boolean,
): Promise<number | undefined> {
  const hasCome = clockFor(step.instant, sandbox);
  const ofService = ["supervisor", "server", "worker", "everything"].includes(step.victim);
  let restUntil: number | undefined;
  for (;;) {
    // What serves goes on when the commands are over: an instant that is later than expected is one all the same.
    restUntil ??= isOver() ? performance.now() + (ofService && "afterMs" in step.instant ? restMs : 0) : undefined;
    if (restUntil !== undefined && performance.now() >= restUntil) {
      return undefined;
    }
    const victims = hasCome() ? pick(step.victim, sandbox, children) : [];
    if (victims.length > 0) {
      await hit(victims, step.blow);
      return performance.now();
    }
    await sleep(lookMs);
  }
}

function pick(victim: Victim, sandbox: Sandbox, [first, second]: readonly ChildProcess[]): number[] {
  const seen = sandbox.processes.look();
  const running = (child: ChildProcess | undefined): number[] =>
    child?.pid !== undefined && child.exitCode === null && child.signalCode === null ? [child.pid] : [];
  const pids = (which: (process: Seen) => boolean): number[] => seen.filter(which).map(({ pid }) => pid);
  const status = statusOf(sandbox);
  switch (victim) {
    case "command":
      return running(first);
    case "other command":
      return running(second);
    case "engine":
      return pids(isEngine).slice(0, 1);
    case "provider":
      return pids(isProvider).slice(0, 1);
    case "uv":
      return pids(isUv).slice(0, 1);
    case "run": {
      const found = [...running(first), ...pids(isEngine), ...pids(isProvider), ...pids(isUv)];
      return running(first).length > 0 ? found : [];
    }
    case "supervisor":
      return status ? [status.pid] : [];
    case "server":
      return status?.server ? [status.server.pid] : [];
    case "candidate":
      return status?.candidate ? [status.candidate.pid] : [];
    case "worker":
      return pids((process) => isServer(process) && process.parent === status?.server?.pid).slice(0, 1);
    case "everything":
      return seen.map(({ pid }) => pid);
  }
}

async function hit(victims: readonly number[], { signal, pauseMs }: Blow): Promise<void> {
  if (signal !== "STOP") {
    send(victims, signal);
    return;
  }
  send(victims, "SIGSTOP");
  await sleep(pauseMs);
  send(victims, "SIGKILL");
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended just now.
    }
  }
}

/** A command that hangs is killed, and that is said in what it says. */
async function limited(answer: Promise<Answer>, child: ChildProcess, args: readonly string[]): Promise<Answer> {
  const state = { hangs: "" };
  const limit = setTimeout(() => {
    state.hangs = `\n${args.join(" ")} hangs: not over in ${patienceMs / 1000} s`;
    child.kill("SIGKILL");
  }, patienceMs);
  const { code, stdout, stderr } = await answer;
  clearTimeout(limit);
  return { code, stdout, stderr: stderr + state.hangs };
}
