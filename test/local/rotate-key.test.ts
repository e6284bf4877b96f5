import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import type { ServiceRecord } from "../../provider/store/records";
import { Clone } from "../support/clone";
import { load } from "../support/load";

const script = "scorers/diabetes/score.py";
const body = '{"data":[[59,2,32.1,101,157,93.2,38,4,4.8598,87]]}';

/** Keys of a running service, with the real engine and real requests. */
describe("a key's rotation", function () {
  this.timeout(240_000);
  let clone: Clone;

  before(async () => {
    clone = Clone.make("keys").keepScorers("diabetes");
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await clone.remove();
  });

  const service = async (): Promise<ServiceRecord> => {
    const found = (await clone.json<ServiceRecord[]>("status")).find(({ name }) => name === "diabetes-keyed");
    assert.ok(found);
    return found;
  };
  const keys = (): Promise<{ primaryKey: string; secondaryKey: string }> =>
    clone.json("outputs", "services.diabetes-keyed", "--show-secrets");
  const status = async (key: string): Promise<number> => {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${key}` };
    const reply = await fetch((await service()).scoringUri, { method: "POST", headers, body });
    await reply.arrayBuffer();
    return reply.status;
  };

  it("refuses the old key and takes the new one, with the other key accepted throughout and no new server", async () => {
    const [before, old] = [await service(), await keys()];
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${old.secondaryKey}` };
    const requests = load(async () => {
      const reply = await fetch(before.scoringUri, { method: "POST", headers, body });
      await reply.arrayBuffer();
      return String(reply.status);
    });
    // What waits in the scorer's folder, a fault included, is left alone.
    const good = fs.readFileSync(clone.path(script), "utf8");
    fs.writeFileSync(clone.path(script), "def init(");
    const { code, stdout, stderr } = await clone.run("rotate-key", "diabetes-keyed", "--yes");
    fs.writeFileSync(clone.path(script), good);
    const { failures, seen } = await requests.stop();
    assert.equal(code, 0, stderr);
    assert.match(stderr + stdout, /update {2}LocalService diabetes-keyed {2}\(primary key made anew\)/);
    assert.deepEqual([failures, seen], [[], ["200"]]);
    const [now, fresh] = [await service(), await keys()];
    assert.deepEqual([now.pid, now.revision], [before.pid, before.revision]);
    assert.equal(fresh.secondaryKey, old.secondaryKey);
    assert.deepEqual(
      [await status(old.primaryKey), await status(fresh.primaryKey), await status(old.secondaryKey)],
      [401, 200, 200],
    );
    for (const key of [old.primaryKey, fresh.primaryKey, fresh.secondaryKey]) {
      assert.ok(!stdout.includes(key) && !stderr.includes(key));
    }
  });

  it("leaves nothing to do for the next start", async () => {
    const before = await keys();
    assert.match((await clone.run("start")).stdout, /Nothing has changed/);
    assert.deepEqual(await keys(), before);
  });

  it("is of the secondary key by choice", async () => {
    const old = await keys();
    assert.equal((await clone.run("rotate-key", "diabetes-keyed", "--secondary", "--yes")).code, 0);
    const fresh = await keys();
    assert.equal(fresh.primaryKey, old.primaryKey);
    assert.deepEqual([await status(old.secondaryKey), await status(fresh.secondaryKey)], [401, 200]);
  });

  it("is refused for a service that asks for no key", async () => {
    const { code, stderr } = await clone.run("rotate-key", "diabetes", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, /service 'diabetes' must ask for keys, and it does not; set authEnabled under scorestack:/);
  });
});
