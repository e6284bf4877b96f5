import { strict as assert } from "node:assert";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Clone } from "../support/clone";

const script = "scorers/diabetes/score.py";
const body = '{"data":[[59,2,32.1,101,157,93.2,38,4,4.8598,87]]}';

/** Saves that flow to the running service, with the real engine. It says how long that takes; how long it may is for the bench. */
describe("watch", function () {
  this.timeout(240_000);
  let clone: Clone;
  let good: string;
  let watching: ChildProcess;
  let said = "";
  let uri = "";

  before(async () => {
    clone = Clone.make("watch").keepScorers("diabetes");
    clone.edit("Pulumi.yaml", (text) =>
      text.slice(0, text.indexOf("      diabetes-keyed:")).replace(/default:\s*$/, "default: {}\n"),
    );
    good = fs.readFileSync(clone.path(script), "utf8");
    watching = clone.spawn("watch");
    for (const stream of [watching.stdout, watching.stderr]) {
      stream?.on("data", (data: Buffer) => (said += data.toString()));
    }
    uri = /scoring +(\S+)/.exec(await told(/Watching for saves/))?.[1] ?? "";
  });
  after(async () => {
    watching.kill("SIGKILL");
    await clone.remove();
  });

  /** Waits until the watch has said something since the last call, and returns what it said up to then. */
  async function told(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 120_000; Date.now() < end && watching.exitCode === null;) {
      const found = pattern.exec(said);
      if (found) {
        const text = said.slice(0, found.index + found[0].length);
        said = said.slice(text.length);
        return text;
      }
      await sleep(20);
    }
    throw new Error(`the watch has not said ${String(pattern)}, but:\n${said}`);
  }
  const save = (text: string): void => {
    fs.writeFileSync(clone.path(script), text);
  };
  /** A script that says which one it is in each reply's first number. */
  const marked = (mark: number): string =>
    `${good}\n\n_run = run\n\n\ndef run(data):\n    return [float("${mark}"), *_run(data)]\n`;
  async function reply(): Promise<unknown[]> {
    const answer = await fetch(uri, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    assert.equal(answer.status, 200);
    return (await answer.json()) as unknown[];
  }

  it("brings the stack up and says how to call the service", async () => {
    assert.match(uri, /^http:\/\/127\.0\.0\.1:\d+\/score$/);
    assert.equal((await reply()).length, 1);
  });

  it("serves a save, and says how long after it", async () => {
    fs.rmSync(clone.path("scorers/diabetes/requests"), { recursive: true });
    save(marked(7));
    const text = await told(/ {2}diabetes: served [\d.]+ s after the save\n(?=[\s\S]*Watching)/);
    assert.match(text, /scorers\/diabetes\/.* saved/);
    assert.equal((await reply())[0], 7);
    await told(/Watching for saves/);
  });

  it("says so when a save moves nothing", async () => {
    fs.appendFileSync(clone.path("scorers/diabetes/README.md"), "A remark.\n");
    assert.match(await told(/nothing had to move/), /README\.md saved/);
  });

  it("tells the cause of a broken save, and what answered goes on", async () => {
    save(`import nowhere_to_be_found\n${good}`);
    const text = await told(/what answered before goes on/);
    assert.match(text, /scorers\/diabetes\/score\.py", line 1[\s\S]*No module named 'nowhere_to_be_found'/);
    assert.equal((await reply())[0], 7);
    save("def init(");
    assert.match(await told(/what answered before goes on/), /must be valid Python/);
    assert.equal((await reply())[0], 7);
  });

  it("takes what is saved while it updates into the next update", async () => {
    save(marked(8));
    await told(/starting revision/);
    save(marked(9));
    await told(/diabetes: served/);
    await told(/diabetes: served/);
    assert.equal((await reply())[0], 9);
    await told(/Watching for saves/);
  });

  it("does not come in the way of a rollback", async () => {
    const { code, stderr } = await clone.run("rollback", "diabetes", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(await told(/nothing had to move/), /Pulumi\.local\.yaml saved[\s\S]*is pinned to image/);
    assert.equal((await reply())[0], 8);
  });

  it("ends at Ctrl-C and leaves no process but the service's, which goes on", async () => {
    const ended = new Promise((resolve) => watching.once("close", resolve));
    watching.kill("SIGINT");
    assert.equal(await ended, 130);
    const others = clone.processes().filter((line) => !/supervisor\.py|azureml_inference_server_http/.test(line));
    assert.deepEqual(others, []);
    assert.equal((await reply())[0], 8);
  });

  it("ends cleanly at Ctrl-C in the middle of an update", async () => {
    assert.equal((await clone.run("rollback", "--undo", "--yes")).code, 0);
    watching = clone.spawn("watch");
    said = "";
    for (const stream of [watching.stdout, watching.stderr]) {
      stream?.on("data", (data: Buffer) => (said += data.toString()));
    }
    await told(/Watching for saves/);
    save(marked(10));
    await told(/starting revision/);
    const ended = new Promise((resolve) => watching.once("close", resolve));
    watching.kill("SIGINT");
    assert.equal(await ended, 130);
    const others = clone.processes().filter((line) => !/supervisor\.py|azureml_inference_server_http/.test(line));
    assert.deepEqual(others, []);
    assert.ok([9, 10].includes((await reply())[0] as number));
    assert.equal((await clone.run("up", "--yes")).code, 0);
    assert.equal((await reply())[0], 10);
  });
});
