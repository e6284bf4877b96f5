import * as fs from "node:fs";
import * as path from "node:path";
import type { ServiceRecord } from "../provider/store/records";
import { Store } from "../provider/store";
import type { Context } from "./commands/common";
import type { ScoreOptions } from "./commands/score";
import { CliError, errorCode, UsageError } from "./errors";
import { elapsed, say } from "./output/messages";
import { outputAt } from "./output/outputs";
import { keyPathOf } from "./output/summary";
import { firstGood, type Sample, samplesOf } from "./samples";
import { asksForKey, oneService } from "./services";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const timeoutMs = 5 * 60_000;
const contentTypes: Readonly<Record<string, string>> = {
  ".json": "application/json",
  ".csv": "text/csv",
  ".txt": "text/plain",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
};

/** Sends one request and prints the reply's body on stdout, its status on stderr. Exit code 1 unless the status is 2xx. */
export async function score(
  { root, setExitCode }: Context,
  name: string | undefined,
  options: ScoreOptions,
): Promise<void> {
  const store = new Store(root);
  const request = requestOf(options);
  const service = await oneService(root, store, options.stack, name);
  const { method, path: target, headers, body } = request ?? requestOfSample(store, service, options.sample).request;
  const key = await keyOf(root, service, options.stack);
  const authorization: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const started = performance.now();
  const response = await send(new URL(target, service.scoringUri), {
    method,
    headers: { ...headers, ...authorization },
    ...(body ? { body: new Uint8Array(body) } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const reply = Buffer.from(await response.arrayBuffer());
  say(`${response.status} ${response.statusText} (${elapsedMs(performance.now() - started)})`);
  process.stdout.write(reply.at(-1) === 10 || reply.length === 0 ? reply : Buffer.concat([reply, Buffer.from("\n")]));
  if (!response.ok) {
    setExitCode(1);
  }
}

/** The request that `--data` or `--file` stands for; undefined when a sample is to be sent. */
export function requestOf({ data, file, contentType, sample }: ScoreOptions): Request | undefined {
  if ([data, file, sample].filter((given) => given !== undefined).length > 1) {
    throw new UsageError("only one of '--data', '--file' and '--sample' can be given; leave out the others");
  }
  if (data !== undefined) {
    return post(Buffer.from(checkedJson(data)), contentType ?? "application/json");
  }
  if (file !== undefined) {
    const place = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
    return post(
      readFile(place),
      contentType ?? contentTypes[path.extname(place).toLowerCase()] ?? "application/octet-stream",
    );
  }
  return undefined;
}

function post(body: Buffer, contentType: string): Request {
  return { method: "POST", path: "/score", headers: { "Content-Type": contentType }, body };
}

function checkedJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new UsageError(
      `'--data' must be JSON, got ${text} (${error instanceof Error ? error.message : ""}); quote it for the shell`,
    );
  }
}

function readFile(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new UsageError(`'--file' must be a file that can be read, got ${file} (${errorCode(error) ?? "error"})`);
  }
}

/** A sample request of a service's scorer, of that name or the first good one. */
export function requestOfSample(
  store: Store,
  service: ServiceRecord,
  name: string | undefined,
): { readonly sample: string; readonly request: Request } {
  const sample = pickSample(store, service, name);
  return { sample: sample.name, request: fromSample(sample) };
}

function pickSample(store: Store, service: ServiceRecord, name: string | undefined): Sample {
  const samples = samplesOf(store, service.imageIdentity, process.cwd());
  const found = name === undefined ? firstGood(samples) : samples.find((sample) => sample.name === name);
  if (!found) {
    const names = samples.map((sample) => sample.name).join(", ");
    throw new UsageError(
      names === ""
        ? `the scorer of '${service.name}' has no sample requests; add --data or --file`
        : `'--sample' must be one of ${names}, got '${name ?? ""}'`,
    );
  }
  return found;
}

function fromSample({ method, path: target, headers, body }: Sample): Request {
  const bytes = body && ("file" in body ? readFile(body.file) : Buffer.from(body.text));
  return { method, path: target, headers, body: bytes };
}

/** The primary key of a service that asks for one; undefined for others. */
export async function keyOf(root: string, service: ServiceRecord, stackName: string): Promise<string | undefined> {
  if (!asksForKey(root, stackName, service.name)) {
    return undefined;
  }
  const { openStack, stackOutputs } = await import("./stack");
  const outputs = await stackOutputs(await openStack({ root, stackName }), true);
  const place = keyPathOf(outputs, service.scoringUri);
  const key = place === undefined ? undefined : outputAt(outputs, place);
  return typeof key === "string" ? key : undefined;
}

async function send(address: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    const cause = error instanceof Error ? (errorCode(error.cause) ?? error.message) : String(error);
    throw new CliError(`${address.href} does not answer (${cause}); look at: npm run status, npm run logs`);
  }
}

function elapsedMs(milliseconds: number): string {
  return milliseconds < 10_000 ? `${milliseconds} ms` : elapsed(milliseconds);
}
