// The process of the stand-in cloud. It is bundled, and started by cli/stand-in.ts.

import type { Serving } from "./serve";

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === "--program") {
    await answerProgram(words.slice(1));
    return;
  }
  endWithParent();
  const { serveStandIn } = await import("./serve");
  const ports = await serveStandIn(JSON.parse(words[0] ?? "{}") as Serving);
  process.stdout.write(`${JSON.stringify(ports)}\n`);
}

/** A script that the stand-in runs has called a program that it has a stand-in for. */
async function answerProgram(words: readonly string[]): Promise<void> {
  const { Cloud } = await import("./cloud");
  const { runProgram } = await import("./commands/run");
  const cloud = new Cloud(process.env.SCORESTACK_STAND_IN_FOLDER ?? "");
  process.stdout.write(runProgram(words, cloud, process.env.SCORESTACK_STAND_IN_CAUSE ?? ""));
}

/** Whoever started it may be killed, and can't end it then. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      process.exit(0);
    }
  }, 500);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
