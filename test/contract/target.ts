import * as path from "node:path";
import { projectRoot } from "./environment";

/** How a fixture scorer has to be deployed for the suite: any target must follow it. */
export interface Deployment {
  readonly runtime?: "spark-py";
  /** Files beside `score.py`. */
  readonly dependencies?: readonly string[];
  /** Files of its only model, when it has one. */
  readonly model?: { readonly name: string; readonly source: string };
  readonly corsOrigins?: readonly string[];
  /** With key authentication. */
  readonly keys?: true;
  readonly scoringTimeoutMs?: number;
  readonly stuckGraceSeconds?: number;
  readonly maxBodyBytes?: number;
  readonly maxRequests?: number;
}

const deploymentsOf = <Name extends string>(
  deployments: Record<Name, Deployment>,
): Readonly<Record<Name, Deployment>> => deployments;

export const fixtureFolder = (scorer: FixtureScorer): string => path.join(projectRoot, "test/fixtures/scorers", scorer);

export const deployments = deploymentsOf({
  numpy: { corsOrigins: ["https://app.example", "https://two.example"] },
  pandas: {},
  standard: {},
  text: {
    dependencies: ["front.py"],
    model: { name: "greeting", source: path.join(projectRoot, "test/fixtures/scorers/text/greeting.txt") },
  },
  raw: { keys: true, corsOrigins: ["https://app.example"], maxBodyBytes: 16 * 1024 * 1024 },
  odd: { scoringTimeoutMs: 1000, stuckGraceSeconds: 1, maxRequests: 16 },
  spark: { runtime: "spark-py" },
});

export type FixtureScorer = keyof typeof deployments;

/** Keys of a deployment with key authentication. */
export interface ServiceKeys {
  readonly primary: string;
  readonly secondary: string;
}

/** A place where the fixture scorers are served. What a target can't tell or do, it leaves out; those cases are skipped. */
export interface Target {
  baseUrl(scorer: FixtureScorer): string;
  /** Why a scorer isn't served here. */
  missing(scorer: FixtureScorer): string | undefined;
  /** What `/version` must answer. */
  readonly identity: (scorer: FixtureScorer) => unknown;
  readonly keys: ServiceKeys;
  /** Everything the service has logged so far. */
  log?(scorer: FixtureScorer): string;
  /** Changes the accepted keys with no restart. */
  setKeys?(keys: ServiceKeys): void;
}
