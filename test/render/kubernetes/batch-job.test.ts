import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import {
  renderBatchConfiguration,
  renderBatchJob,
  renderBatchObjects,
  renderBatchSecrets,
} from "../../../components/render/kubernetes/batch-job";
import type { BatchJobPlan } from "../../../components/render/kubernetes/batch-plan";
import { value } from "../../harness";
import { batchPlan, fullBatchPlan } from "../../support/batch-plan";

const selector = { "scorestack/batch-job": "scores" };
const labels = { "app.kubernetes.io/name": "scores", "app.kubernetes.io/managed-by": "scorestack", ...selector };

/** Whole objects. Does not prove: that a cluster takes them (`test/kubernetes`), or that an engine runs what they say. */
describe("the objects of a batch run", () => {
  it("of the least that it may be: a Job, an account without a token, and nobody who calls", () => {
    const plan = batchPlan();
    const [account, network, job, ...more] = renderBatchObjects(plan).map(({ object }) => object);
    const metadata = { name: "scores", namespace: "scoring", labels };
    assert.deepEqual(more, []);
    assert.deepEqual(account, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata,
      automountServiceAccountToken: false,
    });
    assert.deepEqual(network, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: { podSelector: { matchLabels: selector }, policyTypes: ["Ingress"] },
    });
    assert.deepEqual(job, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { ...metadata, name: nameOf(plan) },
      spec: {
        completionMode: "Indexed",
        completions: 1,
        parallelism: 1,
        backoffLimitPerIndex: 3,
        podFailurePolicy: {
          rules: [
            { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            { action: "FailIndex", onExitCodes: { containerName: "scorer", operator: "In", values: [2, 3] } },
          ],
        },
        podReplacementPolicy: "Failed",
        template: {
          metadata: { labels, annotations: { "scorestack/image-identity": "b".repeat(64) } },
          spec: {
            restartPolicy: "Never",
            serviceAccountName: "scores",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 10001,
              runAsGroup: 10001,
              fsGroup: 10001,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name: "scorer",
                image: `registry.test/fraud@sha256:${"a".repeat(64)}`,
                imagePullPolicy: "IfNotPresent",
                command: ["python", "/opt/scorestack/batch"],
                args: [
                  ...["--input", "/mnt/input/2026-11", "--output", "/mnt/output/scores", "--workers", "1"],
                  ...["--shard", "$(JOB_COMPLETION_INDEX)/1"],
                ],
                env: [{ name: "HOME", value: "/tmp" }],
                resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "input", mountPath: "/mnt/input", readOnly: true },
                  { name: "output", mountPath: "/mnt/output" },
                  { name: "temporary", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [
              { name: "input", persistentVolumeClaim: { claimName: "rows", readOnly: true } },
              { name: "output", persistentVolumeClaim: { claimName: "scores" } },
              { name: "temporary", emptyDir: { sizeLimit: "1Gi" } },
            ],
          },
        },
      },
    });
  });

  it("with everything", () => {
    const plan = fullBatchPlan();
    const { parallelism, maxFailedIndexes, activeDeadlineSeconds, ttlSecondsAfterFinished, completions, template } =
      specOf(plan);
    assert.deepEqual(
      { parallelism, maxFailedIndexes, activeDeadlineSeconds, ttlSecondsAfterFinished, completions },
      {
        parallelism: 4,
        maxFailedIndexes: 2,
        activeDeadlineSeconds: 86_400,
        ttlSecondsAfterFinished: 3600,
        completions: 8,
      },
    );
    const { imagePullSecrets, nodeSelector, tolerations, containers } = template.spec;
    const [{ args, envFrom, resources }] = containers;
    assert.deepEqual(
      { imagePullSecrets, nodeSelector, tolerations },
      {
        imagePullSecrets: [{ name: "registry" }],
        nodeSelector: { "kubernetes.azure.com/scalesetpriority": "spot" },
        tolerations: [
          {
            key: "kubernetes.azure.com/scalesetpriority",
            effect: "NoSchedule",
            operator: "Equal",
            value: "spot",
          },
        ],
      },
    );
    assert.deepEqual(args, [
      ...["--input", "/mnt/input", "--output", "/mnt/output/scores/2026-11-24", "--format", "parquet"],
      ...["--workers", "2", "--shard", "$(JOB_COMPLETION_INDEX)/8"],
    ]);
    assert.deepEqual(envFrom, [
      { configMapRef: { name: metadataName(renderBatchConfiguration(plan)) } },
      { secretRef: { name: metadataName(renderBatchSecrets(plan)) } },
    ]);
    assert.deepEqual(resources, {
      requests: { cpu: "2", memory: "3Gi", "nvidia.com/gpu": "1" },
      limits: { cpu: "4", memory: "4Gi", "nvidia.com/gpu": "1" },
    });
    assert.deepEqual(template.metadata, {
      labels: { team: "risk", ...labels },
      annotations: { "scorestack/image-identity": "b".repeat(64), "scorestack/run": "2026-11-24" },
    });
    assert.deepEqual(renderBatchSecrets(plan)?.data, { TOKEN: Buffer.from("secret-token").toString("base64") });
  });

  it("mount a claim once that is input and output, and the input's place can't be written to all the same", () => {
    const { template } = specOf(batchPlan({ inputClaim: "scores" }));
    const [{ volumeMounts }] = template.spec.containers;
    assert.deepEqual(
      template.spec.volumes.map(({ name }) => name),
      ["output", "temporary"],
    );
    assert.deepEqual(volumeMounts[0], { name: "output", mountPath: "/mnt/input", readOnly: true });
  });

  it("have a Job of another name for whatever Kubernetes can't change in one, and the same for the rest", () => {
    const plan = fullBatchPlan();
    const other: readonly Partial<BatchJobPlan>[] = [
      { imageRef: `registry.test/fraud@sha256:${"c".repeat(64)}` },
      { imageIdentity: "c".repeat(64) },
      { shards: 9 },
      { retriesPerShard: 0 },
      { inputPaths: ["other"] },
      { inputClaim: "other" },
      { outputFolder: "other" },
      { options: [] },
      { run: "2026-11-25" },
      { environment: { MODE: "other" } },
      { secretEnvironment: { TOKEN: "other" } },
      { cpuCores: 3 },
      { temporaryInGb: 2 },
      { nodeSelector: {} },
    ];
    const names = other.map((change) => nameOf({ ...plan, ...change }));
    assert.equal(new Set([nameOf(plan), ...names]).size, other.length + 1);
    const same = { parallelism: 8, maxFailedShards: 3, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 0 };
    assert.equal(nameOf({ ...plan, ...same }), nameOf(plan));
  });

  it("with a variable that is secret: the name of its Secret is one too, that of the Job is not", async () => {
    const plan = batchPlan({ secretEnvironment: { TOKEN: pulumi.secret("secret-token") } });
    const [secret, job] = [renderBatchSecrets(plan), renderBatchJob(plan)].map(metadataName) as pulumi.Output<string>[];
    assert.ok(secret && job);
    assert.deepEqual([await pulumi.isSecret(secret), await pulumi.isSecret(job)], [true, false]);
    assert.match(await value(job), /^scores-[0-9a-f]{10}$/);
    assert.equal(await value(job), nameOf(batchPlan({ secretEnvironment: { TOKEN: "secret-token" } })));
  });
});

interface Spec {
  readonly completions: number;
  readonly parallelism: number;
  readonly maxFailedIndexes?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly template: {
    readonly metadata: object;
    readonly spec: {
      readonly imagePullSecrets?: object;
      readonly nodeSelector?: object;
      readonly tolerations?: object;
      readonly volumes: readonly { readonly name: string }[];
      readonly containers: readonly [
        {
          readonly args: readonly string[];
          readonly envFrom: object;
          readonly resources: object;
          readonly volumeMounts: readonly object[];
        },
      ];
    };
  };
}

function specOf(plan: BatchJobPlan): Spec {
  return renderBatchJob(plan).spec as unknown as Spec;
}

function nameOf(plan: BatchJobPlan): string {
  return metadataName(renderBatchJob(plan)) as string;
}

function metadataName(object: { readonly metadata?: unknown } | undefined): unknown {
  return (object?.metadata as { readonly name: unknown }).name;
}
