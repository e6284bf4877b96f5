import { checkPlace, checkSize, ranges } from "../aks-service/replicas";
import { settledImage } from "../internal/aci-rules";
import { objectName } from "../internal/aks-rules";
import * as kubernetes from "../internal/kubernetes-rules";
import { serviceName } from "../internal/names";
import { oneOf, type Rule, shown, wholeNumber } from "../internal/problems";
import { claim } from "../internal/program-claims";
import * as rules from "../internal/rules";
import type { Problems } from "../internal/validate";
import { BatchInputFormat, BatchOutputFormat, type KubernetesBatchJobArgs } from "../kubernetes-batch-job-options";
import { contentName } from "../render/kubernetes/names";
import { isPlainMap } from "../serving";

const year = 31_536_000;
const numbers: Readonly<Partial<Record<keyof KubernetesBatchJobArgs, Rule<number>>>> = {
  shards: wholeNumber(1, 10_000),
  retriesPerShard: wholeNumber(0, 100),
  activeDeadlineSeconds: wholeNumber(60, year),
  ttlSecondsAfterFinished: wholeNumber(0, year),
  miniBatchSize: wholeNumber(1, 1_000_000),
  workers: wholeNumber(1, 64),
  retries: wholeNumber(0, 100),
  timeoutSeconds: wholeNumber(1, 86_400),
  errorThreshold: wholeNumber(-1, 2_147_483_647),
  cpuCores: ranges.cpuCores,
  cpuCoresLimit: ranges.cpuCoresLimit,
  memoryInGb: ranges.memoryInGb,
  memoryInGbLimit: ranges.memoryInGbLimit,
  gpuCount: ranges.gpuCount,
  temporaryInGb: ranges.temporaryInGb,
};

/** A folder or file below another, as it can't leave it. */
const pathWithin: Rule<string> = {
  must: "must be a path below the claim's own folder, such as 'wine/2026-11': no '/' first or last, no '.' or '..' in it, and none of it begins with '-'",
  holds: (value) =>
    typeof value === "string" &&
    value.split("/").every((part) => part !== "" && part !== "." && part !== ".." && /^(?!-)[^\0$]+$/.test(part)),
  remedy: (value) =>
    typeof value === "string" && value.includes("$") ? "Kubernetes reads '$(…)' as a variable" : undefined,
};
const claimName: Rule<string> = {
  must: "must be the name of a PersistentVolumeClaim: 1 to 63 lower-case letters, digits and dashes",
  holds: objectName.holds,
};
const columnNames: Rule<readonly string[]> = {
  must: "must be one or more names of columns, none of them with a comma",
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === "string" && name !== "" && !name.includes(",")),
};
const runName: Rule<string> = {
  must: "must be 1 to 63 letters, digits, dashes, dots and underscores, a letter or digit first and last",
  holds: (value) => typeof value === "string" && /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(value),
};

/** Checks the arguments of a `KubernetesBatchJob`; returns them with their defaults. */
export function checkBatchJob(problems: Problems, name: string, args: KubernetesBatchJobArgs) {
  const { jobName = name, namespace = "default", run, shards = 1, image, tags } = args;
  problems.plain("namespace", args.namespace, kubernetes.namespaceName);
  problems.plain("jobName", jobName, serviceName);
  problems.plain("jobName", jobName, unclaimed(name, namespace, args.host));
  problems.plain("run", run, runName);
  problems.plain("tags", tags, kubernetes.labels);
  problems.plain("inputFormat", args.inputFormat, oneOf(Object.values(BatchInputFormat)));
  problems.plain("columns", args.columns, columnNames);
  problems.plain("outputFormat", args.outputFormat, oneOf(Object.values(BatchOutputFormat)));
  for (const [property, rule] of Object.entries(numbers)) {
    problems.plain(property, args[property as keyof KubernetesBatchJobArgs] as number | undefined, rule);
  }
  const place = (property: string): string => property;
  return {
    jobName,
    namespace,
    run,
    image: {
      ...image,
      identity: problems.check("image.identity", image.identity, rules.contentIdentity),
      ref: problems.check("image.ref", image.ref, settledImage),
    },
    labels: { ...args.host.labels, ...tags },
    ...checkShards(problems, args, shards),
    ...checkClaims(problems, args, jobName),
    outputFolder: args.outputFolder ?? contentName(run === undefined ? jobName : `${jobName}-${run}`, resultsOf(args)),
    ...checkSize(problems, args, place),
    ...checkPlace(problems, args, args.host, place),
    temporaryInGb: args.temporaryInGb ?? 1,
    environmentVariables: checkVariables(problems, args),
  };
}

