import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as http from "node:http";
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { assertReply, messages, refusal } from "./case";
import { ask, type Reply } from "./http";
import { deployments, type Target } from "./target";

interface Report {
  readonly pid: number;
  readonly calls: number;
  readonly overlaps: number;
  readonly mainThread: boolean;
  readonly threadOfInit: boolean;
}

const { scoringTimeoutMs, maxRequests } = deployments.odd;
const { maxBodyBytes } = deployments.raw;
const failed = { "x-ms-run-function-failed": "True" };
const timedOut = refusal(500, `Scoring timeout after ${scoringTimeoutMs} ms`, failed);
const roundsForMinutes = 1_000_000_000;

/** What becomes of a request whose run() fails, hangs or answers oddly. */
export function failureSuite(target: () => Target): void {
  const odd = (json: object): Promise<Reply> => ask(target().baseUrl("odd"), { json });

  const values: readonly (readonly [string, string])[] = [
    ["none", "{}"],
    ["nan", "NaN"], // no JSON
    ["float64", "1.5"],
    ["text", '"text"'],
    ["json", '"[1]"'], // encoded twice
  ];
  for (const [name, text] of values) {
    it(`run() returns ${name}`, async () => {
      assertReply(await odd({ do: "value", name }), { status: 200, text });
    });
  }
  for (const name of ["bytes", "array"]) {
    it(`run() returns ${name}, which is no JSON`, async () => {
      assertReply(await odd({ do: "value", name }), refusal(500, messages.internal));
    });
  }

  it("run() raises: no detail in the reply, the traceback in the log", async function () {
    assertReply(await odd({ do: "fail" }), refusal(500, messages.script, failed));
    if (!target().log) {
      this.skip();
    }
    await until(() =>
      /File ".*score\.py", line \d+, in fail[^]*ValueError: a detail/.test(target().log?.("odd") ?? ""),
    );
  });

  it("run() calls sys.exit(): the process goes on", async () => {
    const { pid } = await report(target());
    assertReply(await odd({ do: "exit" }), refusal(500, messages.script, failed));
    assert.equal((await report(target())).pid, pid);
  });

  it("run() prints: it is in the log", async function () {
    if (!target().log) {
      this.skip();
    }
    const text = crypto.randomUUID();
    assertReply(await odd({ do: "print", text }), { status: 200, json: {} });
    await until(() => target().log?.("odd").includes(text) ?? false);
  });

  for (const way of ["sleep", "spin"]) {
    it(`run() is slow in ${way}: it is interrupted, the process goes on`, async () => {
      const { pid } = await report(target());
      assertReply(await odd({ do: way, seconds: 60 }), timedOut);
      assert.equal((await report(target())).pid, pid);
    });
  }

  it("run() goes on after its timeout, but not for long: the process goes on", async () => {
    const { pid } = await report(target());
    assertReply(await odd({ do: "swallow", seconds: 1.75 }), timedOut);
    assert.equal((await report(target())).pid, pid);
  });

  it("run() goes on and on after its timeout: its process is replaced", async () => {
    const { pid } = await report(target());
    const started = Date.now();
    assertReply(await odd({ do: "compute", rounds: roundsForMinutes }), timedOut);
    assert.ok(Date.now() - started < 30_000, "answered long before run() ends");
    assert.notEqual((await reportOfAnother(target(), pid)).pid, pid);
  });

  it("run() ends the process: another one answers", async () => {
    const { pid } = await report(target());
    await assert.rejects(odd({ do: "end" }), /socket hang up|ECONNRESET/);
    assert.notEqual((await reportOfAnother(target(), pid)).pid, pid);
  });
}

/** One run() at a time, and all else beside it. */
export function concurrencySuite(target: () => Target): void {
  const odd = (json: object): Promise<Reply> => ask(target().baseUrl("odd"), { json });

  it("run() is called by one thread at a time: the main one, that of init()", async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, () => odd({ do: "sleep", seconds: 0.02 })));
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
    const { overlaps, mainThread, threadOfInit } = await report(target());
    assert.deepEqual({ overlaps, mainThread, threadOfInit }, { overlaps: 0, mainThread: true, threadOfInit: true });
  });

  it("health, version and swagger are answered during a slow run()", async () => {
    let isOver = false;
    const slow = odd({ do: "sleep", seconds: 0.8 }).finally(() => {
      isOver = true;
    });
    for (const path of ["/", "/version", "/swagger.json"]) {
      assert.equal((await ask(target().baseUrl("odd"), { path })).status, 200, path);
    }
    assert.equal(isOver, false);
    assert.equal((await slow).status, 200);
  });

  it("too many requests at once: some are told to come again, health is answered", async () => {
    const { calls } = await report(target());
    let open = 3 * (maxRequests ?? 0);
    const replies = Array.from({ length: open }, () =>
      odd({ do: "sleep", seconds: 0.04 }).finally(() => {
        open--;
      }),
    );
    assert.equal((await ask(target().baseUrl("odd"), { path: "/" })).status, 200);
    assert.notEqual(open, 0);
    const [scored, refused] = split(await Promise.all(replies));
    assert.ok(scored.length >= (maxRequests ?? 0) && refused.length > 0, `${scored.length} scored`);
    for (const reply of refused) {
      assertReply(reply, refusal(503, messages.busy, { "retry-after": "1" }));
    }
    assert.equal((await report(target())).calls, calls + 1 + scored.length);
  });
}

