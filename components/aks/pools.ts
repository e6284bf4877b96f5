import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import type { AksPoolArgs } from "../aks-options";
import { hashJson } from "../internal/canonical-json";
import { allocatable, vmSizeOf } from "../internal/vm-sizes";
import type { NodePoolPlace, NodeSize, NodeTaint } from "../kubernetes-host";
import { defaultMaxPods } from "./check-pools";
import type { Options } from "./managed-cluster";

/** Label of nodes that says which pool they are of; the pool's own name in Azure changes with its shape. */
export const poolLabel = "scorestack/pool";

/**
 * What Azure changes in no pool that is there. azure-native knows the first two. Source: azure-aks-docs, use-nvidia-gpu.md,
 * spot-node-pool.md, manage-node-pools.md.
 */
export const poolReplacedBy = [
  "vmSize",
  "gpuInstanceProfile",
  "availabilityZones",
  "maxPods",
  "osDiskSizeGB",
  "osDiskType",
  "podSubnetID",
  "scaleSetPriority",
  "vnetSubnetID",
];

const spotTaint: NodeTaint = { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" };
const gpuTaint: NodeTaint = { key: "sku", value: "gpu", effect: "NoSchedule" };

/**
 * A pool beside the cluster. Its name in Azure has a hash of what can't change in place, so that the new one is made before the old
 * one is deleted. Azure then evicts the old one's pods one by one, as their disruption budgets allow.
 */
export function makePool(
  name: string,
  key: string,
  pool: AksPoolArgs,
  place: Omit<NodePoolPlace, "location">,
  options: Options,
): containerservice.AgentPool {
  const { resourceGroupName, clusterName, subnetId } = place;
  const { autoscale, count = 1, spot = false } = pool;
  const zones = pool.zones && [...pool.zones];
  const { vmSize, osDiskSizeInGb, maxPods = defaultMaxPods } = pool;
  const shape = { vmSize, zones, spot, maxPods, osDiskSizeInGb };
  return new containerservice.AgentPool(
    name,
    {
      resourceGroupName,
      resourceName: clusterName,
      agentPoolName: pulumi.output(subnetId).apply((subnet) => `${key}${hashJson({ ...shape, subnet }).slice(0, 6)}`),
      mode: pool.mode ?? "User",
      type: "VirtualMachineScaleSets",
      osType: "Linux",
      vmSize,
      ...(autoscale === undefined
        ? { count, enableAutoScaling: false }
        : { count: autoscale.minCount, enableAutoScaling: true, ...autoscale }),
      maxPods,
      osDiskSizeGB: osDiskSizeInGb,
      availabilityZones: zones,
      vnetSubnetID: subnetId,
      nodeLabels: { ...pool.labels, [poolLabel]: key, ...(spot ? { [spotTaint.key]: "spot" } : {}) },
      nodeTaints: taintsOf(pool).map(({ key: taint, value = "", effect }) => `${taint}=${value}:${effect}`),
      ...(spot
        ? { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 }
        : { upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 } }),
    },
    pulumi.mergeOptions(options, {
      replaceOnChanges: poolReplacedBy,
      // azure-native would delete first what has a name of ours.
      deleteBeforeReplace: false,
      ...(autoscale === undefined ? {} : { ignoreChanges: ["count"] }),
    }),
  );
}

/** The taints of a pool's nodes. */
export function taintsOf(pool: AksPoolArgs): readonly NodeTaint[] {
  const gpus = vmSizeOf(pool.vmSize)?.gpus ?? 0;
  return [...(pool.taints ?? (gpus > 0 ? [gpuTaint] : [])), ...(pool.spot ? [spotTaint] : [])];
}

/** Whether a pool's nodes have GPUs that pods can be given. */
export function hasGpus(pool: AksPoolArgs): boolean {
  return (vmSizeOf(pool.vmSize)?.gpus ?? 0) > 0;
}

/** What pods can be given of each pool's nodes; undefined where one of the sizes is not known. */
export function nodeSizes(pools: Readonly<Record<string, AksPoolArgs>>): readonly NodeSize[] | undefined {
  const sizes = Object.entries(pools)
    .filter(([, { mode }]) => mode !== "System")
    .map(([name, pool]): NodeSize | undefined => {
      const size = vmSizeOf(pool.vmSize);
      const taints = taintsOf(pool);
      return (
        size && {
          name,
          ...allocatable(size, pool.maxPods ?? defaultMaxPods),
          gpus: size.gpus,
          labels: { [poolLabel]: name },
          taints,
        }
      );
    });
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}
