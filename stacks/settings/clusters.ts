import type { AksClusterArgs, AksServiceArgs, KubernetesClusterArgs, ServiceVersion } from "../../components";
import { type Rule, shown } from "../../components/internal/problems";
import { contentIdentity } from "../../components/internal/rules";
import { type BuiltImage, isBuilt, reference } from "../built-image";
import { type BatchJobSettings, readBatchJobs } from "./batch-jobs";
import { allKeys } from "./keys";
import type { SettingsReader } from "./reader";
import { anything, checkFields, isRecord, map, text } from "./shape";

/** One of several images that answer at a service's address. */
export interface VersionSettings extends Omit<ServiceVersion, "image"> {
  /** Scorer whose image it runs, or a name of `scorestack:images`. @default - the service's */
  readonly scorer?: string;
}

/** Options of a service, under `scorestack:services`: those of `AksService` but for its keys. */
export interface ClusterServiceSettings extends Omit<
  AksServiceArgs,
  "host" | "image" | "versions" | "serviceName" | "primaryKey" | "secondaryKey"
> {
  /** Scorer whose image the service runs, or a name of `scorestack:images`. @default - that of the service's name */
  readonly scorer?: string;
  readonly versions?: Readonly<Record<string, VersionSettings>>;
}

/** What stacks in clusters have in common. */
export interface ClusterSettings {
  /** Stack whose images are run; undefined for none. */
  readonly source: string | undefined;
  /** Images by name, beside the source's. */
  readonly images: Readonly<Record<string, BuiltImage>>;
  /** Images that have a service of their name; all without it, none with the one word `none`. */
  readonly scorers: readonly string[] | undefined;
  /** By name. */
  readonly services: Readonly<Record<string, ClusterServiceSettings>>;
  /** By name. */
  readonly batchJobs: Readonly<Record<string, BatchJobSettings>>;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

/** What the configuration of a prod stack says. */
export interface ProdSettings extends ClusterSettings {
  readonly kind: "prod";
  readonly location: string | undefined;
  readonly cluster: Omit<AksClusterArgs, "host">;
}

/** What the configuration of a kubernetes stack says. */
export interface KubernetesSettings extends ClusterSettings {
  readonly kind: "kubernetes";
  readonly cluster: Omit<KubernetesClusterArgs, "kubeconfig"> & {
    /** File with the cluster's kubeconfig. @default - `KUBECONFIG`, else `~/.kube/config` */
    readonly kubeconfigFile?: string;
  };
}

export const fieldsOf = (words: string): [string, Rule<unknown>][] => words.split(" ").map((key) => [key, anything]);

const replicaFields = fieldsOf(
  "cpuCores cpuCoresLimit memoryInGb memoryInGbLimit gpuCount extendedResources nodePool numReplicas minReplicas maxReplicas targetUtilization maxRequestWaitTimeMs temporaryInGb environmentVariables",
);
export const serviceFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ["versions", map],
  ...replicaFields,
  ...fieldsOf("workers server maxConcurrentRequests maxBatchSize maxLatencyMs scoringTimeoutMs corsOrigins"),
  ...fieldsOf("authEnabled keyRotation tags description defaultVersion rollout namespace exposure internal hostname"),
  ...fieldsOf("pathPrefix tls port allowedIpRanges addressAnnotations callers grpc startTimeoutSeconds livenessProbe"),
  ...fieldsOf("readinessProbe workloadIdentityEnabled appInsightsEnabled responseLoggingEnabled dataCollectionEnabled"),
  ...fieldsOf("smokeTestEnabled smokeTestTimeoutSeconds"),
]);
const versionFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ...replicaFields,
  ...fieldsOf("trafficPercent mirrorPercent"),
]);
export const aksFields = new Map(
  fieldsOf(
    "existing clusterName clusterPurpose agentCount vmSize autoscale zones systemPool pools network apiServer entra tier kubernetesVersion upgrades monitoring keda keyVaultSecrets gateway tls assignRoles",
  ),
);
const kubernetesFields = new Map<string, Rule<unknown>>([
  ["kubeconfigFile", text],
  ...fieldsOf("context scaler gateway registry nodeSizes"),
]);
const whereFrom = "npm run -s outputs -- images --stack dev tells both";
const imageFields = new Map<string, Rule<unknown>>([
  ["identity", contentIdentity as Rule<unknown>],
  ["ref", { ...reference, remedy: () => whereFrom }],
  ["sampleRequests", text],
  ...fieldsOf("imageId modelIds platform"),
]);
export const mayBeSecret = ["environmentVariables", "tls.keyPem"];

export function readProdSettings(reader: SettingsReader): ProdSettings {
  const cluster = readCluster(reader, "AksCluster", aksFields) as ProdSettings["cluster"];
  return { kind: "prod", ...readCommon(reader, "dev"), cluster, location: reader.text("location") };
}

export function readKubernetesSettings(reader: SettingsReader): KubernetesSettings {
  reader.unused(["location"], "stacks in Azure");
  const cluster = readCluster(reader, "KubernetesCluster", kubernetesFields) as KubernetesSettings["cluster"];
  return { kind: "kubernetes", ...readCommon(reader), cluster };
}

/** Options of the cluster; settings of other kinds of stack are refused. */
export function readCluster(reader: SettingsReader, component: string, fields: ReadonlyMap<string, Rule<unknown>>) {
  reader.onlyKeys(allKeys);
  reader.unused(["pins", "keyRotations"], "local stacks");
  reader.unused(["spark"], "stacks that build images");
  reader.unused(["workspace"], "dev stacks");
  reader.unused(["pools"], "batch stacks");
  reader.unused(["edge"], "edge stacks");
  const given = reader.map("cluster", `must be a map of options of ${component}`);
  return checkFields(reader.problems, "cluster", given, fields);
}

function readCommon(reader: SettingsReader, defaultSource?: string): ClusterSettings {
  return {
    source: reader.text("source") ?? defaultSource,
    images: readImages(reader),
    scorers: reader.list("scorers"),
    services: readServices(reader),
    batchJobs: readBatchJobs(reader),
    problems: reader.problems.lines,
  };
}

/** Images by name, beside those of the source. */
export function readImages(reader: SettingsReader): ClusterSettings["images"] {
  const images = reader.map("images", "must be a map of images by name, each with 'identity' and 'ref'");
  const kept = Object.entries(images).flatMap(([name, image]) => {
    const property = `images.${name}`;
    const fields = checkFields(reader.problems, property, image, imageFields);
    const missing = ["identity", "ref"].filter((key) => isRecord(image) && !(key in image));
    missing.forEach((key) => {
      reader.problems.add(property, `must have '${key}'`, shown(fields), whereFrom);
    });
    return isBuilt(fields) ? [[name, fields] as const] : [];
  });
  return Object.fromEntries(kept);
}

function readServices(reader: SettingsReader): ClusterSettings["services"] {
  const services = reader.services(serviceFields, mayBeSecret);
  for (const [name, { versions }] of Object.entries(services)) {
    for (const [version, options] of Object.entries(isRecord(versions) ? versions : {})) {
      checkFields(reader.problems, `services.${name}.versions.${version}`, options, versionFields);
    }
  }
  return services;
}
