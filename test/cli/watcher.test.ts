import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isInput, Watcher } from "../../cli/watcher";
import { temporaryFolder, writeFiles } from "../support/folder";

describe("the watcher", () => {
  let folder: string;
  let remove: () => void;
  let watcher: Watcher;

  beforeEach(async () => {
    ({ folder, remove } = temporaryFolder("watcher"));
    writeFiles(folder, { "scorers/wine/score.py": "1", "stacks/local.ts": "1", "index.ts": "1", "notes.md": "1" });
    watcher = await Watcher.start(folder, "local");
  });
  afterEach(async () => {
    await watcher.close();
    remove();
  });

  it("takes saves that come together as one, sorted, with the time of the first", async () => {
    const before = Date.now();
    writeFiles(folder, { "scorers/wine/score.py": "2" });
    await sleep(60);
    writeFiles(folder, { "scorers/wine/model/new/weights.bin": "2", "index.ts": "2" });
    const { files, since } = await watcher.next();
    assert.deepEqual(files, ["index.ts", "scorers/wine/model/new/weights.bin", "scorers/wine/score.py"]);
    assert.ok(since >= before && since < before + 1000);
  });

  it("keeps what is saved while nobody waits, and sees what is removed", async () => {
    fs.rmSync(path.join(folder, "scorers/wine/score.py"));
    await sleep(500);
    assert.deepEqual((await watcher.next()).files, ["scorers/wine/score.py"]);
    writeFiles(folder, { "stacks/local.ts": "2" });
    assert.deepEqual((await watcher.next()).files, ["stacks/local.ts"]);
  });

  it("sees the stack's settings, but not the salt that the engine writes into them", async () => {
    const salt = "encryptionsalt: v1:abc=\n";
    writeFiles(folder, { "Pulumi.local.yaml": salt });
    await sleep(400);
    writeFiles(folder, { "Pulumi.local.yaml": `${salt}config:\n  a:b: 1\n` });
    assert.deepEqual((await watcher.next()).files, ["Pulumi.local.yaml"]);
    writeFiles(folder, { "Pulumi.local.yaml": "config:\n  a:b: 1\n" });
    await sleep(400);
    writeFiles(folder, { "index.ts": "2" });
    assert.deepEqual((await watcher.next()).files, ["index.ts"]);
  });

  it("passes over what editors and Python write beside the files", () => {
    const names = ["scorers", "stacks", "index.ts"];
    const strange = ["scorers/wine/__pycache__", "scorers/wine/.score.py.swp", "scorers/wine/score.py~", "stacks/4913"];
    for (const name of [...strange, "scorers/wine/.lock-a1b2", "scorers/wine/x.pyc", "notes.md", ".scorestack/a"]) {
      assert.ok(!isInput(names, name), name);
    }
    for (const name of [
      "",
      "scorers/wine/.amlignore",
      "scorers/wine/conda.lock",
      "scorers/wine/tmp/a.py",
      "index.ts",
    ]) {
      assert.ok(isInput(names, name), name);
    }
  });
});
