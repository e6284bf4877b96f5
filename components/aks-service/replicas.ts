import type { AksServiceArgs, ReplicaArgs } from "../aks-service-options";
import * as aci from "../internal/aci-rules";
import { extendedResourceName, numberFrom } from "../internal/kubernetes-rules";
import { oneOf, shown, wholeNumber, type Rule } from "../internal/problems";
import * as rules from "../internal/rules";
import type { Problems } from "../internal/validate";
import type { KubernetesHost, NodeSize } from "../kubernetes-host";
import type { ReplicasPlan } from "../render/kubernetes/plan";
import { isPlainMap } from "../serving";
import { grpcSizeOf } from "./grpc";

/** What a pod's numbers may be. */
export const ranges: Readonly<Partial<Record<keyof ReplicaArgs, Rule<number>>>> = {
  cpuCores: numberFrom(0.01, 512),
  cpuCoresLimit: numberFrom(0.01, 512),
  memoryInGb: numberFrom(0.05, 4096),
  memoryInGbLimit: numberFrom(0.05, 4096),
  gpuCount: wholeNumber(0, 16),
  numReplicas: wholeNumber(1, 1000),
  minReplicas: wholeNumber(1, 1000),
  maxReplicas: wholeNumber(1, 1000),
  targetUtilization: wholeNumber(1, 100),
  maxRequestWaitTimeMs: wholeNumber(50, 300_000),
  temporaryInGb: numberFrom(0.01, 1024),
};
const scaled = ["minReplicas", "maxReplicas", "targetUtilization"] as const;

/** Where an argument of a version stands: with the version, or with the service, for all of them. */
type Place = (property: keyof ReplicaArgs) => string;

/** Checks how a version runs; returns it with its defaults. What it does not say, its service says. */
export function checkReplicas(problems: Problems, args: AksServiceArgs, name: string, own: ReplicaArgs) {
  const given = mergedWith(args, own);
  const place: Place = (property) => (own[property] === undefined ? property : `versions.${name}.${property}`);
  for (const [property, rule] of Object.entries(ranges)) {
    const key = property as keyof typeof ranges;
    problems.plain(place(key), given[key] as number | undefined, rule);
  }
  return {
    ...checkSize(problems, given, place),
    ...checkDevices(problems, given, place),
    ...checkPlace(problems, podOf(given, args), args.host, place),
    replicas: checkNumber(problems, given, args.host, place),
    maxRequestWaitTimeMs: given.maxRequestWaitTimeMs ?? 500,
    temporaryInGb: given.temporaryInGb ?? 1,
    environmentVariables: {
      ...checkNames(problems, args, args.environmentVariables, "environmentVariables"),
      ...checkNames(problems, args, own.environmentVariables, `versions.${name}.environmentVariables`),
    },
  };
}

/** A version that says anything of its number of replicas says all of it, and so it is with limits and what they limit. */
function mergedWith(args: AksServiceArgs, own: ReplicaArgs): ReplicaArgs {
  const isOwnNumber = ["numReplicas" as const, ...scaled].some((property) => own[property] !== undefined);
  const numbers = isOwnNumber ? own : args;
  return {
    cpuCores: own.cpuCores ?? args.cpuCores,
    cpuCoresLimit: own.cpuCoresLimit ?? args.cpuCoresLimit,
    memoryInGb: own.memoryInGb ?? args.memoryInGb,
    memoryInGbLimit: own.memoryInGbLimit ?? args.memoryInGbLimit,
    gpuCount: own.gpuCount ?? args.gpuCount,
    extendedResources: own.extendedResources ?? args.extendedResources,
    nodePool: own.nodePool ?? args.nodePool,
    numReplicas: numbers.numReplicas,
    minReplicas: numbers.minReplicas,
    maxReplicas: numbers.maxReplicas,
    targetUtilization: numbers.targetUtilization,
    maxRequestWaitTimeMs: own.maxRequestWaitTimeMs ?? args.maxRequestWaitTimeMs,
    temporaryInGb: own.temporaryInGb ?? args.temporaryInGb,
  };
}

/** Checks what a pod has for itself, and may use at most; returns it with its defaults. */
export function checkSize(problems: Problems, given: ReplicaArgs, place: Place) {
  const { cpuCores = 0.1, cpuCoresLimit, memoryInGb = 0.5, memoryInGbLimit = memoryInGb, gpuCount = 0 } = given;
  if (cpuCoresLimit !== undefined && cpuCoresLimit < cpuCores) {
    problems.add(place("cpuCoresLimit"), `must be at least 'cpuCores', ${cpuCores}`, shown(cpuCoresLimit));
  }
  if (memoryInGbLimit < memoryInGb) {
    problems.add(place("memoryInGbLimit"), `must be at least 'memoryInGb', ${memoryInGb}`, shown(memoryInGbLimit));
  }
  const limits = { ...(cpuCoresLimit === undefined ? {} : { cpuCores: cpuCoresLimit }), memoryInGb: memoryInGbLimit };
  return { cpuCores, memoryInGb, limits, gpus: gpuCount };
}

