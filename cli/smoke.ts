import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replyProblem } from "../components/internal/replies";
import { sampleFaults } from "../components/internal/samples";
import { CliError, errorCode, UsageError } from "./errors";
import { type Sample, samplesIn } from "./samples";
import { ask, NoReply, type Target } from "./smoke-request";

export interface SmokeTest extends Target {
  /** The image that must answer: 64 hex characters. */
  readonly identity: string;
  /** Folder of sample requests. */
  readonly samples?: string;
  /** Sent as `Authorization: Bearer <key>`; never shown. */
  readonly key?: string;
  readonly deadlineSeconds: number;
  /** Command that prints the log of what answers, for a failure; its words are separated by blanks. */
  readonly logs?: string;
}

/** What is not as it should be, and whether it may become so. */
interface Problem {
  readonly text: string;
  readonly passes: boolean;
}

const whoLimitMs = 10_000;
const requestLimitMs = 120_000;
const [firstPauseMs, longestPauseMs] = [500, 10_000];
const logLimitMs = 60_000;
const logLines = 100;
/** Of what stands before a server that is not there yet, or of the server itself when it is busy. */
const passing = [502, 503, 504];

/**
 * Waits until a service answers as the image it should be, then sends its sample requests. Returns a line for people. Throws a
 * `CliError` that says what was expected and what came, with the service's own log.
 */
export async function smoke(test: SmokeTest, say: (line: string) => void): Promise<string> {
  const samples = samplesOf(test);
  const started = performance.now();
  const end = started + test.deadlineSeconds * 1000;
  try {
    await until(end, test, say, () => identityProblem(test));
    await until(end, test, say, () => keyProblem(test));
    for (const sample of samples) {
      await until(end, test, say, () => sampleProblem(test, sample));
    }
  } catch (error) {
    throw error instanceof CliError ? new CliError(hidden(`${error.message}\n${await logOf(test)}`, test.key)) : error;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const names = samples.map(({ name }) => name).join(", ") || "it has none";
  return `${test.url.href} answers as image ${short(test.identity)} after ${seconds} s; sample requests: ${names}`;
}

function samplesOf({ samples }: SmokeTest): Sample[] {
  if (samples === undefined) {
    return [];
  }
  const faults = fs.existsSync(samples) ? sampleFaults(samples) : [{ rule: "must exist", got: `'${samples}'` }];
  if (faults.length > 0) {
    const lines = faults.map(({ rule, got }) => `'--samples' ${rule}${got === undefined ? "" : `, got ${got}`}`);
    throw new UsageError(lines.join("\n"));
  }
  return samplesIn(samples, (file) => ({ file: path.join(samples, file), shownAs: file }));
}

/** Tries until there is no problem. Throws a `CliError` for one that stays, and for one that is still there at the end. */
async function until(
  end: number,
  { url, deadlineSeconds }: SmokeTest,
  say: (line: string) => void,
  attempt: () => Promise<Problem | undefined>,
): Promise<void> {
  let said = "";
  let pauseMs = firstPauseMs;
  for (let attempts = 1; ; attempts++) {
    const problem = await attempt();
    if (problem === undefined) {
      return;
    }
    if (!problem.passes) {
      throw new CliError(`${url.href}: ${problem.text}`);
    }
    if (performance.now() + pauseMs > end) {
      throw new CliError(`${url.href}: ${problem.text}, after ${deadlineSeconds} s and ${attempts} attempts`);
    }
    if (problem.text !== said) {
      said = problem.text;
      say(`waiting for ${url.href}: ${said}`);
    }
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
}

async function identityProblem(test: SmokeTest): Promise<Problem | undefined> {
  const asked = await replyOf(test, { method: "GET", path: "/version", limitMs: whoLimitMs });
  if ("text" in asked) {
    return asked;
  }
  const who = identityIn(asked.body);
  if (asked.status !== 200 || who === undefined) {
    return { text: `GET /version must say which image answers, got ${asked.status}`, passes: true };
  }
  // While it is updated, what was there before may still answer.
  return who === test.identity
    ? undefined
    : { text: `must answer as image ${short(test.identity)}, got ${short(who)}`, passes: true };
}

/** A service with keys takes this one, and answers nobody who has none. */
async function keyProblem(test: SmokeTest): Promise<Problem | undefined> {
  if (test.key === undefined) {
    return undefined;
  }
  const request = { method: "GET", path: "/swagger.json", limitMs: requestLimitMs };
  const [open, keyed] = await Promise.all([
    replyOf(test, request),
    replyOf(test, { ...request, headers: bearer(test) }),
  ]);
  if ("text" in open || "text" in keyed) {
    return "text" in open ? open : (keyed as Problem);
  }
  if (keyed.status === 401) {
    return { text: "must accept the key in SCORESTACK_KEY, got 401", passes: false };
  }
  return open.status === 401
    ? undefined
    : { text: `must answer 401 without a key, got ${open.status}`, passes: passing.includes(open.status) };
}

async function sampleProblem(test: SmokeTest, sample: Sample): Promise<Problem | undefined> {
  const { method, path: target, body } = sample;
  const bytes = body && ("file" in body ? fs.readFileSync(body.file) : Buffer.from(body.text));
  const headers = { ...bearer(test), ...sample.headers };
  const reply = await replyOf(test, { method, path: target, headers, body: bytes, limitMs: requestLimitMs });
  const named = (text: string): string => `sample request '${sample.name}' (${method} ${target}): ${text}`;
  if ("text" in reply) {
    return { ...reply, text: named(reply.text) };
  }
  const problem = replyProblem(sample.reply, reply);
  return problem === undefined
    ? undefined
    : { text: named(problem), passes: passing.includes(reply.status) && reply.status !== sample.status };
}

async function replyOf(test: SmokeTest, request: Parameters<typeof ask>[1]) {
  try {
    return await ask(test, request);
  } catch (error) {
    if (error instanceof NoReply) {
      return { text: error.message, passes: true };
    }
    throw error;
  }
}

function bearer({ key }: SmokeTest): Record<string, string> {
  return key === undefined ? {} : { Authorization: `Bearer ${key}` };
}

function identityIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { imageIdentity?: string } | null)?.imageIdentity;
  } catch {
    return undefined;
  }
}

/** What the service itself has said, or how to see it. */
function logOf({ logs }: SmokeTest): Promise<string> {
  const [program, ...args] = (logs ?? "").split(" ").filter((word) => word !== "");
  if (program === undefined) {
    return Promise.resolve("see the log of the service");
  }
  return new Promise((resolve) => {
    execFile(program, args, { timeout: logLimitMs, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && errorCode(error) === "ENOENT") {
        resolve(`its log (there is no '${program}' here): ${logs ?? ""}`);
      } else {
        const lines = (error ? stderr || error.message : stdout).trimEnd().split("\n").slice(-logLines);
        resolve([`its log, by ${logs ?? ""}:`, ...lines].join("\n"));
      }
    });
  });
}

function hidden(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, "[secret]");
}

function short(identity: string): string {
  return identity.slice(0, 12);
}
