import type { BatchScoringPoolArgs } from "../../components";
import { batchArgs, batchIds, batchWorkspace } from "./batch-host";

/** What a user gets wrong about a pool, and the whole error. */
export type BatchRow = readonly [args: Partial<Record<keyof BatchScoringPoolArgs, unknown>>, error: string];

const inputPath = "azureml://datastores/workspaceblobstore/paths/in/";
const cronRule = "must be minute (0 to 59), hour (0 to 23), two stars, and day of the week (0 to 6, 0 for Sunday)";
const low = { vmPriority: "lowPriority", instanceCount: 2 } as const;

/** A schedule with something wrong. */
const scheduled = (schedule: object, error: string): BatchRow => [
  { schedules: { nightly: { inputPath, ...("recurrence" in schedule ? {} : { cron: "0 2 * * *" }), ...schedule } } },
  error,
];
const recurring = (recurrence: object, error: string): BatchRow =>
  scheduled({ recurrence: { every: "day", ...recurrence } }, error);
const at = "schedules.nightly";

const content: readonly BatchRow[] = [
  [
    { image: { ...batchArgs.image, identity: "latest" } },
    "'image.identity' must be a content identity of 64 hex characters, got 'latest'",
  ],
  [
    { image: { ...batchArgs.image, ref: "team.azurecr.io/churn:latest" } },
    "'image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got 'team.azurecr.io/churn:latest'; other tags can move",
  ],
  [{ image: { ...batchArgs.image, enableGpu: "yes" } }, "'image.enableGpu' must be true or false, got 'yes'"],
  [
    { model: { modelName: "-churn", version: "1" }, image: { ...batchArgs.image, modelIds: undefined } },
    "'model.modelName' must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first, got '-churn'; for example 'churn'",
  ],
  [
    { model: { modelName: "churn", version: "" }, image: { ...batchArgs.image, modelIds: undefined } },
    "'model.version' must be the version of a registered model, got ''",
  ],
  [
    { model: { modelName: "churn", version: "2" } },
    "'model' must be one of the image's models, got 'churn:2'; it has churn:cccccccccccc",
  ],
  ...["ab", "churn_files", "churn--files", "1churn", `c${"h".repeat(32)}`].map((endpointName): BatchRow => {
    const repaired: Record<string, string> = {
      ["churn_files"]: "; for example 'churn-files'",
      ["churn--files"]: "; for example 'churn-files'",
      ["1churn"]: "; for example 'churn'",
      [`c${"h".repeat(32)}`]: `; for example 'c${"h".repeat(31)}'`,
    };
    return [
      { endpointName },
      `'endpointName' must be 3 to 32 letters, digits and single dashes, a letter first and no dash last, got '${endpointName}'${repaired[endpointName] ?? ""}`,
    ];
  }),
];

