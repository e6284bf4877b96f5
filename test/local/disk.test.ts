import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import type { ServiceRecord } from "../../provider/store/records";
import { type Answer, Clone } from "../support/clone";

/** `.scorestack/` on a small disk of its own, which gets full and read-only; only where this user may mount one. */
describe("a disk", function () {
  this.timeout(240_000);
  let clone: Clone;
  let home: string;
  let known: ServiceRecord;

  before(async function () {
    clone = Clone.make("disk").keepScorers("diabetes");
    fs.writeFileSync(clone.path("scorers/diabetes/scorer.yml"), "dependencies: [extra.bin]\n");
    fs.writeFileSync(clone.path("scorers/diabetes/extra.bin"), "1");
    fs.writeFileSync(clone.path("Pulumi.local.yaml"), "config:\n  scorestack:services: { diabetes: {} }\n");
    home = clone.path(".scorestack");
    const shared = ["tools", "environments"].map((name) => [name, fs.readlinkSync(`${home}/${name}`)] as const);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", home], { stdio: "pipe" });
    } catch {
      fs.rmSync(clone.folder, { recursive: true });
      this.skip();
    }
    shared.forEach(([name, target]) => {
      fs.symlinkSync(target, `${home}/${name}`);
    });
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    known = await service();
  });
  after(async () => {
    fs.rmSync(`${home}/filler`, { force: true });
    const { code, stderr } = await clone.run("down", "--yes");
    assert.equal(code, 0, stderr);
    execFileSync("umount", ["--lazy", home]);
    fs.rmSync(clone.folder, { recursive: true });
  });

  const service = async (): Promise<ServiceRecord> => {
    const [found] = await clone.json<ServiceRecord[]>("status");
    assert.ok(found);
    return found;
  };

  /** Leaves so much free. */
  function fill(megabytes: number): void {
    const { bavail, bsize } = fs.statfsSync(home);
    fs.writeFileSync(`${home}/filler`, Buffer.alloc(Math.max(0, bavail * bsize - megabytes * 1e6)));
  }

  async function isRefused(words: RegExp): Promise<void> {
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /\n +at /, "no stack trace");
    const now = await service();
    assert.deepEqual([now.pid, now.revision, now.state], [known.pid, known.revision, "running"]);
    assert.equal((await clone.run("score", "diabetes")).code, 0);
    const halfMade = fs
      .readdirSync(home, { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes(".partial"));
    assert.deepEqual(halfMade, []);
  }

  async function goesOn(): Promise<void> {
    fs.rmSync(`${home}/filler`, { force: true });
    const answer: Answer = await clone.run("up", "--yes");
    assert.equal(answer.code, 0, answer.stderr);
    const now = await service();
    assert.equal(now.revision, known.revision + 1);
    known = now;
    assert.match((await clone.run("up", "--yes")).stdout, /Nothing has changed/);
  }

  it("that is full is named before anything is begun", async () => {
    fs.writeFileSync(clone.path("scorers/diabetes/extra.bin"), "2");
    fill(0);
    await isRefused(/the disk of '.+\/state' must have [\d.]+ MB free, got 0\.\d MB; free some, .+npm run prune/);
    // Not for good: the environments are those of all clones.
    assert.equal((await clone.run("prune", "--dry-run")).code, 0);
    await goesOn();
  });

  it("that gets full while a model is registered is named", async () => {
    fs.appendFileSync(clone.path("scorers/diabetes/model/diabetes-ridge.joblib"), Buffer.alloc(4e6));
    fill(3);
    await isRefused(/must be on a disk with space; free some, .+; got ENOSPC, [\d.]+ MB free/);
    await goesOn();
  });

  it("that gets full while an image is built is named", async () => {
    fs.writeFileSync(clone.path("scorers/diabetes/extra.bin"), Buffer.alloc(3e6));
    fill(2.5);
    await isRefused(/must be on a disk with space; free some, .+; got ENOSPC, [\d.]+ MB free/);
    await goesOn();
  });

  it("that leaves a lock cut off is mended by the next run", async () => {
    const locks = `${home}/state/.pulumi/locks/organization/scorestack/local`;
    const torn = `${locks}/00000000-0000-0000-0000-000000000000.json.18ea845f0176d25e.tmp`;
    fs.mkdirSync(locks, { recursive: true });
    fs.writeFileSync(torn, "");
    fs.utimesSync(torn, new Date(Date.now() + 1e9), new Date(Date.now() + 1e9));
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Removed .+, a lock that was never written to its end/);
  });

  it("that is read-only is named, and what only reads works", async () => {
    execFileSync("mount", ["--bind", home, home]);
    execFileSync("mount", ["-o", "remount,ro,bind", home]);
    try {
      fs.writeFileSync(clone.path("scorers/diabetes/extra.bin"), "3");
      for (const command of [
        ["status"],
        ["score", "diabetes"],
        ["logs", "diabetes"],
        ["outputs"],
        ["models"],
        ["images"],
      ]) {
        const { code, stderr } = await clone.run(...command);
        assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
      }
      await isRefused(/'.+\/state' must be writable, got EROFS; nothing was changed/);
    } finally {
      execFileSync("umount", ["--lazy", home]);
    }
    await goesOn();
  });
});
