import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { concurrencySuite, connectionSuite, failureSuite } from "./behaviour";
import { corsCases } from "./browser-cases";
import { assertReply, type Case, check, messages, refusal } from "./case";
import { ask } from "./http";
import { httpCases, textCases } from "./http-cases";
import { keyCases, rawCases } from "./raw-cases";
import { schemaCases } from "./schema-cases";
import { swaggerSuite } from "./swagger";
import type { FixtureScorer, Target } from "./target";

/**
 * The scoring contract over HTTP: what every service answers, wherever it runs. `target` is called when tests run, so that a
 * `before` hook of the caller can deploy it. Where the inference server's own answer is ugly, that is the contract all the same.
 */
export function contractSuite(target: () => Target): void {
  caseSuite(target);
  describe("keys", () => {
    keySuite(target);
  });
  describe("swagger", () => {
    swaggerSuite(target);
  });
  describe("connections", () => {
    connectionSuite(target);
  });
  describe("one run() at a time", () => {
    concurrencySuite(target);
  });
  describe("failures of run()", () => {
    failureSuite(target);
  });
  identitySuite(target);
}

/** The part of it that is a request and its reply. */
export function caseSuite(target: () => Target): void {
  describe("schemas", () => {
    table(target, schemaCases);
  });
  describe("HTTP", () => {
    table(target, httpCases);
    table(target, textCases);
    table(target, rawCases);
  });
  describe("browsers", () => {
    table(target, corsCases);
  });
  describe("requests with and without a key", () => {
    table(target, keyCases);
  });
}

function table(target: () => Target, cases: readonly Case[]): void {
  for (const row of cases) {
    it(row.name, async function () {
      if (target().missing(row.scorer)) {
        this.skip();
      }
      await check(target(), row);
    });
  }
}

function keySuite(target: () => Target): void {
  const withKey = async (authorization: string): Promise<number> => {
    const reply = await ask(target().baseUrl("raw"), { headers: { Authorization: authorization } });
    return reply.status;
  };

  it("the primary and the secondary key", async () => {
    const { primary, secondary } = target().keys;
    assert.deepEqual([await withKey(`Bearer ${primary}`), await withKey(`Bearer ${secondary}`)], [200, 200]);
    assert.deepEqual([await withKey(`bearer ${primary}`), await withKey(`Bearer  ${primary} `)], [200, 200]);
    assert.deepEqual([await withKey(`Bearer ${primary}x`), await withKey(`Bearer ${primary.slice(1)}`)], [401, 401]);
  });

  it("keys change with no restart", async function () {
    const { keys } = target();
    const primary = crypto.randomUUID();
    if (!target().setKeys) {
      this.skip();
    }
    target().setKeys?.({ primary, secondary: keys.secondary });
    assert.deepEqual([await withKey(`Bearer ${keys.primary}`), await withKey(`Bearer ${primary}`)], [401, 200]);
    assert.equal(await withKey(`Bearer ${keys.secondary}`), 200);
    target().setKeys?.(keys);
    assert.equal(await withKey(`Bearer ${keys.primary}`), 200);
  });
}

function identitySuite(target: () => Target): void {
  for (const scorer of ["numpy", "raw"] as const satisfies readonly FixtureScorer[]) {
    it(`${scorer}: /version tells what answers, to everyone`, async () => {
      const json = target().identity(scorer);
      const headers = { "content-type": "application/json" };
      assertReply(await ask(target().baseUrl(scorer), { path: "/version" }), { status: 200, json, headers });
    });
  }

  it("POST of the version", async () => {
    const reply = await ask(target().baseUrl("numpy"), { path: "/version", method: "POST" });
    assertReply(reply, refusal(404, messages.unknownPath));
  });
}
