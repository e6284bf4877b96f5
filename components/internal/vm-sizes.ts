import type { Rule } from "./problems";

/** A size of virtual machines. */
export interface VmSize {
  readonly name: string;
  readonly vCpus: number;
  /** GiB, which Azure's tables call GB. */
  readonly memoryInGb: number;
  /** Whole GPUs; 0 for a share of one, which Kubernetes can't give. */
  readonly gpus: number;
  /** Day after which Azure stops such machines, `2028-05-01`; undefined where none was announced. */
  readonly retires?: string;
}

type Row = readonly [name: string, vCpus: number, memoryInGb: number, gpus?: number];

/**
 * Sizes for nodes, from the tables "Sizes in series" of MicrosoftDocs/azure-compute-docs (articles/virtual-machines/sizes), and what
 * is to be retired from its retirement/retired-sizes-list.md, read on 2026-11-24. Others can be used too; they are not checked.
 */
const series: readonly { readonly rows: readonly Row[]; readonly retires?: string }[] = [
  { rows: linear("Standard_D*s_v3", [2, 4, 8, 16, 32, 48, 64], 4) },
  { rows: linear("Standard_D*s_v5", [2, 4, 8, 16, 32, 48, 64, 96], 4) },
  { rows: linear("Standard_D*ds_v5", [2, 4, 8, 16, 32, 48, 64, 96], 4) },
  { rows: linear("Standard_D*as_v5", [2, 4, 8, 16, 32, 48, 64, 96], 4) },
  { rows: linear("Standard_D*s_v6", [2, 4, 8, 16, 32, 48, 64, 96, 128, 192], 4) },
  { rows: linear("Standard_E*s_v5", [2, 4, 8, 16, 20, 32, 48, 64], 8) },
  { rows: [["Standard_E96s_v5", 96, 672]] },
  { rows: linear("Standard_F*s_v2", [2, 4, 8, 16, 32, 48, 64, 72], 2), retires: "2028-11-15" },
  { rows: numbered("Standard_D*_v2"), retires: "2028-05-01" },
  { rows: numbered("Standard_DS*_v2"), retires: "2028-05-01" },
  {
    rows: [
      ["Standard_NC4as_T4_v3", 4, 28, 1],
      ["Standard_NC8as_T4_v3", 8, 56, 1],
      ["Standard_NC16as_T4_v3", 16, 110, 1],
      ["Standard_NC64as_T4_v3", 64, 440, 4],
      ["Standard_NC24ads_A100_v4", 24, 220, 1],
      ["Standard_NC48ads_A100_v4", 48, 440, 2],
      ["Standard_NC96ads_A100_v4", 96, 880, 4],
      ["Standard_NC40ads_H100_v5", 40, 320, 1],
      ["Standard_NC80adis_H100_v5", 80, 640, 2],
      ["Standard_NV6ads_A10_v5", 6, 55],
      ["Standard_NV12ads_A10_v5", 12, 110],
      ["Standard_NV18ads_A10_v5", 18, 220],
      ["Standard_NV36ads_A10_v5", 36, 440, 1],
      ["Standard_NV36adms_A10_v5", 36, 880, 1],
      ["Standard_NV72ads_A10_v5", 72, 880, 2],
    ],
  },
  // np-series.md of 2026-04-13; each has 1, 2 or 4 Alveo U250.
  {
    rows: [
      ["Standard_NP10s", 10, 168],
      ["Standard_NP20s", 20, 336],
      ["Standard_NP40s", 40, 672],
    ],
    retires: "2027-05-31",
  },
];

/** Series of which only the end is known here: none of their machines can be had any more. */
const retired: readonly (readonly [pattern: RegExp, day: string])[] = [
  // nc-, ncv2-, nd- and nv-series-retirement.md of MicrosoftDocs/azure-docs: announced for 2022-08-31, put off by a year.
  [/^standard_(nc|nv)(6|12|24r?)(_promo)?$/, "2023-09-06"],
  [/^standard_nc(6|12|24r?)s_v2$/, "2023-09-06"],
  [/^standard_nd(6|12|24r?)s$/, "2023-09-06"],
  [/^standard_nc(6|12|24r?)s_v3$/, "2025-09-30"],
  [/^standard_nv(12|24|48)s_v3$/, "2026-09-30"],
  [/^standard_nv(4|8|16|32)as_v4$/, "2026-09-30"],
];

