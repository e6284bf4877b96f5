import { checkAksService } from "../aks-service/checks";
import { poolLabel } from "../aks/pools";
import type { AksPoolArgs } from "../aks-options";
import type { AksServiceArgs } from "../aks-service-options";
import { defaultMaxPods } from "../aks/check-pools";
import { Accelerator, type AcceleratorNodesArgs, type FpgaServiceArgs } from "../fpga-options";
import { zoneList } from "../internal/aks-rules";
import { hashJson } from "../internal/canonical-json";
import { oneOf, type Rule, shown, wholeNumber } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { allocatable, vmSizeOf } from "../internal/vm-sizes";
import type { NodePoolPlace, NodeSize } from "../kubernetes-host";
import { checkFpga, checkGpu, type Machine } from "./machine";
import { fpgaRegions, retirementWarning } from "./machines";

/** The nodes that are made for a service. */
export interface OwnNodes {
  /** Begins the pool's name in Azure, and labels its nodes. */
  readonly key: string;
  readonly place: NodePoolPlace;
  readonly pool: AksPoolArgs & { readonly autoscale: NonNullable<AksPoolArgs["autoscale"]> };
}

const fpgaRegion: Rule<string> = {
  must: "must be a region that has Azure's FPGA machines",
  holds: (value) => (fpgaRegions as readonly string[]).includes(value),
  remedy: () => fpgaRegions.join(", "),
};

/** Checks the arguments of an `FpgaService`; returns them with their defaults. */
export function checkFpgaService(problems: Problems, name: string, args: FpgaServiceArgs, today: Date) {
  const { accelerator = Accelerator.gpu, acknowledgeRetirement = false } = args;
  problems.plain("accelerator", args.accelerator, oneOf(Object.values(Accelerator)));
  problems.plain("acknowledgeRetirement", args.acknowledgeRetirement, flag);
  const isFpga = accelerator === Accelerator.fpga;
  const machine = isFpga ? checkFpga(problems, args, today) : checkGpu(problems, args, today);
  const own = checkNodes(problems, name, args, machine);
  const service = checkAksService(problems, name, serviceArgs(args, machine, own));
  const versions = service.versions.map((version) => ({
    ...version,
    // A scoring script may serve on either.
    environmentVariables: { ...version.environmentVariables, SCORESTACK_ACCELERATOR: accelerator },
  }));
  const isWarned = isFpga && args.host.nodePools !== undefined && !acknowledgeRetirement;
  return {
    accelerator,
    machine,
    own,
    /** The nodes that the service runs on. */
    nodes: versions[0]?.nodeSelector ?? {},
    service: { ...service, versions },
    warnings: [...machine.warnings, isWarned ? retirementWarning(today) : undefined],
  };
}

/** The arguments of an `FpgaService`, checked. */
export type CheckedFpga = ReturnType<typeof checkFpgaService>;

/** The same service as an `AksService`: one request at a time in each replica, and its devices as an extended resource. */
function serviceArgs(args: FpgaServiceArgs, machine: Machine, own?: OwnNodes): AksServiceArgs {
  const { accelerator: _kind, acknowledgeRetirement: _known, fpga: _fpga, gpu: _gpu, nodes: _nodes, ...common } = args;
  const { devicesPerReplica = 1, cpuCores = 1, memoryInGb = 4, host, ...rest } = common;
  const nodeSizes = own ? [...(host.nodeSizes ?? []), sizeOf(own)] : host.nodeSizes;
  return {
    ...rest,
    ...(isScaled(args) ? {} : { numReplicas: args.numReplicas ?? 1 }),
    image: machine.image,
    host: { ...host, ...(nodeSizes ? { nodeSizes } : {}) },
    ...(own ? { nodePool: own.pool.vmSize } : {}),
    cpuCores,
    memoryInGb,
    extendedResources: { [machine.resourceName]: devicesPerReplica },
  };
}

