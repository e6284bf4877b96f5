import { hashJson } from "./canonical-json";
import { nameRule } from "./names";
import type { Rule } from "./problems";
import { retirementOf, vmSizeOf } from "./vm-sizes";

/** Least quotas that Azure ML's computes have in a region before any is asked for (azure-ai-docs, how-to-manage-quotas.md of 2026-01-27). */
export const leastQuota = { dedicated: 24, lowPriority: 100 } as const;
/** Nodes of a cluster, and of a job, until Azure is asked for more (the same page). */
export const usualNodes = 100;

/** Azure ML's own pattern (azure-ai-ml 1.35.2, `EndpointConfigurations`), and its page on quotas: single dashes, 3 to 32. */
export const endpointName: Rule<string> = nameRule(
  /^(?=.{3,32}$)[A-Za-z](-?[A-Za-z0-9])*$/,
  "must be 3 to 32 letters, digits and single dashes, a letter first and no dash last",
  (name) => stemOf(name, 32),
);

/** A compute cluster: how-to-create-attach-compute-cluster.md. A letter has to follow each dash, some time. */
export const computeName: Rule<string> = nameRule(
  /^(?=.{3,24}$)[A-Za-z][A-Za-z0-9-]*(?<!-[0-9-]*)$/,
  "must be 3 to 24 letters, digits and dashes, a letter first and a letter after the last dash",
);

/** A schedule's key, which is a part of its name. */
export const scheduleKey: Rule<string> = nameRule(
  /^(?=.{1,24}$)[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be 1 to 24 lower-case letters, digits and dashes, a letter first and no dash last",
);

/**
 * A name that changes with what it is made of: the start of `stem`, and 10 hex characters after a letter, so that it keeps the
 * rules of endpoints, deployments and computes alike.
 */
export function hashedName(stem: string, longest: number, content: unknown): string {
  return `${stemOf(stem, longest - 12)}-x${hashJson(content).slice(0, 10)}`;
}

function stemOf(name: string, longest: number): string {
  const stem = name
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^[^A-Za-z]+/, "")
    .slice(0, longest)
    .replace(/-+$/, "");
  return stem === "" ? "batch" : stem;
}

/** Series that Azure ML's computes are documented to have: azure-ai-docs, concept-compute-target.md of 2024-01-23. */
const documented = [
  /^standard_d\d+ds_v4$/,
  /^standard_ds?\d+(-\d)?_v2(_promo)?$/,
  /^standard_d\d+s?_v3$/,
  /^standard_e\d+as?_v4$/,
  /^standard_e\d+(-\d+)?i?s?_v3$/,
  /^standard_f\d+s_v2$/,
  /^standard_fx\d+mds$/,
  /^standard_h(b|c)?\d+/,
  /^standard_l\d+s_v2$/,
  /^standard_m\d+/,
  /^standard_nc\d+as_t4_v3$/,
  /^standard_nd\d+asr/,
];

/** Series that Azure ML's computes do not have: burstable, FPGA, confidential. None is on that list. */
const missing = /^standard_(b\d|np\d|dc\d|ec\d)/i;

/** A size that Azure ML's computes have. */
export const computeSize: Rule<string> = {
  must: "must be of a series that Azure ML's computes have",
  holds: (value) => !missing.test(value),
  remedy: () => "az ml compute list-sizes names them; 'Standard_D4s_v3' is one",
};

/** What to warn of for a size; undefined for one on Azure ML's list. */
export function undocumentedSize(property: string, name: string): string | undefined {
  return documented.some((pattern) => pattern.test(name.toLowerCase())) || retirementOf(name) !== undefined
    ? undefined
    : `'${property}': ${name} is not on Azure ML's list of series of 2024-01-23, which may be old: az ml compute list-sizes tells whether it can be had`;
}

/** Whether a size has a GPU, or a share of one; undefined where that is not known. */
export function hasGpu(name: string): boolean | undefined {
  return /^standard_n[cdgv]\d/i.test(name) || (vmSizeOf(name) === undefined ? undefined : false);
}

const list = (low: number, high: number): string => {
  const numbers = Array.from({ length: high - low + 1 }, (_, index) => String(low + index)).reverse();
  const one = `(?:${numbers.join("|")})`;
  const range = `(?:\\*|${one}(?:-${one})?)(?:/[1-9]\\d?)?`;
  return `${range}(?:,${range})*`;
};
const cronPattern = new RegExp(`^${list(0, 59)} ${list(0, 23)} \\* \\* ${list(0, 6)}$`);

/** how-to-schedule-pipeline-job.md of 2024-09-05: days and months "are ignored and treated as *". */
export const cron: Rule<string> = {
  must: "must be minute (0 to 59), hour (0 to 23), two stars, and day of the week (0 to 6, 0 for Sunday)",
  holds: (value) => typeof value === "string" && cronPattern.test(value),
  remedy: (value) =>
    typeof value === "string" && /^\S+ \S+ (?:[^*]\S* \S+|\S+ [^*]\S*) \S+$/.test(value)
      ? "Azure ML ignores the day of the month and the month: use 'recurrence'"
      : "such as '30 2 * * 1-5'",
};

/** reference-yaml-schedule.md, appendix: names as Windows has them, such as `Romance Standard Time`. */
export const timeZone: Rule<string> = {
  must: "must be the name of a time zone as Windows has it",
  holds: (value) =>
    typeof value === "string" &&
    /^(UTC([+-]\d\d)?|[A-Z][A-Za-z.() ]+( [EW]\. )?[A-Za-z() ]*Standard Time.*)$/.test(value),
  remedy: () => "such as 'UTC' or 'W. Europe Standard Time'",
};

/** A time with no zone of its own. */
export const localTime: Rule<string> = {
  must: "must be a time such as '2026-12-01T02:00:00'",
  holds: (value) =>
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}Z`)) &&
    new Date(`${value}Z`).toISOString().startsWith(value),
  remedy: () => "with no zone: 'timeZone' says which",
};

/** Where data lies, as Azure ML takes it. */
export const dataPath: Rule<string> = {
  must: "must be an azureml: address, an https:, wasbs: or abfss: address, or the id of a data asset",
  holds: (value) =>
    typeof value === "string" && /^(azureml:|https:\/\/|wasbs:\/\/|abfss:\/\/|\/subscriptions\/)\S+$/.test(value),
  remedy: () => "such as 'azureml://datastores/workspaceblobstore/paths/inputs/'",
};

/** A folder that results can be written to: how-to-use-batch-model-deployments.md, "only in … data stores that run on blob storage". */
export const outputFolder: Rule<string> = {
  must: "must be a folder of a datastore: 'azureml://datastores/<name>/paths/<folder>/'",
  holds: (value) => typeof value === "string" && /^azureml:\/\/\S*datastores\/[A-Za-z0-9_]+\/paths\/\S+$/.test(value),
};

/** The file that rows are appended to. */
export const outputFileName: Rule<string> = {
  must: "must be the name of a file: 1 to 128 letters, digits, dots, dashes and underscores, no dot first",
  holds: (value) => typeof value === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(value),
};
