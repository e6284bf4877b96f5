import type { AksServiceArgs, Rollout, ServiceVersion } from "../aks-service-options";
import { versionName } from "../internal/kubernetes-rules";
import { shown, wholeNumber } from "../internal/problems";
import type { Problems } from "../internal/validate";

/** Name of the version of a service with one image. */
const onlyVersion = "main";
const [mostVersions, mostSteps] = [14, 20];

/** What a version gets of the requests. */
export interface VersionTraffic {
  readonly trafficPercent: number;
  readonly mirrorPercent?: number;
  readonly isDefault: boolean;
}

/** A service's versions by name; a service with one image has one. */
export function versionsOf({ image, versions }: AksServiceArgs): Readonly<Record<string, ServiceVersion>> {
  return versions ?? (image === undefined ? {} : { [onlyVersion]: { image } });
}

/** What each version gets of the requests: by its own numbers, or by the rollout's step. */
export function trafficOf(args: AksServiceArgs): ReadonlyMap<string, VersionTraffic> {
  const versions = Object.entries(versionsOf(args));
  const { rollout } = args;
  const chosen = args.defaultVersion ?? (rollout ? defaultOf(rollout) : versions[0]?.[0]);
  return new Map(
    versions.map(([name, version]) => {
      const own = versions.length === 1 ? { trafficPercent: 100, ...version } : version;
      const { trafficPercent = 0, mirrorPercent } = rollout ? stepOf(rollout, name) : own;
      const mirror = mirrorPercent === undefined ? {} : { mirrorPercent };
      return [name, { trafficPercent, ...mirror, isDefault: name === chosen }] as const;
    }),
  );
}

/** The newer version is the service once all requests are its. */
function defaultOf({ from, to, steps, step = 0 }: Rollout): string {
  return steps[step - 1]?.trafficPercent === 100 ? to : from;
}

function stepOf({ from, to, steps, step = 0 }: Rollout, name: string): Partial<VersionTraffic> {
  const { trafficPercent = 0, mirrorPercent } = steps[step - 1] ?? {};
  if (name === to) {
    return { trafficPercent, mirrorPercent };
  }
  return name === from ? { trafficPercent: 100 - trafficPercent } : {};
}

/** Checks who gets which requests. */
export function checkTraffic(problems: Problems, args: AksServiceArgs): void {
  const { image, versions, rollout } = args;
  if (image !== undefined && versions !== undefined) {
    problems.add("image", "must be left out where 'versions' is given", undefined, "leave one of them out");
  } else if (image === undefined && versions === undefined) {
    problems.add("image", "must be given, or 'versions'", "neither");
  }
  const names = Object.keys(versionsOf(args));
  const bad = names.filter((name) => !versionName.test(name));
  if (bad.length > 0) {
    const rule = "must have names of 1 to 25 lower-case letters, digits and dashes, a letter first and no dash last";
    problems.add("versions", rule, bad.map(shown).join(", "));
  }
  if (versions !== undefined && (names.length === 0 || names.length > mostVersions)) {
    problems.add("versions", `must be 1 to ${mostVersions} versions`, String(names.length));
  }
  if (rollout !== undefined) {
    checkRollout(problems, args, rollout);
  } else if (versions !== undefined && names.length > 0) {
    checkShares(problems, args, versions);
  }
}