function isScaled({ minReplicas, maxReplicas, targetUtilization }: FpgaServiceArgs): boolean {
  return [minReplicas, maxReplicas, targetUtilization].some((value) => value !== undefined);
}

function sizeOf({ key, pool }: OwnNodes): NodeSize {
  const size = vmSizeOf(pool.vmSize);
  return {
    name: pool.vmSize,
    // What is not known was told already.
    ...(size ? allocatable(size, defaultMaxPods) : { cpuCores: Infinity, memoryInGb: Infinity }),
    gpus: size?.gpus ?? 0,
    labels: { [poolLabel]: key },
    taints: pool.taints ?? [],
  };
}

function checkNodes(problems: Problems, name: string, args: FpgaServiceArgs, machine: Machine): OwnNodes | undefined {
  const { accelerator = Accelerator.gpu, host, nodePool, nodes = {}, devicesPerReplica = 1 } = args;
  problems.plain("devicesPerReplica", args.devicesPerReplica, wholeNumber(1, 8));
  if (nodePool !== undefined) {
    if (args.nodes !== undefined) {
      problems.add("nodes", "must be left out with 'nodePool'", undefined, "they are for nodes that are made");
    }
    return undefined;
  }
  if (host.nodePools === undefined) {
    problems.add("nodePool", "must be given: the host makes no nodes", undefined, "name one of its 'nodeSizes'");
    return undefined;
  }
  const { devices = 0, vmSize } = machine;
  if (devicesPerReplica > devices && devices > 0) {
    const rule = "must be at most the devices of one machine";
    problems.add("devicesPerReplica", rule, String(devicesPerReplica), `${vmSize} has ${devices}`);
  }
  const location =
    accelerator === Accelerator.fpga
      ? problems.check("host.nodePools.location", host.nodePools.location, fpgaRegion)
      : host.nodePools.location;
  const autoscale = checkCounts(problems, args, Math.max(1, Math.floor(devices / devicesPerReplica)));
  const { zones, osDiskSizeInGb } = nodes;
  problems.plain("nodes.zones", zones, zoneList);
  problems.plain("nodes.osDiskSizeInGb", osDiskSizeInGb, wholeNumber(30, 2048));
  return {
    key: `${accelerator.charAt(0)}${hashJson([args.namespace ?? "", args.serviceName ?? name]).slice(0, 5)}`,
    place: { ...host.nodePools, location },
    pool: {
      vmSize,
      autoscale,
      ...(zones ? { zones } : {}),
      ...(osDiskSizeInGb === undefined ? {} : { osDiskSizeInGb }),
      taints: [{ key: "sku", value: accelerator, effect: "NoSchedule" }],
    },
  };
}

/** A release starts a new replica before it ends an old one: without room for it, it would wait until it fails. */
function checkCounts(problems: Problems, args: FpgaServiceArgs, replicasPerNode: number) {
  const { minReplicas: min = 1, maxReplicas = Math.max(10, min) } = args;
  const { numReplicas = isScaled(args) ? undefined : 1 } = args;
  const needed = (replicas: number): number => Math.ceil(replicas / replicasPerNode);
  const most = needed((numReplicas ?? maxReplicas) + 1);
  const { nodes: { minNodes, maxNodes = most } = {} satisfies AcceleratorNodesArgs } = args;
  const minCount = minNodes ?? Math.min(needed(numReplicas ?? min), maxNodes);
  problems.plain("nodes.minNodes", minNodes, wholeNumber(1, 1000));
  problems.plain("nodes.maxNodes", args.nodes?.maxNodes, wholeNumber(1, 1000));
  if (maxNodes < most) {
    const rule = "must have room for all replicas and one more, for a new release";
    problems.add("nodes.maxNodes", rule, shown(maxNodes), `${most} nodes have`);
  }
  if (minCount > maxNodes) {
    problems.add("nodes.minNodes", `must be at most 'nodes.maxNodes', ${maxNodes}`, shown(minCount));
  }
  return { minCount, maxCount: maxNodes };
}