/** The sizes that are known here. */
export const vmSizes: readonly VmSize[] = series.flatMap(({ rows, retires }) =>
  rows.map(([name, vCpus, memoryInGb, gpus = 0]) => ({ name, vCpus, memoryInGb, gpus, retires })),
);

const byName = new Map(vmSizes.map((size) => [size.name.toLowerCase(), size]));

/** A size by its name, in upper or lower case; undefined for one that is not known here. */
export function vmSizeOf(name: string): VmSize | undefined {
  return byName.get(name.toLowerCase());
}

/** Day after which Azure has no machines of a size; undefined where none is known. */
export function retirementOf(name: string): string | undefined {
  const known = vmSizeOf(name)?.retires;
  return known ?? retired.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
}

/** The name of a size that can still be had on a day. */
export function vmSize(today: Date): Rule<string> {
  const isGone = (value: string): boolean => (retirementOf(value) ?? "9999") < today.toISOString().slice(0, 10);
  return {
    must: "must be the name of a size that Azure has, such as 'Standard_D4s_v5'",
    holds: (value) => typeof value === "string" && /^Standard_[A-Z]+\d\w*$/.test(value) && !isGone(value),
    remedy: (value) =>
      typeof value === "string" && isGone(value) ? `retired on ${retirementOf(value) ?? ""}` : undefined,
  };
}

/** What to warn of for a size; undefined for one that is known and stays. */
export function vmSizeWarning(property: string, name: string): string | undefined {
  const day = retirementOf(name);
  if (day !== undefined) {
    return `'${property}': Azure retires ${name} on ${day}, and may refuse it to new subscriptions before: choose another in time, such as Standard_D4s_v5`;
  }
  return vmSizeOf(name) === undefined
    ? `'${property}': ${name} is not among the sizes known here (components/internal/vm-sizes.ts): its cores, memory and GPUs are not checked`
    : undefined;
}

/** What pods can be given of a node. */
export interface Allocatable {
  readonly cpuCores: number;
  readonly memoryInGb: number;
}

/** Millicores that AKS keeps for itself, by cores. Source: azure-aks-docs, node-resource-reservations.md. */
const keptCpu = [
  [1, 60],
  [2, 100],
  [4, 140],
  [8, 180],
  [16, 260],
  [32, 420],
  [64, 740],
] as const;

/**
 * What AKS leaves to pods, from Kubernetes 1.29 on: memory less 100 MiB and the lesser of a quarter and 20 MB a pod and 50 MB. The
 * node's own system takes some more, so that this is the most.
 */
export function allocatable({ vCpus, memoryInGb }: VmSize, maxPods: number): Allocatable {
  const kept = keptCpu.filter(([cores]) => cores <= vCpus).at(-1)?.[1] ?? 60;
  const reserved = Math.min(memoryInGb / 4, (20 * maxPods + 50) / 1024) + 100 / 1024;
  return { cpuCores: round(vCpus - kept / 1000), memoryInGb: round(memoryInGb - reserved) };
}

function round(value: number): number {
  return Math.floor(value * 100) / 100;
}

/** Sizes of which the number in the name is that of the vCPUs. */
function linear(name: string, vCpus: readonly number[], gbPerVCpu: number): Row[] {
  return vCpus.map((count) => [name.replace("*", String(count)), count, count * gbPerVCpu]);
}

/** The second generation: 1 to 5, each twice the one before. */
function numbered(name: string): Row[] {
  return [1, 2, 3, 4, 5].map((step) => [name.replace("*", String(step)), 2 ** (step - 1), 3.5 * 2 ** (step - 1)]);
}
