import type { batch, core, networking, types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BatchJobPlan } from "./batch-plan";
import { known } from "./known";
import { contentName } from "./names";
import { containerSecurity, placeOf, podSecurity, resourcesOf } from "./pod";
import { byteQuantity } from "./quantities";

const [inputFolder, outputFolder, temporaryFolder] = ["/mnt/input", "/mnt/output", "/tmp"];
/** Exit codes of the batch engine that another try would only repeat: bad arguments or input, and `init()` failed. */
const hopelessExitCodes = [2, 3];
/** For the engine to write what it has in hand. */
const terminationGraceSeconds = 60;

/**
 * The batch run: each index is a part of the input. A pod that the cluster ends (a spot node that is taken back, a drain, preemption)
 * costs no try; one whose arguments or `init()` are wrong is not tried again. The name is from the content, as a Job can't be changed.
 */
export function renderBatchJob(plan: BatchJobPlan): batch.v1.JobArgs {
  const { shards, parallelism, retriesPerShard, maxFailedShards } = plan;
  const fixed = {
    completionMode: "Indexed",
    completions: shards,
    backoffLimitPerIndex: retriesPerShard,
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        {
          action: "FailIndex",
          onExitCodes: { containerName: "scorer", operator: "In", values: hopelessExitCodes },
        },
      ],
    },
    // Two pods of one part would write the same files.
    podReplacementPolicy: "Failed",
    template: {
      metadata: {
        labels: labelsOf(plan),
        annotations: {
          "scorestack/image-identity": plan.imageIdentity,
          ...(plan.run === undefined ? {} : { "scorestack/run": plan.run }),
        },
      },
      spec: podOf(plan),
    },
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadataOf(plan, open(contentName(plan.jobName, fixed))),
    spec: {
      ...fixed,
      parallelism,
      ...(maxFailedShards === undefined ? {} : { maxFailedIndexes: maxFailedShards }),
      ...(plan.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: plan.activeDeadlineSeconds }),
      ...(plan.ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished: plan.ttlSecondsAfterFinished }),
    },
  };
}

/** Whom the pods act as: nobody that the API server knows. */
export function renderBatchAccount(plan: BatchJobPlan): core.v1.ServiceAccountArgs {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadataOf(plan),
    automountServiceAccountToken: false,
  };
}

/** Nobody calls the pods. */
export function renderBatchNetworkPolicy(plan: BatchJobPlan): networking.v1.NetworkPolicyArgs {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadataOf(plan),
    spec: { podSelector: { matchLabels: selectorOf(plan) }, policyTypes: ["Ingress"] },
  };
}

/** Variables that are not secret; undefined without any. */
export function renderBatchConfiguration(plan: BatchJobPlan): core.v1.ConfigMapArgs | undefined {
  const name = configurationName(plan);
  return name === undefined
    ? undefined
    : {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: metadataOf(plan, name),
        immutable: true,
        data: plan.environment,
      };
}

/** Variables that are secret; undefined without any. */
export function renderBatchSecrets(plan: BatchJobPlan): core.v1.SecretArgs | undefined {
  const [name, { secretEnvironment }] = [secretsName(plan), plan];
  return name === undefined || secretEnvironment === undefined
    ? undefined
    : {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: metadataOf(plan, name),
        immutable: true,
        data: known(secretEnvironment, (variables) =>
          Object.fromEntries(
            Object.entries(variables).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
          ),
        ),
      };
}

/** What every pod of the run has, whichever its part. */
function podOf(plan: BatchJobPlan): types.input.core.v1.PodSpec {
  const { pullSecretName, temporaryInGb } = plan;
  return {
    restartPolicy: "Never",
    serviceAccountName: plan.jobName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecretName === undefined ? {} : { imagePullSecrets: [{ name: pullSecretName }] }),
    securityContext: podSecurity,
    terminationGracePeriodSeconds: terminationGraceSeconds,
    ...placeOf(plan),
    containers: [scorerOf(plan)],
    volumes: [
      ...claimsOf(plan).map(({ name, claimName, readOnly }) => ({
        name,
        persistentVolumeClaim: { claimName, ...(readOnly ? { readOnly } : {}) },
      })),
      { name: "temporary", emptyDir: { sizeLimit: byteQuantity(temporaryInGb) } },
    ],
  };
}

