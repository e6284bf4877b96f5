import { strict as assert } from "node:assert";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { clearDeadLocks, holderOf, parseLock, readLocks } from "../../cli/locks";
import { canBeRepeated } from "../../cli/pending";
import { openProject, type Project } from "../../cli/project";
import { temporaryFolder, writeFiles } from "../support/folder";

/** The processes stand in for engines: they have its name. `engine.test.ts` does the same with the real one. */
describe("locks of the engine", () => {
  let folder: string;
  let remove: () => void;
  let project: Project;
  let lockFile: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("locks"));
    writeFiles(folder, { "Pulumi.yaml": "name: demo\nruntime: nodejs\n" });
    project = openProject(folder);
    lockFile = path.join(project.stateFolder ?? "", ".pulumi/locks/organization/demo/local/0a.json");
  });
  afterEach(() => {
    for (const child of started.splice(0)) {
      child.kill("SIGKILL");
    }
    remove();
  });

  function lock(pid: number, hostname = os.hostname()): void {
    const timestamp = "2026-11-22T20:00:00Z";
    fs.mkdirSync(path.dirname(lockFile), { recursive: true });
    fs.writeFileSync(lockFile, JSON.stringify({ pid, username: "ada", hostname, timestamp }));
  }

  /** A process whose program is called pulumi. */
  async function engine(...args: string[]): Promise<number> {
    const file = path.join(folder, "pulumi");
    fs.symlinkSync(process.execPath, file);
    const child = spawn(file, ["-e", "setTimeout(() => {}, 60000)", "--", ...args], { stdio: "ignore" });
    started.push(child);
    await new Promise((resolve) => child.once("spawn", resolve));
    assert.ok(child.pid);
    return child.pid;
  }

  function endedProcess(): number {
    return spawnSync(process.execPath, ["-e", "0"]).pid;
  }

  const holder = (): string | undefined => readLocks(project, "local").map(holderOf)[0];

  it("are read, and what is not one is left alone", () => {
    lock(7);
    assert.deepEqual(
      readLocks(project, "local").map(({ pid, username }) => [pid, username]),
      [[7, "ada"]],
    );
    assert.deepEqual(readLocks(project, "other"), []);
    assert.equal(parseLock("x", "{"), undefined);
    assert.equal(parseLock("x", '{"pid":"1"}'), undefined);
  });

  it("of a process that has ended are removed", async () => {
    lock(endedProcess());
    assert.equal(holder(), "dead");
    await clearDeadLocks(project, "local");
    assert.equal(fs.existsSync(lockFile), false);
  });

  it("whose number another program has now are removed", () => {
    lock(process.pid);
    assert.equal(holder(), "dead");
  });

  it("of an engine at work stop the command, which says whose it is", async () => {
    const pid = await engine("up");
    lock(pid);
    assert.equal(holder(), "alive");
    await assert.rejects(clearDeadLocks(project, "local"), new RegExp(`worked on by process ${pid} \\(ada on`));
    assert.equal(fs.existsSync(lockFile), true);
  });

  it("of an engine whose command line is at work are its own", async () => {
    lock(await engine("up", "--exec-agent", `scorestack-cli-${process.pid}`));
    assert.equal(holder(), "alive");
  });

  it("of an engine that outlived its command line are removed once it has been stopped", async () => {
    const pid = await engine("up", "--exec-agent", `scorestack-cli-${endedProcess()}`);
    const ended = new Promise((resolve) =>
      started[0]?.once("exit", (_code, signal) => {
        resolve(signal);
      }),
    );
    lock(pid);
    assert.equal(holder(), "orphan");
    await clearDeadLocks(project, "local");
    assert.equal(await ended, "SIGINT");
    assert.equal(fs.existsSync(lockFile), false);
  });

  it("go with the files of the state that their engine had begun, and not with those of another stack", async () => {
    const stacks = path.join(project.stateFolder ?? "", ".pulumi/stacks/demo");
    writeFiles(stacks, { "local.json": "{}", "local.json.bak.18ea.tmp": "{", "local-b.json.18ea.tmp": "{" });
    writeFiles(stacks, { "local.json.attrs": "", "local.json.bak.attrs": "{}" });
    const pid = await engine("up");
    lock(pid);
    await assert.rejects(clearDeadLocks(project, "local"), /worked on by process/);
    assert.equal(fs.readdirSync(stacks).length, 5);
    lock(endedProcess());
    await clearDeadLocks(project, "local");
    assert.deepEqual(fs.readdirSync(stacks).sort(), ["local-b.json.18ea.tmp", "local.json", "local.json.bak.attrs"]);
  });

  it("of another machine are not touched", async () => {
    lock(1, "elsewhere");
    assert.equal(holder(), "unknown");
    await assert.rejects(clearDeadLocks(project, "local"), /npm run pulumi -- cancel --yes --stack local/);
  });
});

describe("operations that a killed run has left", () => {
  const pending = (type: string) => ({
    type: "creating",
    resource: { urn: `urn:pulumi:local::demo::${type}::x`, type },
  });

  it("are done again when they are all of our own resources", () => {
    assert.equal(canBeRepeated([pending("scorestack:local:Service"), pending("pulumi:providers:scorestack")]), true);
    assert.equal(canBeRepeated([pending("scorestack:local:Service"), pending("azure-native:storage:Blob")]), false);
  });
});