const nodes: readonly BatchRow[] = [
  [
    { existingCompute: "a" },
    "'existingCompute' must be 3 to 24 letters, digits and dashes, a letter first and a letter after the last dash, got 'a'",
  ],
  [
    { existingCompute: "nodes-12" },
    "'existingCompute' must be 3 to 24 letters, digits and dashes, a letter first and a letter after the last dash, got 'nodes-12'",
  ],
  ...(
    [
      ["vmSize", "Standard_D4s_v3"],
      ["vmPriority", "dedicated"],
      ["minNodes", 0],
      ["maxNodes", 4],
      ["idleSecondsBeforeScaledown", 60],
      ["vcpuQuota", 100],
      ["dedicatedTopUp", { maxNodes: 1 }],
      ["vnetResourceGroupName", "net"],
      ["vnetName", "net"],
      ["subnetName", "nodes"],
      ["subnetId", batchIds.subnet],
      ["nodePublicIp", true],
      ["identity", { id: batchIds.identity }],
      ["assignRoles", false],
    ] as const
  ).map(([property, value]): BatchRow => [
    { existingCompute: "nodes", [property]: value },
    `'${property}' must be left out with 'existingCompute'; it is for a cluster that is made`,
  ]),
  [{ vmPriority: "spot" }, "'vmPriority' must be 'dedicated' or 'lowPriority', got 'spot'"],
  ...["Standard_NC6", "Standard_NC12s_v2", "Standard_ND24rs", "Standard_NV6"].map((vmSize): BatchRow => [
    { vmSize },
    `'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got '${vmSize}'; retired on 2023-09-06`,
  ]),
  [
    { vmSize: "Standard_NC6s_v3" },
    "'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'Standard_NC6s_v3'; retired on 2025-09-30",
  ],
  [{ vmSize: "big" }, "'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'big'"],
  ...["Standard_B4ms", "Standard_NP10s", "Standard_DC4s_v3"].map((vmSize): BatchRow => [
    { vmSize },
    `'vmSize' must be of a series that Azure ML's computes have, got '${vmSize}'; az ml compute list-sizes names them; 'Standard_D4s_v3' is one`,
  ]),
  [
    { image: { ...batchArgs.image, enableGpu: true } },
    "'vmSize' must have a GPU for an image with 'enableGpu', got 'Standard_D4s_v3'; such as 'Standard_NC4as_T4_v3', or an image without 'enableGpu'",
  ],
  [{ minNodes: -1 }, "'minNodes' must be an integer from 0 to 65000, got -1"],
  [{ maxNodes: 65_001, vcpuQuota: undefined }, "'maxNodes' must be an integer from 1 to 65000, got 65001"],
  [{ minNodes: 5 }, "'minNodes' must be at most 'maxNodes', got 5 and 4"],
  [{ idleSecondsBeforeScaledown: -1 }, "'idleSecondsBeforeScaledown' must be an integer from 0 to 86400, got -1"],
  [{ instanceCount: 0 }, "'instanceCount' must be an integer from 1 to 65000, got 0"],
  [
    { instanceCount: 5 },
    "'instanceCount' must be at most 'maxNodes', got 5 and 4; a job would wait for nodes that never come",
  ],
  [{ vcpuQuota: 1_000_001 }, "'vcpuQuota' must be an integer from 1 to 1000000, got 1000001"],
  [
    { maxNodes: 10, vcpuQuota: 32 },
    "'maxNodes' must be at most what 'vcpuQuota' allows, got 10 × 4 vCPUs (Standard_D4s_v3) of 32; 8 nodes of that size do, or ask Azure for more",
  ],
];

const topUp: readonly BatchRow[] = [
  [
    { dedicatedTopUp: { maxNodes: 1 } },
    "'dedicatedTopUp' must come with the priority 'lowPriority'; a dedicated pool has nothing that could be topped up: give it more nodes",
  ],
  [
    { ...low, dedicatedTopUp: { maxNodes: 2, minNodes: 3 } },
    "'dedicatedTopUp.minNodes' must be at most 'dedicatedTopUp.maxNodes', got 3 and 2",
  ],
  [
    { ...low, dedicatedTopUp: { maxNodes: 2, instanceCount: 3 } },
    "'dedicatedTopUp.instanceCount' must be at most 'dedicatedTopUp.maxNodes', got 3 and 2; a job would wait for nodes that never come",
  ],
  [
    { ...low, dedicatedTopUp: { maxNodes: 2, vmSize: "Standard_NV6" } },
    "'dedicatedTopUp.vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'Standard_NV6'; retired on 2023-09-06",
  ],
  [
    { ...low, dedicatedTopUp: { maxNodes: 2, vcpuQuota: 4 } },
    "'dedicatedTopUp.maxNodes' must be at most what 'dedicatedTopUp.vcpuQuota' allows, got 2 × 4 vCPUs (Standard_D4s_v3) of 4; 1 nodes of that size do, or ask Azure for more",
  ],
];

