import * as fs from "node:fs";
import { parse } from "yaml";
import { ask, type Ask, type Reply } from "../contract/http";
import { askOf, assertReply, readSamples, type Sample } from "../scorers/sample";
import type { Clone } from "./clone";
import { BadAnswer } from "./load";

const releaseVariable = "HTTP_X_MS_SERVER_VERSION";
const releaseHeader = "x-ms-server-version";
const patienceMs = 30_000;

interface Expected {
  readonly number: number;
  readonly reply: Sample["reply"];
}

/** A service, the request that it is sent and the replies that it may give. */
export class Target {
  /** The updates that were to move it, after 0 for what answered at first. */
  readonly due: number[] = [0];
  /** What was allowed, from time to time. */
  private readonly allowed: Expected[][];
  private readonly request: Ask;

  constructor(
    private readonly clone: Clone,
    readonly name: string,
    private readonly scorer: string,
    private readonly baseUrl: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.allowed = [[this.read(0)]];
    this.request = askOf(...this.sample());
  }

  /** From now on the reply that the clone says is allowed too; false if it is the present one. */
  expect(number: number): boolean {
    const [last, next] = [this.now[0], this.read(number)];
    if (JSON.stringify(last?.reply) === JSON.stringify(next.reply)) {
      return false;
    }
    this.allowed.push([...this.now, next]);
    this.due.push(number);
    return true;
  }

  /** From now on only the newest reply is. */
  settle(): void {
    this.allowed.push(this.now.slice(-1));
  }

  async ask(options: Ask): Promise<string> {
    const since = this.allowed.length - 1;
    const { request } = this;
    const signal = AbortSignal.timeout(patienceMs);
    const headers = { ...request.headers, ...this.headers };
    const reply = await ask(this.baseUrl, { ...request, ...options, headers, signal });
    if (reply.status !== 200) {
      throw new BadAnswer("status", `${this.name}: ${reply.status} ${reply.text}`);
    }
    const allowed = [...new Set(this.allowed.slice(since).flat())];
    const found = allowed.find((expected) => fits(reply, expected.reply));
    if (!found) {
      const numbers = allowed.map(({ number }) => number).join(", ");
      const got = `${reply.headers[releaseHeader] as string} ${reply.text}`;
      throw new BadAnswer("wrong", `${this.name}: expected a reply of update ${numbers}, got ${got}`);
    }
    return String(found.number);
  }

  private get now(): Expected[] {
    return this.allowed.at(-1) ?? [];
  }

  private sample(): [string, Sample] {
    const folder = this.clone.path("scorers", this.scorer, "requests");
    const sample = readSamples(folder).find(({ request, reply }) => request.method === undefined && !reply.status);
    if (!sample) {
      throw new Error(`${folder} has no sample request that is answered with 200`);
    }
    return [folder, sample];
  }

  private read(number: number): Expected {
    const [, { reply }] = this.sample();
    const release = settingsOf(this.clone)[this.name]?.environmentVariables?.[releaseVariable];
    return { number, reply: { ...reply, headers: release === undefined ? {} : { [releaseHeader]: release } } };
  }
}

function fits(reply: Reply, expected: Sample["reply"]): boolean {
  try {
    assertReply(reply, expected);
    return true;
  } catch {
    return false;
  }
}

/** Has the inference server send `release` with each reply, in place of its own version: it tells revisions of one image apart. */
export function releaseVariables(release: string): Record<string, string> {
  return { [releaseVariable]: release, SERVER_VERSION_LOG_RESPONSE_ENABLED: "false" };
}

type Settings = Record<string, { environmentVariables?: Record<string, string> } | undefined>;

/** Services in the settings of the stack `local`, with their options. */
function settingsOf(clone: Clone): Settings {
  const file = clone.path("Pulumi.local.yaml");
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const settings = parse(text) as { config?: Record<string, Settings> } | null;
  return settings?.config?.["scorestack:services"] ?? {};
}
