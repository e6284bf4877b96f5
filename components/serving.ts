import * as pulumi from "@pulumi/pulumi";
import type { KeyRotation as LocalKeyRotation } from "./internal/local-contract";
import { serviceName } from "./internal/names";
import { oneOf, shown, wholeNumber } from "./internal/problems";
import * as rules from "./internal/rules";
import { isLater, type Problems } from "./internal/validate";

/** What answers scoring requests. */
export const ScoringServer = { scorestack: "scorestack", azmlinfsrv: "azmlinfsrv" } as const;
/** What answers scoring requests. */
export type ScoringServer = (typeof ScoringServer)[keyof typeof ScoringServer];

/** When the keys of a service were made: any short text, such as a date. A key whose text changes is made anew. */
export interface KeyRotation {
  /** For the primary key. */
  readonly primary?: pulumi.Input<string>;
  /** For the secondary key. */
  readonly secondary?: pulumi.Input<string>;
}

/** What every service that runs an image's server is told, wherever it runs. */
export interface ServingArgs {
  /** Name: 3 to 32 lower-case letters, digits and dashes, a letter first. @default - the component's name */
  readonly serviceName?: pulumi.Input<string>;
  /** Server processes, 1 to 64. Each loads the models and scores one request at a time. @default 1 */
  readonly workers?: pulumi.Input<number>;
  /**
   * What answers scoring requests: `scorestack` calls `run()` itself; `azmlinfsrv` has the inference server's Flask
   * application do it, about three times slower, for a scorer that uses `flask.request`. @default "scorestack"
   */
  readonly server?: pulumi.Input<ScoringServer>;
  /** Scoring requests that each process holds at a time, 1 to 10000; more are answered with 503. @default 64 */
  readonly maxConcurrentRequests?: pulumi.Input<number>;
  /**
   * Concurrent requests that one call of `run()` may answer, 1 to 1000. More than 1 needs `batch_rows = True` in the
   * scoring script: each argument of `run()` and its result are lists of rows. @default 1
   */
  readonly maxBatchSize?: pulumi.Input<number>;
  /** How long the first request of a batch waits for others, in milliseconds, 0 to 1000. @default 5 with `maxBatchSize`, else 0 */
  readonly maxLatencyMs?: pulumi.Input<number>;
  /** Longest time for one `run()`, in milliseconds, 1 to 3600000; longer ones are answered with 500. @default 60000 */
  readonly scoringTimeoutMs?: pulumi.Input<number>;
  /** Origins whose pages may call the service. @default - none @example ["https://example.com"] */
  readonly corsOrigins?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Key, 16 to 256 visible ASCII characters; needs `authEnabled`. Kept as a secret. @default - made when `authEnabled` */
  readonly primaryKey?: pulumi.Input<string>;
  /** Second key, as `primaryKey`. Kept as a secret. @default - made when `authEnabled` */
  readonly secondaryKey?: pulumi.Input<string>;
  /** Labels for people and queries. @default - none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A sentence for people. @default - none */
  readonly description?: pulumi.Input<string>;
}

/** Checks the options of a service's server; returns them with their defaults. */
export function checkServing(problems: Problems, name: string, args: ServingArgs) {
  return {
    serviceName: problems.check("serviceName", args.serviceName ?? name, serviceName),
    workers: problems.check("workers", args.workers ?? 1, wholeNumber(1, 64)),
    server: problems.check("server", args.server ?? ScoringServer.scorestack, oneOf(Object.values(ScoringServer))),
    maxConcurrentRequests: problems.check(
      "maxConcurrentRequests",
      args.maxConcurrentRequests ?? 64,
      wholeNumber(1, 10000),
    ),
    ...checkBatching(problems, args),
    scoringTimeoutMs: problems.check("scoringTimeoutMs", args.scoringTimeoutMs ?? 60000, wholeNumber(1, 3600000)),
    corsOrigins: problems.check("corsOrigins", args.corsOrigins as pulumi.Input<string[]>, rules.corsOrigins),
  };
}

function checkBatching(problems: Problems, args: ServingArgs) {
  const { maxBatchSize = 1, maxLatencyMs = maxBatchSize === 1 ? 0 : 5 } = args;
  if (maxBatchSize === 1 && typeof maxLatencyMs === "number" && maxLatencyMs > 0) {
    problems.add(
      "maxLatencyMs",
      "must come with a 'maxBatchSize' above 1",
      shown(maxLatencyMs),
      "set it or leave this out",
    );
  }
  if (args.server === ScoringServer.azmlinfsrv && maxBatchSize !== 1) {
    problems.add("maxBatchSize", "must be 1 with the server 'azmlinfsrv'", undefined, "leave one of them out");
  }
  return {
    maxBatchSize: problems.check("maxBatchSize", maxBatchSize, wholeNumber(1, 1000)),
    maxLatencyMs: problems.check("maxLatencyMs", maxLatencyMs, wholeNumber(0, 1000)),
  };
}

/** The keys of a service, as its arguments have them. */
export interface GivenKeys extends Pick<ServingArgs, "primaryKey" | "secondaryKey"> {
  readonly keyRotation?: pulumi.Input<KeyRotation>;
}

/** Checks keys and when they were made; without `keyed` there must be none. */
export function checkKeys(problems: Problems, { keyRotation, ...args }: GivenKeys, keyed: boolean) {
  const given = (["primaryKey", "secondaryKey"] as const).filter((key) => args[key] !== undefined);
  if (!keyed) {
    given.forEach((key) => {
      problems.add(key, "must come with 'authEnabled: true'", undefined, "turn it on or leave the key out");
    });
    if (keyRotation !== undefined) {
      problems.add("keyRotation", "must come with 'authEnabled: true'", undefined, "turn it on or leave it out");
    }
  } else if (!isLater(args.primaryKey) && args.primaryKey !== undefined && args.primaryKey === args.secondaryKey) {
    problems.add("secondaryKey", "must differ from 'primaryKey'");
  }
  const rotation: KeyRotation = keyRotation === undefined || isLater(keyRotation) ? {} : (keyRotation as KeyRotation);
  for (const key of ["primary", "secondary"] as const) {
    // A key that is given changes with what it is given.
    if (args[`${key}Key`] !== undefined && rotation[key] !== undefined) {
      problems.add(`keyRotation.${key}`, `must be left out where '${key}Key' is given`, undefined, "change that key");
    }
  }
  return {
    primaryKey: secretly(problems.check("primaryKey", args.primaryKey, rules.accessKey)),
    secondaryKey: secretly(problems.check("secondaryKey", args.secondaryKey, rules.accessKey)),
    keyRotation: problems.check("keyRotation", keyRotation as pulumi.Input<LocalKeyRotation>, rules.keyRotation),
  };
}

/** Environment variables, each of which may be known later, or all of them. */
export type Variables = pulumi.Input<Record<string, pulumi.Input<string>>>;

/** Checks the names of a scorer's environment variables. */
export function checkVariables(problems: Problems, variables: Variables | undefined): Variables | undefined {
  if (variables === undefined || !isPlainMap(variables)) {
    return problems.check("environmentVariables", variables, rules.variables);
  }
  // The names are plain even where values are not.
  problems.plain("environmentVariables", variables, rules.variables);
  return variables;
}

/** Whether a map's names are known when the program runs. */
export function isPlainMap<T extends object>(value: pulumi.Input<T>): value is T {
  return !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** A value as a secret; none if it is not given. */
export function secretly<T>(value: pulumi.Input<T> | undefined): pulumi.Output<T> | undefined {
  return value === undefined ? undefined : (pulumi.secret(value) as pulumi.Output<T>);
}
