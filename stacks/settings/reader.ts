import * as pulumi from "@pulumi/pulumi";
import { type Rule, shown } from "../../components/internal/problems";
import { Problems } from "../../components/internal/validate";
import { secretPaths } from "./secret-paths";
import { checkFields, isRecord } from "./shape";

/** Reads the settings `scorestack:*` of a stack, and collects what is wrong with them. */
export class SettingsReader {
  readonly problems = new Problems("scorestack:");
  private readonly config = new pulumi.Config("scorestack");

  /** A setting that nothing reads would be one that silently does nothing. */
  onlyKeys(known: readonly string[]): void {
    const given = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("scorestack:"));
    for (const key of given.map((one) => one.slice("scorestack:".length)).filter((one) => !known.includes(one))) {
      this.problems.add(key, `must be one of ${known.join(", ")}`, shown(key), "correct or remove it");
    }
  }

  /** A text; undefined when it is not given, or empty. */
  text(key: string): string | undefined {
    return this.config.get(key) || undefined;
  }

  flag(key: string): boolean {
    const value = this.config.get(key) ?? "false";
    this.problems.plain(key, value, { must: "must be true or false", holds: () => /^(true|false)$/.test(value) });
    return value === "true";
  }

  map(key: string, must: string): Record<string, unknown> {
    const given = this.config.get(key) ?? "{}";
    let value: unknown;
    try {
      value = JSON.parse(given);
    } catch {
      value = given;
    }
    if (!isRecord(value)) {
      this.problems.add(key, must, shown(value));
      return {};
    }
    return value;
  }

  /** The services by name, each with no other fields than those; members of `environmentVariables` may be secrets. */
  services(fields: ReadonlyMap<string, Rule<unknown>>): Record<string, Record<string, unknown>> {
    const services = this.map("services", "must be a map of services by name");
    const secrets = secretPaths("scorestack:services");
    this.checkSecrets(secrets);
    return Object.fromEntries(
      Object.entries(services).map(([name, service]) => {
        const kept = checkFields(this.problems, `services.${name}`, service ?? {}, fields);
        return [name, withSecrets(name, kept, secrets)];
      }),
    );
  }

  /** Other options than these stand open in the state. */
  private checkSecrets(secrets: ReadonlySet<string>): void {
    for (const path of [...secrets].filter((one) => !/^$|^[^.]+\.environmentVariables(\.|$)/.test(one))) {
      const remedy = "only 'environmentVariables' may hold secrets: set it again without --secret";
      this.problems.add(`services.${path}`, "must not be a secret", undefined, remedy);
    }
  }
}

function withSecrets(
  name: string,
  service: Record<string, unknown>,
  secrets: ReadonlySet<string>,
): Record<string, unknown> {
  const variables = service["environmentVariables"];
  if (!isRecord(variables)) {
    return service;
  }
  const home = `${name}.environmentVariables`;
  const isSecret = (key: string): boolean => ["", home, `${home}.${key}`].some((path) => secrets.has(path));
  const kept = Object.entries(variables).map(([key, value]) => [key, isSecret(key) ? pulumi.secret(value) : value]);
  return { ...service, environmentVariables: Object.fromEntries(kept) as Record<string, unknown> };
}
