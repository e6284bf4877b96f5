import type * as pulumi from "@pulumi/pulumi";
import type { AksServiceArgs, ReplicaProbe, ServiceVersion } from "../aks-service-options";
import { checkProof, checkReporting, plainFlag } from "../container/reporting";
import { settledImage } from "../internal/aci-rules";
import * as kubernetes from "../internal/kubernetes-rules";
import { type Rule, wholeNumber } from "../internal/problems";
import { claim } from "../internal/program-claims";
import * as rules from "../internal/rules";
import type { Problems } from "../internal/validate";
import type { ProbePlan } from "../render/kubernetes/plan";
import { checkKeys, checkServing } from "../serving";
import { checkExposure, exposureOf } from "./exposure";
import { checkGrpc } from "./grpc";
import { checkReplicas } from "./replicas";
import { checkTraffic, trafficOf, type VersionTraffic, versionsOf } from "./traffic";

/** Checks the arguments of an `AksService`; returns them with their defaults. */
export function checkAksService(problems: Problems, name: string, args: AksServiceArgs) {
  const serving = checkServing(problems, name, args);
  const { serviceName = name } = args;
  const { namespace = serviceName, workers = 1, maxBatchSize = 1, scoringTimeoutMs = 60_000 } = args;
  for (const [property, value] of Object.entries({ serviceName, workers, maxBatchSize, scoringTimeoutMs })) {
    problems.plain<unknown>(property, value, isKnown);
  }
  problems.plain("namespace", args.namespace, kubernetes.namespaceName);
  if (args.namespace === undefined && args.host.registry?.pullSecretName !== undefined) {
    problems.add("namespace", "must be given: the host's Secret for pulling images lies in one");
  }
  problems.plain("serviceName", serviceName, unclaimed(name, namespace, args.host));
  problems.plain("authEnabled", args.authEnabled, plainFlag);
  problems.plain("startTimeoutSeconds", args.startTimeoutSeconds, wholeNumber(1, 3600));
  checkTraffic(problems, args);
  return {
    serviceName,
    namespace,
    ownsNamespace: args.namespace === undefined,
    serving: { ...serving, startTimeoutSeconds: args.startTimeoutSeconds ?? 310 },
    scoringTimeoutMs,
    slots: workers * maxBatchSize,
    keyed: args.authEnabled !== false,
    keys: checkKeys(problems, args, args.authEnabled !== false),
    ...checkLabels(problems, args),
    exposure: checkExposure(problems, args, { serviceName, namespace }),
    versions: checkVersions(problems, args),
    grpc: checkGrpc(problems, args),
    probes: checkProbes(problems, args),
    callers: checkCallers(problems, args),
    identity: checkIdentity(problems, args),
    ...checkReporting(problems, args),
    ...checkSmoke(problems, args),
  };
}

/** An `AksService`'s arguments, checked and with their defaults. */
export type CheckedAks = ReturnType<typeof checkAksService>;
/** One of its versions. */
export type CheckedVersion = CheckedAks["versions"][number];

/** How many objects there are, and what their names and numbers are, follows from these. */
const isKnown: Rule<unknown> = {
  must: "must be known when the program runs",
  holds: (value) => typeof value === "string" || typeof value === "number",
  show: () => "a value that is known later",
};

function checkVersions(problems: Problems, args: AksServiceArgs) {
  const traffic = trafficOf(args);
  return Object.entries(versionsOf(args)).map(([name, version]) => ({
    name,
    image: checkImage(problems, args, name, version),
    ...(traffic.get(name) as VersionTraffic),
    ...checkReplicas(problems, args, name, args.versions === undefined ? {} : version),
  }));
}

function checkImage(problems: Problems, args: AksServiceArgs, name: string, { image }: ServiceVersion) {
  const place = args.versions === undefined ? "image" : `versions.${name}.image`;
  return {
    ...image,
    identity: problems.check(`${place}.identity`, image.identity, rules.contentIdentity),
    ref: problems.check(`${place}.ref`, image.ref, settledImage),
  };
}

