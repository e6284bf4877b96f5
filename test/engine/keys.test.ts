import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { Downtime, ServiceKeys } from "../../components/internal/local-resources";
import { Clone } from "../support/clone";

interface Keys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

/** Does not prove: that a container group is replaced when the warning says so; the stand-in for Azure does. */
describe("keys and downtime of services elsewhere, on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let stack: Stack;
  let keyRotation: Record<string, string> = {};
  let cpuCores = "1";

  const program: PulumiFn = () => {
    const keys = new ServiceKeys("churn-keys", { keyRotation }, {});
    new Downtime("churn-downtime", { serviceName: "churn", typicalTime: "1 to 5 minutes", fixed: { cpuCores } }, {});
    return Promise.resolve({ primaryKey: keys.primaryKey, secondaryKey: keys.secondaryKey });
  };

  before(async () => {
    clone = Clone.make("keys-engine").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    ({ stack } = await openStack({ root: clone.folder, stackName: "local", create: true, program }));
  });
  after(async () => {
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  /** Does something to the stack and returns its counts, what was warned of, and all that was shown. */
  async function run(what: "preview" | "up") {
    const counts: Record<string, number> = {};
    const warnings: string[] = [];
    let shown = "";
    await stack[what]({
      onOutput: (text: string) => (shown += text),
      onEvent: ({ summaryEvent, diagnosticEvent }) => {
        Object.assign(counts, summaryEvent?.resourceChanges);
        if (diagnosticEvent?.severity === "warning") {
          warnings.push(diagnosticEvent.message.trim());
        }
      },
    });
    return { counts, warnings, shown };
  }

  const keys = (): Promise<Keys> => clone.json("outputs", "--show-secrets");
  /** Files of this project that hold a text; links to what is shared are not followed. */
  const filesWith = (text: string): string =>
    spawnSync("grep", ["-rlF", "--", text, clone.folder], { encoding: "utf8" }).stdout;

  it("makes keys once, on no disk in the clear, and then finds nothing to do", async () => {
    const { counts, shown } = await run("up");
    assert.deepEqual(counts, { create: 3 });
    const first = await keys();
    assert.match(first.primaryKey, /^[\w-]{32}$/);
    assert.deepEqual([filesWith(first.primaryKey), filesWith(first.secondaryKey)], ["", ""]);
    assert.ok(!shown.includes(first.primaryKey) && !shown.includes(first.secondaryKey));
    assert.deepEqual((await run("preview")).counts, { same: 3 });
    await run("up");
    assert.deepEqual(await keys(), first);
  });

  it("makes the key anew that is rotated, and no other", async () => {
    const before = await keys();
    keyRotation = { primary: "2026-11-24" };
    assert.deepEqual((await run("preview")).counts, { same: 2, update: 1 });
    const { counts, shown } = await run("up");
    assert.deepEqual(counts, { same: 2, update: 1 });
    const after = await keys();
    assert.notEqual(after.primaryKey, before.primaryKey);
    assert.equal(after.secondaryKey, before.secondaryKey);
    assert.ok(!shown.includes(after.primaryKey));
    assert.deepEqual((await run("preview")).counts, { same: 3 });
  });

  it("keeps the keys over a refresh", async () => {
    const before = await keys();
    await stack.refresh();
    assert.deepEqual(await keys(), before);
  });

  it("warns in the preview of what takes a service away, with the reason and how long", async () => {
    assert.deepEqual((await run("preview")).warnings, []);
    cpuCores = "2";
    const { warnings, counts } = await run("preview");
    assert.deepEqual(counts, { same: 2, update: 1 });
    assert.deepEqual(warnings, [
      "service 'churn' will not answer for 1 to 5 minutes: it is deleted and made anew, for these can't change in place: 'cpuCores' (1 → 2)",
    ]);
    await run("up");
    assert.deepEqual((await run("preview")).warnings, []);
  });
});
