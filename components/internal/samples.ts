import * as fs from "node:fs";
import * as path from "node:path";
import { listContent } from "./content-hash";
import { type Fault, shown } from "./problems";

/** A request that a server must answer as said before it accepts others; the text of a `requests/<case>.json` file. */
export interface SampleRequest {
  readonly description?: string;
  readonly request?: {
    /** @default "POST" */
    readonly method?: string;
    /** @default "/score" */
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly json?: unknown;
    readonly text?: string;
    /** Relative to the folder of the sample. */
    readonly bodyFile?: string;
  };
  readonly reply?: {
    /** @default 200 */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly json?: unknown;
    readonly text?: string;
    readonly contains?: string;
    /** Numbers a and b agree when |a − b| ≤ tolerance · max(1, |a|). @default 1e-6 */
    readonly tolerance?: number;
  };
}

/** Finds everything wrong with the sample requests in a folder; each `*.json` directly in it is one. */
export function sampleFaults(folder: string): Fault[] {
  const files = listContent(folder).map((file) => file.path);
  const samples = files.filter((file) => file.endsWith(".json") && !file.includes("/"));
  if (samples.length === 0) {
    const remedy = "add a request with its reply, such as 'one.json'";
    return [{ rule: "must hold at least one *.json file", got: "none", remedy }];
  }
  return samples.flatMap((name) => {
    const faults = parseSample(fs.readFileSync(path.join(folder, name), "utf8"), files);
    return faults.map((fault) => ({ ...fault, rule: `${fault.rule} in '${name}'` }));
  });
}

function parseSample(text: string, files: readonly string[]): Fault[] {
  let sample: unknown;
  try {
    sample = JSON.parse(text);
  } catch (error) {
    return [{ rule: "must be JSON", got: error instanceof Error ? `'${error.message}'` : "an error" }];
  }
  return new SampleCheck(files).faults(sample);
}

class SampleCheck {
  private readonly found: Fault[] = [];

  constructor(private readonly files: readonly string[]) {}

  faults(sample: unknown): Fault[] {
    if (this.object("a sample", sample, ["description", "request", "reply"])) {
      this.optional("description", sample["description"], "a string", isString);
      this.request(sample["request"]);
      this.reply(sample["reply"]);
    }
    return this.found;
  }

  private request(request: unknown): void {
    const keys = ["method", "path", "headers", "json", "text", "bodyFile"];
    if (request === undefined || !this.object("'request'", request, keys)) {
      return;
    }
    this.atMostOne("'request'", request, ["json", "text", "bodyFile"]);
    this.optional("request.method", request["method"], "an HTTP method such as 'POST'", matches(/^[A-Z]+$/));
    this.optional("request.path", request["path"], "a path such as '/score'", matches(/^\/\S*$/));
    this.optional("request.text", request["text"], "a string", isString);
    this.optional("request.headers", request["headers"], "an object of strings", isStrings);
    if (request["bodyFile"] !== undefined) {
      this.bodyFile(request["bodyFile"]);
    }
  }

  private bodyFile(file: unknown): void {
    const rule = "must name a file of its folder in 'request.bodyFile'";
    if (!isString(file) || !this.files.includes(file)) {
      this.found.push({ rule, got: shown(file), remedy: "add the file or correct the name" });
    } else if (file.endsWith(".json") && !file.includes("/")) {
      // Beside the samples it would be taken for one of them.
      this.found.push({ rule, got: `the sample ${shown(file)}`, remedy: "move the body into a subfolder" });
    }
  }

  private reply(reply: unknown): void {
    const keys = ["status", "headers", "json", "text", "contains", "tolerance"];
    if (reply === undefined || !this.object("'reply'", reply, keys)) {
      return;
    }
    this.atMostOne("'reply'", reply, ["json", "text", "contains"]);
    this.optional("reply.status", reply["status"], "an integer from 100 to 599", isStatus);
    this.optional("reply.text", reply["text"], "a string", isString);
    this.optional("reply.contains", reply["contains"], "a string", isString);
    this.optional("reply.headers", reply["headers"], "an object of strings", isStrings);
    this.optional("reply.tolerance", reply["tolerance"], "a number from 0", isTolerance);
    if (reply["tolerance"] !== undefined && reply["json"] === undefined) {
      this.found.push({ rule: "must have 'reply.json' where 'reply.tolerance' is", got: "none" });
    }
  }

  private object(what: string, value: unknown, keys: readonly string[]): value is Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.found.push({ rule: `must have an object as ${what}`, got: shown(value) });
      return false;
    }
    const unknown = Object.keys(value).filter((key) => !keys.includes(key));
    if (unknown.length > 0) {
      const known = keys.map((key) => `'${key}'`).join(", ");
      this.found.push({ rule: `must have in ${what} only ${known}`, got: unknown.map(shown).join(", ") });
    }
    return true;
  }

  private atMostOne(what: string, value: Record<string, unknown>, keys: readonly string[]): void {
    const given = keys.filter((key) => key in value);
    if (given.length > 1) {
      const choice = keys.map((key) => `'${key}'`).join(", ");
      this.found.push({ rule: `must have in ${what} at most one of ${choice}`, got: given.map(shown).join(" and ") });
    }
  }

  private optional(name: string, value: unknown, what: string, holds: (value: unknown) => boolean): void {
    if (value !== undefined && !holds(value)) {
      this.found.push({ rule: `must have ${what} as '${name}'`, got: shown(value) });
    }
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => isString(value) && pattern.test(value);
}

function isStrings(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isString);
}

function isStatus(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 100 && value <= 599;
}

function isTolerance(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}
