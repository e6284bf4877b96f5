import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceRecord } from "../../provider/store/records";
import { answerOf, Clone } from "../support/clone";

/** What an update that fails, or is cut off, leaves behind: the last good revision, and a state from which the next run goes on. */
describe("a local service", function () {
  this.timeout(240_000);
  let clone: Clone;
  let good: string;

  before(async () => {
    clone = Clone.make("failures").keepScorers("diabetes");
    good = fs.readFileSync(clone.path("scorers/diabetes/score.py"), "utf8");
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await clone.remove();
  });
  afterEach(() => {
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), good);
  });

  const service = async (): Promise<ServiceRecord> => {
    const all = await clone.json<ServiceRecord[]>("status");
    const found = all.find(({ name }) => name === "diabetes");
    assert.ok(found);
    return found;
  };

  async function refused(script: string): Promise<string> {
    const before = await service();
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), script);
    const { code, stdout, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 1, stdout);
    const now = await service();
    assert.deepEqual(
      [now.state, now.pid, now.revision, now.imageId],
      ["running", before.pid, before.revision, before.imageId],
    );
    assert.equal((await fetch(now.healthUri)).status, 200);
    return stderr;
  }

  it("goes on answering when the new script does not import, and the cause is shown with file and line", async () => {
    const said = await refused(`import nowhere_to_be_found\n${good}`);
    assert.match(said, /scorers\/diabetes\/score\.py", line 1/);
    assert.match(said, /ModuleNotFoundError: No module named 'nowhere_to_be_found'/);
  });

  it("goes on answering when init() raises", async () => {
    const said = await refused(`${good}\n\ndef init():\n    raise ValueError("no such weights")\n`);
    assert.match(said, /in init\n/);
    assert.match(said, /ValueError: no such weights/);
  });

  it("goes on answering when a sample request gets another reply, and both values are shown", async () => {
    const said = await refused(
      `${good}\n\n_run = run\n\n\ndef run(data):\n    return [value + 1 for value in _run(data)]\n`,
    );
    assert.match(said, /sample request .+\.json: /);
    assert.match(said, /expected/);
  });

  it("is refused before anything runs when the script has no run()", async () => {
    const said = await refused("def init():\n    pass\n");
    assert.match(said, /run/);
    assert.doesNotMatch(said, /at .+\.ts:\d+/);
  });

  it("moves on with the next good script", async () => {
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${good}\n# better\n`);
    const before = await service();
    assert.equal((await clone.run("up", "--yes")).code, 0);
    assert.notEqual((await service()).imageId, before.imageId);
  });

  it("is neither doubled nor lost when the run is killed at any moment", async () => {
    for (const delay of [300, 900, 1500, 2200, 3000]) {
      fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${good}\n# kill after ${delay} ms\n`);
      const child = clone.spawn("up", "--yes");
      const ended = answerOf(child);
      await sleep(delay);
      child.kill("SIGKILL");
      await ended;
      const { code, stderr } = await clone.run("up", "--yes");
      assert.equal(code, 0, `killed after ${delay} ms\n${stderr}`);
      const supervisors = clone
        .processes()
        .filter((line) => line.includes("supervisor.py") && line.endsWith("/services/diabetes"));
      assert.equal(supervisors.length, 1, supervisors.join("\n"));
      assert.equal((await service()).state, "running");
    }
  });

  it("stops cleanly at Ctrl-C, and the next run goes on", async () => {
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${good}\n# interrupted\n`);
    const child = clone.spawn("up", "--yes");
    const ended = answerOf(child);
    await sleep(1500);
    child.kill("SIGINT");
    const { code } = await ended;
    assert.ok(code === 130 || code === 0, `exit code ${code}`);
    assert.equal((await clone.run("up", "--yes")).code, 0);
    assert.equal((await service()).state, "running");
  });

  it("is updated to the end when nobody reads what the run prints any more", async () => {
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${good}\n# unread\n`);
    const { revision } = await service();
    const child = clone.spawn("up", "--yes");
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.equal((await answerOf(child)).code, 0);
    assert.equal((await service()).revision, revision + 1);
  });

  it("names who holds its port", async () => {
    const { port } = await service();
    const other = Clone.make("port").keepScorers("diabetes");
    fs.writeFileSync(
      other.path("Pulumi.local.yaml"),
      `config:\n  scorestack:services:\n    diabetes: { scorer: diabetes, port: ${port} }\n`,
    );
    try {
      const { code, stderr } = await other.run("up", "--yes");
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`'port' must be free on 127\\.0\\.0\\.1, got ${port}, which is in use`));
    } finally {
      await other.remove();
    }
  });
});
