import * as fs from "node:fs";
import * as path from "node:path";

/** Calls that change something, and those that look. */
export type Method = "check" | "diff" | "create" | "update" | "delete" | "read" | "invoke";

/** Something that goes wrong, once. */
export interface Fault {
  /** `fail`: the cloud says no. `hang`: it does not answer until the engine gives up. `die`: the provider's process ends. */
  readonly action: "fail" | "hang" | "die";
  /** Before or after the cloud has done what it was asked for. @default "before" */
  readonly when?: "before" | "after";
  /** @default - create, update and delete */
  readonly method?: Method;
  /** Part of the URNs that it is about. @default - all */
  readonly urn?: string;
  /** Counts the calls that fit, from 1. @default 1 */
  readonly nth?: number;
  /** What the cloud says when it fails. */
  readonly message?: string;
}

/** A call that faults are about. */
export interface FaultyCall {
  readonly method: Method;
  readonly urn: string;
}

/** The faults that are still to happen: `faults.json` in the stand-in's folder. */
export class Faults {
  private readonly file: string;
  /** How many calls each fault has seen. */
  private readonly counts = new Map<string, number>();

  constructor(folder: string) {
    this.file = path.join(folder, "faults.json");
  }

  set(faults: readonly Fault[]): void {
    this.write(faults);
    this.counts.clear();
  }

  /** The fault that is due at this call; it is struck off first, so that it does not happen again after it has ended the process. */
  due(call: FaultyCall): Fault | undefined {
    const faults = this.all();
    const due = faults.filter((fault) => fits(fault, call) && this.count(fault) === (fault.nth ?? 1))[0];
    if (due) {
      this.write(faults.filter((fault) => fault !== due));
    }
    return due;
  }

  all(): Fault[] {
    return fs.existsSync(this.file) ? (JSON.parse(fs.readFileSync(this.file, "utf8")) as Fault[]) : [];
  }

  /** In one step: a test may read at any time. */
  private write(faults: readonly Fault[]): void {
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, JSON.stringify(faults));
    fs.renameSync(temporary, this.file);
  }

  private count(fault: Fault): number {
    const key = JSON.stringify(fault);
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count;
  }
}

function fits({ method, urn }: Fault, call: FaultyCall): boolean {
  const methods: readonly Method[] = method ? [method] : ["create", "update", "delete"];
  return methods.includes(call.method) && (urn === undefined || call.urn.includes(urn));
}
