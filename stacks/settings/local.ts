import type { LocalServiceArgs } from "../../components";
import type { KeyRotation } from "../../components/internal/local-contract";
import type { Rule } from "../../components/internal/problems";
import { contentIdentity, keyRotation } from "../../components/internal/rules";
import type { SettingsReader } from "./reader";
import { allKeys, clusterKeys } from "./keys";
import { anything, text } from "./shape";

/** Options of a service, under `scorestack:services`: those of `LocalService` that are no secret. */
export interface ServiceSettings extends Omit<
  LocalServiceArgs,
  "image" | "serviceName" | "primaryKey" | "secondaryKey" | "keyRotation"
> {
  readonly keyRotation?: KeyRotation;
  /** Scorer whose image the service runs. @default - the scorer of the service's name */
  readonly scorer?: string;
}

/** What the configuration of a local stack says. */
export interface LocalSettings {
  readonly kind: "local";
  /** Serve `spark-py` scorers too. */
  readonly spark: boolean;
  /** By name. */
  readonly services: Readonly<Record<string, ServiceSettings>>;
  /** Identity of the image that a service runs in place of its scorer's, by the service's name; `npm run rollback` sets it. */
  readonly pins: Readonly<Record<string, string>>;
  /** When keys were made anew, by the service's name; `npm run rotate-key` sets it. */
  readonly keyRotations: Readonly<Record<string, KeyRotation>>;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

const serviceFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ..."engine cpuCores memoryInGb port workers server maxConcurrentRequests maxBatchSize maxLatencyMs scoringTimeoutMs startTimeoutSeconds corsOrigins environmentVariables authEnabled keyRotation tags description"
    .split(" ")
    .map((key) => [key, anything] as const),
]);

export function readLocalSettings(reader: SettingsReader): LocalSettings {
  reader.onlyKeys(allKeys);
  reader.unused(["location", "workspace", "scorers", "pools", ...clusterKeys], "stacks in a cloud");
  const spark = reader.flag("spark");
  const services = reader.services(serviceFields, ["environmentVariables"]);
  const pins = readPins(reader);
  const keyRotations = readRotations(reader);
  return { kind: "local", spark, services, pins, keyRotations, problems: reader.problems.lines };
}

function readPins(reader: SettingsReader): Record<string, string> {
  const pins = reader.map("pins", "must be a map of image identities by service");
  for (const [name, identity] of Object.entries(pins)) {
    reader.problems.plain(`pins.${name}`, identity as string, { ...contentIdentity, remedy: () => unpin(name) });
  }
  return pins as Record<string, string>;
}

function readRotations(reader: SettingsReader): LocalSettings["keyRotations"] {
  const rotations = reader.map("keyRotations", "must be a map of key rotations by service");
  for (const [name, rotation] of Object.entries(rotations)) {
    reader.problems.plain(`keyRotations.${name}`, rotation as KeyRotation, keyRotation);
  }
  const kept = Object.entries(rotations).filter(([, rotation]) => keyRotation.holds(rotation as KeyRotation));
  return Object.fromEntries(kept) as LocalSettings["keyRotations"];
}

/** How a service is let go of its pin. */
export function unpin(name: string): string {
  return `let it follow its scorer again: npm run rollback -- ${name} --undo`;
}
