import type { AciServiceArgs, AzureWorkspaceArgs } from "../../components";
import type { Rule } from "../../components/internal/problems";
import type { SettingsReader } from "./reader";
import { allKeys, clusterKeys } from "./keys";
import { anything, checkFields, text } from "./shape";

/** Options of a service, under `scorestack:services`: those of `AciService` but for its keys. */
export interface AciSettings extends Omit<
  AciServiceArgs,
  "host" | "image" | "serviceName" | "primaryKey" | "secondaryKey"
> {
  /** Scorer whose image the service runs. @default - the scorer of the service's name */
  readonly scorer?: string;
}

/** What the configuration of a dev stack says. */
export interface DevSettings {
  readonly kind: "dev";
  /** Serve `spark-py` scorers too. */
  readonly spark: boolean;
  /** Scorers to serve, by name; all without it. */
  readonly scorers: readonly string[] | undefined;
  /** Where models, images and services are. */
  readonly workspace: AzureWorkspaceArgs;
  /** By name. */
  readonly services: Readonly<Record<string, AciSettings>>;
  /** One problem a line; with problems nothing is to be made. */
  readonly problems: readonly string[];
}

const fieldsOf = (words: string): [string, Rule<unknown>][] => words.split(" ").map((key) => [key, anything]);

const workspaceFields = new Map(
  fieldsOf(
    "existing names network storage keyVault registry logs modelRegistry publishers assignRoles protectData images tags",
  ),
);
const serviceFields = new Map<string, Rule<unknown>>([
  ["scorer", text],
  ...fieldsOf("workers server maxConcurrentRequests maxBatchSize maxLatencyMs scoringTimeoutMs startTimeoutSeconds"),
  ...fieldsOf("corsOrigins environmentVariables authEnabled keyRotation tags description"),
  ...fieldsOf(
    "cpuCores memoryInGb gpu port dnsNameLabel dnsNameLabelReuseScope tls subnetId location zone sku ccePolicy",
  ),
  ...fieldsOf(
    "priority restartPolicy livenessProbe readinessProbe identityIds appInsightsEnabled responseLoggingEnabled",
  ),
  ...fieldsOf("dataCollectionEnabled logsEnabled customerKey smokeTestEnabled smokeTestTimeoutSeconds"),
]);
const mayBeSecret = ["environmentVariables", "tls.keyPem", "tls.certificateStore.storageAccountKey"];

export function readDevSettings(reader: SettingsReader): DevSettings {
  reader.onlyKeys(allKeys);
  reader.unused(["pins", "keyRotations"], "local stacks");
  reader.unused(clusterKeys, "stacks in clusters");
  reader.unused(["edge"], "edge stacks");
  reader.unused(["pools"], "batch stacks");
  const workspace = checkFields(
    reader.problems,
    "workspace",
    reader.map("workspace", "must be a map of options of AzureWorkspace"),
    workspaceFields,
  );
  return {
    kind: "dev",
    spark: reader.flag("spark"),
    scorers: reader.list("scorers"),
    workspace: { ...workspace, location: reader.text("location") },
    services: reader.services(serviceFields, mayBeSecret),
    problems: reader.problems.lines,
  };
}
