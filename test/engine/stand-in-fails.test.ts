import { strict as assert } from "node:assert";
import { Clone } from "../support/clone";
import { FaultyStack, resourceCount, type StandIn } from "../support/faulty-runs";
import { startStandIn } from "./stand-in";

/** The cloud says no, at each resource: what is made stays made, and the next update goes on from there. */
describe("a cloud that fails", function () {
  this.timeout(60_000);
  let clone: Clone;
  let standIn: StandIn;

  before(async () => {
    clone = Clone.make("stand-in-fails").keepScorers();
    standIn = await startStandIn(clone.path(".scorestack/stand-in"));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
  });

  for (let nth = 1; nth <= resourceCount; nth += 1) {
    it(`before it has made resource ${nth}: the next update makes it`, async () => {
      const faulty = await FaultyStack.make(clone, standIn, `early-${nth}`);
      standIn.fault({ action: "fail", nth, method: "create" });
      await assert.rejects(faulty.up(), /the service is unavailable \(a fault that was asked for\)/);
      await faulty.up();
      await faulty.assertWhole();
    });
  }

  for (let nth = 1; nth <= resourceCount; nth += 1) {
    it(`after it has made resource ${nth}: the state has it, and the next update mends it`, async () => {
      const faulty = await FaultyStack.make(clone, standIn, `late-${nth}`);
      standIn.fault({ action: "fail", when: "after", nth, method: "create", message: "ContainerGroupNotReady" });
      await assert.rejects(faulty.up(), /ContainerGroupNotReady/);
      const counts = await faulty.up();
      assert.equal(counts.update, 1);
      await faulty.assertWhole();
    });
  }

  it("at an update, by the resource's name: the next one finishes", async () => {
    const faulty = await FaultyStack.make(clone, standIn, "by-name");
    await faulty.up();
    standIn.edit(({ resources }) => {
      for (const resource of Object.values(resources).filter(({ urn = "" }) => urn.includes("by-name"))) {
        Object.assign(resource.inputs, resource.token.endsWith(":Registry") ? { tags: { by: "hand" } } : {});
      }
    });
    await faulty.stack.refresh();
    standIn.fault({ action: "fail", method: "update", urn: "::registry" });
    await assert.rejects(faulty.up(), /the service is unavailable/);
    assert.equal((await faulty.up()).update, 1);
    await faulty.assertWhole();
  });
});
