import { say } from "./output/messages";

/** What can be stopped: `stop` lets the current step end, `kill` does not wait for it. */
export interface Stoppable {
  stop(): void;
  kill(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
// npm passes on a Ctrl-C that the terminal has sent to the whole process group, so one press arrives twice.
const samePressMs = 400;

const running: Stoppable[] = [];
let presses = 0;
let lastPress = -Infinity;

/** Whether the user has asked to stop. */
export function isInterrupted(): boolean {
  return presses > 0;
}

/**
 * Takes over Ctrl-C and the like: the first stops what is running after its current step, the next at once. Where nothing
 * that can be stopped is running, the process ends.
 */
export function handleSignals(exit: (code: number) => void): void {
  for (const signal of signals) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - lastPress < samePressMs) {
        return;
      }
      lastPress = now;
      presses += 1;
      const current = running.at(-1);
      if (!current) {
        exit(130);
      } else if (presses === 1) {
        say("stopping after the current step; press again to stop at once");
        current.stop();
      } else {
        say("stopping at once");
        current.kill();
      }
    });
  }
}

/** Waits for a Ctrl-C, in place of other work. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    running.push({ stop: resolve, kill: resolve });
  });
}

/** Runs `work` with `stoppable` as what Ctrl-C stops. */
export async function whileStoppable<T>(stoppable: Stoppable, work: Promise<T>): Promise<T> {
  running.push(stoppable);
  try {
    return await work;
  } finally {
    running.splice(running.indexOf(stoppable), 1);
  }
}
