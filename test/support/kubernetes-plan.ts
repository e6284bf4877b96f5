import fc from "fast-check";
import type {
  Exposure,
  GrpcPlan,
  KubernetesServicePlan,
  ReplicasPlan,
  VersionPlan,
} from "../../components/render/kubernetes/plan";

const probe = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
};
/** What KEDA is told to ask, as ADR 0014 has it. */
export const byRequests: ReplicasPlan = {
  kind: "autoscaled",
  min: 1,
  max: 10,
  targetUtilization: 70,
  measure: { by: "requests", path: "/metrics/all", format: "json", valueLocation: "requests" },
};

/** gRPC, as a service has it of which nothing is said. */
export const grpc: GrpcPlan = { port: 8081, maxMessageBytes: 4 * 2 ** 20, cpuCores: 0.1, memoryInGb: 0.5 };

/** A version that answers everything, with other values where they are given. */
export function versionPlan(given: Partial<VersionPlan> = {}): VersionPlan {
  return {
    name: "v1",
    imageRef: `registry.test/fraud@sha256:${"a".repeat(64)}`,
    imageIdentity: "b".repeat(64),
    trafficPercent: 100,
    isDefault: true,
    environment: { SERVICE_NAME: "fraud", WORKER_COUNT: "1" },
    cpuCores: 0.5,
    memoryInGb: 1.5,
    limits: { cpuCores: 1, memoryInGb: 2 },
    gpus: 0,
    replicas: { kind: "fixed", count: 2 },
    maxConcurrentRequests: 1,
    scoringTimeoutMs: 60_000,
    maxRequestWaitTimeMs: 500,
    probes: { startup: { ...probe, failureThreshold: 30 }, readiness: probe, liveness: probe },
    preStopSeconds: 10,
    terminationGraceSeconds: 80,
    temporaryInGb: 1,
    ...given,
  };
}

/** The least that a service may be, with other values where they are given. */
export function servicePlan(given: Partial<KubernetesServicePlan> = {}): KubernetesServicePlan {
  return {
    serviceName: "fraud",
    namespace: "scoring",
    labels: {},
    versions: [versionPlan()],
    exposure: { kind: "cluster", port: 80 },
    peers: [],
    ...given,
  };
}

/** Everything that a service may have, behind a gateway of its own. */
export function fullPlan(): KubernetesServicePlan {
  return servicePlan({
    ownsNamespace: true,
    labels: { team: "risk" },
    keyDigests: '["digest"]',
    workloadIdentityClientId: "00000000-0000-4000-8000-000000000001",
    pullSecretName: "registry",
    versions: [
      versionPlan({ trafficPercent: 90, replicas: byRequests, secretEnvironment: { TOKEN: "secret-token" } }),
      versionPlan({
        name: "v2",
        trafficPercent: 10,
        isDefault: false,
        gpus: 1,
        nodeSelector: { "kubernetes.azure.com/agentpool": "gpu" },
        tolerations: [{ key: "sku", value: "gpu", effect: "NoSchedule" }],
        writableFolders: ["/var/cache/models"],
        replicas: { kind: "autoscaled", min: 2, max: 4, targetUtilization: 50, measure: { by: "cpu" } },
      }),
      versionPlan({ name: "shadow", trafficPercent: 0, isDefault: false, mirrorPercent: 20 }),
    ],
    exposure: {
      kind: "gateway",
      gateway: {
        className: "approuting-istio",
        isInternal: true,
        tls: { from: "pem", certificate: "certificate", key: "secret-key" },
      },
      proxyNamespace: "aks-istio-ingress",
      hostnames: ["fraud.example.com"],
      pathPrefix: "/",
      hiddenPaths: ["/metrics"],
    },
    peers: [{ namespace: "kube-system", podLabels: { app: "keda-operator" } }],
  });
}

const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
const name = (length: number) =>
  fc
    .tuple(
      fc.constantFrom(...letters),
      fc.string({ unit: fc.constantFrom(...letters, "0", "9", "-"), maxLength: length - 2 }),
      fc.constantFrom(...letters, "7"),
    )
    .map((parts) => parts.join(""));
const count = (min: number, max: number) => fc.integer({ min, max });
const labels = fc.dictionary(name(20), name(63), { maxKeys: 3 });
const clientId = fc.uuid();

