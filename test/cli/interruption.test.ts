import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = path.resolve(__dirname, "../..");

/** Prints what a signal does to something that can be stopped, until that is killed. */
const script = `
const { handleSignals, isInterrupted, whileStoppable } = require("./cli/interruption");
handleSignals((code) => process.exit(code));
if (process.argv[1] === "work") {
  let end;
  const work = new Promise((resolve) => { end = resolve; });
  const stoppable = { stop: () => console.log("stop"), kill: () => { console.log("kill"); end(); } };
  whileStoppable(stoppable, work).then(() => { console.log("done", isInterrupted()); process.exit(130); });
}
setTimeout(() => {}, 15000);
console.log("ready");
`;

describe("Ctrl-C", function () {
  this.timeout(20_000);

  async function begin(mode: string): Promise<{ child: ChildProcess; lines: string[]; ended: Promise<number | null> }> {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script, mode], {
      cwd: root,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines: string[] = [];
    child.stdout.on("data", (data: Buffer) => lines.push(...data.toString().trim().split("\n")));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    while (!lines.includes("ready") && child.exitCode === null) {
      await sleep(20);
    }
    return { child, lines, ended };
  }

  it("stops what is running after its step, and at once the second time", async () => {
    const { child, lines, ended } = await begin("work");
    child.kill("SIGINT");
    await sleep(700);
    assert.deepEqual(lines, ["ready", "stop"]);
    child.kill("SIGINT");
    await ended;
    assert.deepEqual(lines, ["ready", "stop", "kill", "done true"]);
  });

  it("that npm passes on as well counts once", async () => {
    const { child, lines, ended } = await begin("work");
    child.kill("SIGINT");
    await sleep(50);
    child.kill("SIGINT");
    await sleep(700);
    assert.deepEqual(lines, ["ready", "stop"]);
    child.kill("SIGTERM");
    await ended;
    assert.deepEqual(lines.at(-1), "done true");
  });

  it("ends a process that does nothing that could be stopped, with 130", async () => {
    const { child, ended } = await begin("idle");
    child.kill("SIGINT");
    assert.equal(await ended, 130);
  });
});
