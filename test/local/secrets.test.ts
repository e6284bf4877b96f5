import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readLocks } from "../../cli/locks";
import { openProject } from "../../cli/project";
import type { ServiceRecord } from "../../provider/store/records";
import { type Answer, answerOf, Clone } from "../support/clone";
import { temporaryFolder } from "../support/folder";

const script = "scorers/diabetes/score.py";

/**
 * Secrets that nothing else has in it, and a search for them everywhere. Does not prove: that memory, swap and core dumps hold none,
 * nor what a scorer does with its own secrets beyond printing them.
 */
describe("secrets of a service", function () {
  this.timeout(300_000);
  const secret = (): string => `canary-${randomBytes(12).toString("hex")}`;
  let [token, primary] = [secret(), secret()];
  const secondary = secret();
  const all = [token, primary, secondary];
  const { TMPDIR } = process.env;
  let clone: Clone;
  let good: string;
  let temporary: { folder: string; remove: () => void };

  const check = (): string =>
    `import hashlib\n\n_digest = hashlib.sha256(os.environ["TOKEN"].encode()).hexdigest()\nassert _digest == "${sha256(token)}", "another token"\nassert os.environ["PLAIN"] == "seen"\n`;
  const write = (more = ""): void => {
    fs.writeFileSync(clone.path(script), `${good}\n${check()}${more}`);
  };

  before(async () => {
    clone = Clone.make("secrets").keepScorers("diabetes");
    temporary = temporaryFolder("secrets-tmp");
    process.env.TMPDIR = temporary.folder;
    good = fs.readFileSync(clone.path(script), "utf8");
    clone.edit("stacks/local.ts", (text) =>
      text.replace(
        "new LocalService(name, args)",
        `new LocalService(name, { ...args, ...(args.authEnabled ? given() : {}) })`,
      ),
    );
    fs.appendFileSync(
      clone.path("stacks/local.ts"),
      `\nfunction given() {\n  const config = new pulumi.Config("given");\n  return { primaryKey: config.requireSecret("primary"), secondaryKey: config.requireSecret("secondary") };\n}\n`,
    );
    fs.writeFileSync(
      clone.path("Pulumi.local.yaml"),
      "config:\n  scorestack:services:\n    diabetes: { authEnabled: true, environmentVariables: { PLAIN: seen } }\n",
    );
    assert.equal((await clone.run("pulumi", "stack", "init", "local", "--no-select")).code, 0);
    set("scorestack:services.diabetes.environmentVariables.TOKEN", token);
    set("given:primary", primary);
    set("given:secondary", secondary);
    write();
  });
  after(async () => {
    await clone.remove();
    process.env.TMPDIR = TMPDIR;
    if (TMPDIR === undefined) {
      delete process.env.TMPDIR;
    }
    temporary.remove();
  });

  /** As a person would who does not want it in the shell's history: from the standard input. */
  function set(key: string, value: string): void {
    const args = [clone.path("cli/launch.cjs"), "pulumi", "config", "set", "--secret", "--path", key];
    execFileSync(process.execPath, [...args, "--stack", "local"], { cwd: clone.folder, input: value, stdio: "pipe" });
  }

  const service = async (): Promise<ServiceRecord> => {
    const [found] = await clone.json<ServiceRecord[]>("status");
    assert.ok(found);
    return found;
  };

  async function score(key: string): Promise<number> {
    const { scoringUri } = await service();
    const body = '{"data":[[59,2,32.1,101,157,93.2,38,4,4.8598,87]]}';
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    return (await fetch(scoringUri, { method: "POST", headers, body })).status;
  }

  /** Runs a command, looks at all processes while it lasts and at all files after it, and gives what it said. */
  async function watched(...args: string[]): Promise<Answer> {
    const child = clone.spawn(...args);
    const state = { ended: false };
    const answer = answerOf(child).finally(() => (state.ended = true));
    while (!state.ended) {
      // The engine gives its providers the settings in their environment; ours starts anew without them, at once.
      const first = leaksInProcesses(all);
      await sleep(first.length > 0 ? 500 : 50);
      assert.deepEqual(first.length > 0 ? leaksInProcesses(all).filter((leak) => first.includes(leak)) : [], []);
      assert.deepEqual(leaksInFiles([temporary.folder], all), []);
    }
    const said = await answer;
    assert.deepEqual(found(Buffer.from(said.stdout + said.stderr), all), [], `said by ${args.join(" ")}`);
    assert.deepEqual(leaksInProcesses(all), []);
    assert.deepEqual(leaksInFiles([clone.folder, temporary.folder, engineHome()], all), []);
    return said;
  }

  it("reach the scorer and its callers, and are seen nowhere", async () => {
    const { code, stderr } = await watched("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.deepEqual([await score(primary), await score(secondary), await score("x".repeat(20))], [200, 200, 401]);
    const desired = clone.path(".scorestack/services/diabetes/desired.json");
    assert.match(fs.readFileSync(desired, "utf8"), /"PLAIN": "seen"/);
    for (const command of [["status", "--json"], ["logs", "diabetes"], ["outputs"], ["preview"]]) {
      assert.equal((await watched(...command)).code, 0);
    }
    assert.match((await watched("up", "--yes")).stdout, /Nothing has changed/);
    assert.equal((await watched("refresh", "--yes")).code, 0);
    assert.match((await watched("up", "--yes")).stdout, /Nothing has changed/);
  });

  it("stay unseen when the scorer raises, and prints them", async () => {
    const { pid } = await service();
    write(`\n\ndef init():\n    print("I have", os.environ["TOKEN"])\n    raise ValueError(os.environ["TOKEN"])\n`);
    const { code, stderr } = await watched("up", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, /ValueError: \[secret\]/);
    assert.equal((await service()).pid, pid);
    assert.equal((await watched("logs", "diabetes")).code, 0);
    write();
    assert.equal((await watched("up", "--yes")).code, 0);
    assert.equal((await service()).pid, pid);
  });

  it("move the service when they change, and only then", async () => {
    const { revision } = await service();
    token = secret();
    all.push(token);
    set("scorestack:services.diabetes.environmentVariables.TOKEN", token);
    write();
    assert.equal((await watched("up", "--yes")).code, 0);
    assert.equal((await service()).revision, revision + 1);
  });

  it("rotate without a restart", async () => {
    const [{ pid }, old] = [await service(), primary];
    primary = secret();
    all.push(primary);
    set("given:primary", primary);
    assert.equal((await watched("up", "--yes")).code, 0);
    assert.deepEqual([await score(primary), await score(secondary), await score(old)], [200, 200, 401]);
    assert.equal((await service()).pid, pid);
  });

  it("are there again after a crash of the server, and after one of its supervisor", async () => {
    const { pid } = await service();
    process.kill(pid ?? 0, "SIGKILL");
    for (let patience = 0; (await clone.run("status")).code !== 0 || (await service()).pid === pid; patience++) {
      assert.ok(patience < 60);
      await sleep(500);
    }
    assert.equal(await score(primary), 200);
    const status = clone.path(".scorestack/services/diabetes/status.json");
    process.kill((JSON.parse(fs.readFileSync(status, "utf8")) as { pid: number }).pid, "SIGKILL");
    assert.equal((await watched("start")).code, 0);
    assert.equal(await score(primary), 200);
  });

  it("stay unseen when a run is killed and the next one takes up its work", async () => {
    write(`\n\n_init = init\n\n\ndef init():\n    import time\n\n    time.sleep(3)\n    _init()\n`);
    const ended = answerOf(clone.spawn("up", "--yes"));
    await until(() => hasPending(clone.path(".scorestack/state/.pulumi/stacks/scorestack/local.json")));
    process.kill(readLocks(openProject(clone.folder), "local")[0]?.pid ?? 0, "SIGKILL");
    assert.equal((await ended).code, 1);
    const { code, stderr } = await watched("up", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /A run was ended in the middle of: updating Service diabetes/);
    assert.equal(await score(primary), 200);
  });

  it("are refused where they would stand open in the state, and the option is named", async () => {
    const settings = fs.readFileSync(clone.path("Pulumi.local.yaml"), "utf8");
    set("scorestack:services.diabetes.description", token);
    const { code, stderr } = await watched("up", "--yes");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /'scorestack:services\.diabetes\.description' must not be a secret; only 'environmentVariables'/,
    );
    fs.writeFileSync(clone.path("Pulumi.local.yaml"), settings);
  });
});

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end);
    await sleep(20);
  }
}

