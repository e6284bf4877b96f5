import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { poolLabel } from "./pools";
import type { Options } from "./managed-cluster";

/** As in azure-aks-docs, use-nvidia-gpu.md, of 2026-08-21. */
const image = "nvcr.io/nvidia/k8s-device-plugin:v0.18.0";
const folder = "/var/lib/kubelet/device-plugins";

/** Tells Kubernetes of the GPUs of these pools' nodes: AKS installs their driver, and no more. */
export function devicePlugin(name: string, pools: readonly string[], provider: Provider, options: Options): DaemonSet {
  const labels = { "app.kubernetes.io/name": "nvidia-device-plugin" };
  const values = [...pools].sort();
  return new DaemonSet(
    name,
    {
      metadata: { name: "nvidia-device-plugin", namespace: "kube-system", labels },
      spec: {
        selector: { matchLabels: labels },
        updateStrategy: { type: "RollingUpdate" },
        template: {
          metadata: { labels },
          spec: {
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [{ matchExpressions: [{ key: poolLabel, operator: "In", values }] }],
                },
              },
            },
            tolerations: [{ operator: "Exists" }],
            priorityClassName: "system-node-critical",
            automountServiceAccountToken: false,
            containers: [
              {
                name: "nvidia-device-plugin",
                image,
                env: [{ name: "FAIL_ON_INIT_ERROR", value: "false" }],
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                volumeMounts: [{ name: "device-plugin", mountPath: folder }],
              },
            ],
            volumes: [{ name: "device-plugin", hostPath: { path: folder } }],
          },
        },
      },
    },
    pulumi.mergeOptions(options, { provider }),
  );
}
