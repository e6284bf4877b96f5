import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Project } from "../project";

/** A stack's settings as the engine hands them over, but for secrets: nothing is decrypted, a placeholder stands for each. */
export interface StackSettings {
  /** By full key, such as `scorestack:services`. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys of settings with a secret in them. */
  readonly secretKeys: readonly string[];
}

interface SettingsFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Begins every placeholder; what is searched for before anything is applied. */
export const placeholderMark = "SCORESTACK-PLACEHOLDER";

/** Reads `Pulumi.yaml`'s defaults and the stack's own file. */
export function readStackSettings({ root, name }: Project, stackName: string): StackSettings {
  const secretKeys: string[] = [];
  const defaults = Object.entries(configOf(root, "Pulumi.yaml"))
    .map(([key, declared]) => [key, defaultOf(declared)] as const)
    .filter(([, value]) => value !== undefined);
  const own = Object.entries(configOf(root, `Pulumi.${stackName}.yaml`));
  const config = Object.fromEntries(
    [...defaults, ...own].map(([given, value]) => {
      const key = given.includes(":") ? given : `${name}:${given}`;
      const open = withoutSecrets(value, key, () => secretKeys.push(key));
      return [key, typeof open === "string" ? open : JSON.stringify(open)];
    }),
  );
  return { config, secretKeys };
}

function configOf(root: string, name: string): Readonly<Record<string, unknown>> {
  const file = path.join(root, name);
  const content = fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as SettingsFile | null) : undefined;
  return content?.config ?? {};
}

function defaultOf(declared: unknown): unknown {
  return typeof declared === "object" && declared !== null && "default" in declared ? declared.default : undefined;
}

/** Each placeholder is another, as keys of a service have to be. */
function withoutSecrets(value: unknown, place: string, found: () => void): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => withoutSecrets(item, `${place}[${index}]`, found));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Object.keys(value).length === 1 && "secure" in value) {
    found();
    return `${placeholderMark}:${place}`;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, `${place}.${key}`, found)]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
