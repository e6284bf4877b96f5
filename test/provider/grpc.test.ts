import { strict as assert } from "node:assert";
import * as path from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { hashContent } from "../../components/internal/content-hash";
import { modelHandler } from "../../provider/resources/model";
import { serviceHandler } from "../../provider/resources/service";
import { ProviderServer } from "../../provider/rpc/server";
import { unknown } from "../../provider/rpc/values";
import { Store } from "../../provider/store";
import { temporaryFolder, writeFiles } from "../support/folder";

const modelUrn = "urn:pulumi:local::scorestack::scorestack:index:RegisteredModel$scorestack:local:Model::churn";
const serviceUrn = "urn:pulumi:local::scorestack::scorestack:index:LocalService$scorestack:local:Service::churn";
const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: string) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });

/** Speaks to the provider as the engine does, without an engine. Images and running services are proven in `test/local`. */
describe("the provider over gRPC", () => {
  let root: string;
  let remove: () => void;
  let server: ProviderServer;
  let client: ResourceProviderClient;

  before(async () => {
    ({ folder: root, remove } = temporaryFolder("grpc"));
    writeFiles(root, { "m/weights.bin": "1" });
    const store = new Store(root);
    server = new ProviderServer([modelHandler(store), serviceHandler(store)], "0.1.0", undefined);
    client = new ResourceProviderClient(`127.0.0.1:${await server.listen()}`, grpc.credentials.createInsecure());
  });
  after(() => {
    client.close();
    server.close();
    remove();
  });

  const model = () => {
    const { digest, sizeInBytes } = hashContent(path.join(root, "m"));
    return { modelName: "churn", digest, source: "m", sizeInBytes };
  };
  const service = {
    serviceName: "churn",
    imageIdentity: "abc",
    workers: 1,
    server: "scorestack",
    maxConcurrentRequests: 64,
    maxBatchSize: 1,
    maxLatencyMs: 0,
    scoringTimeoutMs: 1,
    startTimeoutSeconds: 1,
  };

  async function create(urn: string, properties: object, preview: boolean): Promise<Record<string, unknown>> {
    const request = new messages.CreateRequest().setUrn(urn).setPreview(preview).setProperties(struct(properties));
    const response = await promisify<messages.CreateRequest, messages.CreateResponse>(client.create.bind(client))(
      request,
    );
    return response.getProperties()?.toJavaScript() ?? {};
  }

  async function diff(urn: string, olds: object, news: object, ignored: string[] = []): Promise<messages.DiffResponse> {
    const request = new messages.DiffRequest()
      .setUrn(urn)
      .setOlds(struct(olds))
      .setOldInputs(struct(olds))
      .setNews(struct(news));
    request.setIgnorechangesList(ignored);
    return promisify<messages.DiffRequest, messages.DiffResponse>(client.diff.bind(client))(request);
  }

  it("changes nothing in a preview, and says what it can't know yet", async () => {
    const outputs = await create(modelUrn, model(), true);
    assert.equal(outputs.digest, model().digest);
    assert.equal(outputs.version, unknown);
    assert.deepEqual(new Store(root).modelStore.all(), []);
  });

  it("registers in an update, and knows the version in later previews", async () => {
    assert.equal((await create(modelUrn, model(), false)).modelId, "churn:1");
    assert.equal((await create(modelUrn, model(), true)).version, 1);
  });

  it("tells changes by path, which of them replace, and honours ignoreChanges", async () => {
    const olds = { ...model(), version: 1, tags: { a: "1", b: "1" } };
    const tagged = await diff(modelUrn, olds, { ...olds, tags: { a: "2", b: "1" } });
    assert.deepEqual([...tagged.getDetaileddiffMap().keys()], ["tags.a"]);
    assert.deepEqual(tagged.getReplacesList(), []);
    const renamed = await diff(modelUrn, olds, { ...olds, modelName: "other" });
    assert.deepEqual(renamed.getReplacesList(), ["modelName"]);
    assert.equal(renamed.getDetaileddiffMap().get("modelName")?.getKind(), messages.PropertyDiff.Kind.UPDATE_REPLACE);
    const ignored = await diff(modelUrn, olds, { ...olds, tags: { a: "2", b: "1" } }, ["tags"]);
    assert.equal(ignored.getChanges(), messages.DiffResponse.DiffChanges.DIFF_NONE);
    const moved = await diff(modelUrn, olds, { ...olds, source: "elsewhere" });
    assert.equal(moved.getChanges(), messages.DiffResponse.DiffChanges.DIFF_NONE);
  });

  it("keeps secrets wrapped on their way back, at any depth of the input", async () => {
    const properties = {
      ...service,
      authEnabled: true,
      primaryKey: secret("canary"),
      environmentVariables: { TOKEN: secret("canary") },
    };
    const outputs = await create(serviceUrn, properties, true);
    assert.deepEqual(outputs.primaryKey, secret("canary"));
    assert.deepEqual(outputs.secondaryKey, secret(unknown));
    assert.deepEqual(outputs.environmentVariables, { ...secret(""), value: { TOKEN: "canary" } });
    assert.equal(outputs.scoringUri, unknown);
  });

  it("replaces a service whose address moves, ending the old one first", async () => {
    const olds = { ...service, port: 20001, revision: 1 };
    const response = await diff(serviceUrn, olds, { ...olds, port: 20002 });
    assert.deepEqual(response.getReplacesList(), ["port"]);
    assert.equal(response.getDeletebeforereplace(), true);
  });

  it("sees without a refresh that a service no longer answers", async () => {
    const olds = { ...service, revision: 1 };
    assert.deepEqual([...(await diff(serviceUrn, olds, olds)).getDetaileddiffMap().keys()], ["revision"]);
  });

  it("names an input that is missing", async () => {
    const request = new messages.CheckRequest().setUrn(modelUrn).setNews(struct({ ...model(), digest: "" }));
    const response = await promisify<messages.CheckRequest, messages.CheckResponse>(client.check.bind(client))(request);
    assert.deepEqual(
      response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
      [["digest", "'digest' must be given, got none; set it"]],
    );
  });

  it("refuses a resource it does not have, naming those it has", async () => {
    await assert.rejects(
      create("urn:pulumi:local::scorestack::scorestack:local:Nothing::x", {}, false),
      /no resource 'scorestack:local:Nothing' in the scorestack provider; it has scorestack:local:Model, scorestack:local:Service/,
    );
  });
});

function struct(properties: object): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Parameters<typeof Struct.fromJavaScript>[0]);
}
