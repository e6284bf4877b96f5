import * as fs from "node:fs";
import * as path from "node:path";
import { type StandInProcess, startStandInProcess } from "../../../cli/stand-in";
import { CallLog, type LoggedCall } from "./call-log";
import { Cloud, type CloudResource, type CloudState } from "./cloud";
import { type Fault, Faults } from "./faults";

export type { CloudResource, CloudState, Fault, LoggedCall };

export interface StandInOptions {
  /** The project's folder. @default - the one of this file */
  readonly root?: string;
  /** ARM ids of what is there without the stack, such as a resource group of the user's. */
  readonly existing?: readonly string[];
}

/** A stand-in cloud for tests: it lies in a folder, and outlives the process that serves it. */
export class StandIn {
  private constructor(
    private readonly root: string,
    private readonly folder: string,
    private process: StandInProcess,
  ) {}

  /** @internal */
  static async start(
    folder: string,
    { root = path.resolve(__dirname, "../../.."), existing }: StandInOptions,
  ): Promise<StandIn> {
    fs.mkdirSync(folder, { recursive: true });
    if (existing) {
      fs.writeFileSync(path.join(folder, "existing.json"), JSON.stringify(existing));
    }
    return new StandIn(root, folder, await startStandInProcess({ root, folder }));
  }

  /** What an engine needs in its environment. It stays the same when the process is started again. */
  get env(): Record<string, string> {
    return { ...this.process.environment };
  }

  /** Everything in the cloud, as it stands. */
  get state(): CloudState {
    return new Cloud(this.folder).state;
  }

  /** Resources in the cloud, of one type if it is given, such as `storage:Blob`. */
  resources(type?: string): CloudResource[] {
    return Object.values(this.state.resources).filter(({ token }) => type === undefined || token.endsWith(`:${type}`));
  }

  /** Calls of the engine: those that have changed something, or all. */
  log(which: "changes" | "all" = "changes"): LoggedCall[] {
    const calls = new CallLog(this.folder).all();
    const changing = ["create", "update", "delete"];
    return which === "all" ? calls : calls.filter(({ method, preview }) => changing.includes(method) && !preview);
  }

  clearLog(): void {
    new CallLog(this.folder).clear();
  }

  /** Changes the cloud as somebody would by hand. */
  edit(change: (state: CloudState) => void): void {
    const cloud = new Cloud(this.folder);
    change(cloud.state);
    cloud.save();
  }

  /** Has things go wrong, each once; what was set before and has not happened is taken back. */
  fault(...faults: readonly Fault[]): void {
    new Faults(this.folder).set(faults);
  }

  /** Starts the process again where it was, as after a fault that has ended it. */
  async restart(): Promise<void> {
    const { ports } = this.process;
    await this.process.stop();
    this.process = await startStandInProcess({ root: this.root, folder: this.folder, ports });
  }

  /** Ends the process; the cloud stays in its folder. */
  stop(): Promise<void> {
    return this.process.stop();
  }
}

/**
 * Starts a stand-in for azure-native, docker-build, command and kubernetes.
 *
 * @example
 * const standIn = await startStandIn(folder);
 * const { stack } = await openStack({ root, stackName: "dev", create: true, environment: standIn.env });
 */
export function startStandIn(folder: string, options: StandInOptions = {}): Promise<StandIn> {
  return StandIn.start(folder, options);
}