const network: readonly BatchRow[] = [
  [{ vnetName: "net" }, "'vnetName' must come with 'vnetResourceGroupName' and 'subnetName'; give all three or none"],
  [
    { vnetResourceGroupName: "net", vnetName: "net" },
    "'vnetResourceGroupName' must come with 'subnetName'; give all three or none",
  ],
  [
    { vnetResourceGroupName: "net", vnetName: "net", subnetName: "nodes", subnetId: batchIds.subnet },
    "'subnetId' must be left out with 'vnetResourceGroupName'; it names the subnet already",
  ],
  [
    { subnetId: "nodes" },
    "'subnetId' must be the id of a Microsoft.Network/virtualNetworks/subnets, got 'nodes'; /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
  ],
  [{ nodePublicIp: 1 }, "'nodePublicIp' must be true or false, got 1"],
  [
    { identity: { id: "scorer" } },
    "'identity.id' must be the id of a Microsoft.ManagedIdentity/userAssignedIdentities, got 'scorer'; /subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…",
  ],
  [{ assignRoles: 1 }, "'assignRoles' must be true or false, got 1"],
  [
    { workspace: { ...batchWorkspace, registryId: undefined } },
    "'workspace.registryId' must be given, as nodes get the right to pull from it; or say 'assignRoles: false', where they may pull from the registry already",
  ],
  [
    { workspace: { ...batchWorkspace, datastore: { ...batchWorkspace.datastore, accountId: undefined } } },
    "'workspace.datastore.accountId' must be given, as nodes get the right to read and write there; or say 'assignRoles: false', where they may read and write there already",
  ],
];

const settings: readonly BatchRow[] = [
  [{ miniBatchSize: 0 }, "'miniBatchSize' must be an integer from 1 to 1000000, got 0"],
  [{ maxConcurrencyPerInstance: 0 }, "'maxConcurrencyPerInstance' must be an integer from 1 to 1000, got 0"],
  [{ retries: { maxRetries: -1 } }, "'retries.maxRetries' must be an integer from 0 to 100, got -1"],
  [
    { retries: { timeoutSeconds: 259_201 } },
    "'retries.timeoutSeconds' must be an integer from 1 to 259200, got 259201",
  ],
  [{ errorThreshold: -2 }, "'errorThreshold' must be an integer from -1 to 2147483647, got -2"],
  [{ loggingLevel: "error" }, "'loggingLevel' must be 'warning', 'info' or 'debug', got 'error'"],
  [{ outputAction: "append_row" }, "'outputAction' must be 'appendRow' or 'summaryOnly', got 'append_row'"],
  [
    { outputFileName: "out/predictions.csv" },
    "'outputFileName' must be the name of a file: 1 to 128 letters, digits, dots, dashes and underscores, no dot first, got 'out/predictions.csv'",
  ],
  [
    { outputAction: "summaryOnly", outputFileName: "predictions.csv" },
    "'outputFileName' must come with the output action 'appendRow', got 'predictions.csv'; with 'summaryOnly' no file is made",
  ],
  [
    { environmentVariables: { AZUREML_MODEL_DIR: "/models" } },
    "'environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself, got 'AZUREML_MODEL_DIR'",
  ],
  [{ description: "" }, "'description' must be a text that is not empty, got ''"],
  [{ tags: { cost: 1 } }, "'tags' must be a map of strings, got {\"cost\":1}; write numbers and booleans in quotes"],
  [
    { tags: { "a/b": "c" } },
    "'tags' must be at most 50 tags with names of 1 to 512 characters without <, >, %, &, \\, ? and /, and values of at most 256, got another name, or a longer value",
  ],
];

