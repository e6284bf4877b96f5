import * as pulumi from "@pulumi/pulumi";
import { type Rule, shown } from "../../components/internal/problems";
import { Problems } from "../../components/internal/validate";
import { secretPaths } from "./secret-paths";
import { checkFields, isRecord, texts } from "./shape";

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

  /** Settings of other stacks, for which the project has a default: here they must have no other. */
  unused(keys: readonly string[], forWhat: string): void {
    for (const key of keys) {
      const given = this.config.get(key) ?? "";
      if (!["", "{}", "[]", "false"].includes(given)) {
        this.problems.add(key, "must be left out in this stack", shown(parsed(given)), `it is for ${forWhat}`);
      }
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

  /** A list of texts; undefined when it is not given, or empty. */
  list(key: string): readonly string[] | undefined {
    const value = parsed(this.config.get(key));
    this.problems.plain(key, value, texts);
    return texts.holds(value) && (value as string[]).length > 0 ? (value as string[]) : undefined;
  }

  map(key: string, must: string): Record<string, unknown> {
    const value = parsed(this.config.get(key)) ?? {};
    if (!isRecord(value)) {
      this.problems.add(key, must, shown(value));
      return {};
    }
    return value;
  }

  /** The services by name, each with no other fields than those. `mayBeSecret` names options that may be set with `--secret`. */
  services(
    fields: ReadonlyMap<string, Rule<unknown>>,
    mayBeSecret: readonly string[],
  ): Record<string, Record<string, unknown>> {
    return this.named("services", "must be a map of services by name", fields, mayBeSecret);
  }

  /** Things by name, each with options: see {@link services}. */
  named(
    setting: string,
    must: string,
    fields: ReadonlyMap<string, Rule<unknown>>,
    mayBeSecret: readonly string[],
  ): Record<string, Record<string, unknown>> {
    const things = this.map(setting, must);
    const secrets = secretPaths(`scorestack:${setting}`);
    this.checkSecrets(setting, secrets, mayBeSecret);
    return Object.fromEntries(
      Object.entries(things).map(([name, thing]) => {
        const kept = checkFields(this.problems, `${setting}.${name}`, thing ?? {}, fields);
        const sealed = Object.entries(kept).map(([key, value]) => [
          key,
          seal(value, name, key, { secrets, mayBeSecret }),
        ]);
        return [name, Object.fromEntries(sealed) as Record<string, unknown>];
      }),
    );
  }

  /** Other options than these stand open in the state. */
  private checkSecrets(setting: string, secrets: ReadonlySet<string>, mayBeSecret: readonly string[]): void {
    const options = mayBeSecret.map((option) => `'${option}'`).join(", ");
    const who = mayBeSecret.length > 0 ? `only ${options} may hold secrets` : "it would stand open in the state";
    const remedy = `${who}: set it again without --secret`;
    for (const path of secrets) {
      const option = path.split(".").slice(1).join(".");
      if (path !== "" && !mayBeSecret.some((one) => isWithin(option, one))) {
        this.problems.add(`${setting}.${path}`, "must not be a secret", undefined, remedy);
      }
    }
  }
}

/** The engine hands lists and maps over as JSON; what is none is the text itself. */
function parsed(given: string | undefined): unknown {
  try {
    return given === undefined || given === "" ? undefined : JSON.parse(given);
  } catch {
    return given;
  }
}

interface SecretOptions {
  /** Paths that were set with `--secret`; the empty one for all. */
  readonly secrets: ReadonlySet<string>;
  readonly mayBeSecret: readonly string[];
}

/** A value with the texts in it that are secret made so. */
function seal(value: unknown, service: string, option: string, which: SecretOptions): unknown {
  if (isRecord(value)) {
    const members = Object.entries(value).map(([key, item]) => [key, seal(item, service, `${option}.${key}`, which)]);
    return Object.fromEntries(members) as Record<string, unknown>;
  }
  const { secrets, mayBeSecret } = which;
  const isSecret = ["", ...secrets].some(
    (path) => secrets.has(path) && (path === "" || isWithin(`${service}.${option}`, path)),
  );
  return isSecret && mayBeSecret.some((one) => isWithin(option, one)) ? pulumi.secret(value) : value;
}

function isWithin(path: string, home: string): boolean {
  return path === home || path.startsWith(`${home}.`);
}
