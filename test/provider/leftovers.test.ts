import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { identityOf, type ProcessIdentity } from "../../provider/service/process";
import { Store } from "../../provider/store";
import { partialOf } from "../../provider/store/files";
import { removeHalfMadeFiles, removeLeftovers, removeUnrecorded } from "../../provider/store/leftovers";
import { temporaryFolder, writeFiles } from "../support/folder";

const [image, usedImage, key, usedKey] = ["a".repeat(64), "b".repeat(64), "c".repeat(16), "d".repeat(16)];

/** What killed processes leave in a store. */
describe("what a process has left half done", () => {
  let root: string;
  let remove: () => void;
  const home = (...parts: string[]): string => path.join(root, ".scorestack", ...parts);
  const ended: ProcessIdentity = { pid: spawnSync("true").pid, pidStartedAt: "1" };
  const left = (): string[] =>
    fs
      .readdirSync(home(), { recursive: true, encoding: "utf8" })
      .filter((name) => fs.statSync(home(name)).isFile())
      .sort();
  /** A half-made thing of a process of the same number that has ended. */
  const abandoned = (target: string): string => partialOf(target).replace(/\.(\d+)-\w+\./, ".$1-1.");

  beforeEach(() => {
    ({ folder: root, remove } = temporaryFolder("leftovers"));
    fs.mkdirSync(home());
  });
  afterEach(() => {
    remove();
  });

  it("goes, and what a living process works on stays", () => {
    const [gone, stays] = [abandoned(`bundles/${image}`), partialOf(`bundles/${image}`)];
    writeFiles(home(), { [`${gone}/app/score.py`]: "", [`${stays}/app/score.py`]: "", "models/m/last.json": "{}" });
    assert.deepEqual(removeLeftovers(home()), [gone]);
    assert.deepEqual(left(), [`${stays}/app/score.py`, "models/m/last.json"].sort());
  });

  it("goes beside a stack's settings too", () => {
    const gone = abandoned("Pulumi.local.yaml");
    writeFiles(root, { [gone]: "", "Pulumi.local.yaml": "" });
    assert.deepEqual(removeHalfMadeFiles(root), [gone]);
    assert.deepEqual(fs.readdirSync(root).sort(), [".scorestack", "Pulumi.local.yaml"]);
  });

  it("is left alone among a model's own files", () => {
    const own = abandoned("models/m/1/content/weights");
    writeFiles(home(), { [own]: "" });
    assert.deepEqual(removeLeftovers(home()), []);
    assert.deepEqual(left(), [own]);
  });

  it("is a lock too, whose holder has ended", () => {
    writeFiles(home(), {
      "models/m/.lock": JSON.stringify(ended),
      "environments/locks/e/.lock.0a1b": JSON.stringify(ended),
      "services/s/.lock": JSON.stringify(identityOf(process.pid)),
    });
    assert.deepEqual(removeLeftovers(home()).sort(), ["environments/locks/e/.lock.0a1b", "models/m/.lock"]);
    assert.deepEqual(left(), ["services/s/.lock"]);
  });

  it("goes where it has no record and nothing uses it", async () => {
    const record = JSON.stringify({ identity: usedImage, environment: usedKey });
    writeFiles(home(), {
      [`bundles/${image}/app/score.py`]: "",
      [`bundles/${usedImage}/image.json`]: record,
      [`environments/${key}/pyvenv.cfg`]: "",
      [`environments/${usedKey}/pyvenv.cfg`]: "",
      "models/m/1/content/weights": "",
      "models/m/2/model.json": "{}",
    });
    const removed = await removeUnrecorded(new Store(root));
    assert.deepEqual(removed, [`bundles/${image}`, "models/m/1", `environments/${key}`]);
    assert.deepEqual(
      left(),
      [`bundles/${usedImage}/image.json`, `environments/${usedKey}/pyvenv.cfg`, "models/m/2/model.json"].sort(),
    );
  });

  it("stays where a service uses it, or may use it, to be mended where it lies", async () => {
    const release = { revision: 1, imageIdentity: image, imageId: "s:1", modelIds: [], port: 1, createdAt: "" };
    writeFiles(home(), {
      [`bundles/${image}/app/score.py`]: "",
      [`environments/${key}/pyvenv.cfg`]: "",
      "services/s/revisions/1/release.json": JSON.stringify(release),
    });
    assert.deepEqual(await removeUnrecorded(new Store(root)), []);
  });
});
