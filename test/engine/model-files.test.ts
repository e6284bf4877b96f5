import { strict as assert } from "node:assert";
import type { OpMap, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { contentVersion } from "../../components/internal/azure-contract";
import { ModelFiles } from "../../components/internal/azure-resources";
import { hashContent } from "../../components/internal/content-hash";
import { BlobServer } from "../support/blob-server";
import { Clone } from "../support/clone";
import { writeFiles } from "../support/folder";

/** A model's files on the real engine with the in-project provider, and a blob server of the tests in place of Azure's. */
describe("a model's files in Azure, on the real engine", function () {
  this.timeout(240_000);
  const server = new BlobServer();
  let clone: Clone;
  let stack: Stack;

  const program: PulumiFn = () => {
    const { digest, sizeInBytes } = hashContent(clone.path("work/model"));
    const folder = `models/churn/${contentVersion(digest)}`;
    const container = { endpoint: "https://team.blob.core.windows.net/", containerName: "store", folder };
    const { uri } = new ModelFiles(
      "churn",
      { modelName: "churn", source: "work/model", digest, sizeInBytes, container },
      {},
    );
    return Promise.resolve({ uri });
  };

  before(async () => {
    clone = Clone.make("files").keepScorers();
    process.env["SCORESTACK_ROOT"] = clone.folder;
    process.env["SCORESTACK_BLOB_ENDPOINT"] = await server.start();
    writeFiles(clone.path("work"), { "model/weights.txt": "1" });
    ({ stack } = await openStack({ root: clone.folder, stackName: "local", create: true, program }));
  });
  after(async () => {
    await clone.remove();
    await server.stop();
    delete process.env["SCORESTACK_ROOT"];
    delete process.env["SCORESTACK_BLOB_ENDPOINT"];
  });

  const preview = async (): Promise<OpMap> => (await stack.preview()).changeSummary;
  const uploads = (): string[] => server.requests.filter((request) => request.startsWith("PUT"));

  async function up(): Promise<OpMap> {
    const counts: OpMap = {};
    await stack.up({ onEvent: ({ summaryEvent }) => Object.assign(counts, summaryEvent?.resourceChanges) });
    return counts;
  }

  it("asks nobody in a preview, uploads in an update, and finds nothing to do in the next", async () => {
    assert.deepEqual(await preview(), { create: 2 });
    assert.deepEqual(server.requests, []);
    assert.deepEqual(await up(), { create: 2 });
    assert.equal(uploads().length, 1);
    assert.deepEqual(await preview(), { same: 2 });
    assert.deepEqual(await up(), { same: 2 });
    assert.equal(uploads().length, 1);
  });

  it("keeps the version before beside new content, and sends nothing when content returns", async () => {
    writeFiles(clone.path("work"), { "model/weights.txt": "2" });
    assert.deepEqual(await up(), { update: 1, same: 1 });
    assert.equal(server.blobs.size, 2);
    writeFiles(clone.path("work"), { "model/weights.txt": "1" });
    assert.deepEqual(await up(), { update: 1, same: 1 });
    assert.equal(uploads().length, 2);
  });

  it("finds in a refresh what was deleted by hand, and uploads it again", async () => {
    server.blobs.clear();
    await stack.refresh();
    assert.deepEqual(await preview(), { create: 1, same: 1 });
    await up();
    assert.equal(server.blobs.size, 1);
  });

  it("tells what Azure refuses, by its role, and goes on the next time", async () => {
    writeFiles(clone.path("work"), { "model/weights.txt": "3" });
    const body = "<Error><Code>AuthorizationFailure</Code></Error>";
    server.fault = () => ({ status: 403, body, headers: { "content-type": "application/xml" } });
    await assert.rejects(
      up(),
      /'team\.blob\.core\.windows\.net' must be reachable from here, got a refusal by its network rules/,
    );
    server.fault = () => undefined;
    assert.deepEqual(await up(), { update: 1, same: 1 });
  });

  it("leaves every version where it is when the stack is taken down", async () => {
    const before = server.blobs.size;
    await stack.destroy();
    assert.equal(server.blobs.size, before);
    assert.ok(!server.requests.some((request) => request.startsWith("DELETE")));
  });
});