function scorerOf(plan: BatchJobPlan): types.input.core.v1.Container {
  const [configuration, secrets] = [configurationName(plan), secretsName(plan)];
  const inputs = plan.inputPaths.length > 0 ? plan.inputPaths.map((at) => `${inputFolder}/${at}`) : [inputFolder];
  const input = claimsOf(plan)[0]?.name ?? "";
  return {
    name: "scorer",
    image: plan.imageRef,
    imagePullPolicy: "IfNotPresent",
    command: ["python", "/opt/scorestack/batch"],
    args: [
      ...["--input", ...inputs, "--output", known(plan.outputFolder, (folder) => `${outputFolder}/${folder}`)],
      ...plan.options,
      // The Job's controller gives each pod its index as a variable, counted from 0.
      ...["--shard", `$(JOB_COMPLETION_INDEX)/${plan.shards}`],
    ],
    ...(configuration === undefined && secrets === undefined
      ? {}
      : {
          envFrom: [
            ...(configuration === undefined ? [] : [{ configMapRef: { name: configuration } }]),
            ...(secrets === undefined ? [] : [{ secretRef: { name: secrets } }]),
          ],
        }),
    env: [{ name: "HOME", value: temporaryFolder }],
    resources: resourcesOf(plan),
    securityContext: containerSecurity,
    volumeMounts: [
      { name: input, mountPath: inputFolder, readOnly: true },
      { name: "output", mountPath: outputFolder },
      { name: "temporary", mountPath: temporaryFolder },
    ],
  };
}

/** The claims, the input's first; one volume where they are the same, as a pod can't always mount a claim twice. */
function claimsOf({ inputClaim, outputClaim }: BatchJobPlan) {
  const output = { name: "output", claimName: outputClaim, readOnly: false };
  return inputClaim === outputClaim ? [output] : [{ name: "input", claimName: inputClaim, readOnly: true }, output];
}

function configurationName({ jobName, environment }: BatchJobPlan): pulumi.Input<string> | undefined {
  return Object.keys(environment).length === 0 ? undefined : contentName(`${jobName}-config`, environment);
}

function secretsName({ jobName, secretEnvironment }: BatchJobPlan): pulumi.Input<string> | undefined {
  return secretEnvironment && contentName(`${jobName}-secrets`, secretEnvironment);
}

function metadataOf(plan: BatchJobPlan, name: pulumi.Input<string> = plan.jobName) {
  return { name, namespace: plan.namespace, labels: labelsOf(plan) };
}

function labelsOf(plan: BatchJobPlan): Record<string, string> {
  return {
    ...plan.labels,
    "app.kubernetes.io/name": plan.jobName,
    "app.kubernetes.io/managed-by": "scorestack",
    ...selectorOf(plan),
  };
}

/** What the run's pods have in common, and no other's have. */
function selectorOf({ jobName }: BatchJobPlan): Record<string, string> {
  return { "scorestack/batch-job": jobName };
}

/** A hash over the name of a Secret, which has a part of a hash of its content, tells nobody anything. */
function open(name: pulumi.Input<string>): pulumi.Input<string> {
  return pulumi.Output.isInstance(name) ? pulumi.unsecret(name as pulumi.Output<string>) : name;
}

const renders = {
  account: renderBatchAccount,
  network: renderBatchNetworkPolicy,
  config: renderBatchConfiguration,
  secrets: renderBatchSecrets,
  job: renderBatchJob,
} as const;

/** An object of a batch run; the role is part of its resource's name, so for life. */
export type RenderedBatchObject = {
  [R in keyof typeof renders]: { readonly role: R; readonly object: NonNullable<ReturnType<(typeof renders)[R]>> };
}[keyof typeof renders];

/** Every object of a batch run, each after what it names. */
export function renderBatchObjects(plan: BatchJobPlan): readonly RenderedBatchObject[] {
  return Object.entries(renders).flatMap(([role, render]) => {
    const object = render(plan);
    return object === undefined ? [] : [{ role, object } as RenderedBatchObject];
  });
}
