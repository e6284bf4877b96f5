import type { EdgeModuleArgs } from "../edge-module-options";
import type { EdgeJson } from "../internal/edge-contract";

/** Port that the image's server answers at; containers on a device reach it by the module's name. */
export const modulePort = 5001;
/** Where the digests of accepted keys are in the container; nothing of it outlives the container. */
export const keysFile = "/tmp/scorestack-keys.json";
/** The digests themselves, until the server has started. */
export const keysVariable = "SCORESTACK_KEY_DIGESTS";

/** A file of digests, that the server alone can read, takes the place of the variable. */
const start = [
  `umask 077 && printf %s "$${keysVariable}" > ${keysFile}`,
  `unset ${keysVariable}`,
  `exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port ${modulePort}`,
].join(" && ");

/** What Docker makes a module's container with: limits and ports by its arguments, over options of the user's own. */
export function optionsOf(args: EdgeModuleArgs): Record<string, EdgeJson> {
  const { cpuCores, memoryInGb, hostPort, hostAddress = "127.0.0.1", authEnabled, createOptions = {} } = args;
  const port = `${modulePort}/tcp`;
  const ours: Record<string, EdgeJson> = {
    ...(authEnabled === false ? {} : { Cmd: ["/bin/sh", "-c", start] }),
    ...(hostPort === undefined ? {} : { ExposedPorts: { [port]: {} } }),
    HostConfig: {
      ...(cpuCores === undefined ? {} : { NanoCpus: Math.round(cpuCores * 1e9) }),
      ...(memoryInGb === undefined ? {} : { Memory: Math.round(memoryInGb * 2 ** 30) }),
      ...(hostPort === undefined
        ? {}
        : { PortBindings: { [port]: [{ HostIp: hostAddress, HostPort: String(hostPort) }] } }),
    },
  };
  return merged(createOptions as Record<string, EdgeJson>, ours);
}

/** Maps merged; where both have another value the second one stands. */
function merged(one: Record<string, EdgeJson>, other: Record<string, EdgeJson>): Record<string, EdgeJson> {
  const both = Object.entries(other).map(([key, value]) => {
    const before = one[key];
    return [key, isMap(before) && isMap(value) ? merged(before, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(both) };
}

function isMap(value: EdgeJson | undefined): value is Record<string, EdgeJson> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
