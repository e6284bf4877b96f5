import { ProviderDesk } from "./provider-desk";
import type { Values } from "../../provider/rpc/values";
import type { ModulesContent } from "../../components/internal/edge-contract";
import { type HubPlace, HubServer } from "../engine/stand-in/iot-hub/server";
import { HubFiles, type HubState, type Simulation } from "../engine/stand-in/iot-hub/state";
import { temporaryFolder } from "./folder";

/** Host of the hub that tests speak to. */
export const hub = "team.azure-devices.net";

const module = (image: string) => ({ version: "1.0", type: "docker", status: "running", settings: { image } });

/** A base deployment: the system's modules, and others of one's own. */
export function base(modules: Readonly<Record<string, string>> = {}): ModulesContent {
  return {
    $edgeAgent: {
      "properties.desired": {
        schemaVersion: "1.1",
        runtime: { type: "docker", settings: {} },
        systemModules: { edgeAgent: module("mcr/agent:1.6"), edgeHub: module("mcr/hub:1.6") },
        modules: Object.fromEntries(Object.entries(modules).map(([name, image]) => [name, module(image)])),
      },
    },
    $edgeHub: { "properties.desired": { schemaVersion: "1.1", routes: {} } },
  };
}

/** A layered deployment of one module. */
export function layer(name: string, image: string, more: ModulesContent = {}): ModulesContent {
  return { ...more, $edgeAgent: { ...more.$edgeAgent, [`properties.desired.modules.${name}`]: module(image) } };
}

/** A hub of the stand-in without its cloud: nothing is made in Azure, and any image can be pulled. */
export class TestHub {
  readonly server: HubServer;
  readonly remove: () => void;
  private readonly files: HubFiles;

  constructor(limits: HubPlace["limits"] = { configurations: 100, devices: 1000 }) {
    const { folder, remove } = temporaryFolder("iot-hub");
    this.remove = remove;
    this.files = new HubFiles(folder);
    this.server = new HubServer(this.files, (name) => (name === "team" ? { birth: "1", limits } : undefined));
    this.server.serviceOf = (name) => (name === "team" ? { birth: "1", hubs: [hub] } : undefined);
  }

  async start(): Promise<void> {
    process.env["SCORESTACK_IOT_HUB_ENDPOINT"] = await this.server.start();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    delete process.env["SCORESTACK_IOT_HUB_ENDPOINT"];
    this.remove();
  }

  /** Enrolment groups of the provisioning service `team`. */
  get groups(): Record<string, Values> {
    return this.files.loadService("team", "1").groups;
  }

  editGroups(change: (groups: Record<string, Values>) => void): void {
    const state = this.files.loadService("team", "1");
    change(state.groups);
    this.files.saveService("team", state);
  }

  /** A device that registers itself, with a key or a certificate of its own. */
  async register(registrationId: string, proof: { key: string } | { certificate: string }) {
    const address = `${process.env["SCORESTACK_IOT_HUB_ENDPOINT"] ?? ""}/team.azure-devices-provisioning`;
    const url = `${address}/registrations/${registrationId}?api-version=2021-10-01`;
    return (await fetch(url, { method: "PUT", body: JSON.stringify(proof) })).status;
  }

  get state(): HubState {
    return this.files.load("team", "1");
  }

  edit(change: (state: HubState) => void): void {
    const { state } = this;
    change(state);
    this.files.save("team", state);
  }

  simulate(simulations: Readonly<Record<string, Simulation>>): void {
    this.files.simulations = simulations;
  }

  clear(): void {
    this.files.saveService("team", { birth: "1", clock: 0, groups: {} });
    this.files.save("team", { birth: "1", clock: 0, configurations: {}, devices: {} });
    this.simulate({});
    this.server.requests.length = 0;
    this.server.fault = () => undefined;
  }

  /** Calls the hub as anybody would. */
  async call(method: string, path: string, body?: object, ifMatch?: string) {
    const url = `${process.env["SCORESTACK_IOT_HUB_ENDPOINT"] ?? ""}/team/${path}${path.includes("?") ? "&" : "?"}api-version=2021-04-12`;
    const headers: Record<string, string> = ifMatch === undefined ? {} : { "if-match": ifMatch };
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
  }

  /** Registers an edge device by hand. */
  async device(deviceId: string, tags: Record<string, string> = {}): Promise<void> {
    await this.call("PUT", `devices/${deviceId}`, { deviceId, capabilities: { iotEdge: true } });
    await this.call("PATCH", `twins/${deviceId}`, { tags });
  }

  /** Makes a deployment by hand. */
  async deploy(id: string, modulesContent: ModulesContent, targetCondition: string, priority: number): Promise<void> {
    const body = { id, content: { modulesContent }, targetCondition, priority };
    const { status, body: said } = await this.call("PUT", `configurations/${id}`, body);
    if (status > 201) {
      throw new Error(JSON.stringify(said));
    }
  }

  /** Name and image of each module that a device is told to run. */
  images(deviceId: string): Record<string, string> {
    const modules = this.state.devices[deviceId]?.modules.$edgeAgent?.desired["modules"] ?? {};
    return Object.fromEntries(
      Object.entries(modules as Record<string, { settings: { image: string } }>).map(([name, { settings }]) => [
        name,
        settings.image,
      ]),
    );
  }
}

/** A hub and what speaks to the handlers, for the tests of one suite: open while it runs, and the hub empty before each test. */
export function hubAndDesk(handlers: readonly unknown[]): { readonly hub: TestHub; readonly desk: ProviderDesk } {
  const hub = new TestHub();
  const desk = new ProviderDesk(handlers);
  before(async () => {
    await Promise.all([hub.start(), desk.open()]);
  });
  beforeEach(() => {
    hub.clear();
  });
  after(async () => {
    desk.close();
    await hub.stop();
  });
  return { hub, desk };
}
