import { strict as assert } from "node:assert";
import { hashContent } from "../../components/internal/content-hash";
import type { ModelFilesInputs } from "../../components/internal/azure-contract";
import { BlobFolder } from "../../provider/azure/blobs";
import { isLoopback, login } from "../../provider/azure/login";
import { azureProblem } from "../../provider/azure/problems";
import { uploadContent } from "../../provider/azure/upload";
import { modelFilesHandler } from "../../provider/resources/azure-model-files";
import type { Context } from "../../provider/rpc/handler";
import { unknown } from "../../provider/rpc/values";
import { Project } from "../fixture";
import { BlobServer } from "../support/blob-server";

const noSecrets = { olds: new Set<string>(), news: new Set<string>() };
const registryId = "/subscriptions/0/resourceGroups/team/providers/Microsoft.MachineLearningServices/registries/shared";

/** Does not prove: that Azure takes the login, or that a registry answers as the one here does. */
describe("scorestack:azure:ModelFiles", () => {
  const handler = modelFilesHandler();
  const server = new BlobServer();
  let address: string;
  let project: Project;
  let told: string[];
  let context: Context;

  before(async () => {
    address = await server.start();
    process.env["SCORESTACK_BLOB_ENDPOINT"] = address;
    process.env["SCORESTACK_ARM_ENDPOINT"] = address;
  });
  after(async () => {
    await server.stop();
    delete process.env["SCORESTACK_BLOB_ENDPOINT"];
    delete process.env["SCORESTACK_ARM_ENDPOINT"];
  });
  beforeEach(() => {
    project = new Project();
    told = [];
    server.blobs.clear();
    server.requests.length = 0;
    server.fault = () => undefined;
    const tell = (text: string): void => void told.push(text);
    const cancelled = new AbortController().signal;
    context = { name: "churn", info: tell, warn: tell, progress: () => undefined, cancelled, secretPaths: new Set() };
  });
  afterEach(() => {
    project.remove();
  });

  const content = () => {
    const { digest, sizeInBytes } = hashContent(project.path("work/model"));
    return { modelName: "churn", source: "work/model", digest, sizeInBytes };
  };
  const inContainer = (): ModelFilesInputs => {
    const { digest, ...rest } = content();
    const endpoint = "https://team.blob.core.windows.net/";
    const container = { endpoint, containerName: "store", folder: `models/churn/${digest.slice(0, 12)}` };
    return { ...rest, digest, container };
  };
  const inRegistry = (): ModelFilesInputs => {
    const { digest, ...rest } = content();
    return { ...rest, digest, registry: { registryId, version: digest.slice(0, 12) } };
  };

  it("knows the address in a preview, sends nothing then, and puts the files there in the update", async () => {
    const inputs = inContainer();
    const uri = `https://team.blob.core.windows.net/store/models/churn/${inputs.digest.slice(0, 12)}/model`;
    assert.deepEqual(await handler.preview(inputs, undefined, context), { ...inputs, uri });
    assert.deepEqual(server.requests, []);
    assert.deepEqual(await handler.create(inputs, context), { id: "churn", outputs: { ...inputs, uri } });
    const [[name, blob] = []] = [...server.blobs];
    assert.equal(name, `team/store/models/churn/${inputs.digest.slice(0, 12)}/model/weights.txt`);
    assert.equal(blob?.bytes.toString(), "1");
  });

  it("leaves the address open in a preview while the account is not made", async () => {
    const inputs = inContainer();
    const container = { ...inputs.container, endpoint: unknown, containerName: unknown, folder: "models/churn/x" };
    assert.equal(
      ((await handler.preview({ ...inputs, container }, undefined, context)) as { uri: string }).uri,
      unknown,
    );
  });

  it("sees new content and a new place, and not where either is reached", async () => {
    const olds = inContainer();
    const changesTo = async (news: ModelFilesInputs) =>
      Object.keys((await handler.diff({ ...olds, uri: "u" }, olds, news, noSecrets)).changes);
    const { container } = olds;
    assert.ok(container);
    const elsewhere = { source: "elsewhere", container: { ...container, endpoint: "https://other" } };
    assert.deepEqual(await changesTo({ ...inContainer(), ...elsewhere }), []);
    assert.deepEqual(await changesTo({ ...inContainer(), digest: "0".repeat(64) }), ["digest"]);
    assert.deepEqual(await changesTo({ ...inContainer(), container: { ...container, containerName: "b" } }), [
      "container.containerName",
    ]);
  });

  it("keeps the files of the version before when content changes, and when it is deleted", async () => {
    const { outputs } = await handler.create(inContainer(), context);
    project.write({ "work/model/weights.txt": "2" });
    const moved = await handler.update(outputs, inContainer(), context);
    await handler.delete(moved, context);
    assert.equal(server.blobs.size, 2);
    assert.ok(!server.requests.some((request) => request.startsWith("DELETE")));
  });

  it("sends nothing when content returns to what it was", async () => {
    const { outputs } = await handler.create(inContainer(), context);
    project.write({ "work/model/weights.txt": "2" });
    const moved = await handler.update(outputs, inContainer(), context);
    project.write({ "work/model/weights.txt": "1" });
    server.requests.length = 0;
    assert.deepEqual(await handler.update(moved, inContainer(), context), outputs);
    assert.deepEqual(server.requests, ["GET team/store?comp=list"]);
    assert.equal(told.at(-1), `churn ${outputs.digest.slice(0, 12)} was uploaded already`);
  });

  it("finds in a refresh that a file is gone, and that all are there", async () => {
    const { id, outputs } = await handler.create(inContainer(), context);
    assert.deepEqual(await handler.read(id, outputs), outputs);
    server.blobs.clear();
    assert.equal(await handler.read(id, outputs), undefined);
  });

  it("registry: uploads to the room that it gives, and tells where that is", async () => {
    const inputs = inRegistry();
    const version = inputs.digest.slice(0, 12);
    const home = `${registryId.slice(1)}/models/churn/versions/${version}`;
    server.fault = ({ method, path: at }) =>
      at === `${home}/startPendingUpload` && method === "POST"
        ? { status: 200, body: room(`${address}/regional/room`) }
        : at === home
          ? { status: 404 }
          : undefined;
    assert.equal(((await handler.preview(inputs, undefined, context)) as { uri: string }).uri, unknown);
    const { outputs } = await handler.create(inputs, context);
    assert.equal(outputs.uri, `${address}/regional/room/${version}/model`);
    assert.deepEqual([...server.blobs.keys()], [`regional/room/${version}/model/weights.txt`]);
    assert.doesNotMatch(JSON.stringify([outputs, told]), /canary/);
    assert.deepEqual(await handler.preview(inputs, outputs, context), outputs);
  });

  it("registry: takes a version that another stack has registered as it is", async () => {
    const inputs = inRegistry();
    server.fault = () => ({
      status: 200,
      body: JSON.stringify({ properties: { modelUri: "https://regional/there/model" } }),
    });
    const { outputs } = await handler.create(inputs, context);
    assert.equal(outputs.uri, "https://regional/there/model");
    assert.equal(server.requests.length, 1);
  });

  it("registry: says what the registry said", async () => {
    const body = JSON.stringify({ error: { message: "no such registry" } });
    server.fault = ({ method }) => (method === "GET" ? { status: 404 } : { status: 403, body });
    await assert.rejects(
      handler.create(inRegistry(), context),
      new RegExp(`the registry must take 'churn', got 403 no such registry \\(${registryId}\\)`),
    );
  });

  it("waits for a role that was given a moment ago, and not for the network's rules", async () => {
    const { AnonymousCredential, ContainerClient } = await import("@azure/storage-blob");
    const folder = new BlobFolder(
      new ContainerClient(`${address}/team/store`, new AnonymousCredential()),
      "models/x/y",
    );
    const upload = { ...content(), source: project.path("work/model") };
    let refusals = 2;
    const refuse = (code: string) => () =>
      refusals-- > 0
        ? { status: 403, headers: { "content-type": "application/xml" }, body: `<Error><Code>${code}</Code></Error>` }
        : undefined;
    server.fault = refuse("AuthorizationPermissionMismatch");
    await uploadContent(folder, upload, context, { pollMs: 1 });
    assert.equal(server.blobs.size, 1);
    refusals = 1;
    server.fault = refuse("AuthorizationFailure");
    await assert.rejects(uploadContent(folder, upload, context, { pollMs: 1 }));
    refusals = 1e6;
    server.fault = refuse("AuthorizationPermissionMismatch");
    await assert.rejects(uploadContent(folder, upload, context, { patienceMs: 20, pollMs: 5 }));
  });
});