function checkShares(
  problems: Problems,
  args: AksServiceArgs,
  versions: Readonly<Record<string, ServiceVersion>>,
): void {
  for (const [name, { trafficPercent, mirrorPercent }] of Object.entries(versions)) {
    problems.plain(`versions.${name}.trafficPercent`, trafficPercent, wholeNumber(0, 100));
    problems.plain(`versions.${name}.mirrorPercent`, mirrorPercent, wholeNumber(1, 100));
    if (mirrorPercent !== undefined && (trafficPercent ?? 0) !== 0) {
      const remedy = "it would answer and be sent copies of the same requests";
      problems.add(`versions.${name}.mirrorPercent`, "must come with a 'trafficPercent' of 0", undefined, remedy);
    }
  }
  const traffic = trafficOf(args);
  const sum = [...traffic.values()].reduce((total, { trafficPercent }) => total + trafficPercent, 0);
  if (sum !== 100) {
    const each = [...traffic].map(([name, { trafficPercent }]) => `'${name}' ${trafficPercent}`).join(", ");
    problems.add("versions", "must have a 'trafficPercent' each that add up to 100", `${sum}: ${each}`);
  }
  if (traffic.size > 1 || args.defaultVersion !== undefined) {
    checkDefault(problems, args, traffic);
  }
}

function checkDefault(
  problems: Problems,
  { defaultVersion }: AksServiceArgs,
  traffic: ReadonlyMap<string, VersionTraffic>,
): void {
  const answering = [...traffic].filter(([, { trafficPercent }]) => trafficPercent > 0).map(([name]) => name);
  if (defaultVersion === undefined) {
    problems.add("defaultVersion", "must be given with several versions", undefined, `one of ${list(answering)}`);
  } else if (!answering.includes(defaultVersion)) {
    const remedy = answering.length > 0 ? `one of ${list(answering)}` : undefined;
    problems.add("defaultVersion", "must be a version that answers requests", shown(defaultVersion), remedy);
  }
}

function checkRollout(problems: Problems, args: AksServiceArgs, rollout: Rollout): void {
  const { from, to, steps, step = 0 } = rollout;
  const versions = versionsOf(args);
  const names = Object.keys(versions);
  for (const [property, name] of Object.entries({ from, to })) {
    if (!names.includes(name)) {
      problems.add(`rollout.${property}`, `must be one of 'versions'`, shown(name), `they are ${list(names)}`);
    }
  }
  if (from === to) {
    problems.add("rollout.to", "must differ from 'rollout.from'", shown(to));
  }
  for (const [name, version] of Object.entries(versions)) {
    for (const property of ["trafficPercent", "mirrorPercent"] as const) {
      if (version[property] !== undefined) {
        problems.add(`versions.${name}.${property}`, "must be left out with 'rollout'", undefined, "its steps say it");
      }
    }
  }
  if (args.defaultVersion !== undefined) {
    problems.add("defaultVersion", "must be left out with 'rollout'", undefined, "its step says it");
  }
  checkSteps(problems, steps);
  problems.plain("rollout.step", step, wholeNumber(0, Math.max(steps.length, 1)));
}

function checkSteps(problems: Problems, steps: Rollout["steps"]): void {
  if (steps.length === 0 || steps.length > mostSteps) {
    problems.add("rollout.steps", `must be 1 to ${mostSteps} steps`, String(steps.length));
    return;
  }
  steps.forEach(({ trafficPercent, mirrorPercent }, index) => {
    const property = `rollout.steps[${index}]`;
    problems.plain(`${property}.trafficPercent`, trafficPercent, wholeNumber(0, 100));
    problems.plain(`${property}.mirrorPercent`, mirrorPercent, wholeNumber(1, 100));
    if (mirrorPercent !== undefined && (trafficPercent ?? 0) !== 0) {
      problems.add(`${property}.mirrorPercent`, "must come with a 'trafficPercent' of 0");
    }
    const before = steps[index - 1]?.trafficPercent ?? 0;
    if ((trafficPercent ?? 0) < before) {
      const rule = `must be at least that of the step before, ${before}`;
      problems.add(`${property}.trafficPercent`, rule, String(trafficPercent ?? 0), "to go back, set 'rollout.step'");
    }
  });
  const last = steps[steps.length - 1]?.trafficPercent ?? 0;
  if (last !== 100) {
    problems.add("rollout.steps", "must end with a 'trafficPercent' of 100", String(last));
  }
}

function list(names: readonly string[]): string {
  return names.map(shown).join(", ");
}
