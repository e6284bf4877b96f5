import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { SampleRequest } from "../../components/internal/samples";
import { ask, type Ask, type Reply } from "../contract/http";

/** A sample request of a scorer, with the name of its file. */
export type Sample = Required<Pick<SampleRequest, "request" | "reply">> & SampleRequest & { readonly name: string };

/** The sample requests in a folder. */
export function readSamples(folder: string): Sample[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => {
    const sample = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as Partial<Sample>;
    return { request: {}, reply: {}, ...sample, name };
  });
}

/** Sends a sample's request and checks the reply against the one that it expects. */
export async function askSample(baseUrl: string, folder: string, sample: Sample): Promise<void> {
  assertReply(await ask(baseUrl, askOf(folder, sample)), sample.reply);
}

/** A sample's request, with the body that its file holds. */
export function askOf(folder: string, { request: { bodyFile, ...rest } }: Sample): Ask {
  const bytes: Ask = bodyFile === undefined ? {} : { bytes: fs.readFileSync(path.join(folder, bodyFile)) };
  return { method: "POST", ...rest, ...bytes };
}

/** Checks a reply against the one that a sample expects. */
export function assertReply(got: Reply, reply: Sample["reply"]): void {
  assert.equal(got.status, reply.status ?? 200, got.text);
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    assert.equal(got.headers[name.toLowerCase()], value);
  }
  if ("json" in reply) {
    assertNear(JSON.parse(got.text), reply.json, reply.tolerance ?? 1e-6, "$");
  }
  if (reply.text !== undefined) {
    assert.equal(got.text, reply.text);
  }
  assert.ok(got.text.includes(reply.contains ?? ""), got.text);
}

/** Deep equality, numbers within tolerance * max(1, |expected|). */
function assertNear(got: unknown, expected: unknown, tolerance: number, place: string): void {
  if (typeof expected === "number" && typeof got === "number") {
    const apart = Math.abs(got - expected);
    assert.ok(apart <= tolerance * Math.max(1, Math.abs(expected)), `${place}: expected ${expected}, got ${got}`);
  } else if (isContainer(expected) && isContainer(got)) {
    assert.deepEqual(Object.keys(got).sort(), Object.keys(expected).sort(), place);
    for (const [key, value] of Object.entries(expected)) {
      assertNear((got as Record<string, unknown>)[key], value, tolerance, `${place}.${key}`);
    }
  } else {
    assert.deepEqual(got, expected, place);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
