import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ImageRecord, ServiceRecord } from "../../provider/store/records";
import { Clone } from "../support/clone";
import { load } from "../support/load";

const script = "scorers/diabetes/score.py";
const body = '{"data":[[59,2,32.1,101,157,93.2,38,4,4.8598,87]]}';

/** Going back and forward again, with the real engine and real requests. */
describe("a rollback", function () {
  this.timeout(240_000);
  let clone: Clone;
  let good: string;
  let [first, second] = ["", ""];

  before(async () => {
    clone = Clone.make("rollback").keepScorers("diabetes");
    good = fs.readFileSync(clone.path(script), "utf8");
    for (const text of [good, `${good}\n# second\n`]) {
      fs.writeFileSync(clone.path(script), text);
      const { code, stderr } = await clone.run("up", "--yes");
      assert.equal(code, 0, stderr);
      [first, second] = [second, (await service()).imageIdentity];
    }
    assert.notEqual(first, second);
  });
  after(async () => {
    await clone.remove();
  });

  const service = async (name = "diabetes"): Promise<ServiceRecord & { pinnedTo?: string }> => {
    const found = (await clone.json<ServiceRecord[]>("status")).find((record) => record.name === name);
    assert.ok(found);
    return found;
  };
  const images = async (): Promise<string[]> =>
    (await clone.json<ImageRecord[]>("images")).map(({ name, version }) => `${name}:${version}`);
  const settings = (): string => {
    const file = clone.path("Pulumi.local.yaml");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  };

  /** Requests to the service while `work` runs: each is scored, and each must get the same reply. */
  async function underLoad(work: () => Promise<void>): Promise<readonly string[]> {
    const { scoringUri, healthUri } = await service();
    const requests = load(async () => {
      const headers = { "Content-Type": "application/json" };
      const reply = await fetch(scoringUri, { method: "POST", headers, body });
      assert.equal(reply.status, 200);
      await reply.json();
      const version = (await (await fetch(new URL("version", healthUri))).json()) as { imageIdentity: string };
      return version.imageIdentity;
    });
    await work().finally(async () => requests.stop());
    const { answers, failures, seen } = await requests.stop();
    assert.deepEqual(failures, []);
    assert.ok(answers > 20, `${answers} answers`);
    return seen;
  }

  it("names the choices when the revision is not one of them, and changes nothing", async () => {
    const { code, stderr } = await clone.run("rollback", "diabetes", "--to", "9", "--yes");
    assert.equal(code, 2);
    assert.match(stderr, /'--to' must be a kept release of .*: 2 \(diabetes:2, answers\), 1 \(diabetes:1\); got 9/);
    assert.match((await clone.run("rollback", "--yes")).stderr, /'service' must be one of diabetes, diabetes-keyed/);
    assert.equal((await service()).imageIdentity, second);
    assert.doesNotMatch(settings(), /pins/);
  });

  it("returns a service to the release before, with no build, no lost request and nothing else moved", async () => {
    const [before, keyed] = [await images(), await service("diabetes-keyed")];
    const environments = fs.readdirSync(clone.path(".scorestack/environments"));
    const outputs = await clone.json<{ services: Record<string, object> }>("outputs", "--show-secrets");
    fs.rmSync(clone.path(".scorestack/tools"));
    const seen = await underLoad(async () => {
      // A bad commit of the scorer: the program as a whole can't be evaluated.
      fs.writeFileSync(clone.path(script), "def init(");
      const { code, stdout, stderr } = await clone.run("rollback", "diabetes", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /diabetes answers with diabetes:1, the image of revision 1; it is pinned to it/);
    });
    assert.deepEqual(seen, [second, first]);
    assert.equal(fs.existsSync(clone.path(".scorestack/tools")), false, "uv was asked for");
    fs.symlinkSync(path.resolve(".scorestack/tools"), clone.path(".scorestack/tools"));
    assert.deepEqual(fs.readdirSync(clone.path(".scorestack/environments")), environments);
    assert.deepEqual(await images(), before);
    const now = await service();
    assert.deepEqual([now.imageIdentity, now.revision, now.pinnedTo], [first, 3, first]);
    assert.deepEqual((await service("diabetes-keyed")).pid, keyed.pid);
    const told = await clone.json<{ services: Record<string, object> }>("outputs", "--show-secrets");
    const expected = { ...outputs.services["diabetes"], imageId: "diabetes:1", imageIdentity: first };
    assert.deepEqual(told, { ...outputs, services: { ...outputs.services, diabetes: expected } });
    assert.match((await clone.run("outputs")).stdout, /primaryKey: "\[secret\]"/);
  });

  it("holds while it is pinned, and says so", async () => {
    fs.writeFileSync(clone.path(script), `${good}\n# third\n`);
    const { pid } = await service();
    const { code, stderr } = await clone.run("start");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /'diabetes' is pinned to image .*: npm run rollback -- diabetes --undo/);
    assert.deepEqual([(await service()).pid, (await service()).imageIdentity], [pid, first]);
    assert.match((await clone.run("status")).stderr, /diabetes: pinned to image/);
    const releases = await clone.json<{ revision: number; pinned: boolean; answers: boolean }[]>(
      "rollback",
      "diabetes",
      "--list",
    );
    const notes = releases.map(({ revision, pinned, answers }) => [revision, pinned, answers]);
    assert.deepEqual(notes, [
      [3, true, true],
      [2, false, false],
      [1, true, false],
    ]);
    // The image that waits for the pin to go is the stack's, though no service runs it.
    const { removed } = await clone.json<{ removed: { kind: string }[] }>("prune", "--keep", "0", "--dry-run");
    assert.deepEqual(
      removed.filter(({ kind }) => kind !== "environment"),
      [],
    );
  });

  it("is put back when the update fails, and the service goes on", async () => {
    const image = clone.path(".scorestack/bundles", second, "app/score.py");
    const whole = fs.readFileSync(image, "utf8");
    fs.writeFileSync(image, "raise ValueError('damaged')\n");
    try {
      const { code, stderr } = await clone.run("rollback", "diabetes", "--to", "2", "--yes");
      assert.equal(code, 1);
      assert.match(stderr, /the image is damaged in .*: app\/score\.py; npm start mends it/);
      assert.deepEqual([(await service()).imageIdentity, (await service()).pinnedTo], [first, first]);
      assert.ok((await clone.json<{ services: object }>("outputs")).services);
    } finally {
      fs.writeFileSync(image, whole);
    }
  });

  it("ends with --undo: the service follows its scorer again", async () => {
    const seen = await underLoad(async () => {
      const { code, stdout, stderr } = await clone.run("rollback", "--undo", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /diabetes follows its scorer again/);
    });
    const now = await service();
    assert.deepEqual(seen, [first, now.imageIdentity]);
    assert.deepEqual([now.pinnedTo, now.imageId], [undefined, "diabetes:3"]);
    assert.doesNotMatch(settings(), /config/);
    assert.match((await clone.run("rollback", "--undo", "--yes")).stderr, /'service' must be pinned, and none is/);
    assert.match((await clone.run("start")).stdout, /Nothing has changed/);
  });
});
