import * as pulumi from "@pulumi/pulumi";
import type { LocalServiceArgs } from "../components";
import type { KeyRotation } from "../components/internal/local-contract";
import { oneOf, type Rule, shown } from "../components/internal/problems";
import { contentIdentity, keyRotation } from "../components/internal/rules";
import { Problems } from "../components/internal/validate";
import { secretPaths } from "./secret-settings";
import { anything, checkFields, isRecord, text } from "./shape";

/** Stack functions. */
export const stackKinds = ["local"] as const;
/** A stack function's name. */
export type StackKind = (typeof stackKinds)[number];

/** Options of a service, under `scorestack:services`: those of `LocalService` that are no secret. */
export interface ServiceSettings extends Omit<
  LocalServiceArgs,
  "image" | "serviceName" | "primaryKey" | "secondaryKey" | "keyRotation"
> {
  readonly keyRotation?: KeyRotation;
  /** Scorer whose image the service runs. @default - the scorer of the service's name */
  readonly scorer?: string;
}

/** What the stack's configuration says. */
export interface Settings {
  readonly kind: StackKind;
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

/** What the command line alone asks of the program; the engine is then told to touch nothing else. */
export interface ProgramOptions {
  readonly only?: OnlyService;
}

/** One service, with an image that is built: no scorer is read, so that a fault in one does not matter. */
export interface OnlyService {
  readonly name: string;
  readonly imageIdentity: string;
}

const settingKeys = ["kind", "spark", "services", "pins", "keyRotations"];
const serviceFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ..."port workers server maxConcurrentRequests maxBatchSize maxLatencyMs scoringTimeoutMs startTimeoutSeconds corsOrigins environmentVariables authEnabled keyRotation tags description"
    .split(" ")
    .map((key) => [key, anything] as const),
]);

/**
 * Reads the stack's configuration; the only place that does.
 *
 * @throws pulumi.RunError if no stack function is of the stack's kind. What else is wrong is in the settings' `problems`.
 */
export function readSettings(): Settings {
  const config = new pulumi.Config("scorestack");
  const kind = config.get("kind") || (pulumi.getStack().split("-", 1)[0] ?? "");
  const problems = new Problems("scorestack:");
  problems.plain("kind", kind, {
    ...(oneOf(stackKinds) as Rule<string>),
    remedy: () => "without it the stack's name says so, up to its first dash",
  });
  problems.throwIfAny();
  checkKeys(problems);
  const spark = readFlag(problems, config, "spark");
  const services = readServices(problems, config);
  const pins = readPins(problems, config);
  const keyRotations = readRotations(problems, config);
  return { kind: kind as StackKind, spark, services, pins, keyRotations, problems: problems.lines };
}

/** A setting that nothing reads would be one that silently does nothing. */
function checkKeys(problems: Problems): void {
  const given = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("scorestack:"));
  const strange = given.map((key) => key.slice("scorestack:".length)).filter((key) => !settingKeys.includes(key));
  for (const key of strange) {
    problems.add(key, `must be one of ${settingKeys.join(", ")}`, shown(key), "correct or remove it");
  }
}

function readFlag(problems: Problems, config: pulumi.Config, key: string): boolean {
  const value = config.get(key) ?? "false";
  problems.plain(key, value, { must: "must be true or false", holds: () => /^(true|false)$/.test(value) });
  return value === "true";
}

function readServices(problems: Problems, config: pulumi.Config): Record<string, ServiceSettings> {
  const services = readMap(problems, config, "services", "must be a map of services by name");
  const secrets = secretPaths("scorestack:services");
  checkSecrets(problems, secrets);
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const fields = checkFields(problems, `services.${name}`, service ?? {}, serviceFields);
      return [name, withSecrets(name, fields, secrets)];
    }),
  );
}

/** Other options than these stand open in the state. */
function checkSecrets(problems: Problems, secrets: ReadonlySet<string>): void {
  for (const path of [...secrets].filter((one) => !/^$|^[^.]+\.environmentVariables(\.|$)/.test(one))) {
    const remedy = "only 'environmentVariables' may hold secrets: set it again without --secret";
    problems.add(`services.${path}`, "must not be a secret", undefined, remedy);
  }
}

function withSecrets(name: string, fields: ServiceSettings, secrets: ReadonlySet<string>): ServiceSettings {
  const variables = fields.environmentVariables;
  if (!isRecord(variables)) {
    return fields;
  }
  const home = `${name}.environmentVariables`;
  const isSecret = (key: string): boolean => ["", home, `${home}.${key}`].some((path) => secrets.has(path));
  const kept = Object.entries(variables as Record<string, string>).map(
    ([key, value]) => [key, isSecret(key) ? pulumi.secret(value) : value] as const,
  );
  return { ...fields, environmentVariables: Object.fromEntries(kept) };
}

function readPins(problems: Problems, config: pulumi.Config): Record<string, string> {
  const pins = readMap(problems, config, "pins", "must be a map of image identities by service");
  for (const [name, identity] of Object.entries(pins)) {
    problems.plain(`pins.${name}`, identity as string, { ...contentIdentity, remedy: () => unpin(name) });
  }
  return pins as Record<string, string>;
}

function readRotations(problems: Problems, config: pulumi.Config): Settings["keyRotations"] {
  const rotations = readMap(problems, config, "keyRotations", "must be a map of key rotations by service");
  for (const [name, rotation] of Object.entries(rotations)) {
    problems.plain(`keyRotations.${name}`, rotation as KeyRotation, keyRotation);
  }
  const kept = Object.entries(rotations).filter(([, rotation]) => keyRotation.holds(rotation as KeyRotation));
  return Object.fromEntries(kept) as Settings["keyRotations"];
}

/** How a service is let go of its pin. */
export function unpin(name: string): string {
  return `let it follow its scorer again: npm run rollback -- ${name} --undo`;
}

function readMap(problems: Problems, config: pulumi.Config, key: string, must: string): Record<string, unknown> {
  const given = config.get(key) ?? "{}";
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = given;
  }
  if (!isRecord(value)) {
    problems.add(key, must, shown(value));
    return {};
  }
  return value;
}
