import * as containerservice from "@pulumi/azure-native/containerservice";
import type { CheckedMade } from "./checks";
import type { Cluster, Options } from "./managed-cluster";

/** Azure's names of the two kinds of windows. */
const windows = {
  upgrade: "aksManagedAutoUpgradeSchedule",
  "node-upgrade": "aksManagedNodeOSUpgradeSchedule",
} as const;

/** When upgrades may happen: one window for Kubernetes, one for the nodes' system, both at the same time. */
export function schedule(
  name: string,
  { upgrades: { window } }: CheckedMade,
  cluster: Cluster,
  options: Options,
): void {
  if (window === undefined) {
    return;
  }
  const { day, startTime, durationHours = 4, utcOffset = "+00:00", everyWeeks = 1 } = window;
  for (const [suffix, configName] of Object.entries(windows)) {
    new containerservice.MaintenanceConfiguration(
      `${name}-${suffix}-window`,
      {
        resourceGroupName: cluster.resourceGroupName,
        resourceName: cluster.name,
        configName,
        maintenanceWindow: {
          schedule: { weekly: { dayOfWeek: day, intervalWeeks: everyWeeks } },
          startTime,
          durationHours,
          utcOffset,
        },
      },
      options,
    );
  }
}
