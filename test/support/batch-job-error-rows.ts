import type { KubernetesBatchJobArgs } from "../../components";
import { containerImage as image } from "./aci-host";
import { clusterHost } from "./kubernetes-host";

/** What a user gets wrong, and the whole error. */
export type Row = readonly [args: Partial<Record<keyof KubernetesBatchJobArgs, unknown>>, error: string];

const path =
  "must be a path below the claim's own folder, such as 'wine/2026-11': no '/' first or last, no '.' or '..' in it, and none of it begins with '-'";
const claim = "must be the name of a PersistentVolumeClaim: 1 to 63 lower-case letters, digits and dashes";
const nodeSizes = [{ name: "cpu", cpuCores: 3.8, memoryInGb: 12.5, gpus: 0 }];

/** One row for each rule of `KubernetesBatchJob`. */
export const rows: readonly Row[] = [
  [
    { jobName: "Scores!" },
    "'jobName' must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last, got 'Scores!'; for example 'scores'",
  ],
  [
    { namespace: "kube-system" },
    "'namespace' must be 1 to 63 lower-case letters, digits and dashes, no dash first or last, and not begin with 'kube-', got 'kube-system'",
  ],
  [
    { image: { ...image, identity: "latest" } },
    "'image.identity' must be a content identity of 64 hex characters, got 'latest'",
  ],
  [
    { image: { ...image, ref: "team.azurecr.io/churn:latest" } },
    "'image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got 'team.azurecr.io/churn:latest'; other tags can move",
  ],
  [{ inputClaim: undefined }, `'inputClaim' ${claim}, got ''`],
  [{ outputClaim: "Scores" }, `'outputClaim' ${claim}, got 'Scores'`],
  [{ inputPaths: "rows" }, "'inputPaths' must be a list of paths, got 'rows'"],
  [{ inputPaths: ["../secrets"] }, `'inputPaths[0]' ${path}, got '../secrets'`],
  [{ inputPaths: ["a/$(HOME)"] }, `'inputPaths[0]' ${path}, got 'a/$(HOME)'; Kubernetes reads '$(…)' as a variable`],
  [{ outputFolder: "/scores" }, `'outputFolder' ${path}, got '/scores'`],
  [
    { outputClaim: "rows" },
    "'inputPaths' must leave 'outputFolder' out where both are in one claim, got []; name what is to be read, or write into another claim",
  ],
  [
    { outputClaim: "rows", inputPaths: ["all"], outputFolder: "all/scores" },
    "'inputPaths' must leave 'outputFolder' out where both are in one claim, got [\"all\"]; name what is to be read, or write into another claim",
  ],
  [
    { run: "monday morning" },
    "'run' must be 1 to 63 letters, digits, dashes, dots and underscores, a letter or digit first and last, got 'monday morning'",
  ],
  [{ shards: 0 }, "'shards' must be an integer from 1 to 10000, got 0"],
  [{ shards: 8, parallelism: 9 }, "'parallelism' must be an integer from 1 to 'shards', 8, got 9"],
  [{ shards: 8, maxFailedShards: 9 }, "'maxFailedShards' must be an integer from 0 to 'shards', 8, got 9"],
  [{ retriesPerShard: -1 }, "'retriesPerShard' must be an integer from 0 to 100, got -1"],
  [{ activeDeadlineSeconds: 59 }, "'activeDeadlineSeconds' must be an integer from 60 to 31536000, got 59"],
  [{ ttlSecondsAfterFinished: -1 }, "'ttlSecondsAfterFinished' must be an integer from 0 to 31536000, got -1"],
  [{ inputFormat: "excel" }, "'inputFormat' must be 'auto', 'csv', 'jsonl', 'parquet' or 'files', got 'excel'"],
  [{ columns: ["a,b"] }, "'columns' must be one or more names of columns, none of them with a comma, got [\"a,b\"]"],
  [{ outputFormat: "auto" }, "'outputFormat' must be 'csv', 'jsonl' or 'parquet', got 'auto'"],
  [{ miniBatchSize: 0 }, "'miniBatchSize' must be an integer from 1 to 1000000, got 0"],
  [{ workers: 65 }, "'workers' must be an integer from 1 to 64, got 65"],
  [{ retries: 101 }, "'retries' must be an integer from 0 to 100, got 101"],
  [{ timeoutSeconds: 0 }, "'timeoutSeconds' must be an integer from 1 to 86400, got 0"],
  [{ errorThreshold: -2 }, "'errorThreshold' must be an integer from -1 to 2147483647, got -2"],
  [{ cpuCores: 0 }, "'cpuCores' must be a number from 0.01 to 512, got 0"],
  [{ cpuCoresLimit: 600 }, "'cpuCoresLimit' must be a number from 0.01 to 512, got 600"],
  [{ cpuCores: 2, cpuCoresLimit: 1 }, "'cpuCoresLimit' must be at least 'cpuCores', 2, got 1"],
  [{ memoryInGb: 0 }, "'memoryInGb' must be a number from 0.05 to 4096, got 0"],
  [{ memoryInGbLimit: 5000 }, "'memoryInGbLimit' must be a number from 0.05 to 4096, got 5000"],
  [{ memoryInGb: 4, memoryInGbLimit: 2 }, "'memoryInGbLimit' must be at least 'memoryInGb', 4, got 2"],
  [{ gpuCount: 17 }, "'gpuCount' must be an integer from 0 to 16, got 17"],
  [{ temporaryInGb: 0 }, "'temporaryInGb' must be a number from 0.01 to 1024, got 0"],
  [{ nodePool: "spot" }, "'nodePool' must come with a host that has 'nodeSizes'"],
  [{ nodePool: "spot", host: { ...clusterHost, nodeSizes } }, "'nodePool' must be 'cpu', got 'spot'"],
  [
    { cpuCores: 4, host: { ...clusterHost, nodeSizes } },
    "'cpuCores' must fit a node, with memory and GPUs, got 4 cores, 0.5 GB and 0 GPUs; pods get at most: 3.8 cores, 12.5 GB, 0 GPUs on 'cpu'",
  ],
  [
    { tags: { "scorestack/x": "y" } },
    "'tags' must be labels of Kubernetes: names and values of at most 63 letters, digits, '-', '_' and '.', a letter or digit first and last, and none of 'app.kubernetes.io/name', 'app.kubernetes.io/managed-by' and 'scorestack/…', got 'scorestack/x'",
  ],
  [
    { environmentVariables: { "1ST": "hunter2" } },
    "'environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself, got '1ST'",
  ],
];
