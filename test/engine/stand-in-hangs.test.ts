import { strict as assert } from "node:assert";
import { readLocks } from "../../cli/locks";
import { openProject } from "../../cli/project";
import { Clone } from "../support/clone";
import { FaultyStack, resourceCount, type StandIn } from "../support/faulty-runs";
import { startStandIn } from "./stand-in";

/** The cloud does not answer, at each resource; and what azure-native makes of a resource that an unanswered call has made. */
describe("a cloud that does not answer", function () {
  this.timeout(60_000);
  let clone: Clone;
  let standIn: StandIn;

  before(async () => {
    clone = Clone.make("stand-in-hangs").keepScorers();
    standIn = await startStandIn(clone.path(".scorestack/stand-in"));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
  });

  for (let nth = 1; nth <= resourceCount; nth += 1) {
    it(`at resource ${nth}: Ctrl-C ends the update, and the next one finishes`, async () => {
      const faulty = await FaultyStack.make(clone, standIn, `hangs-${nth}`);
      standIn.clearLog();
      standIn.fault({ action: "hang", nth, method: "create" });
      const run = assert.rejects(faulty.up(), /context canceled|update failed|cancel/i);
      // The fault is struck off as it happens.
      await until(() => standIn.faultsLeft().length === 0);
      await interrupt(openProject(clone.folder), faulty.name);
      await run;
      await standIn.restart();
      await faulty.up();
      await faulty.assertWhole();
    });
  }

  it("as azure-native is: what an unanswered call has made is refused by its id, until a person has dealt with it", async () => {
    const strict = await startStandIn(clone.path(".scorestack/stand-in/strict"));
    try {
      const faulty = await FaultyStack.make(clone, strict, "strict");
      // The service comes last: nothing else is on its way when the cloud dies.
      strict.fault({ action: "die", when: "after", urn: "::service", method: "create" });
      await assert.rejects(faulty.up(), /error reading from server|connection|EOF/);
      await strict.restart();
      await assert.rejects(
        faulty.up(),
        /cannot create already existing resource '\/subscriptions\/[^']*containerGroups\/wine'/,
      );
      strict.edit(({ resources }) => {
        for (const [key, { token }] of Object.entries(resources)) {
          if (token.endsWith(":ContainerGroup")) {
            Reflect.deleteProperty(resources, key);
          }
        }
      });
      await faulty.up();
      await faulty.assertWhole();
    } finally {
      await strict.stop();
    }
  });
});

/** Presses Ctrl-C until the engine has gone: the first lets the current step end, the next drops it. */
async function interrupt(project: ReturnType<typeof openProject>, stackName: string): Promise<void> {
  for (let [lock] = readLocks(project, stackName); lock; [lock] = readLocks(project, stackName)) {
    try {
      process.kill(lock.pid, "SIGINT");
    } catch {
      // It has gone since its lock was read.
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
