import type { AksClusterArgs } from "../aks-cluster";
import { type MaintenanceWindowArgs, NodeOsUpgradeChannel, UpgradeChannel, Weekday } from "../aks-options";
import { timeOfDay, utcOffset } from "../internal/aks-rules";
import { oneOf, shown, wholeNumber } from "../internal/problems";
import type { Problems } from "../internal/validate";

/** Channels that move a cluster to another minor version. */
const movesMinor: readonly string[] = [UpgradeChannel.stable, UpgradeChannel.rapid];

/** Checks when and to what a cluster is upgraded; returns it with its defaults. */
export function checkUpgrades(problems: Problems, { upgrades = {}, kubernetesVersion: version }: AksClusterArgs) {
  const { channel = UpgradeChannel.patch, nodeOsChannel = NodeOsUpgradeChannel.nodeImage, window } = upgrades;
  problems.plain("upgrades.channel", upgrades.channel, oneOf(Object.values(UpgradeChannel)));
  problems.plain("upgrades.nodeOsChannel", upgrades.nodeOsChannel, oneOf(Object.values(NodeOsUpgradeChannel)));
  if (channel === UpgradeChannel.nodeImage && nodeOsChannel !== NodeOsUpgradeChannel.nodeImage) {
    const remedy = "Azure takes no other with 'node-image'";
    problems.add(
      "upgrades.nodeOsChannel",
      "must be 'NodeImage' with that 'upgrades.channel'",
      shown(nodeOsChannel),
      remedy,
    );
  }
  if (version !== undefined && movesMinor.includes(channel)) {
    const remedy = "Azure goes on by itself, and takes no cluster back";
    problems.add("kubernetesVersion", `must be left out with 'upgrades.channel: ${channel}'`, shown(version), remedy);
  } else if (channel === UpgradeChannel.patch && version !== undefined && version.split(".").length > 2) {
    const remedy = "the channel 'patch' takes the newest patch; or 'upgrades.channel: none'";
    problems.add(
      "kubernetesVersion",
      "must be a minor version such as '1.36' with the channel 'patch'",
      shown(version),
      remedy,
    );
  }
  if (window !== undefined) {
    checkWindow(problems, window);
    if (channel === UpgradeChannel.none && nodeOsChannel === NodeOsUpgradeChannel.none) {
      problems.add("upgrades.window", "must come with a channel", undefined, "nothing is upgraded by itself");
    }
  }
  return { channel, nodeOsChannel, window };
}

function checkWindow(problems: Problems, window: MaintenanceWindowArgs): void {
  const at = "upgrades.window";
  problems.plain(`${at}.day`, window.day, oneOf(Object.values(Weekday)));
  problems.plain(`${at}.startTime`, window.startTime, timeOfDay);
  problems.plain(`${at}.durationHours`, window.durationHours, wholeNumber(4, 24));
  problems.plain(`${at}.utcOffset`, window.utcOffset, utcOffset);
  problems.plain(`${at}.everyWeeks`, window.everyWeeks, wholeNumber(1, 4));
}
