import { keyDigests } from "../../components/internal/server-environment";
import type { KubernetesServicePlan, VersionPlan } from "../../components/render/kubernetes/plan";
import { containerImage as image } from "./aci-host";

/** The variables of a version of which nothing is said. */
export const environment = {
  SCORESTACK_GRACEFUL_TIMEOUT_SECONDS: "65",
  SCORESTACK_IDENTITY: JSON.stringify({ service: "churn", imageIdentity: image.identity }),
  SCORESTACK_MAX_REQUESTS: "64",
  SCORESTACK_MAX_WAIT_MS: "500",
  SCORESTACK_REPLICAS: "churn-main-pods.churn.svc.cluster.local:5001",
  SCORESTACK_SERVER: "scorestack",
  SCORESTACK_TELLS_LOAD: "true",
  SCORING_TIMEOUT_MS: "60000",
  SERVICE_NAME: "churn",
  WORKER_COUNT: "1",
  WORKER_TIMEOUT: "310",
};
const probe = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
};

/** The version of which nothing is said. */
export const version: VersionPlan = {
  name: "main",
  imageRef: image.ref,
  imageIdentity: image.identity,
  trafficPercent: 100,
  isDefault: true,
  environment,
  cpuCores: 0.1,
  memoryInGb: 0.5,
  limits: { memoryInGb: 0.5 },
  gpus: 0,
  replicas: {
    kind: "autoscaled",
    min: 1,
    max: 10,
    targetUtilization: 70,
    measure: { by: "requests", path: "/load/all", format: "json", valueLocation: "inHand" },
  },
  maxConcurrentRequests: 1,
  scoringTimeoutMs: 60_000,
  maxRequestWaitTimeMs: 500,
  probes: { startup: { ...probe, periodSeconds: 1, failureThreshold: 310 }, readiness: probe, liveness: probe },
  preStopSeconds: 10,
  terminationGraceSeconds: 80,
  temporaryInGb: 1,
};

const [primaryKey, secondaryKey] = ["made-primary", "made-secondary"];
/** The plan of a service of which nothing is said, in a cluster with KEDA and Gateways. */
export const plan: KubernetesServicePlan = {
  serviceName: "churn",
  namespace: "churn",
  ownsNamespace: true,
  labels: {},
  versions: [version],
  keyDigests: JSON.stringify(keyDigests([primaryKey, secondaryKey])),
  exposure: {
    kind: "gateway",
    gateway: { className: "approuting-istio", isInternal: false },
    proxyNamespace: "churn",
    hostnames: [],
    pathPrefix: "/",
    hiddenPaths: ["/load", "/metrics"],
  },
  peers: [{ namespace: "kube-system" }],
};
