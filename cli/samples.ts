import * as fs from "node:fs";
import * as path from "node:path";
import type { SampleRequest } from "../components/internal/samples";
import type { Store } from "../provider/store";

/** A sample request of a scorer, ready to be sent. */
export interface Sample {
  /** File name without `.json`. */
  readonly name: string;
  readonly method: string;
  /** Path and query, such as `/score`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly text: string } | { readonly file: string; readonly shownAs: string };
  /** Status that its reply must have. */
  readonly status: number;
  /** All that its reply must be. */
  readonly reply: NonNullable<SampleRequest["reply"]>;
}

const folderName = "samples";

/** The sample requests in an image, by name. Body files are shown by where they came from, seen from `from`, if it is there. */
export function samplesOf(store: Store, imageIdentity: string, from: string): Sample[] {
  const folder = path.join(store.imageStore.folderOf(imageIdentity), folderName);
  const sources = store.imageStore.bundle(imageIdentity)?.sources ?? {};
  const locate = (file: string): { file: string; shownAs: string } => {
    const kept = path.join(folder, file);
    const source = sources[`${folderName}/${file}`];
    const original = source === undefined ? kept : path.resolve(store.projectRoot, source);
    return { file: kept, shownAs: path.relative(from, fs.existsSync(original) ? original : kept) };
  };
  return fs.existsSync(folder) ? samplesIn(folder, locate) : [];
}

/** The sample requests in a folder, by name: each `*.json` directly in it. */
export function samplesIn(folder: string, locate: (file: string) => { file: string; shownAs: string }): Sample[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names
    .sort()
    .map((name) => parseSample(name.slice(0, -".json".length), readSample(path.join(folder, name)), locate));
}

/** Fills in what a sample file leaves out. */
export function parseSample(
  name: string,
  { request = {}, reply = {} }: SampleRequest,
  locate: (file: string) => { file: string; shownAs: string },
): Sample {
  const { json, text, bodyFile } = request;
  const headers = { ...(json === undefined ? {} : { "Content-Type": "application/json" }), ...request.headers };
  const body =
    json !== undefined
      ? { text: JSON.stringify(json) }
      : text !== undefined
        ? { text }
        : bodyFile !== undefined
          ? locate(bodyFile)
          : undefined;
  return {
    name,
    method: request.method ?? "POST",
    path: request.path ?? "/score",
    headers: withoutRepeats(headers),
    ...(body ? { body } : {}),
    status: reply.status ?? 200,
    reply,
  };
}

/** The first sample that a service answers with 200: one that sends something, if there is such a one. */
export function firstGood(samples: readonly Sample[]): Sample | undefined {
  const good = samples.filter(({ status }) => status === 200);
  return good.find(({ body }) => body !== undefined) ?? good[0];
}

/** Header names are compared without case; what comes later counts. */
function withoutRepeats(headers: Readonly<Record<string, string>>): Record<string, string> {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [name, value] as const]));
  return Object.fromEntries(byName.values());
}

function readSample(file: string): SampleRequest {
  return JSON.parse(fs.readFileSync(file, "utf8")) as SampleRequest;
}
