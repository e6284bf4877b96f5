import type { BatchJobPlan } from "../../components/render/kubernetes/batch-plan";

/** The least that a batch run may be, with other values where they are given. */
export function batchPlan(given: Partial<BatchJobPlan> = {}): BatchJobPlan {
  return {
    jobName: "scores",
    namespace: "scoring",
    labels: {},
    imageRef: `registry.test/fraud@sha256:${"a".repeat(64)}`,
    imageIdentity: "b".repeat(64),
    shards: 1,
    parallelism: 1,
    retriesPerShard: 3,
    inputClaim: "rows",
    inputPaths: ["2026-11"],
    outputClaim: "scores",
    outputFolder: "scores",
    options: ["--workers", "1"],
    environment: {},
    cpuCores: 0.1,
    memoryInGb: 0.5,
    limits: { cpuCores: 1, memoryInGb: 0.5 },
    gpus: 0,
    temporaryInGb: 1,
    ...given,
  };
}

/** Everything that a batch run may have, on nodes that may be taken back. */
export function fullBatchPlan(): BatchJobPlan {
  return batchPlan({
    labels: { team: "risk" },
    shards: 8,
    parallelism: 4,
    maxFailedShards: 2,
    activeDeadlineSeconds: 86_400,
    ttlSecondsAfterFinished: 3600,
    inputPaths: [],
    outputFolder: "scores/2026-11-24",
    options: ["--format", "parquet", "--workers", "2"],
    run: "2026-11-24",
    environment: { MODE: "nightly" },
    secretEnvironment: { TOKEN: "secret-token" },
    cpuCores: 2,
    memoryInGb: 3,
    limits: { cpuCores: 4, memoryInGb: 4 },
    gpus: 1,
    nodeSelector: { "kubernetes.azure.com/scalesetpriority": "spot" },
    tolerations: [{ key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" }],
    pullSecretName: "registry",
  });
}
