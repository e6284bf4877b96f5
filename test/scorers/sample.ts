import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { replyProblem } from "../../components/internal/replies";
import type { SampleRequest } from "../../components/internal/samples";
import { ask, type Ask } from "../contract/http";

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
export async function askSample(baseUrl: string, folder: string, { request, reply }: Sample): Promise<void> {
  const { bodyFile, ...rest } = request;
  const bytes: Ask = bodyFile === undefined ? {} : { bytes: fs.readFileSync(path.join(folder, bodyFile)) };
  const { status, headers, text: body } = await ask(baseUrl, { method: "POST", ...rest, ...bytes });
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  assert.equal(
    replyProblem(reply, { status, headers: Object.fromEntries(texts) as Record<string, string>, body }),
    undefined,
  );
}