function checkLabels(problems: Problems, { host, tags, description }: AksServiceArgs) {
  problems.plain("tags", tags, kubernetes.labels);
  return {
    labels: { ...host.labels, ...tags },
    description: problems.check("description", description, rules.someText),
  };
}

/** Kubernetes takes no other for liveness. */
const successes = {
  livenessProbe: { must: "must be 1", holds: (value: number) => value === 1 },
  readinessProbe: wholeNumber(1, 100),
};

function checkProbes(problems: Problems, args: AksServiceArgs) {
  const probe = (property: "livenessProbe" | "readinessProbe"): ProbePlan => {
    const given: ReplicaProbe = args[property] ?? {};
    const all = {
      initialDelaySeconds: given.initialDelaySeconds ?? 0,
      periodSeconds: given.periodSeconds ?? 10,
      timeoutSeconds: given.timeoutSeconds ?? 2,
      successThreshold: given.successThreshold ?? 1,
      failureThreshold: given.failureThreshold ?? 3,
    };
    problems.plain(`${property}.initialDelaySeconds`, all.initialDelaySeconds, wholeNumber(0, 3600));
    problems.plain(`${property}.periodSeconds`, all.periodSeconds, wholeNumber(1, 3600));
    problems.plain(`${property}.timeoutSeconds`, all.timeoutSeconds, wholeNumber(1, 3600));
    problems.plain(`${property}.successThreshold`, all.successThreshold, successes[property]);
    problems.plain(`${property}.failureThreshold`, all.failureThreshold, wholeNumber(1, 100));
    return all;
  };
  const [readiness, liveness] = [probe("readinessProbe"), probe("livenessProbe")];
  // Asked each second, a replica serves as soon as it can, and has all of its time.
  const startup = { ...readiness, initialDelaySeconds: 0, periodSeconds: 1, successThreshold: 1 };
  return { startup: { ...startup, failureThreshold: args.startTimeoutSeconds ?? 310 }, readiness, liveness };
}

function checkCallers(problems: Problems, { callers = [] }: AksServiceArgs) {
  return callers.map(({ namespace, podLabels }, index) => {
    const name: pulumi.Input<string> = problems.check(`callers[${index}].namespace`, namespace, anyNamespace);
    return { namespace: name, ...(podLabels ? { podLabels } : {}) };
  });
}

const anyNamespace: Rule<string> = {
  must: "must be the name of a namespace",
  holds: (value) => typeof value === "string" && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value),
};

function checkIdentity(problems: Problems, { host, workloadIdentityEnabled }: AksServiceArgs) {
  problems.plain("workloadIdentityEnabled", workloadIdentityEnabled, plainFlag);
  if (workloadIdentityEnabled && host.workloadIdentity === undefined) {
    problems.add("workloadIdentityEnabled", "must come with a host that has a 'workloadIdentity'");
  }
  return workloadIdentityEnabled === false ? undefined : host.workloadIdentity;
}

function checkSmoke(problems: Problems, args: AksServiceArgs) {
  const isInside = exposureOf(args) === "cluster";
  if (isInside && (args.smokeTestEnabled === true || args.smokeTestTimeoutSeconds !== undefined)) {
    const property = args.smokeTestEnabled === true ? "smokeTestEnabled" : "smokeTestTimeoutSeconds";
    const rule = "must be left out with the exposure 'cluster'";
    problems.add(property, rule, undefined, "the service has no address outside of the cluster");
  }
  return isInside ? { proof: undefined } : checkProof(problems, args);
}

/** A rule that the first service of a host to have the name in a namespace keeps. */
function unclaimed(holder: string, namespace: string, host: object): Rule<string> {
  let other: string | undefined;
  return {
    must: "must be the name of one service only in its namespace",
    holds: (value) => (other = claim("service", `${namespace}/${value}`, holder, host)) === undefined,
    remedy: () => `'${other ?? ""}' has it: choose another`,
  };
}
