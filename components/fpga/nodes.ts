import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { makePool } from "../aks/pools";
import { Accelerator } from "../fpga-options";
import { hashJson } from "../internal/canonical-json";
import { renderDevicePlugin } from "../render/kubernetes/device-plugin";
import type { CheckedFpga, OwnNodes } from "./checks";

/** Makes the service's nodes, where they are its own, and what tells Kubernetes of their devices; returns what pods wait for. */
export function makeNodes(
  name: string,
  { own, machine, accelerator, nodes }: CheckedFpga,
  provider: Provider,
  options: { readonly parent: pulumi.Resource },
): pulumi.Resource[] {
  const pool = own ? [makePool(`${name}-pool`, own.key, own.pool, placeOf(own), options)] : [];
  if (!machine.hasPlugin) {
    return pool;
  }
  const vendor = accelerator === Accelerator.fpga ? "amd-fpga" : "nvidia";
  const plan = {
    // Two services of a cluster have two.
    name: `${vendor}-device-plugin-${own?.key ?? hashJson(nodes).slice(0, 6)}`,
    ...machine.plugin,
    nodes: { nodeSelector: nodes },
  };
  const plugin = new DaemonSet(
    `${name}-device-plugin`,
    renderDevicePlugin(plan),
    pulumi.mergeOptions(options, { provider, dependsOn: pool }),
  );
  return [...pool, plugin];
}

/** Nothing is made before the region, which may be known late, has passed its check. */
function placeOf({ place }: OwnNodes) {
  const { resourceGroupName, location } = place;
  return { ...place, resourceGroupName: pulumi.all([resourceGroupName, location]).apply(([group]) => group) };
}