/** Connections: large, slow, kept, cut. */
export function connectionSuite(target: () => Target): void {
  const raw = (bytes: Buffer, inChunks = false): Promise<Reply> => {
    const headers = { Authorization: `Bearer ${target().keys.primary}` };
    const body = inChunks ? { chunks: [bytes.subarray(0, 1000), bytes.subarray(1000)] } : { bytes };
    return ask(target().baseUrl("raw"), { method: "POST", headers, ...body });
  };

  for (const inChunks of [false, true]) {
    const how = inChunks ? "in chunks" : "with its length";
    it(`a body of 10 MB ${how}`, async () => {
      const bytes = crypto.randomBytes(10 * 1024 * 1024);
      const reply = await raw(bytes, inChunks);
      assert.equal(reply.status, 200);
      assert.ok(reply.body.equals(Buffer.from(bytes).reverse()));
    });

    it(`a body over the limit ${how}`, async () => {
      const limit = maxBodyBytes ?? 0;
      const reply = await raw(Buffer.alloc(limit + 1), inChunks);
      assertReply(reply, refusal(413, `The request body must not be larger than ${limit} bytes.`));
      assert.equal((await raw(Buffer.alloc(limit), inChunks)).status, 200);
    });
  }

  it("JSON of 10 MB", async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [index, 0.5]);
    const text = JSON.stringify({ data: rows }).padEnd(10 * 1024 * 1024);
    const reply = await ask(target().baseUrl("numpy"), { text, headers: { "Content-Type": "application/json" } });
    assertReply(reply, { status: 200, json: rows.map(([index = 0]) => index + 0.5) });
  });

  it("several requests over one connection", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const replies: Reply[] = [];
    for (let index = 0; index < 5; index++) {
      replies.push(await ask(target().baseUrl("numpy"), { json: { data: [[index, 1]] }, agent }));
    }
    agent.destroy();
    assert.deepEqual(
      replies.map(({ text }) => text),
      [0, 1, 2, 3, 4].map((index) => `[${index + 1}.0]`),
    );
    assert.deepEqual(
      replies.map(({ reused }) => reused),
      [false, true, true, true, true],
    );
  });

  it("30 connections that stop midway don't hold up the others", async () => {
    const beginnings = ["", "POST /score HT", "POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"];
    const held = await Promise.all(
      Array.from({ length: 30 }, (_, index) => openSocket(target().baseUrl("numpy"), beginnings[index % 3] ?? "")),
    );
    for (let index = 0; index < 20; index++) {
      assertReply(await ask(target().baseUrl("numpy"), { json: { data: [[index, 1]] } }), {
        status: 200,
        json: [index + 1],
      });
    }
    assert.equal(held.filter((socket) => socket.closed).length, 0);
    for (const socket of held) {
      socket.destroy();
    }
  });

  it("a request cut short isn't scored", async () => {
    const key = `Authorization: Bearer ${target().keys.primary}`;
    const calls = async (): Promise<number> => {
      const reply = await ask(target().baseUrl("raw"), {
        headers: { Authorization: key.slice("Authorization: ".length) },
      });
      return (JSON.parse(reply.text) as { calls: number }).calls;
    };
    const before = await calls();
    const socket = await openSocket(
      target().baseUrl("raw"),
      `POST /score HTTP/1.1\r\nHost: x\r\n${key}\r\nContent-Length: 9\r\n\r\nhalf`,
    );
    socket.end();
    await new Promise((resolve) => socket.once("close", resolve).resume());
    assert.equal(await calls(), before + 1);
  });
}

async function report(target: Target): Promise<Report> {
  const reply = await ask(target.baseUrl("odd"), { json: { do: "report" } });
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text) as Report;
}

/** Asks until another process than `pid` answers. */
async function reportOfAnother(target: Target, pid: number): Promise<Report> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    await sleep(100);
    const another = await report(target).catch(() => undefined);
    if (another && another.pid !== pid) {
      return another;
    }
  }
  throw new Error(`process ${pid} was not replaced`);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "what was waited for did not come");
    await sleep(20);
  }
}

function split(replies: readonly Reply[]): [Reply[], Reply[]] {
  return [replies.filter(({ status }) => status === 200), replies.filter(({ status }) => status !== 200)];
}

function openSocket(baseUrl: string, beginning: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(baseUrl).port), new URL(baseUrl).hostname);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.write(beginning, () => {
        resolve(socket);
      });
    });
  });
}
