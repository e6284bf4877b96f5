import { strict as assert } from "node:assert";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { localTokens } from "../../components/internal/local-contract";
import { downtimeHandler } from "../../provider/resources/downtime";
import { serviceKeysHandler } from "../../provider/resources/service-keys";
import { ProviderServer } from "../../provider/rpc/server";
import { unknown } from "../../provider/rpc/values";

const urnOf = (token: string): string =>
  `urn:pulumi:dev::scorestack::scorestack:index:AciService$${token}::churn-${token.split(":").pop() ?? ""}`;
const keysUrn = urnOf(localTokens.serviceKeys);
const downtimeUrn = urnOf(localTokens.downtime);
const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const opened = (value: unknown): string => (value as { value: string }).value;

type Properties = Record<string, unknown>;

/** Speaks to the provider as the engine does, and hears what it tells the engine. On the real engine: `test/engine/keys.test.ts`. */
describe("keys and downtime of services elsewhere, over gRPC", () => {
  const said: [severity: number, urn: string, message: string][] = [];
  const engine = new grpc.Server();
  let provider: ProviderServer;
  let client: ResourceProviderClient;

  before(async () => {
    const log: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, answer) => {
      said.push([request.getSeverity(), request.getUrn(), request.getMessage()]);
      answer(null, new Empty());
    };
    const nothing: grpc.handleUnaryCall<unknown, Empty> = (_, answer) => {
      answer({ code: grpc.status.UNIMPLEMENTED });
    };
    const methods = Object.keys(EngineService).map((name) => [name, name === "log" ? log : nothing]);
    engine.addService(EngineService, Object.fromEntries(methods) as grpc.UntypedServiceImplementation);
    const port = await promisify<string, grpc.ServerCredentials, number>(engine.bindAsync.bind(engine))(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
    );
    provider = new ProviderServer([serviceKeysHandler(), downtimeHandler()], "0.1.0", `127.0.0.1:${port}`);
    client = new ResourceProviderClient(`127.0.0.1:${await provider.listen()}`, grpc.credentials.createInsecure());
  });
  after(() => {
    client.close();
    provider.close();
    engine.forceShutdown();
  });
  beforeEach(() => {
    said.length = 0;
  });

  async function create(urn: string, news: object, preview = false): Promise<Properties> {
    const request = new messages.CreateRequest().setUrn(urn).setPreview(preview).setProperties(struct(news));
    const call = promisify<messages.CreateRequest, messages.CreateResponse>(client.create.bind(client));
    return (await call(request)).getProperties()?.toJavaScript() ?? {};
  }

  async function update(urn: string, olds: object, news: object, preview = false): Promise<Properties> {
    const request = new messages.UpdateRequest().setUrn(urn).setPreview(preview).setOlds(struct(olds));
    const call = promisify<messages.UpdateRequest, messages.UpdateResponse>(client.update.bind(client));
    return (await call(request.setNews(struct(news)))).getProperties()?.toJavaScript() ?? {};
  }

  async function diff(urn: string, olds: object, news: object): Promise<string[]> {
    const request = new messages.DiffRequest().setUrn(urn).setOlds(struct(olds)).setOldInputs(struct(olds));
    const call = promisify<messages.DiffRequest, messages.DiffResponse>(client.diff.bind(client));
    const response = await call(request.setNews(struct(news)));
    assert.deepEqual(response.getReplacesList(), []);
    return [...response.getDetaileddiffMap().keys()];
  }

  /** What the provider told the engine; messages come on their own. */
  async function heard(count: number): Promise<typeof said> {
    const end = performance.now() + 5000;
    while (said.length < count && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return [...said];
  }

  it("makes two keys, secret, and none in a preview", async () => {
    assert.deepEqual(await create(keysUrn, {}, true), { primaryKey: secret(unknown), secondaryKey: secret(unknown) });
    const made = await create(keysUrn, {});
    assert.match(opened(made.primaryKey), /^[\w-]{32}$/);
    assert.match(opened(made.secondaryKey), /^[\w-]{32}$/);
    assert.notEqual(opened(made.primaryKey), opened(made.secondaryKey));
    assert.notEqual(opened((await create(keysUrn, {})).primaryKey), opened(made.primaryKey));
  });

  it("makes the key anew whose rotation has another text, and that one alone", async () => {
    const made = await create(keysUrn, { keyRotation: { primary: "one" } });
    const news = { keyRotation: { primary: "two" } };
    assert.deepEqual(await diff(keysUrn, { keyRotation: { primary: "one" } }, news), ["keyRotation.primary"]);
    const planned = await update(keysUrn, made, news, true);
    assert.deepEqual([planned.primaryKey, planned.secondaryKey], [secret(unknown), made.secondaryKey]);
    const after = await update(keysUrn, made, news);
    assert.notEqual(opened(after.primaryKey), opened(made.primaryKey));
    assert.deepEqual(after.secondaryKey, made.secondaryKey);
    assert.deepEqual(await heard(1), [[LogSeverity.INFO, keysUrn, "the primary key is another one now"]]);
    assert.deepEqual((await update(keysUrn, after, {})).primaryKey, after.primaryKey);
  });

  it("keeps keys that are given, which stay when they are given no more", async () => {
    const given = { primaryKey: secret("canary-key-0123456789") };
    const made = await create(keysUrn, given);
    assert.deepEqual(made.primaryKey, given.primaryKey);
    assert.deepEqual(await diff(keysUrn, given, given), []);
    assert.deepEqual((await update(keysUrn, made, {})).primaryKey, given.primaryKey);
  });

  const service = { serviceName: "churn", typicalTime: "1 to 5 minutes", fixed: { cpuCores: "1", port: "5001" } };
  const warning =
    "service 'churn' will not answer for 1 to 5 minutes: it is deleted and made anew, for these can't change in place: 'cpuCores' (1 → 2), 'zone' (none → 3)";

  it("warns in a preview of what takes a service away, and again when it does", async () => {
    const news = { ...service, fixed: { ...service.fixed, cpuCores: "2", zone: "3" } };
    assert.deepEqual(await diff(downtimeUrn, service, news), ["fixed.cpuCores", "fixed.zone"]);
    await update(downtimeUrn, service, news, true);
    assert.deepEqual(await heard(1), [[LogSeverity.WARNING, downtimeUrn, warning]]);
    await update(downtimeUrn, service, news);
    assert.equal((await heard(2)).length, 2);
  });

  it("says nothing of a new service, nor of values that only the update will tell", async () => {
    await create(downtimeUrn, service, true);
    await update(downtimeUrn, service, { ...service, fixed: { ...service.fixed, port: unknown } }, true);
    await update(downtimeUrn, service, { ...service, typicalTime: "2 minutes" }, true);
    await update(downtimeUrn, service, { ...service, fixed: { ...service.fixed, cpuCores: "2" } }, true);
    assert.equal((await heard(1)).length, 1);
  });
});

function struct(properties: object): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Parameters<typeof Struct.fromJavaScript>[0]);
}
