import pc from "picocolors";

const tickMs = 1000;
let liveLength = 0;
let label: string | undefined;

/** Has every block of output say from now on what it is about. */
export function labelOutput(text: string): void {
  label = text;
}

/** What every block of output has to say; undefined where it is what one would think. */
export function outputLabel(): string | undefined {
  return label;
}

/** Removes the line that shows progress, so that a message can take its place. */
function clearLive(): void {
  if (liveLength > 0) {
    process.stderr.write(`\r${" ".repeat(liveLength)}\r`);
    liveLength = 0;
  }
}

/** A message to the user, on stderr. */
export function say(message: string): void {
  clearLive();
  process.stderr.write(`${message}\n`);
}

export function warn(message: string): void {
  say(pc.yellow(`warning: ${message}`));
}

/** Data, on stdout. */
export function print(text: string): void {
  clearLive();
  process.stdout.write(`${text}\n`);
}

/** Data of more than one line, under the label. */
export function printBlock(text: string): void {
  print(label === undefined ? text : `${label}\n${text}`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** `8 s`, `2 min 05 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A long step: in place on a terminal, else a plain line at each change of `stage`, and one every half minute. */
export class Progress {
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout;
  private detail = "";
  private lastLine = 0;

  constructor(private stage: string) {
    this.timer = setInterval(() => {
      this.show(false);
    }, tickMs);
    this.timer.unref();
    this.show(true);
  }

  /** Sets what is being done, and how far it is. */
  update(stage: string, detail = ""): void {
    const changed = stage !== this.stage;
    this.stage = stage;
    this.detail = detail;
    this.show(changed);
  }

  /** Ends the line, with `message` in its place if there is one. */
  end(message?: string): void {
    clearInterval(this.timer);
    clearLive();
    if (message !== undefined) {
      say(`${message} (${elapsed(performance.now() - this.started)})`);
    }
  }

  private show(changed: boolean): void {
    const passed = performance.now() - this.started;
    const name = label === undefined ? this.stage : `REHEARSAL: ${this.stage}`;
    const stage = passed < tickMs ? name : `${name} (${elapsed(passed)})`;
    const line = this.detail === "" ? stage : `${stage}: ${this.detail}`;
    if (process.stderr.isTTY) {
      const width = Math.max(20, (process.stderr.columns || 80) - 1);
      const text = line.length > width ? `${line.slice(0, width - 1)}…` : line;
      clearLive();
      process.stderr.write(text);
      liveLength = text.length;
    } else if (changed || performance.now() - this.lastLine > 30_000) {
      this.lastLine = performance.now();
      process.stderr.write(`${line}\n`);
    }
  }
}
