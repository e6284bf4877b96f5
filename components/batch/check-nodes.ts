import * as pulumi from "@pulumi/pulumi";
import type { BatchScoringPoolArgs, DedicatedTopUpArgs } from "../batch-scoring-pool-options";
import { VmPriority } from "../batch-scoring-pool-options";
import * as aml from "../internal/aml-rules";
import { azureId } from "../internal/azure-ids";
import { oneOf, shown, wholeNumber } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { vmSize as retiredSize, vmSizeOf, vmSizeWarning } from "../internal/vm-sizes";

/** 2019's Standard_NC6 is gone, and its Standard_D2_v2 goes. Azure ML has this one, and it stays. */
const defaultSize = "Standard_D4s_v3";

/** Nodes of one kind, with their defaults. */
export interface Nodes {
  readonly vmSize: string;
  readonly vmPriority: VmPriority;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly idleSeconds: number;
  /** Nodes that a job takes. */
  readonly instanceCount: number;
}

/** What is about a cluster that is made. */
const forNew = [
  ...["vmSize", "vmPriority", "minNodes", "maxNodes", "idleSecondsBeforeScaledown", "vcpuQuota", "dedicatedTopUp"],
  ...["vnetResourceGroupName", "vnetName", "subnetName", "subnetId", "nodePublicIp", "identity", "assignRoles"],
] as const satisfies readonly (keyof BatchScoringPoolArgs)[];

/** Checks nodes, their network and their identity. */
export function checkNodes(problems: Problems, args: BatchScoringPoolArgs, today: Date) {
  problems.plain("instanceCount", args.instanceCount, wholeNumber(1, 65_000));
  if (args.existingCompute !== undefined) {
    forNew.forEach((property) => {
      if (args[property] !== undefined) {
        problems.add(
          property,
          "must be left out with 'existingCompute'",
          undefined,
          "it is for a cluster that is made",
        );
      }
    });
    const existing = problems.check("existingCompute", args.existingCompute, aml.computeName);
    const instanceCount = args.instanceCount ?? 1;
    return { existing: { name: existing, instanceCount }, made: undefined, warnings: [] as (string | undefined)[] };
  }
  const pool = checkPool(problems, args, today);
  const asked = args.dedicatedTopUp;
  const topUp = asked && checkTopUp(problems, args, asked, pool, today);
  const warnings: (string | undefined)[] = [
    ...warningsOf("vmSize", "vcpuQuota", pool, args.vcpuQuota),
    ...lowPriorityWarnings(pool),
    ...(topUp ? warningsOf("dedicatedTopUp.vmSize", "dedicatedTopUp.vcpuQuota", topUp, asked.vcpuQuota) : []),
  ];
  return {
    existing: undefined,
    made: { pool, topUp, ...checkNetwork(problems, args), ...checkIdentity(problems, args) },
    warnings,
  };
}

/** A cluster that is made, checked. */
export type CheckedNodes = NonNullable<ReturnType<typeof checkNodes>["made"]>;

function checkPool(problems: Problems, args: BatchScoringPoolArgs, today: Date): Nodes {
  const { vmSize = defaultSize, vmPriority = VmPriority.dedicated, minNodes = 0, maxNodes = 4 } = args;
  problems.plain("vmPriority", args.vmPriority, oneOf(Object.values(VmPriority)));
  const nodes: Nodes = {
    ...{ vmSize, vmPriority, minNodes, maxNodes },
    idleSeconds: args.idleSecondsBeforeScaledown ?? 120,
    instanceCount: args.instanceCount ?? 1,
  };
  checkCounts(problems, "", nodes, args.vcpuQuota);
  checkSize(problems, "vmSize", nodes, args, today);
  return nodes;
}

function checkTopUp(
  problems: Problems,
  args: BatchScoringPoolArgs,
  topUp: DedicatedTopUpArgs,
  pool: Nodes,
  today: Date,
) {
  if (args.vmPriority !== VmPriority.lowPriority) {
    const remedy = "a dedicated pool has nothing that could be topped up: give it more nodes";
    problems.add("dedicatedTopUp", `must come with the priority '${VmPriority.lowPriority}'`, undefined, remedy);
  }
  const { vmSize = pool.vmSize, minNodes = 0, maxNodes } = topUp;
  const nodes: Nodes = {
    ...{ vmSize, vmPriority: VmPriority.dedicated, minNodes, maxNodes },
    idleSeconds: topUp.idleSecondsBeforeScaledown ?? pool.idleSeconds,
    instanceCount: topUp.instanceCount ?? Math.min(pool.instanceCount, maxNodes),
  };
  checkCounts(problems, "dedicatedTopUp.", nodes, topUp.vcpuQuota);
  if (topUp.vmSize !== undefined) {
    checkSize(problems, "dedicatedTopUp.vmSize", nodes, args, today);
  }
  return nodes;
}

