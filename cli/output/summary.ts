import pc from "picocolors";
import type { ServiceRecord } from "../../provider/store/records";
import type { Sample } from "../samples";
import { curlLine } from "./curl";

/** A service as `start` presents it. */
export interface Presented {
  readonly service: ServiceRecord;
  /** A request that it answers with 200, if its scorer has one. */
  readonly sample: Sample | undefined;
  /** Where its key stands in the stack's outputs, when it asks for one. */
  readonly keyPath: string | undefined;
}

/** Addresses of each service, and a line to paste. */
export function renderServices(services: readonly Presented[], stackName: string): string {
  return services.map((presented) => renderService(presented, stackName)).join("\n\n");
}

/** The same for scripts. */
export function serviceJson(presented: Presented, stackName: string): object {
  const { scoringUri, swaggerUri, healthUri, imageId, modelIds, pid } = presented.service;
  return { scoringUri, swaggerUri, healthUri, imageId, modelIds, pid, curl: curlOf(presented, stackName) };
}

function curlOf({ service, sample, keyPath }: Presented, stackName: string): string | undefined {
  return sample && curlLine(service.scoringUri, sample, keyPath && keyCommand(keyPath, stackName));
}

function renderService(presented: Presented, stackName: string): string {
  const { service } = presented;
  const holds = [service.imageId, ...service.modelIds].filter((id) => id !== "").join(", ");
  const lines: [string, string][] = [
    ["scoring", service.scoringUri],
    ["swagger", service.swaggerUri],
    ["health", service.healthUri],
  ];
  const curl = curlOf(presented, stackName);
  if (curl !== undefined) {
    lines.push(["try", curl]);
  }
  return [`${pc.bold(service.name)}  (${holds})`, ...lines.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)].join(
    "\n",
  );
}

/** Prints a key from the stack's outputs. */
function keyCommand(keyPath: string, stackName: string): string {
  const stack = stackName === "local" ? "" : ` --stack ${stackName}`;
  return `npm run -s outputs -- ${keyPath} --show-secrets${stack}`;
}

/** Where the primary key of the service with that address stands in the outputs; undefined when it has none. */
export function keyPathOf(outputs: unknown, scoringUri: string, place: readonly string[] = []): string | undefined {
  if (typeof outputs !== "object" || outputs === null) {
    return undefined;
  }
  const members = outputs as Record<string, unknown>;
  if (members.scoringUri === scoringUri && typeof members.primaryKey === "string") {
    return [...place, "primaryKey"].join(".");
  }
  for (const [name, member] of Object.entries(members)) {
    const found = keyPathOf(member, scoringUri, [...place, name]);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
