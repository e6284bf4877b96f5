import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceDatastore } from "./azure-host";
import type { ContainerImageReference } from "./scoring-service";
import type { Variables } from "./serving";

/** What a pool's nodes cost, and whether Azure may take them back. */
export const VmPriority = { dedicated: "dedicated", lowPriority: "lowPriority" } as const;
/** What a pool's nodes cost, and whether Azure may take them back. */
export type VmPriority = (typeof VmPriority)[keyof typeof VmPriority];

/** What a job leaves: a row for each input in one file, or nothing but what the scorer writes itself. */
export const BatchOutputAction = { appendRow: "appendRow", summaryOnly: "summaryOnly" } as const;
/** What a job leaves. */
export type BatchOutputAction = (typeof BatchOutputAction)[keyof typeof BatchOutputAction];

/** How much a job's logs tell. */
export const BatchLoggingLevel = { warning: "warning", info: "info", debug: "debug" } as const;
/** How much a job's logs tell. */
export type BatchLoggingLevel = (typeof BatchLoggingLevel)[keyof typeof BatchLoggingLevel];

/** Which of a pool's deployments a schedule invokes. */
export const BatchTarget = { pool: "pool", dedicatedTopUp: "dedicatedTopUp" } as const;
/** Which of a pool's deployments a schedule invokes. */
export type BatchTarget = (typeof BatchTarget)[keyof typeof BatchTarget];

/** Units that a schedule counts in. */
export const RecurrenceUnit = { minute: "minute", hour: "hour", day: "day", week: "week", month: "month" } as const;
/** Units that a schedule counts in. */
export type RecurrenceUnit = (typeof RecurrenceUnit)[keyof typeof RecurrenceUnit];

/** What a schedule's input is: a folder of files, or one file. */
export const BatchInputKind = { folder: "folder", file: "file" } as const;
/** What a schedule's input is. */
export type BatchInputKind = (typeof BatchInputKind)[keyof typeof BatchInputKind];

/** Where a pool is made; an `AzureWorkspace` is one. */
export interface BatchWorkspace {
  readonly workspaceName: pulumi.Input<string>;
  /** Its id in Azure. */
  readonly workspaceId: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, such as `westeurope`. */
  readonly location: pulumi.Input<string>;
  /** Id of the container registry in Azure. @default - not known: the nodes' identity must be able to pull already */
  readonly registryId?: pulumi.Input<string>;
  /** The workspace's default datastore. */
  readonly datastore: WorkspaceDatastore;
  /** What must be there before files can be uploaded, such as role assignments. @default - nothing */
  readonly ready?: readonly pulumi.Resource[];
  /** Labels that everything made here carries. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** An image, as a pool takes it; a `ModelImage` whose workspace is in Azure is one. */
export interface BatchImageReference extends ContainerImageReference {
  /** Whether it is for NVIDIA GPUs; plain. @default - not known */
  readonly enableGpu?: boolean;
}

/** A version of a registered model; a `RegisteredModel` whose workspace is in Azure is one. */
export interface BatchModelReference {
  readonly modelName: pulumi.Input<string>;
  /** Its version in the workspace. */
  readonly version: pulumi.Input<number | string>;
}

/** A user-assigned identity that is there already. */
export interface BatchIdentityArgs {
  /** Its id in Azure. */
  readonly id: pulumi.Input<string>;
  /** Its object id, by which roles are given to it. @default - it has what it needs: AcrPull, and Storage Blob Data Contributor */
  readonly principalId?: pulumi.Input<string>;
}

/** Nodes that work where, or when, low-priority ones don't: a pool and a deployment of their own behind the same endpoint. */
export interface DedicatedTopUpArgs {
  /** Most nodes, 1 to 65000. */
  readonly maxNodes: number;
  /** Nodes that stay when there is no work, 0 to `maxNodes`; each costs money all the time. @default 0 */
  readonly minNodes?: number;
  /** Size of the nodes. @default - the pool's `vmSize` */
  readonly vmSize?: string;
  /** Nodes that one job takes, 1 to `maxNodes`. @default - the pool's `instanceCount`, or `maxNodes` where that is less */
  readonly instanceCount?: number;
  /** Seconds without work after which a node goes, 0 to 86400. @default - the pool's */
  readonly idleSecondsBeforeScaledown?: number;
  /** vCPUs of dedicated nodes that the subscription may have of this size's family in the region. @default - not checked; above Azure's least default of 24 it is warned of */
  readonly vcpuQuota?: number;
}

/** How often a mini-batch that failed is tried again. */
export interface BatchRetriesArgs {
  /** Tries after the first, 0 to 100. @default 3 */
  readonly maxRetries?: number;
  /** Seconds that one try of a mini-batch may take, 1 to 259200 (three days). @default 30 */
  readonly timeoutSeconds?: number;
}

/** When a schedule's jobs begin, counted in units. */
export interface RecurrenceArgs {
  /** The unit. */
  readonly every: RecurrenceUnit;
  /** How many units lie between two jobs, 1 to 1000. @default 1 */
  readonly interval?: number;
  /** Hours of a day, 0 to 23; for `day`, `week` and `month`. @default - that of `startTime` */
  readonly hours?: readonly number[];
  /** Minutes of an hour, 0 to 59; must come with `hours`. @default - that of `startTime` */
  readonly minutes?: readonly number[];
  /** Days of a week, `Monday` to `Sunday`; for `week`. @default - that of `startTime` */
  readonly weekDays?: readonly string[];
  /** Days of a month, 1 to 31; for `month`. @default - that of `startTime` */
  readonly monthDays?: readonly number[];
}

/** Jobs that begin by the clock. Exactly one of `cron` and `recurrence`. */
export interface BatchScheduleArgs {
  /** Minute, hour, day of the month, month (`*` only) and day of the week. @default - none @example "30 2 * * 1-5" */
  readonly cron?: string;
  /** Times counted in units. @default - none */
  readonly recurrence?: RecurrenceArgs;
  /** Name of the time zone, as Windows has them. @default "UTC" @example "W. Europe Standard Time" */
  readonly timeZone?: string;
  /** When it begins: a time of `timeZone`, such as `2026-12-01T02:00:00`. @default - at once */
  readonly startTime?: string;
  /** When it ends, in the same form. @default - never */
  readonly endTime?: string;
  /** What is scored: `azureml://datastores/…/paths/…`, an address of blobs, or the id of a data asset. */
  readonly inputPath: pulumi.Input<string>;
  /** Whether that is a folder of files or one file. @default "folder" */
  readonly inputKind?: BatchInputKind;
  /** Folder for the results, `azureml://datastores/…/paths/…`. @default - a folder of the job's own name in the default datastore */
  readonly outputPath?: pulumi.Input<string>;
  /** Which deployment works. @default "pool": the endpoint's default */
  readonly target?: BatchTarget;
  /** Whether it runs. @default true */
  readonly isEnabled?: boolean;
}

/** Arguments of {@link BatchScoringPool}. */
export interface BatchScoringPoolArgs {
  /** Where it is made; an `AzureWorkspace` is one. */
  readonly workspace: BatchWorkspace;
  /** The image that scores; a `ModelImage` in that workspace is one. */
  readonly image: BatchImageReference;
  /** The model, one of the image's, for Azure ML's own records, which name it with every job. The scorer loads what is in the image. */
  readonly model: BatchModelReference;

