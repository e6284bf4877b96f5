import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceRecord } from "../../provider/store/records";
import { Clone } from "../support/clone";

/** Files of the stores that are altered behind the program's back, each mended through the command line while the service answers. */
describe("a damaged store", function () {
  this.timeout(240_000);
  let clone: Clone;
  let script: string;
  let pid: number | undefined;

  before(async () => {
    clone = Clone.make("damage").keepScorers("diabetes");
    fs.writeFileSync(
      clone.path("Pulumi.local.yaml"),
      "config:\n  scorestack:services:\n    diabetes: { authEnabled: true }\n",
    );
    script = fs.readFileSync(clone.path("scorers/diabetes/score.py"), "utf8");
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    pid = (await service()).pid;
  });
  after(async () => {
    await clone.remove();
  });

  const service = async (): Promise<ServiceRecord> => {
    const [found] = JSON.parse((await clone.run("status", "--json")).stdout) as ServiceRecord[];
    assert.ok(found);
    return found;
  };
  const store = (...parts: string[]): string => clone.path(".scorestack", ...parts);
  const home = (...parts: string[]): string => store("services/diabetes", ...parts);
  const bundle = (file: string): string => {
    const [identity] = fs.readdirSync(store("bundles")).filter((name) => /^[0-9a-f]{64}$/.test(name));
    return store("bundles", identity ?? "", file);
  };
  const truncate = (file: string): void => {
    fs.chmodSync(file, 0o644);
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  };

  /** Damages a file, sees that the service answers on and that one run mends it, and says so. */
  async function mends(file: string, said: RegExp, commands: string[][] = [["up", "--yes"]]): Promise<void> {
    const whole = fs.readFileSync(file);
    const before = await service();
    truncate(file);
    assert.equal((await fetch(before.healthUri)).status, 200);
    let all = "";
    for (const command of commands) {
      const { code, stdout, stderr } = await clone.run(...command);
      assert.equal(code, 0, stderr);
      all += stdout + stderr;
    }
    assert.match(all, said);
    assert.deepEqual(shape(fs.readFileSync(file)), shape(whole), file);
    const now = await service();
    assert.deepEqual(
      [now.state, now.pid, now.imageId, now.modelIds],
      ["running", pid, before.imageId, before.modelIds],
    );
    assert.match((await clone.run("up", "--yes")).stdout, /Nothing has changed/);
  }

  for (const [what, file] of [
    ["model content", () => store("models/diabetes-ridge/1/content/diabetes-ridge.joblib")],
    ["a model's record", () => store("models/diabetes-ridge/1/model.json")],
    ["a file of the bundle", () => bundle("app/score.py")],
    ["the bundle's record", () => bundle("image.json")],
    ["an image's record", () => store("images/diabetes/1.json")],
    ["a release's record", () => home("revisions/1/release.json")],
    ["the digests of the keys", () => home("keys.json")],
  ] as const) {
    it(`is mended where it is ${what}`, async () => {
      await mends(file(), /update/);
    });
  }

  it("is mended by its supervisor where it is the status", async () => {
    truncate(home("status.json"));
    await sleep(1000);
    assert.equal((await service()).pid, pid);
  });

  it("is mended in a revision of its own where it is what should answer", async () => {
    truncate(home("desired.json"));
    const damaged = await service();
    assert.deepEqual([damaged.state, damaged.pid], ["running", pid]);
    assert.match(damaged.problem ?? "", /damaged; npm run up mends it/);
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    const now = await service();
    assert.deepEqual([now.state, now.revision, now.problem], ["running", 2, undefined]);
    pid = now.pid;
  });

  it("is refused at a start where size and time are as they were, named, and mended by the next run", async () => {
    const file = bundle("app/score.py");
    const { atime, mtime } = fs.statSync(file);
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("Scoring", "SCORING"));
    fs.utimesSync(file, atime, mtime);
    process.kill(pid ?? 0, "SIGKILL");
    let broken = await service();
    for (let patience = 0; !/app\/score\.py/.test(broken.problem ?? ""); patience++) {
      assert.ok(patience < 60, broken.problem);
      await sleep(300);
      broken = await service();
    }
    assert.match(broken.problem ?? "", /the image is damaged .+npm start mends it/);
    assert.equal((await clone.run("start")).code, 0);
    const now = await service();
    assert.equal(now.state, "running");
    assert.ok(!fs.readFileSync(file, "utf8").includes("SCORING"));
    pid = now.pid;
  });

  it("is mended from the engine's copy where it is the state, and from the services where that is gone too", async () => {
    const state = store("state/.pulumi/stacks/scorestack/local.json");
    truncate(state);
    assert.equal((await clone.run("status")).code, 0);
    const preview = await clone.run("preview");
    assert.equal(preview.code, 1);
    assert.match(preview.stderr, /is damaged, .+npm run up/);
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /The state of stack 'local' was damaged/);
    assert.equal((await service()).pid, pid);

    truncate(state);
    fs.writeFileSync(`${state}.bak`, "");
    const both = await clone.run("up", "--yes");
    assert.equal(both.code, 1);
    assert.match(both.stderr, /restore one of them, or remove both/);
    fs.rmSync(state);
    fs.rmSync(`${state}.bak`);
    const again = await clone.run("up", "--yes");
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await service()).pid, pid);
    assert.equal(clone.processes().filter((line) => line.includes("supervisor.py")).length, 1);
  });

  it("does not reach a service whose script is edited: its next revision runs what was edited", async () => {
    truncate(bundle("app/score.py"));
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${script}\n# an edit\n`);
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.equal((await service()).state, "running");
  });
});

/** A record but for its times; other content as it is. */
function shape(content: Buffer): unknown {
  const text = content.toString("utf8");
  return text.startsWith("{")
    ? JSON.parse(
        text.replace(/"(at|createdAt|registeredAt)": [^\n]+?,?\n/g, '"$1": 0,\n').replace(/,(\s*[}\]])/g, "$1"),
      )
    : content;
}
