import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { replyProblem } from "../../components/internal/replies";
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
export function assertReply({ status, headers, text: body }: Reply, reply: Sample["reply"]): void {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const got = { status, headers: Object.fromEntries(texts) as Record<string, string>, body };
  assert.equal(replyProblem(reply, got), undefined);
}
