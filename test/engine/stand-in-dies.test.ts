import { strict as assert } from "node:assert";
import { Clone } from "../support/clone";
import { FaultyStack, resourceCount, type StandIn } from "../support/faulty-runs";
import { startStandIn } from "./stand-in";

/**
 * The provider's process ends at each resource. Before the effect nothing is lost. After it, azure-native refuses to take over what is
 * there (stand-in-hangs.test.ts); that names follow from the program, so that nothing is made twice, is proven with `adoptsOwn`.
 */
describe("a cloud whose provider dies", function () {
  this.timeout(60_000);
  let clone: Clone;
  let standIn: StandIn;

  before(async () => {
    clone = Clone.make("stand-in-dies").keepScorers();
    standIn = await startStandIn(clone.path(".scorestack/stand-in/dev"), { adoptsOwn: true });
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
  });

  for (const when of ["before", "after"] as const) {
    for (let nth = 1; nth <= resourceCount; nth += 1) {
      it(`${when} it has made resource ${nth}: the next update finishes, nothing doubled`, async () => {
        const faulty = await FaultyStack.make(clone, standIn, `${when}-${nth}`);
        standIn.fault({ action: "die", when, nth, method: "create" });
        await assert.rejects(faulty.up(), /error reading from server|connection|EOF/);
        await standIn.restart();
        await faulty.up();
        await faulty.assertWhole();
      });
    }
  }
});
