import * as fs from "node:fs";
import * as path from "node:path";
import { type StandInOptions as Started, type StandInProcess, startStandInProcess } from "../../../cli/stand-in";
import { projectRoot } from "../../../components/internal/project";
import { CallLog, type LoggedCall } from "./call-log";
import { Cloud, type CloudResource, type CloudState } from "./cloud";
import { type Fault, Faults } from "./faults";
import { HubFiles, type HubState, type Simulation } from "./iot-hub/state";

export type { CloudResource, CloudState, Fault, LoggedCall };

export interface StandInOptions {
  /** The project's folder, whose packages and scripts are used. @default - the one that paths count from */
  readonly root?: string;
  /** ARM ids of what is there without the stack, such as a resource group of the user's. */
  readonly existing?: readonly string[];
  /**
   * Have a create take over what was made for the same resource by a call that was never answered, as Azure's PUT would. azure-native
   * refuses instead, as it can't know whose it is: a person has to delete or import it. @default false
   */
  readonly adoptsOwn?: boolean;
}

/** A stand-in cloud for tests: it lies in a folder, and outlives the process that serves it. */
export class StandIn {
  private constructor(
    private readonly where: Pick<Started, "root" | "folder" | "adoptsOwn">,
    private process: StandInProcess,
  ) {}

  /** @internal */
  static async start(folder: string, options: StandInOptions): Promise<StandIn> {
    const { root = projectRoot(), existing, adoptsOwn } = options;
    fs.mkdirSync(folder, { recursive: true });
    if (existing) {
      fs.writeFileSync(path.join(folder, "existing.json"), JSON.stringify(existing));
    }
    const where = { root, folder, adoptsOwn };
    return new StandIn(where, await startStandInProcess(where));
  }

  /** What an engine needs in its environment. It stays the same when the process is started again. */
  get env(): Record<string, string> {
    return { ...this.process.environment };
  }

  /** Everything in the cloud, as it stands. */
  get state(): CloudState {
    return new Cloud(this.where.folder).state;
  }

  /** Resources in the cloud, of one type if it is given, such as `storage:Blob`. */
  resources(type?: string): CloudResource[] {
    return Object.values(this.state.resources).filter(({ token }) => type === undefined || token.endsWith(`:${type}`));
  }

  /** Calls of the engine: those that have changed something, or all. */
  log(which: "changes" | "all" = "changes"): LoggedCall[] {
    const calls = new CallLog(this.where.folder).all();
    const changing = ["create", "update", "delete"];
    return which === "all" ? calls : calls.filter(({ method, preview }) => changing.includes(method) && !preview);
  }

  clearLog(): void {
    new CallLog(this.where.folder).clear();
  }

  /** Changes the cloud as somebody would by hand. */
  edit(change: (state: CloudState) => void): void {
    const cloud = new Cloud(this.where.folder);
    change(cloud.state);
    cloud.save();
  }

  /** What is in an IoT Hub. */
  iotHub(name: string): HubState {
    return new HubFiles(this.where.folder).load(name, "");
  }

  /** Changes what is in an IoT Hub, as somebody would by hand. */
  editIotHub(name: string, change: (state: HubState) => void): void {
    const files = new HubFiles(this.where.folder);
    const state = files.load(name, "");
    change(state);
    files.save(name, state);
  }

  /** How simulated devices do: `device` or `hub/device` → how; the rest are online, quick and well. */
  simulateDevices(simulations: Readonly<Record<string, Simulation>>): void {
    new HubFiles(this.where.folder).simulations = simulations;
  }

  /** Has things go wrong, each once; what was set before and has not happened is taken back. */
  fault(...faults: readonly Fault[]): void {
    new Faults(this.where.folder).set(faults);
  }

  /** Faults that have not happened yet. */
  faultsLeft(): Fault[] {
    return new Faults(this.where.folder).all();
  }

  /** Resolves once a fault has ended the process. */
  died(): Promise<void> {
    return this.process.ended;
  }

  /** Starts the process again where it was, as after a fault that has ended it. */
  async restart(): Promise<void> {
    const { ports } = this.process;
    await this.process.stop();
    this.process = await startStandInProcess({ ...this.where, ports });
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
