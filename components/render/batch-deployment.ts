import type { machinelearningservices as ml } from "@pulumi/azure-native/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { BatchLoggingLevel, BatchOutputAction } from "../batch-scoring-pool-options";
import type { Variables } from "../serving";
import { isoSeconds } from "./batch-compute";

/** How a deployment works; all of it changes in place, for the jobs that begin after. */
export interface DeploymentSettings {
  readonly miniBatchSize: number;
  readonly maxConcurrencyPerInstance: number;
  readonly instanceCount: number;
  readonly maxRetries: number;
  readonly timeoutSeconds: number;
  readonly errorThreshold: number;
  readonly loggingLevel: BatchLoggingLevel;
  readonly description?: pulumi.Input<string>;
}

/** What a deployment runs; its name has a hash of it. */
export interface DeploymentContent {
  readonly imageIdentity: string;
  readonly environmentId: string;
  readonly codeId: string;
  readonly modelId: string;
  readonly computeId: string;
  readonly outputAction: BatchOutputAction;
  readonly outputFileName?: string;
  readonly environmentVariables?: Readonly<Record<string, string>>;
}

/** File of a deployment's code that Azure ML calls. */
export const entryScript = "batch_score.py";

const actions = { appendRow: "AppendRow", summaryOnly: "SummaryOnly" } as const;
const levels = { warning: "Warning", info: "Info", debug: "Debug" } as const;

type Known = "outputAction" | "environmentVariables";
interface WithVariables {
  readonly environmentVariables?: Variables;
}
type Later<T> = { readonly [K in keyof T]: pulumi.Input<Exclude<T[K], undefined>> | Extract<T[K], undefined> };

/** Renders the properties of a batch deployment. */
export function renderDeployment(
  content: Later<Omit<DeploymentContent, Known>> & Pick<DeploymentContent, "outputAction"> & WithVariables,
  settings: DeploymentSettings,
): ml.BatchDeploymentPropertiesArgs {
  return {
    description: settings.description,
    model: { referenceType: "Id", assetId: content.modelId },
    environmentId: content.environmentId,
    codeConfiguration: { codeId: content.codeId, scoringScript: entryScript },
    compute: content.computeId,
    resources: { instanceCount: settings.instanceCount },
    miniBatchSize: settings.miniBatchSize,
    maxConcurrencyPerInstance: settings.maxConcurrencyPerInstance,
    errorThreshold: settings.errorThreshold,
    retrySettings: { maxRetries: settings.maxRetries, timeout: isoSeconds(settings.timeoutSeconds) },
    loggingLevel: levels[settings.loggingLevel],
    outputAction: actions[content.outputAction],
    outputFileName: content.outputFileName,
    environmentVariables: content.environmentVariables,
    properties: { "scorestack.imageIdentity": content.imageIdentity },
  };
}

/** Renders the properties of an endpoint, with the deployment that works where callers name none. */
export function renderEndpoint(
  description: pulumi.Input<string> | undefined,
  defaultDeployment?: pulumi.Input<string>,
): ml.BatchEndpointPropertiesArgs {
  return {
    authMode: "AADToken",
    ...(description === undefined ? {} : { description }),
    ...(defaultDeployment === undefined ? {} : { defaults: { deploymentName: defaultDeployment } }),
  };
}