describe("a login to Azure", () => {
  it("is a service principal of Pulumi's variables, else whom Azure's libraries find", async () => {
    const principal = { ARM_TENANT_ID: "00000000-0000-4000-8000-000000000001", ARM_CLIENT_ID: "c" };
    const kind = async (more: Record<string, string>) => (await login({ ...principal, ...more })).constructor.name;
    assert.equal(await kind({ ARM_CLIENT_SECRET: "s" }), "ClientSecretCredential");
    assert.equal(await kind({ ARM_OIDC_TOKEN: "t" }), "ClientAssertionCredential");
    assert.equal((await login({})).constructor.name, "DefaultAzureCredential");
  });

  it("is not asked for on this machine", () => {
    assert.deepEqual(
      ["http://127.0.0.1:1/a", "http://localhost/", "https://team.blob.core.windows.net"].map(isLoopback),
      [true, true, false],
    );
  });
});

describe("what Azure says", () => {
  const host = "https://team.blob.core.windows.net/";
  const said = (problem: object): string => (azureProblem(Object.assign(new Error(), problem), host) as Error).message;

  for (const [problem, message] of [
    [
      { name: "CredentialUnavailableError" },
      "no login to Azure was found; az login, or set ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET, then run the command again",
    ],
    [
      { statusCode: 403, code: "AuthorizationPermissionMismatch" },
      "who is logged in must have the role Storage Blob Data Contributor on 'team.blob.core.windows.net', got AuthorizationPermissionMismatch; name them in 'publishers' of the AzureWorkspace, or have an owner assign it",
    ],
    [
      { statusCode: 403, code: "AuthorizationFailure" },
      "'team.blob.core.windows.net' must be reachable from here, got a refusal by its network rules; run the command from within its network, or allow this address",
    ],
    [
      { statusCode: 404, code: "ContainerNotFound" },
      "'team.blob.core.windows.net' must hold the container, got none; Azure ML makes it with the workspace: npm run refresh",
    ],
    [
      { code: "ENOTFOUND" },
      "'team.blob.core.windows.net' must be reachable, got ENOTFOUND; see whether this machine is online, then run the command again",
    ],
    [
      { statusCode: 500, code: "InternalError", message: "https://a/b?sig=canary failed\nmore" },
      "'team.blob.core.windows.net' answered 500 InternalError: https://a/b failed",
    ],
  ] as const) {
    it(message.slice(0, 60), () => {
      assert.equal(said(problem), message);
    });
  }
});

function room(blobUri: string): string {
  const credential = { credentialType: "SAS", sasUri: `${blobUri}?sv=1&sig=canary` };
  return JSON.stringify({ blobReferenceForConsumption: { blobUri, credential } });
}