const schedules: readonly BatchRow[] = [
  [
    { schedules: { Nightly: { cron: "0 2 * * *", inputPath } } },
    "'schedules.Nightly' must be 1 to 24 lower-case letters, digits and dashes, a letter first and no dash last, got 'Nightly'",
  ],
  [{ schedules: { nightly: { inputPath } } }, `'${at}' must have either 'cron' or 'recurrence', got neither`],
  scheduled(
    { cron: "0 2 * * *", recurrence: { every: "day" } },
    `'${at}' must have either 'cron' or 'recurrence', got both`,
  ),
  ...["0 24 * * *", "60 2 * * *", "0 2 * *", "@daily"].map((cron) =>
    scheduled({ cron }, `'${at}.cron' ${cronRule}, got '${cron}'; such as '30 2 * * 1-5'`),
  ),
  ...["0 2 1 * *", "0 2 * 6 *"].map((cron) =>
    scheduled(
      { cron },
      `'${at}.cron' ${cronRule}, got '${cron}'; Azure ML ignores the day of the month and the month: use 'recurrence'`,
    ),
  ),
  ...["Europe/Amsterdam", "CET"].map((timeZone) =>
    scheduled(
      { timeZone },
      `'${at}.timeZone' must be the name of a time zone as Windows has it, got '${timeZone}'; such as 'UTC' or 'W. Europe Standard Time'`,
    ),
  ),
  ...["2026-12-01", "2026-12-01T02:00:00Z", "2026-02-30T02:00:00"].map((startTime) =>
    scheduled(
      { startTime },
      `'${at}.startTime' must be a time such as '2026-12-01T02:00:00', got '${startTime}'; with no zone: 'timeZone' says which`,
    ),
  ),
  scheduled(
    { startTime: "2026-12-02T00:00:00", endTime: "2026-12-01T00:00:00" },
    `'${at}.endTime' must be after '${at}.startTime', got '2026-12-01T00:00:00'`,
  ),
  scheduled(
    { endTime: "never" },
    `'${at}.endTime' must be a time such as '2026-12-01T02:00:00', got 'never'; with no zone: 'timeZone' says which`,
  ),
  recurring(
    { every: "year" },
    `'${at}.recurrence.every' must be 'minute', 'hour', 'day', 'week' or 'month', got 'year'`,
  ),
  recurring({ interval: 0 }, `'${at}.recurrence.interval' must be an integer from 1 to 1000, got 0`),
  recurring({ hours: [24] }, `'${at}.recurrence.hours' must be integers from 0 to 23, each once, got [24]`),
  recurring(
    { hours: [1], minutes: [5, 5] },
    `'${at}.recurrence.minutes' must be integers from 0 to 59, each once, got [5,5]`,
  ),
  recurring(
    { every: "month", hours: [1], monthDays: [0] },
    `'${at}.recurrence.monthDays' must be integers from 1 to 31, each once, got [0]`,
  ),
  recurring(
    { every: "week", hours: [1], weekDays: ["monday"] },
    `'${at}.recurrence.weekDays' must be days from 'Monday' to 'Sunday', each once, got ["monday"]`,
  ),
  recurring(
    { every: "hour", hours: [1] },
    `'${at}.recurrence.hours' must come with 'every: "day"' or 'every: "week"' or 'every: "month"', got 'hour'`,
  ),
  recurring(
    { hours: [1], weekDays: ["Monday"] },
    `'${at}.recurrence.weekDays' must come with 'every: "week"' or 'every: "month"', got 'day'`,
  ),
  recurring(
    { every: "week", hours: [1], monthDays: [1] },
    `'${at}.recurrence.monthDays' must come with 'every: "month"', got 'week'`,
  ),
  ...(["minutes", "weekDays", "monthDays"] as const).map((property) =>
    recurring(
      { every: "month", [property]: property === "weekDays" ? ["Monday"] : [1] },
      `'${at}.recurrence.${property}' must come with '${at}.recurrence.hours'; Azure ML asks for hours and minutes then`,
    ),
  ),
  recurring(
    { every: "month", hours: [1], weekDays: ["Monday"], monthDays: [1] },
    `'${at}.recurrence.monthDays' must be left out with '${at}.recurrence.weekDays'; leave one of them out`,
  ),
  scheduled({ isEnabled: "no" }, `'${at}.isEnabled' must be true or false, got 'no'`),
  scheduled({ inputKind: "table" }, `'${at}.inputKind' must be 'folder' or 'file', got 'table'`),
  scheduled({ target: "gpu" }, `'${at}.target' must be 'pool' or 'dedicatedTopUp', got 'gpu'`),
  scheduled(
    { target: "dedicatedTopUp" },
    `'${at}.target' must name a deployment that there is, got 'dedicatedTopUp'; give 'dedicatedTopUp'`,
  ),
  scheduled(
    { inputPath: "in/" },
    `'${at}.inputPath' must be an azureml: address, an https:, wasbs: or abfss: address, or the id of a data asset, got 'in/'; such as '${inputPath}'`.replace(
      "paths/in/",
      "paths/inputs/",
    ),
  ),
  scheduled(
    { outputPath: "https://team.blob.core.windows.net/out" },
    `'${at}.outputPath' must be a folder of a datastore: 'azureml://datastores/<name>/paths/<folder>/', got 'https://team.blob.core.windows.net/out'`,
  ),
];

/** Every rule of a pool, once or more. */
export const batchRows: readonly BatchRow[] = [...content, ...nodes, ...topUp, ...network, ...settings, ...schedules];
