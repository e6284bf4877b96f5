import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { readCounts } from "../../provider/service/counts";
import { describeService } from "../../provider/service/describe";
import { ServiceFolder } from "../../provider/service/files";
import { startOf } from "../../provider/service/process";
import { healthOf } from "../../provider/service/probe";
import { temporaryFolder, writeFiles } from "../support/folder";

const identity = "a".repeat(64);

function counts(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((count, index) => bytes.writeBigUInt64LE(BigInt(count), 8 * index));
  return bytes;
}

/** Does not prove: that workers count; `test/runtime` does. */
describe("what a server has answered", () => {
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("counts"));
  });
  afterEach(() => {
    remove();
  });
  const put = (name: string, bytes: Buffer): void => {
    fs.writeFileSync(path.join(folder, name), bytes);
  };

  it("is the sum over its workers, with those that have ended", () => {
    put("counts-11", counts(2 ** 33, 2, 1));
    put("counts-12", counts(3, 0, 1));
    put("ready-12.json", Buffer.from("{}"));
    assert.deepEqual(readCounts(folder), { requests: 2 ** 33 + 3, clientErrors: 2, serverErrors: 2 });
  });

  it("leaves out what is not whole or has another name", () => {
    put("counts-11", counts(3, 0));
    put("counts-12", Buffer.alloc(0));
    put("counts-12.partial", counts(9, 9, 9));
    fs.mkdirSync(path.join(folder, "counts-13"));
    assert.deepEqual(readCounts(folder), { requests: 0, clientErrors: 0, serverErrors: 0 });
  });

  it("is not known without a folder", () => {
    assert.equal(readCounts(path.join(folder, "gone")), undefined);
  });

  it("stands in the service's record, for the folder that the supervisor names, relative or absolute", () => {
    const { pid } = process;
    const pidStartedAt = startOf(pid);
    const release = { revision: 1, imageIdentity: identity, imageId: "churn:1", modelIds: [], port: 1, createdAt: "" };
    writeFiles(folder, { "desired.json": '{"port":1,"revision":1}' });
    const service = new ServiceFolder(folder);
    service.writeRelease(release);
    fs.mkdirSync(path.join(folder, "reports/1-x"), { recursive: true });
    put("reports/1-x/counts-5", counts(7, 2, 1));
    for (const reports of ["reports/1-x", path.join(folder, "reports/1-x")]) {
      const server = { pid, startedAt: 1, reports };
      const status = {
        pid,
        pidStartedAt,
        state: "running",
        serial: 1,
        revision: 1,
        server,
        restarts: 0,
        failure: null,
      };
      writeFiles(folder, { "status.json": JSON.stringify(status) });
      const record = describeService(service);
      assert.deepEqual([record?.requests, record?.clientErrors, record?.serverErrors], [7, 2, 1]);
    }
  });
});

describe("a service that is asked", () => {
  let server: http.Server;
  let port: number;
  let answer: (request: http.IncomingMessage, response: http.ServerResponse) => void;

  before(async () => {
    server = http.createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const says = (status: number, version: string): void => {
    answer = (request, response) => {
      response.writeHead(request.url === "/" ? status : 200).end(request.url === "/" ? "Healthy" : version);
    };
  };

  it("is well when it is healthy and says the image that was deployed", async () => {
    says(200, JSON.stringify({ imageIdentity: identity }));
    assert.equal(await healthOf(port, identity, 2000), "ok");
  });

  it("is seen to answer as another image", async () => {
    for (const version of [JSON.stringify({ imageIdentity: "b".repeat(64) }), "null", "<html>"]) {
      says(200, version);
      assert.equal(await healthOf(port, identity, 2000), "answers as another image", version);
    }
  });

  it("is not healthy when it says so", async () => {
    says(503, JSON.stringify({ imageIdentity: identity }));
    assert.equal(await healthOf(port, identity, 2000), "not healthy");
  });

  it("gives no answer when it is silent, or stops in the middle, and is not waited for", async () => {
    const started = Date.now();
    answer = () => undefined;
    assert.equal(await healthOf(port, identity, 200), "no answer");
    answer = (_, response) => response.writeHead(200, { "Content-Length": "100" }).write("x");
    assert.equal(await healthOf(port, identity, 200), "no answer");
    assert.ok(Date.now() - started < 2000);
  });

  it("gives no answer when nobody listens", async () => {
    const other = http.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const free = (other.address() as AddressInfo).port;
    await new Promise((resolve) => other.close(resolve));
    assert.equal(await healthOf(free, identity, 2000), "no answer");
  });
});