/** Whether the engine has begun the update of a service. */
function hasPending(stateFile: string): boolean {
  return /"pending_operations"[^]*local:Service/.test(fs.readFileSync(stateFile, "utf8"));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Which of the secrets a content holds, as they are or in base64. */
function found(content: Buffer, secrets: readonly string[]): string[] {
  return secrets.filter((one) => content.includes(one) || content.includes(Buffer.from(one).toString("base64")));
}

function leaksInFiles(folders: readonly string[], secrets: readonly string[]): string[] {
  return folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          return leaksInFiles([file], secrets);
        }
        return entry.isFile() ? found(read(file), secrets).map((one) => `${file}: ${one}`) : [];
      }),
    );
}

function leaksInProcesses(secrets: readonly string[]): string[] {
  const listed = found(execFileSync("ps", ["-eo", "args="]), secrets).map((one) => `ps: ${one}`);
  const pids = fs.existsSync("/proc/self") ? fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const inside = pids.flatMap((pid) =>
    ["cmdline", "environ"].flatMap((name) =>
      found(read(`/proc/${pid}/${name}`), secrets).map(
        () => `${name} of ${pid} ${read(`/proc/${pid}/cmdline`).toString().replaceAll("\0", " ")}`,
      ),
    ),
  );
  return [...listed, ...inside];
}

/** Nothing for what has gone meanwhile. */
function read(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Where the engine keeps things of its own; its programs lie beside and are left out. */
function engineHome(): string {
  return path.join(process.env.PULUMI_HOME ?? path.join(process.env.HOME ?? "", ".pulumi"), "workspaces");
}