  /** Name of the endpoint, 3 to 32 letters, digits and single dashes, one only in a region. A change moves its address. @default - made of project, stack and the component's name */
  readonly endpointName?: string;
  /** A compute cluster that is in the workspace already, by its name: it is neither changed nor deleted. @default - one is made */
  readonly existingCompute?: pulumi.Input<string>;
  /** Size of the nodes. A change makes a new pool before the old one goes. @default "Standard_D4s_v3" */
  readonly vmSize?: string;
  /** `lowPriority` costs a fraction, and Azure may take nodes back at any time. A change makes a new pool before the old one goes. @default "dedicated" */
  readonly vmPriority?: VmPriority;
  /** Nodes that stay when there is no work, 0 to `maxNodes`; each costs money all the time. @default 0 */
  readonly minNodes?: number;
  /** Most nodes, 1 to 65000. @default 4 */
  readonly maxNodes?: number;
  /** Seconds without work after which a node goes, 0 to 86400. @default 120 */
  readonly idleSecondsBeforeScaledown?: number;
  /** vCPUs that the subscription may have in the region, of this size's family (`lowPriority`: of all). @default - not checked; above Azure's least default it is warned of */
  readonly vcpuQuota?: number;
  /** Dedicated nodes beside low-priority ones; needs `vmPriority: "lowPriority"`. @default - none */
  readonly dedicatedTopUp?: DedicatedTopUpArgs;

  /** Resource group of the network that nodes join; with `vnetName` and `subnetName`, all three or none. @default - Azure's own network */
  readonly vnetResourceGroupName?: pulumi.Input<string>;
  /** Network that nodes join. @default - Azure's own network */
  readonly vnetName?: pulumi.Input<string>;
  /** Subnet that nodes join. @default - Azure's own network */
  readonly subnetName?: pulumi.Input<string>;
  /** The subnet's id, in place of the three. @default - Azure's own network */
  readonly subnetId?: pulumi.Input<string>;
  /** Give nodes public addresses. Without, they need a subnet with a way out, or a workspace with a managed network. @default - false in a subnet, else true */
  readonly nodePublicIp?: boolean;
  /** The nodes' identity: it pulls the image, reads inputs and writes results. @default - one is made, with AcrPull and Storage Blob Data Contributor */
  readonly identity?: BatchIdentityArgs;
  /** Give the identity the roles it needs, where both sides are known. @default true */
  readonly assignRoles?: boolean;

  /** Files that one call of the entry script is given, 1 to 1000000. @default 10 */
  readonly miniBatchSize?: number;
  /** Calls at a time on a node, 1 to 1000; each loads the models. @default 1 */
  readonly maxConcurrencyPerInstance?: number;
  /** Nodes that one job takes, 1 to `maxNodes`. @default 1 */
  readonly instanceCount?: number;
  /** Failures of mini-batches. @default - 3 retries of 30 seconds */
  readonly retries?: BatchRetriesArgs;
  /** Files that may fail before the job does; -1: any number. @default -1 */
  readonly errorThreshold?: number;
  /** What a job leaves. @default "appendRow" */
  readonly outputAction?: BatchOutputAction;
  /** Name of the file that rows are appended to; needs `appendRow`. @default "predictions.csv" */
  readonly outputFileName?: string;
  /** How much a job's logs tell. @default "info" */
  readonly loggingLevel?: BatchLoggingLevel;
  /** Variables that the scorer sees. Everyone who may read the workspace can see their values: no secrets. @default - none */
  readonly environmentVariables?: Variables;
  /** Jobs that begin by the clock, under a name in lower-case letters, digits and dashes each. @default - none */
  readonly schedules?: Readonly<Record<string, BatchScheduleArgs>>;
  /** Labels for people and queries; they change in place. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** A sentence for people. @default - none */
  readonly description?: pulumi.Input<string>;
}