function checkCounts(problems: Problems, at: string, nodes: Nodes, quota: number | undefined): void {
  const { minNodes, maxNodes, instanceCount, idleSeconds, vmSize } = nodes;
  problems.plain(`${at}minNodes`, minNodes, wholeNumber(0, 65_000));
  problems.plain(`${at}maxNodes`, maxNodes, wholeNumber(1, 65_000));
  problems.plain(`${at}idleSecondsBeforeScaledown`, idleSeconds, wholeNumber(0, 86_400));
  problems.plain(`${at}vcpuQuota`, quota, wholeNumber(1, 1_000_000));
  if (minNodes > maxNodes) {
    problems.add(`${at}minNodes`, `must be at most '${at}maxNodes'`, `${minNodes} and ${maxNodes}`);
  }
  if (instanceCount > maxNodes) {
    const remedy = "a job would wait for nodes that never come";
    problems.add(`${at}instanceCount`, `must be at most '${at}maxNodes'`, `${instanceCount} and ${maxNodes}`, remedy);
  }
  const vCpus = vmSizeOf(vmSize)?.vCpus;
  if (quota !== undefined && vCpus !== undefined && maxNodes * vCpus > quota) {
    const got = `${maxNodes} × ${vCpus} vCPUs (${vmSize}) of ${quota}`;
    const remedy = `${Math.floor(quota / vCpus)} nodes of that size do, or ask Azure for more`;
    problems.add(`${at}maxNodes`, `must be at most what '${at}vcpuQuota' allows`, got, remedy);
  }
}

function checkSize(
  problems: Problems,
  property: string,
  { vmSize }: Nodes,
  args: BatchScoringPoolArgs,
  today: Date,
): void {
  problems.plain(property, vmSize, retiredSize(today));
  problems.plain(property, vmSize, aml.computeSize);
  if (args.image.enableGpu === true && aml.hasGpu(vmSize) === false) {
    const remedy = "such as 'Standard_NC4as_T4_v3', or an image without 'enableGpu'";
    problems.add(property, "must have a GPU for an image with 'enableGpu'", shown(vmSize), remedy);
  }
}

const trio = ["vnetResourceGroupName", "vnetName", "subnetName"] as const;
const subnet = azureId("Microsoft.Network/virtualNetworks/subnets");

function checkNetwork(problems: Problems, args: BatchScoringPoolArgs) {
  problems.plain("nodePublicIp", args.nodePublicIp, flag);
  const given = trio.filter((key) => args[key] !== undefined);
  const missing = trio.filter((key) => args[key] === undefined);
  if (given.length > 0 && missing.length > 0) {
    const rule = `must come with ${missing.map((key) => `'${key}'`).join(" and ")}`;
    problems.add(given.at(0) ?? "", rule, undefined, "give all three or none");
  }
  if (given.length > 0 && args.subnetId !== undefined) {
    problems.add("subnetId", `must be left out with '${given.at(0) ?? ""}'`, undefined, "it names the subnet already");
  }
  const id = problems.check("subnetId", args.subnetId, subnet);
  const subnetId = id ?? (given.length === 3 ? idOf(args) : undefined);
  return { subnetId, nodePublicIp: args.nodePublicIp ?? subnetId === undefined };
}

/** The subnet lies in the workspace's subscription. */
function idOf({ workspace, vnetResourceGroupName, vnetName, subnetName }: BatchScoringPoolArgs): pulumi.Output<string> {
  const subscription = pulumi.output(workspace.workspaceId).apply((id) => id.split("/").slice(0, 3).join("/"));
  const network = pulumi.interpolate`Microsoft.Network/virtualNetworks/${vnetName}/subnets/${subnetName}`;
  return pulumi.interpolate`${subscription}/resourceGroups/${vnetResourceGroupName}/providers/${network}`;
}

const identityId = azureId("Microsoft.ManagedIdentity/userAssignedIdentities");

function checkIdentity(problems: Problems, { identity, assignRoles, workspace }: BatchScoringPoolArgs) {
  problems.plain("assignRoles", assignRoles, flag);
  const grants = assignRoles !== false && (identity === undefined || identity.principalId !== undefined);
  if (grants && workspace.registryId === undefined) {
    const remedy = "or say 'assignRoles: false', where they may pull from the registry already";
    problems.add("workspace.registryId", "must be given, as nodes get the right to pull from it", undefined, remedy);
  }
  if (grants && workspace.datastore.accountId === undefined) {
    const remedy = "or say 'assignRoles: false', where they may read and write there already";
    const rule = "must be given, as nodes get the right to read and write there";
    problems.add("workspace.datastore.accountId", rule, undefined, remedy);
  }
  const own = identity && { ...identity, id: problems.check("identity.id", identity.id, identityId) };
  return { identity: own, grants };
}

function warningsOf(sizeProperty: string, quotaProperty: string, nodes: Nodes, quota: number | undefined) {
  const { vmSize, vmPriority, maxNodes } = nodes;
  const vCpus = vmSizeOf(vmSize)?.vCpus;
  const least = aml.hasGpu(vmSize) === true && vmPriority === VmPriority.dedicated ? 0 : aml.leastQuota[vmPriority];
  const asked = vCpus === undefined ? undefined : vCpus * maxNodes;
  return [
    vmSizeWarning(sizeProperty, vmSize),
    aml.undocumentedSize(sizeProperty, vmSize),
    quota === undefined && asked !== undefined && asked > least
      ? `${maxNodes} nodes of ${vmSize} are ${asked} vCPUs; a subscription may have as few as ${least} in a region (${vmPriority}), and jobs then wait for ever: '${quotaProperty}' has this checked`
      : undefined,
    maxNodes > aml.usualNodes
      ? `more than ${aml.usualNodes} nodes in a cluster, or a job, are given on request only`
      : undefined,
  ];
}

function lowPriorityWarnings({ vmPriority, minNodes, instanceCount }: Nodes) {
  return vmPriority === VmPriority.dedicated
    ? []
    : [
        minNodes > 0
          ? `'minNodes': Azure may take low-priority nodes back at any time, so ${minNodes} of them may not stay; and what stays costs money all the time`
          : undefined,
        instanceCount === 1
          ? "'instanceCount': a job on one low-priority node is cancelled when Azure takes it back: 2 or more go on with what is left"
          : undefined,
      ];
}
