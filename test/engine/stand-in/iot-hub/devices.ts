import type { Values } from "../../../../provider/rpc/values";
import { recordOf, textOf } from "../values";
import { targetCondition } from "./expressions";
import { merge } from "./merge";
import type { FailingModule, HubDevice, HubModule, HubState, Simulation } from "./state";

/** How an image is pulled: what the registry says against it; undefined where it gives it. */
export type Pull = (image: string, credentials: readonly Values[]) => string | undefined;

export const newModule = (): HubModule => ({ desired: {}, desiredVersion: 1, reported: {}, configurations: {} });

/** What the hub knows a device by in conditions and queries. */
export function deviceTwin(device: HubDevice): Values {
  const { deviceId, etag, status, tags, capabilities, deviceScope, parentScopes } = device;
  const properties = { desired: { $version: 1 }, reported: { $version: 1 } };
  const connectionState = "Disconnected";
  return { deviceId, etag, status, tags, capabilities, deviceScope, parentScopes, connectionState, properties };
}

export function moduleTwin({ deviceId, etag }: HubDevice, moduleId: string, module: HubModule): Values {
  const { desired, desiredVersion, reported, configurations } = module;
  return {
    deviceId,
    moduleId,
    etag,
    // Always so for the agent and the hub on a device: it counts telemetry alone.
    connectionState: "Disconnected",
    tags: {},
    configurations,
    properties: { desired: { ...desired, $version: desiredVersion }, reported: { ...reported, $version: 1 } },
  };
}

/** Gives every device what its deployments say. The real hub takes up to five minutes for that. */
export function deploy(state: HubState): void {
  const configurations = Object.values(state.configurations).map((one) => ({
    one,
    fits: targetCondition(one.targetCondition),
  }));
  for (const device of Object.values(state.devices).filter(({ capabilities }) => capabilities.iotEdge)) {
    const twin = deviceTwin(device);
    const targeting = configurations.filter(({ fits }) => fits(twin)).map(({ one }) => one);
    const { applied, desired } = merge(targeting);
    const agent = device.modules.$edgeAgent;
    if (!agent) {
      continue;
    }
    agent.configurations = Object.fromEntries(
      targeting.map(({ id }) => [id, { status: applied.includes(id) ? ("Applied" as const) : ("Targeted" as const) }]),
    );
    if (!desired) {
      continue;
    }
    // Identities of modules come and go with the manifest.
    const named = new Set(["$edgeAgent", "$edgeHub", ...Object.keys(recordOf(desired.$edgeAgent?.modules))]);
    device.modules = Object.fromEntries(
      [...named].map((name) => [name, withDesired(device.modules[name] ?? newModule(), desired[name] ?? {})]),
    );
  }
}

function withDesired(module: HubModule, desired: Values): HubModule {
  return JSON.stringify(module.desired) === JSON.stringify(desired)
    ? module
    : { ...module, desired, desiredVersion: module.desiredVersion + 1 };
}

/** Has every device that is online do what it is told, and report. */
export function report(
  state: HubState,
  simulationOf: (deviceId: string) => Simulation,
  look: (key: string) => number,
  pull: Pull,
): void {
  for (const device of Object.values(state.devices)) {
    const { online = true, looksUntilDone = 0, failing = {} } = simulationOf(device.deviceId);
    const agent = device.modules.$edgeAgent;
    if (!online || !agent || Object.keys(agent.desired).length === 0) {
      continue;
    }
    if (look(`${device.generationId} ${agent.desiredVersion}`) >= looksUntilDone) {
      agent.reported = reportOf(agent, failing, pull);
    }
  }
}

/** As the agent of IoT Edge reports: learn.microsoft.com/azure/iot-edge/module-edgeagent-edgehub#edgeagent-reported-properties. */
function reportOf(agent: HubModule, failing: Readonly<Record<string, FailingModule>>, pull: Pull): Values {
  const { modules, systemModules, runtime, schemaVersion } = agent.desired;
  const credentials = Object.values(recordOf(recordOf(recordOf(runtime).settings).registryCredentials)).map(recordOf);
  const before = { ...recordOf(agent.reported.modules), ...recordOf(agent.reported.systemModules) };
  const refused: string[] = [];
  const told = (entries: Values): Values =>
    Object.fromEntries(
      Object.entries(entries).map(([name, asked]) => {
        const image = textOf(recordOf(recordOf(asked).settings).image);
        const fault = Object.entries(failing).find(([part]) => image.includes(part))?.[1];
        const hasImage = textOf(recordOf(recordOf(before[name]).settings).image) === image && !isRefused(before[name]);
        const said = fault?.pull ?? (hasImage ? undefined : pull(image, credentials));
        if (said !== undefined) {
          refused.push(`${name}: ${said}`);
        }
        return [name, moduleReport(recordOf(asked), said === undefined ? fault : { pull: said })];
      }),
    );
  const reported = { modules: told(recordOf(modules)), systemModules: told(recordOf(systemModules)) };
  return {
    schemaVersion: schemaVersion ?? "1.1",
    version: { version: "1.6.0" },
    runtime: { platform: { os: "linux", architecture: "x86_64", version: "1.6.0" }, type: "docker" },
    lastDesiredVersion: agent.desiredVersion,
    lastDesiredStatus:
      refused.length > 0 ? { code: 500, description: refused.join("; ") } : { code: 200, description: "" },
    ...reported,
  };
}

function isRefused(report: Values[string] | undefined): boolean {
  return recordOf(report).runtimeStatus === "unknown";
}

function moduleReport(asked: Values, fault: FailingModule | undefined): Values {
  const wanted = textOf(asked.status) || "running";
  const runtimeStatus = fault?.pull === undefined ? (fault?.runtimeStatus ?? (fault ? "failed" : wanted)) : "unknown";
  return {
    ...asked,
    runtimeStatus,
    exitCode: fault?.exitCode ?? (fault && fault.pull === undefined ? 1 : 0),
    statusDescription: fault?.statusDescription ?? runtimeStatus,
    restartCount: fault?.restartCount ?? 0,
  };
}
