import * as path from "node:path";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { drainSeconds } from "../../components/internal/server-environment";
import { projectRoot } from "../../components/internal/project";
import { findPython } from "../python";
import type { ServiceFolder } from "./files";
import type { Started } from "./launch";
import type { Variables } from "./secrets";

/** Before the names of the front's variables that are the container's (`supervisor/container.py`). */
export const variablePrefix = "CONTAINER_";
/** What the docker client goes by. */
const kept = ["PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR"];
const clientVariable = /^DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)$/;

/** The front of a container: to the supervisor it is the one worker of a server. */
export function containerOf(
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: string,
  environment: Variables,
): Started {
  const patience = drainSeconds(inputs);
  const settings = {
    image,
    service: inputs.serviceName,
    folder: folder.path,
    workers: inputs.workers,
    ...(inputs.authEnabled ? { keysFile: folder.keysFile } : {}),
    cpuCores: inputs.cpuCores,
    memoryInGb: inputs.memoryInGb,
    drainSeconds: patience,
  };
  const script = path.join(projectRoot(), "provider", "supervisor", "container_front.py");
  return {
    argv: [findPython().executable, script, JSON.stringify(settings)],
    env: {
      ...ofClient(),
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [variablePrefix + name, value])),
    },
    cwd: folder.path,
    workers: 1,
    // The front waits for what it has handed on, and then the container for what is under way in it.
    drainSeconds: 2 * patience + 15,
  };
}

function ofClient(): Record<string, string> {
  const found = Object.entries(process.env).filter(([name]) => kept.includes(name) || clientVariable.test(name));
  return Object.fromEntries(found.sort()) as Record<string, string>;
}
