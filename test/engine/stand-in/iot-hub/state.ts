import * as fs from "node:fs";
import * as path from "node:path";
import type { Values } from "../../../../provider/rpc/values";

/** An automatic deployment, as the hub keeps it. */
export interface HubConfiguration {
  readonly id: string;
  readonly content: { readonly modulesContent: Record<string, Values> };
  targetCondition: string;
  priority: number;
  labels: Record<string, string>;
  metrics: { readonly queries: Record<string, string> };
  readonly createdTimeUtc: string;
  lastUpdatedTimeUtc: string;
  etag: string;
}

export interface HubModule {
  desired: Values;
  desiredVersion: number;
  reported: Values;
  /** Configurations whose target condition it has: `Targeted`, or `Applied`. */
  configurations: Record<string, { status: "Targeted" | "Applied" }>;
}

export interface HubDevice {
  readonly deviceId: string;
  readonly generationId: string;
  etag: string;
  status: string;
  authentication: Values;
  capabilities: { iotEdge: boolean };
  deviceScope: string;
  parentScopes: string[];
  tags: Values;
  modules: Record<string, HubModule | undefined>;
}

/** Everything in one hub. */
export interface HubState {
  /** That of the resource in Azure: a hub that is made anew is empty. */
  readonly birth: string;
  /** Counts what happens: etags and times come from it, so that no two are the same. */
  clock: number;
  configurations: Record<string, HubConfiguration>;
  devices: Record<string, HubDevice>;
}

/** Everything in one Device Provisioning Service. */
export interface ServiceState {
  readonly birth: string;
  clock: number;
  /** Enrolment groups, as they were written. */
  groups: Record<string, Values>;
}

/** How a simulated device does; any that is not named is online, quick and well. */
export interface Simulation {
  /** @default true */
  readonly online?: boolean;
  /** How many queries are asked before it has done what it is told. @default 0 */
  readonly looksUntilDone?: number;
  /** Part of an image's name → how a container of it ends. */
  readonly failing?: Readonly<Record<string, FailingModule>>;
}

export interface FailingModule {
  readonly runtimeStatus?: "failed" | "backoff" | "unhealthy" | "stopped";
  readonly exitCode?: number;
  readonly statusDescription?: string;
  readonly restartCount?: number;
  /** The image can't be pulled: what the agent says of that. */
  readonly pull?: string;
}

/** One file for each hub, beside the cloud's own. It is read before and written after each call: tests and users may edit it. */
export class HubFiles {
  constructor(readonly folder: string) {}

  load(hub: string, birth: string): HubState {
    const file = this.file(hub);
    const found = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as HubState) : undefined;
    return found && (birth === "" || found.birth === birth)
      ? found
      : { birth, clock: 0, configurations: {}, devices: {} };
  }

  save(hub: string, state: HubState): void {
    write(this.file(hub), state);
  }

  loadService(name: string, birth: string): ServiceState {
    const file = this.serviceFile(name);
    const found = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as ServiceState) : undefined;
    return found && (birth === "" || found.birth === birth) ? found : { birth, clock: 0, groups: {} };
  }

  saveService(name: string, state: ServiceState): void {
    write(this.serviceFile(name), state);
  }

  /** `simulated-devices.json`: `device` or `hub/device` → how it does. */
  get simulations(): Readonly<Record<string, Simulation>> {
    const file = path.join(this.folder, "simulated-devices.json");
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, Simulation>) : {};
  }

  set simulations(simulations: Readonly<Record<string, Simulation>>) {
    write(path.join(this.folder, "simulated-devices.json"), simulations);
  }

  private serviceFile(name: string): string {
    return path.join(this.folder, "provisioning-services", `${name}.json`);
  }

  private file(hub: string): string {
    return path.join(this.folder, "iot-hubs", `${hub}.json`);
  }
}

function write(file: string, value: object): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  fs.renameSync(temporary, file);
}

/** The next moment: a minute after the last one, as only the order counts. */
export function tick(state: HubState): string {
  state.clock += 1;
  return new Date(Date.UTC(2026, 0, 1) + state.clock * 60_000).toISOString();
}

export function newEtag(state: { clock: number }): string {
  state.clock += 1;
  return Buffer.from(String(state.clock)).toString("base64");
}
