import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { holderOf, readLocks } from "../../cli/locks";
import { runOperation } from "../../cli/operation";
import { openProject } from "../../cli/project";
import { clientOptions, discardIfNew, openStack, stackOutputs } from "../../cli/stack";
import { takeRejections } from "../rejections";
import { temporaryFolder, writeFiles } from "../support/folder";

const root = path.resolve(__dirname, "../..");
const silent = { onLine: () => undefined };

class Thing extends pulumi.ComponentResource {
  constructor(name: string, fault?: string) {
    super("scorestack:index:Thing", name);
    if (fault !== undefined) {
      throw new pulumi.ResourceError(fault, this, true);
    }
    this.registerOutputs({});
  }
}

describe("connections to an engine", () => {
  it("do not depend on what became of others to the same port", async () => {
    const holder = net.createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as net.AddressInfo;
    holder.close();
    await once(holder, "close");
    const server = new grpc.Server();
    const client = (): grpc.Client =>
      new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), clientOptions());
    const connects = (from: grpc.Client): Promise<boolean> =>
      new Promise((resolve) => {
        from.waitForReady(Date.now() + 300, (problem) => resolve(problem === undefined));
      });
    // The SDK does not close its own.
    const [old, next] = [client(), client()];
    assert.equal(await connects(old), false);
    await promisify(server.bindAsync.bind(server))(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure());
    assert.equal(await connects(next), true);
    [old, next].forEach((one) => {
      one.close();
    });
    server.forceShutdown();
  });
});

/** How the command line drives the real engine; nothing here needs a provider. */
describe("the command line and the real engine", function () {
  this.timeout(120_000);
  let folder: string;
  let remove: () => void;

  before(() => {
    ({ folder, remove } = temporaryFolder("engine"));
    writeFiles(folder, {
      "Pulumi.yaml": "name: demo\nruntime: nodejs\n",
      "index.ts": "export = () => new Promise((resolve) => setTimeout(resolve, 60_000));\n",
    });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  });
  after(() => {
    remove();
  });

  const program: PulumiFn = () => {
    new Thing("one");
    return Promise.resolve({ plain: 1, key: pulumi.secret("k3y") });
  };
  const open = (run: PulumiFn, stackName = "local") =>
    openStack({ root: folder, stackName, create: true, clear: true, program: run });

  it("counts, lists and returns what an update makes, and keeps secrets to itself", async () => {
    const opened = await open(program);
    const first = await runOperation(opened, "up", silent);
    assert.deepEqual(first.counts, { create: 2, update: 0, replace: 0, delete: 0, same: 0 });
    assert.deepEqual(first.outputs, { plain: 1, key: "[secret]" });
    const second = await runOperation(opened, "up", silent);
    assert.deepEqual([second.moved, second.counts.same, second.outputs], [false, 2, { plain: 1, key: "[secret]" }]);
    assert.deepEqual(await stackOutputs(opened, true), { plain: 1, key: "k3y" });
    const state = fs.readFileSync(path.join(folder, ".scorestack/state/.pulumi/stacks/demo/local.json"), "utf8");
    assert.ok(!state.includes("k3y"));
  });

  it("tells each failure once, without stack traces", async () => {
    const faulty: PulumiFn = () => {
      new Thing("two", "'port' must be an integer from 1 to 65535, got 0\n'workers' must be at least 1, got 0");
      return Promise.resolve({});
    };
    await assert.rejects(async () => runOperation(await open(faulty), "preview", silent), {
      message: "error: two:\n  'port' must be an integer from 1 to 65535, got 0\n  'workers' must be at least 1, got 0",
    });
    const broken: PulumiFn = () => Promise.reject(new pulumi.RunError("'scorer' must be one of a, b, got 'c'"));
    await assert.rejects(async () => runOperation(await open(broken), "preview", silent), {
      message: "error: 'scorer' must be one of a, b, got 'c'",
    });
    // The SDK has reported them to the engine.
    await takeRejections();
  });

  it("looks at a stack that is not there without leaving one", async () => {
    const opened = await open(program, "other");
    const { counts } = await runOperation(opened, "preview", silent);
    await discardIfNew(opened);
    assert.equal(counts.create, 2);
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.includes("other")),
      [],
    );
    await assert.rejects(openStack({ root: folder, stackName: "other" }), /there is no stack 'other' yet/);
  });

  it("does not select the stack for plain pulumi", () => {
    const home = process.env.PULUMI_HOME ?? path.join(process.env.HOME ?? "", ".pulumi");
    const workspaces = path.join(home, "workspaces");
    const own = (fs.existsSync(workspaces) ? fs.readdirSync(workspaces) : []).filter((name) =>
      name.startsWith("demo-"),
    );
    const selected = own.map((name) => fs.readFileSync(path.join(workspaces, name), "utf8"));
    assert.deepEqual(
      selected.filter((text) => text.includes(folder)),
      [],
    );
  });

  /** A command line of its own, whose program does not end: stops when the engine has the stack's lock. */
  async function busy(): Promise<{ child: ChildProcess; said: string[]; ended: Promise<number | null> }> {
    const script = `
      const { handleSignals } = require("./cli/interruption");
      const { openStack } = require("./cli/stack");
      const { runOperation } = require("./cli/operation");
      handleSignals((code) => process.exit(code));
      openStack({ root: process.argv[1], stackName: "local", create: true, clear: true })
        .then((open) => runOperation(open, "up", { onLine: () => {} }))
        .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(error.exitCode ?? 1); });`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script, folder], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    child.stderr.on("data", (data: Buffer) => said.push(data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const project = openProject(folder);
    while (!readLocks(project, "local").some((lock) => holderOf(lock) === "alive")) {
      assert.equal(child.exitCode, null, said.join(""));
      await sleep(50);
    }
    // The engine takes the lock a moment before it listens to signals and runs the program.
    await sleep(1500);
    return { child, said, ended };
  }

  it("stops cleanly at Ctrl-C, and leaves no lock", async () => {
    const { child, said, ended } = await busy();
    child.kill("SIGINT");
    assert.equal(await ended, 130, said.join(""));
    assert.match(said.join(""), /stopping after the current step[^]*run the same command again/);
    assert.deepEqual(readLocks(openProject(folder), "local"), []);
  });

  it("goes on after a run that was killed, and not beside one that is at work", async () => {
    const { child, ended } = await busy();
    await assert.rejects(open(program), /stack 'local' is being worked on by process \d+/);
    child.kill("SIGKILL");
    await ended;
    const { moved } = await runOperation(await open(program), "up", silent);
    assert.equal(moved, false);
    assert.deepEqual(readLocks(openProject(folder), "local"), []);
  });

  it("removes what the stack has made", async () => {
    const { counts } = await runOperation(await open(program), "destroy", silent);
    assert.equal(counts.delete, 2);
  });
});
