import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { type DevicePluginPlan, renderDevicePlugin } from "../render/kubernetes/device-plugin";
import { poolLabel } from "./pools";
import type { Options } from "./managed-cluster";

/** NVIDIA's plugin, as in azure-aks-docs, use-nvidia-gpu.md, of 2026-08-21. */
export const nvidiaPlugin = {
  image: "nvcr.io/nvidia/k8s-device-plugin:v0.18.0",
  environment: { FAIL_ON_INIT_ERROR: "false" },
} as const satisfies Partial<DevicePluginPlan>;

/** Tells Kubernetes of the GPUs of these pools' nodes: AKS installs their driver, and no more. */
export function devicePlugin(name: string, pools: readonly string[], provider: Provider, options: Options): DaemonSet {
  const matchExpressions = [{ key: poolLabel, operator: "In", values: [...pools].sort() }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [{ matchExpressions }] };
  const nodes = { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } };
  const plan = { name: "nvidia-device-plugin", ...nvidiaPlugin, nodes };
  return new DaemonSet(name, renderDevicePlugin(plan), pulumi.mergeOptions(options, { provider }));
}
