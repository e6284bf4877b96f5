import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { hashContent } from "../../components/internal/content-hash";
import type { LocalModelInputs } from "../../components/internal/local-contract";
import { Store } from "../../provider/store";
import { temporaryFolder, writeFiles } from "../support/folder";

describe("the model store", () => {
  let root: string;
  let remove: () => void;
  let store: Store;

  beforeEach(() => {
    ({ folder: root, remove } = temporaryFolder("models"));
    store = new Store(root);
    writeFiles(root, { "model/weights.bin": "1", "model/.amlignore": "*.tmp\n", "model/notes.tmp": "x" });
  });
  afterEach(() => {
    remove();
  });

  const inputs = (source = "model"): LocalModelInputs => {
    const { digest, sizeInBytes } = hashContent(path.join(root, source));
    return { modelName: "churn", digest, source, sizeInBytes };
  };

  it("counts versions by content: the same again is the same version, a change the next, an old one its own again", async () => {
    assert.equal((await store.modelStore.register(inputs())).version, 1);
    assert.equal((await store.modelStore.register(inputs())).version, 1);
    writeFiles(root, { "model/weights.bin": "2" });
    assert.equal((await store.modelStore.register(inputs())).version, 2);
    writeFiles(root, { "model/weights.bin": "1" });
    assert.equal((await store.modelStore.register(inputs())).version, 1);
    assert.deepEqual(
      store.modelStore.all().map(({ version }) => version),
      [1, 2],
    );
  });

  it("keeps the folder under its own name, read-only, without what its ignore file names", async () => {
    await store.modelStore.register(inputs());
    const content = store.modelStore.content("churn", 1);
    assert.deepEqual(fs.readdirSync(path.join(content, "model")), ["weights.bin"]);
    assert.equal(fs.statSync(path.join(content, "model/weights.bin")).mode & 0o777, 0o444);
  });

  it("never gives the number of a removed version again", async () => {
    await store.modelStore.register(inputs());
    store.modelStore.remove("churn", 1);
    assert.equal((await store.modelStore.register(inputs())).version, 2);
  });

  it("refuses content that changed since it was hashed, and leaves nothing half made", async () => {
    const stale = inputs();
    writeFiles(root, { "model/weights.bin": "changed" });
    await assert.rejects(
      store.modelStore.register(stale),
      /model 'churn' changed while it was registered: model; run the command again/,
    );
    assert.deepEqual(store.modelStore.all(), []);
    assert.deepEqual(
      fs.readdirSync(path.join(root, ".scorestack/models/churn")).filter((name) => !name.startsWith(".")),
      [],
    );
  });

  it("mends a version whose stored bytes were damaged", async () => {
    const model = await store.modelStore.register(inputs());
    const file = path.join(store.modelStore.content("churn", 1), "model/weights.bin");
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, "rot");
    assert.deepEqual(store.modelStore.damage(model, "quick"), ["model/weights.bin"]);
    assert.equal((await store.modelStore.register(inputs())).version, 1);
    assert.equal(fs.readFileSync(file, "utf8"), "1");
  });

  it("gives each content one version when many register at once", async () => {
    writeFiles(root, { "a/m.bin": "a", "b/m.bin": "b" });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.modelStore.register(inputs(index % 2 ? "a" : "b"))),
    );
    assert.deepEqual([...new Set(all.map(({ version }) => version))].sort(), [1, 2]);
    assert.equal(store.modelStore.all().length, 2);
  });
});
