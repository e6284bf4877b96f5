import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { ServiceRecord } from "../../provider/store/records";
import { Clone } from "../support/clone";
import { type Update, type UpdatesResult, updatesUnderLoad } from "../support/updates";
import { type BrokenUpdate, brokenUpdates } from "./load/broken-updates";
import { diabetesModels, goodUpdates } from "./load/good-updates";
import { MarkedClone } from "./load/marked-clone";

/** The order of the updates; LOAD_SEED repeats one. */
const seed = Number(process.env["LOAD_SEED"] ?? Math.floor(Math.random() * 1e9));

/** What the commands tell of the stack. */
interface Told {
  readonly services: readonly object[];
  readonly outputs: object;
}

/** A broken update, with what was told before, meanwhile and after it. */
interface Refusal {
  readonly update: BrokenUpdate;
  readonly before: Told;
  readonly said: string;
  readonly after: Told;
}

/** All services of the stack under load while it is updated again and again, sometimes with what can't work. */
describe(`services under load, 50 updates of which 12 are broken (LOAD_SEED=${seed})`, function () {
  this.timeout(1_200_000);
  const refusals: Refusal[] = [];
  let clone: Clone;
  let toldBefore: Told;
  let result: UpdatesResult | undefined;

  before(async () => {
    clone = Clone.make("load").keepScorers("diabetes", "digits", "wine");
    const marked = new MarkedClone(clone);
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
    await marked.prepareModels(diabetesModels);
    const updates = mixed(goodUpdates(marked), brokenUpdates(marked).map(observed));
    assert.equal(updates.length, 50);
    result = await updatesUnderLoad(clone, updates, async (update, { stderr: said }) => {
      if (isBroken(update)) {
        refusals.push({ update, before: toldBefore, said, after: await told() });
      }
    });
  });
  after(async () => {
    if (result) {
      const { requests, lost, wrong, seconds } = result;
      console.log(`    ${requests} requests, ${lost.length} lost, ${wrong.length} wrong, in ${Math.round(seconds)} s`);
    }
    await clone.remove();
  });

  /** Has the commands asked before the update. */
  function observed(update: BrokenUpdate): BrokenUpdate {
    return {
      ...update,
      edit: async (number) => {
        toldBefore = await told();
        await update.edit(number);
      },
    };
  }

  async function told(): Promise<Told> {
    const [services, outputs] = await Promise.all([
      clone.json<ServiceRecord[]>("status"),
      clone.json<object>("outputs"),
    ]);
    const kept = services.map(({ name, state, pid, revision, imageId, imageIdentity, modelIds }) => {
      return { name, state, pid, revision, imageId, imageIdentity, modelIds };
    });
    return { services: kept, outputs };
  }

  it("lose no request and answer none wrongly, and each good revision answers in its turn", () => {
    assert.ok(result);
    const { lost, wrong } = result;
    assert.deepEqual([lost.length, wrong.length, [...lost, ...wrong].slice(0, 10)], [0, 0, []]);
    assert.deepEqual(result.seen, result.due);
    assert.ok(result.requests > 5000, `${result.requests} requests`);
  });

  it("are told why each broken update is refused", () => {
    assert.equal(refusals.length, 12);
    for (const { update, said } of refusals) {
      update.causes.forEach((cause) => assert.match(said, cause, update.name));
    }
  });

  it("go on with the same processes, revisions and outputs after it", () => {
    for (const { update, before, after } of refusals) {
      assert.deepEqual(after, before, update.name);
    }
  });
});

function isBroken(update: Update): update is BrokenUpdate {
  return "causes" in update;
}

/** The good updates in any order but for the last one; the broken ones, in any order too, evenly between them. */
function mixed(good: readonly Update[], broken: readonly Update[]): Update[] {
  const shuffled = <T>(all: readonly T[]): T[] =>
    fc.sample(fc.shuffledSubarray([...all], { minLength: all.length }), { seed, numRuns: 1 }).flat();
  const [bad, step] = [shuffled(broken), good.length / broken.length];
  return [...shuffled(good.slice(0, -1)), ...good.slice(-1)].flatMap((update, index) => {
    const isFollowed = Math.floor((index + 0.5) / step) > Math.floor((index - 0.5) / step);
    return isFollowed ? [update, ...bad.splice(0, 1)] : [update];
  });
}