const replicas: fc.Arbitrary<ReplicasPlan> = fc.oneof(
  count(1, 50).map((replicaCount) => ({ kind: "fixed" as const, count: replicaCount })),
  fc
    .tuple(count(1, 10), count(0, 90), count(1, 100), fc.boolean())
    .map(([min, more, targetUtilization, byCpu]): ReplicasPlan => ({
      ...byRequests,
      min,
      max: min + more,
      targetUtilization,
      ...(byCpu ? { measure: { by: "cpu" } } : {}),
    })),
);

const version = fc
  .record({
    cpuCores: fc.integer({ min: 1, max: 640 }).map((tenths) => tenths / 10),
    memoryInGb: fc.integer({ min: 1, max: 4096 }).map((tenths) => tenths / 10),
    gpus: count(0, 8),
    replicas,
    maxConcurrentRequests: count(1, 640),
    scoringTimeoutMs: count(1, 3_600_000),
    maxRequestWaitTimeMs: count(0, 60_000),
    preStopSeconds: count(0, 60),
    environment: fc.dictionary(fc.stringMatching(/^[A-Z]{1,10}$/), fc.string(), { maxKeys: 5 }),
    secretEnvironment: fc.option(fc.dictionary(fc.stringMatching(/^[A-Z]{1,10}$/), fc.constant("secret-value")), {
      nil: undefined,
    }),
    writableFolders: fc.option(fc.constant(["/data", "/cache"]), { nil: undefined }),
  })
  .map((given) =>
    versionPlan({ ...given, limits: { cpuCores: given.cpuCores + 1, memoryInGb: given.memoryInGb + 0.5 } }),
  );

const hostnames = fc.uniqueArray(
  name(20).map((label) => `${label}.example.com`),
  { maxLength: 3 },
);
const exposure: fc.Arbitrary<Exposure> = fc.oneof(
  fc.record({ kind: fc.constant("cluster" as const), port: count(1, 65_535) }),
  fc.record({
    kind: fc.constant("loadBalancer" as const),
    isInternal: fc.boolean(),
    port: count(1, 65_535),
    allowedRanges: fc.constantFrom([], ["10.0.0.0/8"]),
  }),
  fc.record({
    kind: fc.constant("gateway" as const),
    gateway: fc.oneof(
      fc.record({ name: name(20), namespace: name(20) }),
      fc.record({
        className: name(20),
        isInternal: fc.boolean(),
        tls: fc.constantFrom(
          undefined,
          { from: "secret" as const, secretName: "certificate" },
          { from: "pem" as const, certificate: "certificate", key: "secret-key" },
          { from: "issuer" as const, issuerKind: "ClusterIssuer" as const, issuerName: "letsencrypt" },
        ),
      }),
    ),
    proxyNamespace: name(20),
    hostnames,
    pathPrefix: fc.constantFrom("/", "/api/v1/service/fraud"),
    hiddenPaths: fc.constantFrom([], ["/metrics"]),
  }),
);

/** Shares that add up to 100, the first of them the largest. */
function shares(versions: number, first: number): number[] {
  return Array.from({ length: versions }, (_, index) => (index === 0 ? first : index === 1 ? 100 - first : 0));
}

/** Any service that may be. */
export const anyPlan: fc.Arbitrary<KubernetesServicePlan> = fc
  .record({
    serviceName: name(32).filter((text) => text.length > 2),
    namespace: name(63),
    ownsNamespace: fc.boolean(),
    labels,
    keyDigests: fc.option(fc.constant('["secret-digest"]'), { nil: undefined }),
    workloadIdentityClientId: fc.option(clientId, { nil: undefined }),
    pullSecretName: fc.option(fc.constant("registry"), { nil: undefined }),
    exposure,
    peers: fc.array(fc.record({ namespace: name(20), podLabels: fc.option(labels, { nil: undefined }) }), {
      maxLength: 2,
    }),
    grpc: fc.option(fc.constant(grpc), { nil: undefined }),
    names: fc.uniqueArray(name(25), { minLength: 1, maxLength: 14 }),
    drafts: fc.array(version, { minLength: 14, maxLength: 14 }),
    first: count(51, 100),
    mirrored: fc.option(count(1, 100), { nil: undefined }),
  })
  .map(({ names, drafts, first, mirrored, ...plan }) => {
    const percents = shares(names.length, names.length === 1 ? 100 : first);
    const versions = names.map((versionName, index) => ({
      ...(drafts[index] ?? versionPlan()),
      name: versionName,
      trafficPercent: percents[index] ?? 0,
      isDefault: index === 0,
      ...(index > 1 && index === names.length - 1 && mirrored !== undefined ? { mirrorPercent: mirrored } : {}),
    }));
    return { ...plan, versions };
  });
