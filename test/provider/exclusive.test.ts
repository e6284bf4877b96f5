import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeService } from "../../provider/service/describe";
import { ServiceFolder } from "../../provider/service/files";
import { identityOf } from "../../provider/service/process";
import { exclusively } from "../../provider/store/exclusive";
import { temporaryFolder, writeFiles } from "../support/folder";

const hour = 3_600_000;

/** The clock does not jump here: what it would leave, times long ago and to come, is made by hand. */
describe("work that only one may do", () => {
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("exclusive"));
  });
  afterEach(() => {
    remove();
  });

  const lock = (): string => path.join(folder, ".lock");
  const at = (time: number): void => {
    fs.utimesSync(lock(), new Date(time), new Date(time));
  };

  it("is done one after another, and leaves nothing", async () => {
    let [busy, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++busy);
      await sleep(5);
      busy--;
    };
    await Promise.all(Array.from({ length: 6 }, () => exclusively(folder, work)));
    assert.equal(most, 1);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  for (const [when, time] of [
    ["now", () => Date.now()],
    ["yesterday", () => Date.now() - 24 * hour],
    ["tomorrow", () => Date.now() + 24 * hour],
  ] as const) {
    it(`waits for a holder that lives, though its lock is of ${when}`, async () => {
      let done = false;
      fs.writeFileSync(lock(), JSON.stringify(identityOf(process.ppid)));
      at(time());
      const waits = exclusively(folder, () => Promise.resolve((done = true)));
      await sleep(400);
      assert.equal(done, false);
      fs.rmSync(lock());
      await waits;
      assert.ok(done);
    });

    it(`goes on at once after a holder that was killed, though its lock is of ${when}`, async () => {
      const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
      await new Promise((resolve) => child.once("spawn", resolve));
      const dead = JSON.stringify(identityOf(child.pid ?? 0));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      writeFiles(folder, { ".lock": dead, ".lock.00aa": dead });
      at(time());
      await exclusively(folder, () => Promise.resolve());
      assert.deepEqual(fs.readdirSync(folder), []);
    });
  }

  it("goes on once what helped a holder that was killed has ended, which it is made to", async () => {
    const helper = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    const helperEnded = new Promise((resolve) =>
      helper.once("exit", (_, signal) => {
        resolve(signal);
      }),
    );
    await new Promise((resolve) => helper.once("spawn", resolve));
    await exclusively(folder, (helpedBy) => {
      helpedBy(helper.pid ?? 0);
      const held = JSON.parse(fs.readFileSync(lock(), "utf8")) as { pid: number; helpers: object[] };
      assert.deepEqual(held, { ...identityOf(process.pid), helpers: [identityOf(helper.pid ?? 0)] });
      return Promise.resolve();
    });
    assert.equal(helper.exitCode, null);
    const dead = { pid: spawnSync("true").pid, pidStartedAt: "1", helpers: [identityOf(helper.pid ?? 0)] };
    writeFiles(folder, { ".lock": JSON.stringify(dead) });
    await exclusively(folder, () => Promise.resolve());
    assert.equal(await helperEnded, "SIGKILL");
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it("goes on after a lock of an earlier release, and one that was cut off", async () => {
    fs.mkdirSync(lock());
    await exclusively(folder, () => Promise.resolve());
    fs.writeFileSync(lock(), '{"pid"');
    await exclusively(folder, () => Promise.resolve());
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it("is not what a service's age is told by: a start that is still to come is not shown", () => {
    const me = identityOf(process.pid);
    const server = { pid: process.pid, startedAt: Date.now() / 1000 + 24 * 3600 };
    const status = { ...me, state: "running", serial: 1, revision: 1, server, restarts: 0, failure: null };
    writeFiles(folder, { "desired.json": '{"port":1,"revision":1}', "status.json": JSON.stringify(status) });
    const { startedAt = "" } = describeService(new ServiceFolder(folder)) ?? {};
    const age = (Date.now() - Date.parse(startedAt)) / 1000;
    assert.ok(Math.abs(age - process.uptime()) < 5 || (process.platform !== "linux" && age >= 0), startedAt);
  });
});
