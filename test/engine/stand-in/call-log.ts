import * as fs from "node:fs";
import * as path from "node:path";
import type { Values } from "../../../provider/rpc/values";
import type { Method } from "./faults";

/** A call of the engine, as it is kept in `calls.jsonl`. */
export interface LoggedCall {
  readonly method: Method;
  /** Whether it was only a preview. */
  readonly preview: boolean;
  /** Empty for functions. */
  readonly urn: string;
  /** Token of the resource or function. */
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  /** Secrets are masked. */
  readonly inputs?: Values;
  /** Property paths that differ, and whether each needs a new resource. */
  readonly changes?: Readonly<Record<string, string>>;
  /** Command lines that were answered, secrets masked. */
  readonly commands?: readonly string[];
  /** `done`, or why not. */
  readonly outcome: string;
}

/** Every call of the engine, one JSON document a line: what tests assert on. */
export class CallLog {
  private readonly file: string;

  constructor(folder: string) {
    this.file = path.join(folder, "calls.jsonl");
  }

  add(call: LoggedCall): void {
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    fs.appendFileSync(this.file, `${JSON.stringify(call)}\n`, { mode: 0o600 });
  }

  all(): LoggedCall[] {
    const text = fs.existsSync(this.file) ? fs.readFileSync(this.file, "utf8") : "";
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LoggedCall);
  }

  clear(): void {
    fs.rmSync(this.file, { force: true });
  }
}
