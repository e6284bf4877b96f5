import * as pulumi from "@pulumi/pulumi";
import { serviceName } from "../components/internal/names";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { Scorer } from "./scorers";

/** A service that a stack is to make, as its settings say. */
export interface PlannedService<Options> {
  readonly name: string;
  readonly scorer: string;
  readonly options: Options;
}

/** Every scorer has a service of its own name; the settings give it options or add others. */
export function serviceNames(scorers: readonly Pick<Scorer, "name">[], services: object): string[] {
  return [...new Set([...scorers.map(({ name }) => name), ...Object.keys(services)])];
}

/** What is wrong with the scorers, one problem a line. */
export function scorerProblems(scorers: readonly Scorer[]): string[] {
  const lines = scorers.flatMap((scorer) => scorer.problems);
  const owners = new Map<string, string>();
  for (const { name, models } of scorers) {
    const problems = new Problems(`scorers/${name}: `);
    for (const { modelName } of models) {
      const owner = owners.get(modelName);
      if (owner !== undefined) {
        problems.add("models", "must have names of their own", shown(modelName), `'${owner}' has a model of that name`);
      }
      owners.set(modelName, name);
    }
    lines.push(...problems.lines);
  }
  return lines;
}

/** What is wrong with the services; `check` adds what is wrong with one's options. `all` has the scorers that the stack leaves out, too. */
export function serviceProblems<Options>(
  services: readonly PlannedService<Options>[],
  scorers: readonly Scorer[],
  all: readonly Scorer[],
  check: (problems: Problems, service: PlannedService<Options>) => void,
): string[] {
  return services.flatMap((service) => {
    const { name, scorer } = service;
    const problems = new Problems(`scorestack:services.${name}.`);
    if (!scorers.some((known) => known.name === scorer)) {
      const spark = all.some((known) => known.name === scorer);
      const remedy = spark ? "its runtime is 'spark-py': set scorestack:spark to true" : "make it: npm run new-scorer";
      problems.add("scorer", `must be one of ${scorers.map((known) => known.name).join(", ")}`, shown(scorer), remedy);
    }
    const isToldOfFolder = scorers.some((known) => known.name === name) && !serviceName.holds(name);
    if (!isToldOfFolder) {
      check(problems, service);
    }
    return problems.lines;
  });
}

/** @throws pulumi.RunError with the lines, if there are any. */
export function throwIfAny(lines: readonly string[]): void {
  if (lines.length > 0) {
    throw new pulumi.RunError(lines.join("\n"));
  }
}
