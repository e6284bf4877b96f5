import * as pulumi from "@pulumi/pulumi";

/** Options of one service, under `scorestack:services`. */
export interface ServiceSettings {
  /** Scorer folder whose image the service runs. */
  readonly scorer: string;
  readonly port?: number;
  readonly workers?: number;
  readonly threads?: number;
  readonly scoringTimeoutMs?: number;
  readonly startTimeoutSeconds?: number;
  readonly corsOrigins?: readonly string[];
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly authEnabled?: boolean;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What the stack's settings say, checked. */
export interface Settings {
  readonly kind: StackKind;
  readonly spark: boolean;
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

export const stackKinds = ["local"] as const;
export type StackKind = (typeof stackKinds)[number];

const serviceKeys: Readonly<Record<keyof ServiceSettings, string>> = {
  scorer: "string",
  port: "number",
  workers: "number",
  threads: "number",
  scoringTimeoutMs: "number",
  startTimeoutSeconds: "number",
  corsOrigins: "array",
  environmentVariables: "object",
  authEnabled: "boolean",
  description: "string",
  tags: "object",
};

/**
 * Reads the stack's settings; the only place that does.
 *
 * @param scorers folders a service may name
 * @throws pulumi.RunError with everything that is wrong, one problem a line
 */
export function readSettings(scorers: readonly string[]): Settings {
  const config = new pulumi.Config("scorestack");
  const problems: string[] = [];
  const kind = config.get("kind") || (pulumi.getStack().split("-", 1)[0] ?? "");
  if (!stackKinds.some((known) => known === kind)) {
    problems.push(
      `'scorestack:kind' must be ${stackKinds.join(" or ")}, got '${kind}'; name the stack local-…, or set it: npm run pulumi -- config set scorestack:kind local`,
    );
  }
  const services = config.getObject<unknown>("services") ?? {};
  problems.push(...servicesProblems(services, scorers));
  if (problems.length > 0) {
    throw new pulumi.RunError(problems.join("\n"));
  }
  return {
    kind: kind as StackKind,
    spark: config.getBoolean("spark") ?? false,
    services: services as Settings["services"],
  };
}

function servicesProblems(services: unknown, scorers: readonly string[]): string[] {
  if (!isRecord(services)) {
    return [`'scorestack:services' must be services by name, got ${JSON.stringify(services)}; write 'name: { scorer: … }'`];
  }
  return Object.entries(services).flatMap(([name, service]) => {
    const property = `scorestack:services.${name}`;
    if (!isRecord(service)) {
      return [`'${property}' must be options by name, got ${JSON.stringify(service)}; write '{ scorer: … }'`];
    }
    return serviceProblems(property, service, scorers);
  });
}

function serviceProblems(property: string, service: Record<string, unknown>, scorers: readonly string[]): string[] {
  const problems: string[] = [];
  if (typeof service.scorer !== "string" || !scorers.includes(service.scorer)) {
    problems.push(
      `'${property}.scorer' must be one of ${scorers.join(", ")}, got ${JSON.stringify(service.scorer)}; correct it, or make it: npm run new-scorer`,
    );
  }
  for (const [key, value] of Object.entries(service)) {
    const kind = key in serviceKeys ? serviceKeys[key as keyof ServiceSettings] : undefined;
    if (kind === undefined) {
      problems.push(`'${property}.${key}' must be one of ${Object.keys(serviceKeys).join(", ")}, got '${key}'; remove or correct it`);
    } else if (key !== "scorer" && kindOf(value) !== kind) {
      problems.push(`'${property}.${key}' must be ${withArticle(kind)}, got ${JSON.stringify(value)}; correct it`);
    }
  }
  return problems;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

function withArticle(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
