import * as pulumi from "@pulumi/pulumi";
import type { KeyRotation, LocalServiceArgs } from "../local-service";
import type { KeyRotation as LocalKeyRotation } from "../internal/local-contract";
import { serviceName } from "../internal/names";
import { oneOf, type Rule, shown, wholeNumber } from "../internal/problems";
import { claim } from "../internal/program-claims";
import * as rules from "../internal/rules";
import { isLater, type Problems } from "../internal/validate";

const servers = ["scorestack", "azmlinfsrv"] as const;

/** Checks the arguments of a `LocalService`; returns what its server is told. */
export function checkLocalService(problems: Problems, name: string, args: LocalServiceArgs) {
  return { ...checkServing(problems, name, args), ...checkAccess(problems, args), ...checkLabels(problems, args) };
}

function checkServing(problems: Problems, name: string, args: LocalServiceArgs) {
  const given = args.serviceName ?? name;
  const seconds = args.startTimeoutSeconds ?? 300;
  return {
    imageIdentity: problems.check("image.identity", args.image.identity, rules.contentIdentity),
    serviceName: problems.check(
      "serviceName",
      problems.check("serviceName", given, serviceName),
      unclaimed("service", name),
    ),
    port: problems.check("port", problems.check("port", args.port, wholeNumber(1, 65535)), unclaimed("port", name)),
    workers: problems.check("workers", args.workers ?? 1, wholeNumber(1, 64)),
    server: problems.check("server", args.server ?? "scorestack", oneOf(servers)),
    maxConcurrentRequests: problems.check(
      "maxConcurrentRequests",
      args.maxConcurrentRequests ?? 64,
      wholeNumber(1, 10000),
    ),
    ...checkBatching(problems, args),
    scoringTimeoutMs: problems.check("scoringTimeoutMs", args.scoringTimeoutMs ?? 60000, wholeNumber(1, 3600000)),
    startTimeoutSeconds: problems.check("startTimeoutSeconds", seconds, wholeNumber(1, 3600)),
  };
}

function checkBatching(problems: Problems, args: LocalServiceArgs) {
  const { maxBatchSize = 1, maxLatencyMs = maxBatchSize === 1 ? 0 : 5 } = args;
  if (maxBatchSize === 1 && typeof maxLatencyMs === "number" && maxLatencyMs > 0) {
    problems.add(
      "maxLatencyMs",
      "must come with a 'maxBatchSize' above 1",
      shown(maxLatencyMs),
      "set it or leave this out",
    );
  }
  if (args.server === "azmlinfsrv" && maxBatchSize !== 1) {
    problems.add("maxBatchSize", "must be 1 with the server 'azmlinfsrv'", undefined, "leave one of them out");
  }
  return {
    maxBatchSize: problems.check("maxBatchSize", maxBatchSize, wholeNumber(1, 1000)),
    maxLatencyMs: problems.check("maxLatencyMs", maxLatencyMs, wholeNumber(0, 1000)),
  };
}

function checkAccess(problems: Problems, args: LocalServiceArgs) {
  const keys = (["primaryKey", "secondaryKey"] as const).filter((key) => args[key] !== undefined);
  if (args.authEnabled === undefined || args.authEnabled === false) {
    keys.forEach((key) => {
      problems.add(key, "must come with 'authEnabled: true'", undefined, "turn it on or leave the key out");
    });
    if (args.keyRotation !== undefined) {
      problems.add("keyRotation", "must come with 'authEnabled: true'", undefined, "turn it on or leave it out");
    }
  } else if (!isLater(args.primaryKey) && args.primaryKey !== undefined && args.primaryKey === args.secondaryKey) {
    problems.add("secondaryKey", "must differ from 'primaryKey'");
  }
  checkRotation(problems, args);
  return {
    authEnabled: problems.check("authEnabled", args.authEnabled ?? false, rules.flag),
    primaryKey: secret(problems.check("primaryKey", args.primaryKey, rules.accessKey)),
    secondaryKey: secret(problems.check("secondaryKey", args.secondaryKey, rules.accessKey)),
    keyRotation: problems.check("keyRotation", args.keyRotation as pulumi.Input<LocalKeyRotation>, rules.keyRotation),
    corsOrigins: problems.check("corsOrigins", args.corsOrigins as pulumi.Input<string[]>, rules.corsOrigins),
  };
}

/** A key that is given changes with what it is given. */
function checkRotation(problems: Problems, { keyRotation, ...args }: LocalServiceArgs): void {
  const rotation: KeyRotation = keyRotation === undefined || isLater(keyRotation) ? {} : (keyRotation as KeyRotation);
  for (const key of ["primary", "secondary"] as const) {
    if (args[`${key}Key`] !== undefined && rotation[key] !== undefined) {
      problems.add(`keyRotation.${key}`, `must be left out where '${key}Key' is given`, undefined, "change that key");
    }
  }
}

function checkLabels(problems: Problems, args: LocalServiceArgs) {
  const variables = args.environmentVariables;
  const named = variables === undefined || isPlainMap(variables);
  // The names are plain even where values are not.
  problems.plain("environmentVariables", named ? variables : undefined, rules.variables);
  return {
    environmentVariables: named ? variables : problems.check("environmentVariables", variables, rules.variables),
    tags: problems.check("tags", args.tags, rules.stringMap),
    description: problems.check("description", args.description, rules.someText),
  };
}

function isPlainMap<T extends object>(value: pulumi.Input<T>): value is T {
  return !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** A rule that the first service of a program to have the value keeps. */
function unclaimed<T extends string | number>(kind: "service" | "port", holder: string): Rule<T> {
  let other: string | undefined;
  return {
    must: `must be the ${kind === "port" ? "port" : "name"} of one service only`,
    holds: (value) => (other = claim(kind, value, holder)) === undefined,
    remedy: () => `'${other ?? ""}' has it: choose another${kind === "port" ? ", or leave it out" : ""}`,
  };
}

/** A value as a secret, if there is one. */
export function secret<T>(value: pulumi.Input<T> | undefined): pulumi.Output<T> | undefined {
  return value === undefined ? undefined : (pulumi.secret(value) as pulumi.Output<T>);
}
