import * as assert from "node:assert/strict";
import { ask, type Ask, type Reply } from "./http";
import type { FixtureScorer, Target } from "./target";

/** What a reply must be. Headers: exact value, pattern, or `null` for one that must be absent. */
export interface Expected {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
}

/** One request and its reply. */
export interface Case {
  readonly name: string;
  readonly scorer: FixtureScorer;
  readonly ask: Ask;
  /** Sent with the primary key. */
  readonly withKey?: true;
  readonly reply: Expected;
}

export const messages = {
  script: "An unexpected error occurred in scoring script. Check the logs for more info.",
  internal: "An unexpected internal error occurred. Check the logs for more info.",
  method: "The method is not allowed for the requested URL.",
  unknownPath:
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
  keyNeeded: "A key is required: send the header 'Authorization: Bearer <key>'.",
  keyWrong: "The key is not valid.",
  busy: "The scorer is busy.",
} as const;

/** An error reply: every one of them is JSON with a message. */
export function refusal(status: number, message: string, headers: Expected["headers"] = {}): Expected {
  return { status, json: { message }, headers: { "content-type": "application/json", ...headers } };
}

export async function check(target: Target, { scorer, ask: request, withKey, reply }: Case): Promise<void> {
  const authorization: Record<string, string> = withKey ? { Authorization: `Bearer ${target.keys.primary}` } : {};
  const headers = { ...authorization, ...request.headers };
  assertReply(await ask(target.baseUrl(scorer), { ...request, headers }), reply);
}

export function assertReply(reply: Reply, expected: Expected): void {
  assert.equal(reply.status, expected.status, `${reply.status}: ${reply.text.slice(0, 300)}`);
  if ("json" in expected) {
    assert.deepEqual(JSON.parse(reply.text), expected.json);
  }
  if (expected.text !== undefined) {
    assert.equal(reply.text, expected.text);
  }
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    assertHeader(name, reply.headers[name.toLowerCase()]?.toString(), value);
  }
}

function assertHeader(name: string, got: string | undefined, expected: string | RegExp | null): void {
  if (expected instanceof RegExp) {
    assert.match(got ?? "", expected, name);
  } else {
    assert.equal(got, expected ?? undefined, name);
  }
}
