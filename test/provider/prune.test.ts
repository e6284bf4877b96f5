import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { hashContent, hashFile } from "../../components/internal/content-hash";
import { Store } from "../../provider/store";
import { temporaryFolder, writeFiles } from "../support/folder";

describe("prune", () => {
  let root: string;
  let remove: () => void;
  let store: Store;

  beforeEach(async () => {
    ({ folder: root, remove } = temporaryFolder("prune"));
    store = new Store(root);
    for (const content of ["1", "2", "3"]) {
      await release(content);
    }
  });
  afterEach(() => {
    remove();
  });

  /** A model and an image that holds it; images need no environment to be kept or removed. */
  async function release(content: string): Promise<void> {
    writeFiles(root, { "m/w.bin": content, "score.py": "" });
    const { digest, sizeInBytes } = hashContent(path.join(root, "m"));
    const { version } = await store.modelStore.register({ modelName: "churn", digest, source: "m", sizeInBytes });
    const files = { "app/score.py": { source: "score.py", sha256: hashFile(path.join(root, "score.py")) } };
    const image = { imageName: "churn", identity: identity(content), runtime: "python", files } as const;
    const models = [{ modelName: "churn", version, digest }];
    const environment = { python: "", requirements: [] };
    await store.imageStore.build(
      { ...image, executionScript: "score.py", models, environment, dockerfile: "" },
      "environment",
    );
  }

  const identity = (content: string): string => content.repeat(64);
  const left = (): string[] => [
    ...store.images().map(({ version }) => `image ${version}`),
    ...store.models().map(({ version }) => `model ${version}`),
  ];

  it("keeps the newest versions of each name, and the models that a kept image holds", async () => {
    const { removed } = await store.prune({ keep: 2, dryRun: false });
    assert.deepEqual(
      removed.map(({ kind, id }) => `${kind} ${id}`),
      ["image churn:1", "model churn:1"],
    );
    assert.deepEqual(left(), ["image 2", "image 3", "model 2", "model 3"]);
    assert.equal(fs.existsSync(store.imageStore.folderOf(identity("1"))), false);
  });

  it("removes nothing while a record is damaged, as what it holds would count as unused", async () => {
    fs.truncateSync(path.join(root, ".scorestack/images/churn/1.json"), 5);
    await assert.rejects(store.prune({ keep: 1, dryRun: false }), /images\/churn\/1\.json' is damaged, so that/);
    assert.deepEqual(left(), ["image 2", "image 3", "model 1", "model 2", "model 3"]);
  });

  it("never removes what a service runs or keeps as an earlier release", async () => {
    const folder = store.serviceFolder("churn");
    const release = { imageId: "churn:1", modelIds: ["churn:1"], port: 20001, createdAt: "" };
    folder.writeRelease({ ...release, revision: 1, imageIdentity: identity("1") });
    await store.prune({ keep: 1, dryRun: false });
    assert.deepEqual(left(), ["image 1", "image 3", "model 1", "model 3"]);
  });

  it("removes build contexts that no run has used for an hour, and what killed runs have left of others", async () => {
    const contexts = path.join(root, ".scorestack/contexts");
    const [used, unused] = [identity("a"), identity("b")];
    const left = `${unused}.123-0a1b2c3d.partial`;
    writeFiles(contexts, { [`${used}/Dockerfile`]: "", [`${unused}/Dockerfile`]: "12345", [`${left}/x`]: "1" });
    const hours = (number: number): Date => new Date(Date.now() - number * 3_600_000);
    fs.utimesSync(path.join(contexts, used), hours(0.9), hours(0.9));
    for (const name of [unused, left]) {
      fs.utimesSync(path.join(contexts, name), hours(1.1), hours(1.1));
    }
    const { removed } = await store.prune({ keep: 3, dryRun: false });
    assert.deepEqual(removed, [
      { kind: "context", id: "bbbbbbbbbbbb", sizeInBytes: 5 },
      { kind: "context", id: "bbbbbbbbbbbb", sizeInBytes: 1 },
    ]);
    assert.deepEqual(fs.readdirSync(contexts), [used]);
  });

  it("removes packages of batch runs that no Python environment needs any more", async () => {
    writeFiles(root, { [`.scorestack/batch-packages/${identity("a").slice(0, 16)}/pyarrow/x.so`]: "123" });
    const { removed } = await store.prune({ keep: 3, dryRun: false });
    assert.deepEqual(removed, [{ kind: "batch packages", id: "aaaaaaaaaaaaaaaa", sizeInBytes: 3 }]);
    assert.deepEqual(fs.readdirSync(path.join(root, ".scorestack/batch-packages")), []);
  });

  it("never removes what a stack has, though no service runs it", async () => {
    const held = { images: [identity("1")], models: ["churn:2"] };
    await store.prune({ keep: 0, dryRun: false, held });
    assert.deepEqual(left(), ["image 1", "model 1", "model 2"]);
  });

  it("only tells in a dry run", async () => {
    const { removed } = await store.prune({ keep: 1, dryRun: true });
    assert.equal(removed.length, 4);
    assert.equal(left().length, 6);
  });

  it("says which models and images each holds, and who uses them", () => {
    assert.deepEqual(store.models()[0]?.images, ["churn:1"]);
    assert.deepEqual(store.images()[0]?.models, ["churn:1"]);
    assert.deepEqual(store.images()[0]?.services, []);
  });
});
