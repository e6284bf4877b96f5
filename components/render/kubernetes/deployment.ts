import type { apps, policy } from "@pulumi/kubernetes";
import { versionMetadata, versionSelector } from "./names";
import type { KubernetesServicePlan, VersionPlan } from "./plan";
import { devicesOf, renderPod } from "./pod";

/** How much longer than its start a pod may be waited for: scheduling, a new node, pulling the image. */
const arrivalSeconds = 600;

/** The replicas of a version. Where something scales them, it alone says how many there are. */
export function renderDeployment(plan: KubernetesServicePlan, version: VersionPlan): apps.v1.DeploymentArgs {
  const { replicas } = version;
  const hasDevices = Object.keys(devicesOf(version)).length > 0;
  const metadata = versionMetadata(plan, version);
  const hasIdentity = plan.workloadIdentityClientId !== undefined;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      ...(replicas.kind === "fixed" ? { replicas: replicas.count } : {}),
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: startSeconds(version) + arrivalSeconds,
      selector: { matchLabels: versionSelector(plan, version) },
      // A spare GPU is dear: with them one pod at a time is made anew.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: hasDevices ? 1 : "25%" } },
      template: {
        metadata: {
          labels: { ...metadata.labels, ...(hasIdentity ? { "azure.workload.identity/use": "true" } : {}) },
          annotations: { "scorestack/image-identity": version.imageIdentity },
        },
        spec: renderPod(plan, version),
      },
    },
  };
}

/** Nodes are drained one replica at a time; what is not ready anyway holds nobody up. */
export function renderDisruptionBudget(
  plan: KubernetesServicePlan,
  version: VersionPlan,
): policy.v1.PodDisruptionBudgetArgs {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: versionMetadata(plan, version),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: versionSelector(plan, version) },
    },
  };
}

function startSeconds({ probes: { startup } }: VersionPlan): number {
  return startup.initialDelaySeconds + startup.periodSeconds * startup.failureThreshold;
}