/** A `KubernetesBatchJob`'s arguments, checked and with their defaults. */
export type CheckedBatchJob = ReturnType<typeof checkBatchJob>;

function checkShards(problems: Problems, args: KubernetesBatchJobArgs, shards: number) {
  const { parallelism = Math.min(shards, 10), retriesPerShard = 3, maxFailedShards } = args;
  const upTo = (low: number): Rule<number> => ({
    must: `must be an integer from ${low} to 'shards', ${shards}`,
    holds: (value) => Number.isInteger(value) && value >= low && value <= shards,
  });
  problems.plain("parallelism", args.parallelism, upTo(1));
  problems.plain("maxFailedShards", maxFailedShards, upTo(0));
  return { shards, parallelism, retriesPerShard, maxFailedShards };
}

/** What results depend on: the engine goes on with a folder only where all of it is the same. */
function resultsOf(args: KubernetesBatchJobArgs) {
  const { image, inputClaim, inputPaths = [], shards = 1, inputFormat = "auto", columns = [] } = args;
  const { outputFormat = "csv", miniBatchSize = 0 } = args;
  return {
    image: image.identity,
    ...{ inputClaim, inputPaths, shards, inputFormat, columns, outputFormat, miniBatchSize },
  };
}

function checkClaims(problems: Problems, args: KubernetesBatchJobArgs, jobName: string) {
  const { inputClaim, outputClaim, inputPaths = [], outputFolder = jobName } = args;
  const claims: readonly (readonly [string, string | undefined])[] = Object.entries({ inputClaim, outputClaim });
  for (const [property, value = ""] of claims) {
    problems.plain(property, value, claimName);
  }
  if (!Array.isArray(inputPaths)) {
    problems.add("inputPaths", "must be a list of paths", shown(inputPaths));
    return { inputClaim, outputClaim, inputPaths: [] };
  }
  inputPaths.forEach((at: string, index) => {
    problems.plain(`inputPaths[${index}]`, at, pathWithin);
  });
  problems.plain("outputFolder", args.outputFolder, pathWithin);
  const isWithin = (at: string, home: string): boolean => `${at}/`.startsWith(`${home}/`);
  const isRead = inputPaths.length === 0 || inputPaths.some((at: string) => isWithin(outputFolder, at));
  if (inputClaim === outputClaim && isRead) {
    const remedy = "name what is to be read, or write into another claim";
    problems.add("inputPaths", "must leave 'outputFolder' out where both are in one claim", shown(inputPaths), remedy);
  }
  return { inputClaim, outputClaim, inputPaths: inputPaths as readonly string[] };
}

function checkVariables(problems: Problems, { environmentVariables = {} }: KubernetesBatchJobArgs) {
  if (!isPlainMap(environmentVariables)) {
    problems.add("environmentVariables", "must be a map whose names are known when the program runs");
    return {};
  }
  problems.plain("environmentVariables", environmentVariables, rules.variables);
  return environmentVariables;
}

/** Two Jobs of a name would have each other's account and network policy. */
function unclaimed(holder: string, namespace: string, host: object): Rule<string> {
  let other: string | undefined;
  return {
    must: "must be the name of one batch job only in its namespace, and of no service",
    holds: (value) => (other = claim("service", `${namespace}/${value}`, holder, host)) === undefined,
    remedy: () => `'${other ?? ""}' has it: choose another`,
  };
}