function checkDevices(problems: Problems, { extendedResources, gpuCount = 0 }: ReplicaArgs, place: Place) {
  const property = place("extendedResources");
  for (const [name, count] of Object.entries(extendedResources ?? {})) {
    problems.plain(property, name, extendedResourceName);
    problems.plain(`${property}.${name}`, count, wholeNumber(1, 64));
  }
  if (gpuCount > 0 && extendedResources?.["nvidia.com/gpu"] !== undefined) {
    problems.add(
      property,
      "must be without 'nvidia.com/gpu' where 'gpuCount' is given",
      undefined,
      "leave one of them out",
    );
  }
  return extendedResources === undefined ? {} : { extendedResources };
}

/** What all containers of a pod have for themselves. */
function podOf(given: ReplicaArgs, { grpc }: AksServiceArgs): ReplicaArgs {
  const { cpuCores = 0.1, memoryInGb = 0.5 } = given;
  const beside = grpc ? grpcSizeOf(grpc) : { cpuCores: 0, memoryInGb: 0 };
  const sum = (one: number, other: number): number => Number((one + other).toFixed(3));
  return { ...given, cpuCores: sum(cpuCores, beside.cpuCores), memoryInGb: sum(memoryInGb, beside.memoryInGb) };
}

/** The nodes that a replica is put on, if they are not left to Kubernetes. */
export function checkPlace(problems: Problems, given: ReplicaArgs, { nodeSizes }: KubernetesHost, place: Place) {
  const { cpuCores = 0.1, memoryInGb = 0.5, gpuCount = 0, nodePool } = given;
  if (nodeSizes === undefined) {
    if (nodePool !== undefined) {
      problems.add(place("nodePool"), "must come with a host that has 'nodeSizes'");
    }
    return {};
  }
  problems.plain(place("nodePool"), nodePool, oneOf(nodeSizes.map(({ name }) => name)));
  const nodes = nodeSizes.filter(({ name }) => nodePool === undefined || name === nodePool);
  const node = nodes.find(
    (size) => size.cpuCores >= cpuCores && size.memoryInGb >= memoryInGb && size.gpus >= gpuCount,
  );
  if (node === undefined && nodes.length > 0) {
    const got = `${cpuCores} cores, ${memoryInGb} GB and ${gpuCount} GPUs`;
    const remedy = `pods get at most: ${nodes.map(sizeText).join("; ")}`;
    problems.add(place(gpuCount > 0 ? "gpuCount" : "cpuCores"), "must fit a node, with memory and GPUs", got, remedy);
  }
  return node !== undefined && (gpuCount > 0 || nodePool !== undefined) ? placeOn(node) : {};
}

function placeOn({ labels, taints }: NodeSize) {
  return { ...(labels ? { nodeSelector: labels } : {}), ...(taints ? { tolerations: taints } : {}) };
}

function sizeText({ name, cpuCores, memoryInGb, gpus }: NodeSize): string {
  return `${cpuCores} cores, ${memoryInGb} GB, ${gpus} GPUs on '${name}'`;
}

function checkNumber(problems: Problems, given: ReplicaArgs, { scaler }: KubernetesHost, place: Place): ReplicasPlan {
  const { numReplicas, minReplicas: min = 1, maxReplicas: max = Math.max(10, min), targetUtilization = 70 } = given;
  if (numReplicas !== undefined) {
    for (const property of scaled.filter((key) => given[key] !== undefined)) {
      problems.add(place(property), "must be left out with 'numReplicas'", undefined, "leave one of them out");
    }
    return { kind: "fixed", count: numReplicas };
  }
  if (scaler === "none") {
    problems.add(place("numReplicas"), "must be given: the host says that nothing scales services there");
  }
  if (max < min) {
    problems.add(place("maxReplicas"), `must be at least 'minReplicas', ${min}`, shown(max));
  }
  const measure =
    scaler === "cpu"
      ? ({ by: "cpu" } as const)
      : ({ by: "requests", path: "/load/all", format: "json", valueLocation: "inHand" } as const);
  return { kind: "autoscaled", min, max, targetUtilization, measure };
}

function checkNames(
  problems: Problems,
  { appInsightsEnabled }: AksServiceArgs,
  variables: ReplicaArgs["environmentVariables"] = {},
  property: string,
) {
  if (!isPlainMap(variables)) {
    problems.add(property, "must be a map whose names are known when the program runs");
    return {};
  }
  problems.plain(property, variables, rules.variables);
  if (appInsightsEnabled) {
    problems.plain(property, variables, aci.noReporting);
  }
  return variables;
}
