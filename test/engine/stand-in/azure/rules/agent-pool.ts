import { recordOf } from "../../values";
import { first, type Rule } from "./rule";

/** A rule about writing a cluster, or a part of it. */
export type ClusterRule = Omit<Rule, "types" | "on">;

export const docs = "github.com/MicrosoftDocs/azure-aks-docs, articles/aks";
/** What can't be changed in a pool. */
export const fixedInPools =
  /^(vmSize|availabilityZones|maxPods|osDiskSizeGB|osDiskType|osType|podSubnetID|scaleSetPriority|spotMaxPrice|vnetSubnetID)\b/;

/** Rules about pools beside the cluster. */
export const poolRules: readonly ClusterRule[] = [
  {
    id: "pool-name",
    source: `${docs}/create-node-pools.md`,
    refuse: ({ name }) =>
      /^[a-z][a-z0-9]{0,11}$/.test(name)
        ? undefined
        : `InvalidParameter: The agent pool name '${name}' must be 1 to 12 lower-case letters and digits, a letter first.`,
  },
  {
    id: "pool-fixed",
    source: `${docs}/use-nvidia-gpu.md, spot-node-pool.md, node-pool-unique-subnet.md`,
    refuse: ({ changes }) =>
      first(Object.keys(changes ?? {}), (path) => (fixedInPools.test(path) ? notAllowed(path) : undefined)),
  },
  {
    id: "pool-autoscaling",
    source: `${docs}/cluster-autoscaler.md`,
    refuse: ({ inputs: { enableAutoScaling, minCount, maxCount, count, mode } }) => {
      if (enableAutoScaling !== true) {
        return (minCount ?? maxCount) === undefined
          ? undefined
          : "InvalidParameter: MinCount and MaxCount are only for pools with autoscaling.";
      }
      const [low, high, now] = [minCount, maxCount, count ?? minCount].map(Number);
      const least = mode === "System" ? 1 : 0;
      return low !== undefined && high !== undefined && now !== undefined && low >= least && low <= now && now <= high
        ? undefined
        : "InvalidParameter: The count of a pool with autoscaling must be from MinCount to MaxCount.";
    },
  },
  {
    id: "pool-spot",
    source: `${docs}/spot-node-pool.md (limitations)`,
    refuse: ({ inputs: { scaleSetPriority, mode, upgradeSettings } }) =>
      scaleSetPriority !== "Spot"
        ? undefined
        : mode === "System"
          ? "InvalidParameter: Spot pools can't be of the mode 'System'."
          : recordOf(upgradeSettings).maxSurge !== undefined
            ? "InvalidParameter: Spot pools can't set max surge."
            : undefined,
  },
  {
    id: "pool-max-pods",
    source: `${docs}/use-system-pools.md; concepts-network-ip-address-planning.md`,
    refuse: ({ inputs: { maxPods, mode } }) =>
      maxPods === undefined || (Number(maxPods) >= (mode === "System" ? 30 : 10) && Number(maxPods) <= 250)
        ? undefined
        : `InvalidParameter: The value of MaxPods is ${Number(maxPods)}; it must be from ${mode === "System" ? 30 : 10} to 250.`,
  },
];

/** Rules about when upgrades may happen. */
export const windowRules: readonly ClusterRule[] = [
  {
    id: "window-name",
    source: `${docs}/planned-maintenance.md`,
    refuse: ({ name }) =>
      ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"].includes(name)
        ? undefined
        : `InvalidParameter: A maintenance configuration can't be called '${name}'.`,
  },
  {
    id: "window-duration",
    source: `${docs}/planned-maintenance.md`,
    refuse: ({ inputs }) => {
      const hours = Number(recordOf(inputs.maintenanceWindow).durationHours ?? 4);
      return hours >= 4 && hours <= 24
        ? undefined
        : `InvalidParameter: The maintenance window lasts ${hours} hours; it must be from 4 to 24.`;
    },
  },
];

/** What Azure says of a change that it takes in nothing that is there. */
export function notAllowed(path: string): string {
  return `PropertyChangeNotAllowed: Changing property 'properties.${path}' is not allowed.`;
}
