import type { autoscaling } from "@pulumi/kubernetes";
import type { CustomObject } from "./custom";
import { versionMetadata, versionObjectName } from "./names";
import type { AutoscaledReplicas, KubernetesServicePlan, VersionPlan } from "./plan";
import { numberText } from "./quantities";
import { servicePort } from "./service";

/** How long more replicas must not have been wanted before one is taken away. */
const downSeconds = 60;

/** KEDA's scaler, by the requests in hand; undefined where CPU decides or nothing scales. */
export function renderScaledObject(plan: KubernetesServicePlan, version: VersionPlan): CustomObject | undefined {
  const { replicas } = version;
  if (replicas.kind === "fixed" || replicas.measure.by !== "requests") {
    return undefined;
  }
  const { min, max, targetUtilization, measure } = replicas;
  const name = versionObjectName(plan, version);
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: versionMetadata(plan, version),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicaCount: min,
      maxReplicaCount: max,
      advanced: { horizontalPodAutoscalerConfig: { behavior: behaviorOf(replicas) } },
      triggers: [
        {
          type: "metrics-api",
          metricType: "AverageValue",
          metadata: {
            url: `http://${name}.${plan.namespace}.svc:${servicePort}${measure.path}`,
            format: measure.format,
            valueLocation: measure.valueLocation,
            targetValue: numberText((version.maxConcurrentRequests * targetUtilization) / 100),
          },
        },
      ],
    },
  };
}

/** Kubernetes' own scaler, by CPU; undefined where KEDA decides or nothing scales. */
export function renderAutoscaler(
  plan: KubernetesServicePlan,
  version: VersionPlan,
): autoscaling.v2.HorizontalPodAutoscalerArgs | undefined {
  const { replicas } = version;
  if (replicas.kind === "fixed" || replicas.measure.by !== "cpu") {
    return undefined;
  }
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: versionMetadata(plan, version),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: versionObjectName(plan, version) },
      minReplicas: replicas.min,
      maxReplicas: replicas.max,
      behavior: behaviorOf(replicas),
      metrics: [
        {
          type: "Resource",
          resource: {
            name: "cpu",
            target: { type: "Utilization", averageUtilization: replicas.targetUtilization },
          },
        },
      ],
    },
  };
}

/** Up at once and by as much as is wanted; down when no more were wanted for a minute. */
function behaviorOf({ max }: AutoscaledReplicas) {
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: max, periodSeconds: 15 }],
    },
    scaleDown: {
      stabilizationWindowSeconds: downSeconds,
      selectPolicy: "Max",
      policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
    },
  };
}
