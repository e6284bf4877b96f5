import { strict as assert } from "node:assert";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bestOf, measure, quantile } from "../../cli/profiling/measure";
import { type Profile, readProfile, writeProfile } from "../../cli/profiling/profile-file";
import { proposeSize } from "../../cli/profiling/propose";
import { temporaryFolder } from "../support/folder";

const level = { concurrency: 1, requestsPerSecond: 100, p50Ms: 10, p95Ms: 12, p99Ms: 15, cpuSecondsPerRequest: 0.004 };
const profile: Profile = {
  profileVersion: 1,
  service: "churn",
  imageId: "churn:1",
  imageIdentity: "a".repeat(64),
  sample: "one",
  measuredAt: "2026-11-24T10:00:00.000Z",
  machine: "a machine",
  requestsPerLevel: 300,
  serviceTimesMs: [9, 10, 15],
  levels: [level],
  memoryInBytes: 2e8,
  proposal: { cpuCores: 0.4, memoryInGb: 0.5, maxConcurrentRequestsPerReplica: 1 },
};

describe("a proposal of a size", () => {
  it("is the CPU while a request is in hand, and the memory with a quarter more, in tenths and no less than the defaults", () => {
    assert.deepEqual(proposeSize([level], 1e9), { cpuCores: 0.4, memoryInGb: 1.3, maxConcurrentRequestsPerReplica: 1 });
    const little = { ...level, cpuSecondsPerRequest: 0.0001 };
    assert.deepEqual(proposeSize([little], 1e6), {
      cpuCores: 0.1,
      memoryInGb: 0.5,
      maxConcurrentRequestsPerReplica: 1,
    });
  });

  it("has more at a time only where a third more gets done", () => {
    const two = { ...level, concurrency: 2, requestsPerSecond: 125, p50Ms: 16 };
    const four = { ...level, concurrency: 4, requestsPerSecond: 210, p50Ms: 20 };
    assert.equal(proposeSize([level, two], 1e8).maxConcurrentRequestsPerReplica, 1);
    assert.deepEqual(proposeSize([level, two, four], 1e8), {
      cpuCores: 0.8,
      memoryInGb: 0.5,
      maxConcurrentRequestsPerReplica: 4,
    });
  });

  it("is a core where the system does not tell what was used", () => {
    const { cpuSecondsPerRequest: _cpuSeconds, ...unknown } = level;
    assert.deepEqual(proposeSize([unknown], undefined).cpuCores, 1);
  });
});

describe("a measurement", () => {
  let server: http.Server;
  let most: number;
  let status: number;
  const seen: { method?: string; url?: string; body: string; key?: string }[] = [];

  beforeEach(async () => {
    [most, status] = [0, 200];
    seen.length = 0;
    let [inHand] = [0];
    server = http.createServer((request, response) => {
      most = Math.max(most, ++inHand);
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method, url, headers } = request;
        seen.push({ method, url, body: Buffer.concat(parts).toString(), key: headers.authorization });
        void sleep(2).then(() => {
          inHand -= 1;
          response.writeHead(status).end("no");
        });
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const call = () => ({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    method: "POST",
    path: "/score?a=1",
    headers: { "content-type": "text/csv", authorization: "Bearer k" },
    body: Buffer.from("1,2"),
  });

  it("sends as many requests as asked, as many at a time, and says what the service used", async () => {
    const used = [0, 3].map((cpuSeconds) => ({ cpuSeconds, bytes: 1 }));
    const { level: got, latenciesMs } = await measure(call(), 3, 30, () => used.shift());
    assert.deepEqual([seen.length, most, latenciesMs.length, got.concurrency], [30, 3, 30, 3]);
    assert.deepEqual(seen[0], { method: "POST", url: "/score?a=1", body: "1,2", key: "Bearer k" });
    assert.equal(got.cpuSecondsPerRequest, 0.1);
    assert.ok(got.p50Ms >= 1 && got.p50Ms <= got.p95Ms && got.p95Ms <= got.p99Ms && got.requestsPerSecond > 0);
  });

  it("ends at the first reply that is not 200, and says which", async () => {
    status = 500;
    await assert.rejects(measure(call(), 2, 100), {
      message: "POST /score?a=1 must be answered with 200, got 500 no; look at: npm run logs",
    });
    assert.ok(seen.length <= 4, String(seen.length));
  });

  it("of several rounds is that of the quickest, with the latencies of all", () => {
    const round = (concurrency: number, requestsPerSecond: number, ...latenciesMs: number[]) => ({
      level: { ...level, concurrency, requestsPerSecond },
      latenciesMs,
    });
    assert.deepEqual(bestOf([round(1, 10, 4, 9), round(2, 15, 1), round(1, 12, 5, 6), round(2, 14, 2)]), [
      round(1, 12, 4, 5, 6, 9),
      round(2, 15, 1, 2),
    ]);
  });

  it("has quantiles that are drawn straight between values", () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 1].map((share) => quantile([10, 20, 40], share)),
      [10, 15, 20, 40],
    );
    assert.equal(quantile([], 0.5), NaN);
  });
});

describe("a profile", () => {
  const { folder, remove } = temporaryFolder("profile");
  const file = path.join(folder, "churn.profile.json");
  after(remove);

  it("is read as it was written", () => {
    writeProfile(file, profile);
    assert.deepEqual(readProfile(file), profile);
  });

  for (const [change, problem] of [
    [{ profileVersion: 2 }, "'profileVersion' must be 1, got 2"],
    [{ serviceTimesMs: [1] }, "'serviceTimesMs' must be a list of rising times, got [1]"],
    [{ serviceTimesMs: [2, 1] }, "'serviceTimesMs' must be a list of rising times, got [2,1]"],
    [{ levels: [] }, "'levels' must be a list of measurements from concurrency 1 on, got []"],
    [{ proposal: { cpuCores: 0 } }, `'proposal' must have sizes above 0, got {"cpuCores":0}`],
  ] as const) {
    it(`is refused with ${JSON.stringify(change)}`, () => {
      fs.writeFileSync(file, JSON.stringify({ ...profile, ...change }));
      const message = `'--profile' ${file}: ${problem}; measure anew with npm run profile`;
      assert.throws(() => readProfile(file), { message });
    });
  }

  it("is refused when it is not there, or is no JSON", () => {
    const missing = `'--profile' must be a file that npm run profile has written, got ${folder}/none (ENOENT)`;
    assert.throws(() => readProfile(path.join(folder, "none")), { message: missing });
    fs.writeFileSync(file, "{");
    assert.throws(() => readProfile(file), /must be a file that npm run profile has written/);
  });
});
