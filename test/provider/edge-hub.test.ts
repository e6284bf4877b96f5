import { strict as assert } from "node:assert";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Hub, type HubManner } from "../../provider/edge/hub";
import { retryAfterMs } from "../../provider/edge/problems";
import { secretTexts } from "../../provider/edge/values";

interface Asked {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly etag: string | undefined;
}

/** Does not prove: that Azure gives a token for the scope, or takes it. */
describe("an IoT Hub's REST API", () => {
  const asked: Asked[] = [];
  let replies: (http.OutgoingHttpHeaders & { status: number; body?: string })[] = [];
  const server = http.createServer((request, response) => {
    const { authorization, "if-match": etag } = request.headers;
    asked.push({ line: `${request.method ?? ""} ${request.url ?? ""}`, authorization, etag });
    const { status, body, ...headers } = replies.shift() ?? { status: 200, body: "{}" };
    request.resume();
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, headers).end(body);
  });

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env["SCORESTACK_IOT_HUB_ENDPOINT"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
    replies = [];
  });
  after(async () => {
    delete process.env["SCORESTACK_IOT_HUB_ENDPOINT"];
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const hub = (manner: HubManner = {}) => new Hub("team.azure-devices.net", { pauseMs: 1, ...manner });
  const get = (manner?: HubManner) => hub(manner).call({ method: "GET", path: "configurations/a" });

  it("asks for a version, with a login where there is one, and for what must still be so", async () => {
    await hub({ authorize: () => Promise.resolve("token-1") }).call({
      method: "DELETE",
      path: "devices/a%2Fb",
      etag: "MQ==",
    });
    await hub().call({ method: "DELETE", path: "devices/a", etag: "*" });
    assert.deepEqual(asked, [
      { line: "DELETE /team/devices/a%2Fb?api-version=2021-04-12", authorization: "Bearer token-1", etag: '"MQ=="' },
      { line: "DELETE /team/devices/a?api-version=2021-04-12", authorization: undefined, etag: "*" },
    ]);
  });

  it("tries again when it is throttled, when the hub has trouble, and when nobody answers", async () => {
    replies = [
      { status: 429, "retry-after": "0" },
      { status: 503 },
      { status: 500 },
      { status: 0 },
      { status: 200, body: '{"a":1}' },
    ];
    assert.deepEqual((await get()).body, { a: 1 });
    assert.equal(asked.length, 5);
  });

  it("gives up after six times, and says what the hub said", async () => {
    const body = JSON.stringify({
      Message: "ErrorCode:ThrottlingException;Throttled\nmore",
      ExceptionMessage: "Tracking ID:1",
    });
    replies = Array.from({ length: 9 }, () => ({ status: 429, body }));
    await assert.rejects(get(), { message: "'team.azure-devices.net' answered 429 ThrottlingException: Throttled" });
    assert.equal(asked.length, 6);
  });

  it("does not try again what is refused", async () => {
    replies = [{ status: 400, "iothub-errorcode": "ArgumentInvalid", body: "no JSON" }];
    await assert.rejects(get(), { message: "'team.azure-devices.net' answered 400 ArgumentInvalid" });
    assert.equal(asked.length, 1);
  });

  for (const [status, code] of [
    [401, "IotHubUnauthorizedAccess"],
    [403, "Forbidden"],
  ] as const) {
    it(`${status}: names the role that is missing`, async () => {
      replies = [{ status, body: JSON.stringify({ Message: `ErrorCode:${code};Unauthorized` }) }];
      await assert.rejects(get(), {
        message: `who is logged in must have the role IoT Hub Data Contributor on 'team.azure-devices.net', got ${code}; have an owner assign it on the hub, and see that its network rules let this address in`,
      });
    });
  }

  it("waits for a role that was given a moment ago, as long as that may take", async () => {
    const told: string[] = [];
    const manner = { progress: (text: string) => void told.push(text), rolePollMs: 1 };
    replies = [{ status: 403 }, { status: 401 }, { status: 200, body: "{}" }];
    assert.equal((await get(manner)).status, 200);
    assert.deepEqual(told, Array(2).fill("waiting for the role to reach team.azure-devices.net, 0 s"));
    replies = Array.from({ length: 9 }, () => ({ status: 403 }));
    await assert.rejects(get({ ...manner, rolePatienceMs: 3 }), /must have the role IoT Hub Data Contributor/);
    assert.equal(replies.length, 5);
  });

  it("tells a limit from a missing role", async () => {
    replies = [
      { status: 403, body: JSON.stringify({ Message: "ErrorCode:IotHubQuotaExceeded;Total number of messages" }) },
    ];
    await assert.rejects(
      get(),
      /must have room, got IotHubQuotaExceeded: Total number of messages; delete what is not used, or take more units/,
    );
  });

  it("says that a hub can't be reached", async () => {
    replies = Array.from({ length: 6 }, () => ({ status: 0 }));
    await assert.rejects(
      get(),
      /'team.azure-devices.net' must be reachable, got \w+; see whether this machine is online/,
    );
  });

  it("stops between two tries when the user wants to", async () => {
    const stop = new AbortController();
    replies = [{ status: 429, "retry-after": "60" }];
    const asking = get({ cancelled: stop.signal });
    const ended = assert.rejects(asking, /stopped while 'team.azure-devices.net' was/);
    while (asked.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await ended;
  });

  it("reads how long to wait: seconds, a date, or nothing; two minutes at most", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    assert.deepEqual(
      ["2", "Thu, 01 Jan 2026 00:00:05 GMT", "Thu, 01 Jan 2020 00:00:05 GMT", "9999", "soon", "", null].map((header) =>
        retryAfterMs(header, now),
      ),
      [2000, 5000, 0, 120_000, undefined, undefined, undefined],
    );
  });

  it("knows the texts below secret paths, and no others", () => {
    const values = { a: { b: "plain-text", c: ["canary-1", { d: "canary-2" }] }, e: "canary-3", f: "short" };
    assert.deepEqual(secretTexts(values, new Set(["a.c", "e", "f"])), ["canary-1", "canary-2", "canary-3"]);
  });
});
