import type { apps, types } from "@pulumi/kubernetes";

type PodSpec = types.input.core.v1.PodSpec;

/** A program that tells Kubernetes of a kind of device on the nodes where it runs. */
export interface DevicePluginPlan {
  /** Name of its objects, and of its container. */
  readonly name: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs. */
  readonly nodes: Pick<PodSpec, "affinity" | "nodeSelector">;
  /** What it is content with; undefined for what is not known. */
  readonly resources?: types.input.core.v1.ResourceRequirements;
  readonly isFileSystemReadOnly?: boolean;
}

const folder = "/var/lib/kubelet/device-plugins";

/** The plugin on every node of its kind: with the one folder in which it meets the kubelet, and no further right. */
export function renderDevicePlugin(plan: DevicePluginPlan): apps.v1.DaemonSetArgs {
  const { name, image, environment = {}, nodes, resources, isFileSystemReadOnly = false } = plan;
  const labels = { "app.kubernetes.io/name": name };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system", labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate" },
      template: {
        metadata: { labels },
        spec: {
          ...nodes,
          tolerations: [{ operator: "Exists" }],
          priorityClassName: "system-node-critical",
          automountServiceAccountToken: false,
          ...(isFileSystemReadOnly ? { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } : {}),
          containers: [
            {
              name,
              image,
              ...(Object.keys(environment).length > 0
                ? { env: Object.entries(environment).map(([key, value]) => ({ name: key, value })) }
                : {}),
              ...(resources ? { resources } : {}),
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                ...(isFileSystemReadOnly ? { readOnlyRootFilesystem: true } : {}),
              },
              volumeMounts: [{ name: "device-plugin", mountPath: folder }],
            },
          ],
          volumes: [{ name: "device-plugin", hostPath: { path: folder } }],
        },
      },
    },
  };
}
