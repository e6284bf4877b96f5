import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readLocks } from "../../cli/locks";
import { openProject } from "../../cli/project";
import type { ServiceRecord } from "../../provider/store/records";
import { answerOf, Clone } from "../support/clone";

/** Two commands at once, and the engine or the provider killed while they work: the next run goes on from there. */
describe("a run", function () {
  this.timeout(240_000);
  let clone: Clone;
  let good: string;

  before(async () => {
    clone = Clone.make("recovery").keepScorers("diabetes");
    good = fs.readFileSync(clone.path("scorers/diabetes/score.py"), "utf8");
    fs.writeFileSync(clone.path("Pulumi.local.yaml"), "config:\n  scorestack:services: { diabetes: {} }\n");
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await clone.remove();
  });

  const edit = (remark: string, more = ""): void => {
    fs.writeFileSync(clone.path("scorers/diabetes/score.py"), `${good}\n# ${remark}\n${more}`);
  };
  const service = async (): Promise<ServiceRecord> => {
    const [found] = JSON.parse((await clone.run("status", "--json")).stdout) as ServiceRecord[];
    assert.ok(found);
    return found;
  };

  async function soon<T>(what: string, look: () => T | undefined): Promise<T> {
    const end = performance.now() + 30_000;
    while (performance.now() < end) {
      const found = look();
      if (found !== undefined) {
        return found;
      }
      await sleep(20);
    }
    throw new Error(`${what} did not come`);
  }

  const provider = (): Promise<number> =>
    soon("the provider", () => {
      const line = clone.processes().find((one) => one.includes("provider/launch.cjs"));
      return line === undefined ? undefined : Number(line.trim().split(/\s+/)[0]);
    });

  const engine = (): Promise<number> => soon("the engine", () => readLocks(openProject(clone.folder), "local")[0]?.pid);

  async function untilStarting(): Promise<void> {
    const status = clone.path(".scorestack/services/diabetes/status.json");
    await soon(
      "a candidate",
      () => (JSON.parse(fs.readFileSync(status, "utf8")) as { candidate: object | null }).candidate ?? undefined,
    );
  }

  /** One supervisor, the service answers with what was asked for, no lock and no half-made thing is left, and nothing is to do. */
  async function isWhole(): Promise<void> {
    const now = await service();
    assert.equal(now.state, "running");
    const version = (await (await fetch(`http://127.0.0.1:${now.port}/version`)).json()) as {
      revision: number;
      imageIdentity: string;
    };
    assert.deepEqual([version.revision, version.imageIdentity], [now.revision, now.imageIdentity]);
    assert.equal(clone.processes().filter((line) => line.includes("supervisor.py")).length, 1);
    const left = fs.readdirSync(clone.path(".scorestack"), { recursive: true, encoding: "utf8" });
    const own = left.filter((name) => !/^(environments|tools)/.test(name));
    const strange = own.filter((name) => /\.partial$|(^|\/)\.lock|\/locks\/organization\/.*json$/.test(name));
    assert.deepEqual(strange, []);
    const log = fs.readFileSync(clone.path(".scorestack/services/diabetes/log/service.log"), "utf8");
    const kept = fs.readdirSync(clone.path(".scorestack/services/diabetes/revisions"));
    const unproven = kept.filter((revision) => !log.includes(`revision ${revision} answers`));
    assert.deepEqual(unproven, []);
    assert.match((await clone.run("up", "--yes")).stdout, /Nothing has changed/);
  }

  for (const [other, args] of [
    ["up", ["up", "--yes"]],
    ["down", ["down", "--yes"]],
    ["refresh", ["refresh", "--yes"]],
  ] as const) {
    it(`goes on to its end when '${other}' comes while it works, which is told who works`, async () => {
      edit(`beside ${other}`, "import time\n\n_init = init\n\n\ndef init():\n    time.sleep(4)\n    _init()\n");
      const first = clone.spawn("up", "--yes");
      const ended = answerOf(first);
      await untilStarting();
      const { code, stderr } = await clone.run(...args);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /stack 'local' is being worked on by process \d+ \(.+\); wait until it ends, or stop it with: kill -INT/,
      );
      const answer = await ended;
      assert.equal(answer.code, 0, answer.stderr);
      await isWhole();
    });
  }

  it("and another one, begun at the same moment, leave things whole", async () => {
    edit("at the same moment");
    const answers = await Promise.all([clone.run("up", "--yes"), clone.run("up", "--yes")]);
    const failed = answers.filter(({ code }) => code !== 0);
    assert.ok(failed.length < 2, answers.map(({ stderr }) => stderr).join("\n---\n"));
    failed.forEach(({ stderr }) => {
      assert.match(stderr, /is being worked on|currently locked by/);
    });
    assert.equal((await clone.run("up", "--yes")).code, 0);
    await isWhole();
  });

  for (const [what, find] of [
    ["the provider", provider],
    ["the engine", engine],
  ] as const) {
    it(`is done again by the next one when ${what} was killed`, async () => {
      const before = await service();
      edit(`without ${what}`, "import time\n\n_init = init\n\n\ndef init():\n    time.sleep(2)\n    _init()\n");
      const ended = answerOf(clone.spawn("up", "--yes"));
      const victim = await find();
      await untilStarting();
      process.kill(victim, "SIGKILL");
      const { code, stderr } = await ended;
      assert.equal(code, 1);
      assert.doesNotMatch(stderr, /\n +at .+\.ts:\d+/, stderr);
      assert.equal((await fetch(before.healthUri)).status, 200);
      const next = await clone.run("up", "--yes");
      assert.equal(next.code, 0, next.stderr);
      await isWhole();
    });
  }

  it("ends without a stack trace when the engine is gone before the program begins", async () => {
    const program = fs.readFileSync(clone.path("index.ts"), "utf8");
    const locks = clone.path(".scorestack/state/.pulumi/locks/organization/scorestack/local");
    const kill = `import * as fs from "node:fs";\nfor (const name of fs.readdirSync(${JSON.stringify(locks)})) {\n  if (name.endsWith(".json")) process.kill(JSON.parse(fs.readFileSync(${JSON.stringify(locks)} + "/" + name, "utf8")).pid, "SIGKILL");\n}\n`;
    fs.writeFileSync(clone.path("index.ts"), kill + program);
    const { code, stderr } = await clone.run("up", "--yes");
    fs.writeFileSync(clone.path("index.ts"), program);
    assert.equal(code, 1);
    assert.match(stderr, /pulumi up ended with SIGKILL/);
    assert.doesNotMatch(stderr, /\n +at .+:\d+/);
    assert.equal((await clone.run("up", "--yes")).code, 0);
    await isWhole();
  });

  it("ends soon when the supervisor was killed, and the next one brings the service back", async () => {
    const before = await service();
    edit("without the supervisor", "import time\n\n_init = init\n\n\ndef init():\n    time.sleep(2)\n    _init()\n");
    const ended = answerOf(clone.spawn("up", "--yes"));
    await untilStarting();
    const status = fs.readFileSync(clone.path(".scorestack/services/diabetes/status.json"), "utf8");
    process.kill((JSON.parse(status) as { pid: number }).pid, "SIGKILL");
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /its supervisor ended \(it was killed\); see .+, then run npm run up again/);
    const next = await clone.run("up", "--yes");
    assert.equal(next.code, 0, next.stderr);
    assert.equal((await service()).port, before.port);
    await isWhole();
  });

  it("that fails after one that was killed costs no good revision", async () => {
    const before = await service();
    edit("killed", "import time\n\n_init = init\n\n\ndef init():\n    time.sleep(3)\n    raise ValueError('killed')\n");
    const child = clone.spawn("up", "--yes");
    const ended = answerOf(child);
    await untilStarting();
    process.kill(await provider(), "SIGKILL");
    await ended;
    edit("failed", "raise ValueError('failed')\n");
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`ValueError: failed[^]*revision ${before.revision} goes on answering`));
    assert.equal((await service()).pid, before.pid);
    edit("mended");
    assert.equal((await clone.run("up", "--yes")).code, 0);
    await isWhole();
  });

  it("that was the first, and whose provider was killed, leaves no service that down does not stop", async () => {
    assert.equal((await clone.run("down", "--yes")).code, 0);
    edit("first", "import time\n\n_init = init\n\n\ndef init():\n    time.sleep(3)\n    _init()\n");
    const ended = answerOf(clone.spawn("up", "--yes"));
    const victim = await provider();
    await soon(
      "the service",
      () => fs.existsSync(clone.path(".scorestack/services/diabetes/status.json")) || undefined,
    );
    await untilStarting();
    process.kill(victim, "SIGKILL");
    assert.equal((await ended).code, 1);
    const { code, stderr } = await clone.run("down", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Stopped service 'diabetes', which an update that was ended had begun/);
    assert.deepEqual(
      clone.processes().filter((line) => line.includes("supervisor.py")),
      [],
    );
    assert.equal((await clone.run("up", "--yes")).code, 0);
    await isWhole();
  });
});
