import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { hashContent } from "../../components/internal/content-hash";
import { blockBytes, BlobFolder } from "../../provider/azure/blobs";
import { uploadContent } from "../../provider/azure/upload";
import { BlobServer } from "../support/blob-server";
import { temporaryFolder, writeFiles } from "../support/folder";

/** Where Azurite is installed: see CONTRIBUTING.md. */
const azurite = path.resolve("node_modules/.cache/scorestack/azurite/node_modules/azurite/dist/src/blob/main.js");
/** Azurite's own account, which is the same everywhere and opens nothing else. */
const azuriteKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

interface Target {
  readonly container: ContainerClient;
  stop(): Promise<void>;
}

const targets: Readonly<Record<string, (() => Promise<Target>) | undefined>> = {
  "the blob server of the tests": async () => {
    const server = new BlobServer();
    const address = await server.start();
    const container = new ContainerClient(`${address}/team/models`, new AnonymousCredential());
    return { container, stop: () => server.stop() };
  },
  Azurite: fs.existsSync(azurite) ? startAzurite : undefined,
};

for (const [name, start] of Object.entries(targets)) {
  (start ? describe : describe.skip)(`an upload of a model's files, to ${name}`, () => {
    let target: Target;
    let root: string;
    let remove: () => void;
    let told: string[];
    const context = {
      info: (text: string) => void told.push(text),
      progress: () => undefined,
      cancelled: new AbortController().signal,
    };

    before(async function () {
      this.timeout(30_000);
      target = await (start ?? (() => Promise.reject(new Error("not started"))))();
    });
    after(() => target.stop());
    beforeEach(() => {
      told = [];
      ({ folder: root, remove } = temporaryFolder("upload"));
    });
    afterEach(() => {
      remove();
    });

    const folder = (at: string) => new BlobFolder(target.container, at);
    const model = (source: string) => ({ modelName: "churn", source, digest: hashContent(source).digest });

    async function stored(name: string): Promise<Buffer> {
      const { readableStreamBody: body } = await target.container.getBlobClient(name).download();
      assert.ok(body);
      const chunks: Buffer[] = [];
      for await (const chunk of body) {
        chunks.push(Buffer.from(chunk as Uint8Array));
      }
      return Buffer.concat(chunks);
    }

    it("has the content's own digest, from names, bytes and executable bits", async () => {
      writeFiles(root, { "model/weights.bin": "1", "model/sub/é &+.txt": "2", "model/run.sh": "3", "model/empty": "" });
      fs.chmodSync(path.join(root, "model/run.sh"), 0o755);
      const upload = model(path.join(root, "model"));
      await uploadContent(folder("models/churn/one"), upload, context);
      assert.equal(await folder("models/churn/one").digest(), upload.digest);
      assert.equal((await stored("models/churn/one/model/sub/é &+.txt")).toString(), "2");
      assert.deepEqual(told, [`churn ${upload.digest.slice(0, 12)}: uploaded 4 of 4 files, 0.0 MB`]);
    });

    it("sends a large file in blocks, whole", async function () {
      this.timeout(30_000);
      const bytes = Buffer.alloc(blockBytes * 2 + 12345, "scorestack");
      fs.writeFileSync(path.join(root, "weights.bin"), bytes);
      const upload = model(path.join(root, "weights.bin"));
      await uploadContent(folder("models/churn/large"), upload, context);
      assert.equal(await folder("models/churn/large").digest(), upload.digest);
      assert.ok((await stored("models/churn/large/weights.bin")).equals(bytes));
    });

    it("sends the same content once", async () => {
      writeFiles(root, { "model/a": "1", "model/b": "2" });
      const upload = model(path.join(root, "model"));
      await uploadContent(folder("models/churn/twice"), upload, context);
      await uploadContent(folder("models/churn/twice"), upload, context);
      assert.equal(told.at(-1), `churn ${upload.digest.slice(0, 12)} was uploaded already`);
    });

    it("goes on where an upload was broken off, and mends what differs", async () => {
      writeFiles(root, { "model/a": "1", "model/b": "2", "model/c": "3" });
      const upload = model(path.join(root, "model"));
      const at = "models/churn/broken";
      await uploadContent(folder(at), upload, context);
      // Without the hash a blob is one whose upload was broken off.
      await target.container.getBlobClient(`${at}/model/a`).setMetadata({});
      await target.container
        .getBlockBlobClient(`${at}/model/b`)
        .upload("rot", 3, { metadata: { sha256: "0", executable: "false" } });
      assert.notEqual(await folder(at).digest(), upload.digest);
      await uploadContent(folder(at), upload, context);
      assert.equal(told.at(-1), `churn ${upload.digest.slice(0, 12)}: uploaded 2 of 3 files, 0.0 MB`);
      assert.equal(await folder(at).digest(), upload.digest);
    });

    it("refuses content that is not what the program saw, and uploads none of it", async () => {
      writeFiles(root, { "model/a": "1" });
      const upload = model(path.join(root, "model"));
      writeFiles(root, { "model/a": "changed" });
      await assert.rejects(
        uploadContent(folder("models/churn/changed"), upload, context),
        /^Error: model 'churn' changed while it was registered: .*model; run the command again$/,
      );
      assert.equal((await folder("models/churn/changed").files()).size, 0);
    });
  });
}

async function startAzurite(): Promise<Target> {
  const { folder, remove } = temporaryFolder("azurite");
  const port = 20000 + (process.pid % 20000);
  const options = [
    "--blobHost",
    "127.0.0.1",
    "--blobPort",
    String(port),
    "--location",
    folder,
    "--silent",
    "--skipApiVersionCheck",
  ];
  const child = spawn(process.execPath, [azurite, ...options, "--disableTelemetry"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = `http://127.0.0.1:${port}/devstoreaccount1`;
  const credential = new StorageSharedKeyCredential("devstoreaccount1", azuriteKey);
  const container = new ContainerClient(`${address}/models`, credential);
  await container.createIfNotExists();
  return {
    container,
    stop: async () => {
      child.kill();
      await once(child, "exit");
      remove();
    },
  };
}
