import * as grpc from "@grpc/grpc-js";
import { CallError } from "../../../provider/rpc/protocol";
import { CallLog, type LoggedCall } from "./call-log";
import type { Cloud } from "./cloud";
import { Faults } from "./faults";
import { Refusal } from "./package";

/** A call, as far as it is known before it is answered. */
export type Caller = Pick<LoggedCall, "method" | "preview" | "urn" | "type" | "name"> & Partial<LoggedCall>;

/** What came of a call's work. */
export interface Outcome<T> {
  readonly value: T;
  readonly logged?: Partial<LoggedCall>;
  /** What the engine is told where a fault comes after the effect. */
  readonly afterwards?: (message: string) => Error;
}

const lateMessage = "the deployment did not become ready (a fault that was asked for)";
const earlyMessage = "the service is unavailable (a fault that was asked for)";

/** Where every call passes: it is kept in the log, and things go wrong here that are asked for. */
export class Desk {
  readonly calls: CallLog;
  readonly faults: Faults;
  private readonly cancelling = new AbortController();

  constructor(readonly cloud: Cloud) {
    this.calls = new CallLog(cloud.folder);
    this.faults = new Faults(cloud.folder);
  }

  /** The engine wants no more to wait. */
  cancel(): void {
    this.cancelling.abort();
  }

  async answer<T>(call: Caller, work: () => Outcome<T>): Promise<T> {
    const fault = call.preview ? undefined : this.faults.due(call);
    try {
      if (fault && fault.when !== "after") {
        await this.strike(fault.action, call, "before", new CallError(fault.message ?? earlyMessage));
      }
      this.cloud.refresh();
      const { value, logged, afterwards } = work();
      if (fault?.when === "after") {
        const failure = afterwards?.(fault.message ?? lateMessage) ?? new CallError(fault.message ?? lateMessage);
        await this.strike(fault.action, { ...call, ...logged }, "after", failure);
      }
      this.calls.add({ ...call, ...logged, outcome: "done" });
      return value;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.calls.add({ ...call, outcome: message });
      throw error instanceof Refusal ? new CallError(error.message) : error;
    }
  }

  private async strike(action: string, call: Caller, when: string, failure: Error): Promise<void> {
    if (action === "die") {
      this.calls.add({ ...call, outcome: `died ${when} the effect` });
      process.exit(3);
    }
    if (action === "hang") {
      await this.cancelled();
      throw new CallError("context canceled", grpc.status.CANCELLED);
    }
    throw failure;
  }

  private cancelled(): Promise<void> {
    const { signal } = this.cancelling;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
      }
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
  }
}
