import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { AksServiceArgs, KubernetesHost } from "../../components";
import { checkAksService } from "../../components/aks-service/checks";
import { planOf } from "../../components/aks-service/plan";
import { Problems } from "../../components/internal/validate";
import type { KubernetesServicePlan } from "../../components/render/kubernetes/plan";
import { value } from "../harness";
import { containerImage as image } from "../support/aci-host";
import { environment, plan, version } from "../support/aks-defaults";
import { makeCertificate } from "../support/certificates";
import { clusterHost } from "../support/kubernetes-host";

const own = makeCertificate("churn.example.com");
const bare: KubernetesHost = { ...clusterHost, gateway: undefined };
const gpuNode = {
  name: "gpu",
  cpuCores: 5.8,
  memoryInGb: 100,
  gpus: 1,
  labels: { agentpool: "gpu" },
  taints: [{ key: "sku", value: "gpu", effect: "NoSchedule" }],
} as const;
const nodeSizes = [{ name: "cpu", cpuCores: 3.8, memoryInGb: 12, gpus: 0 }, gpuNode];

/** The plan, with what is known later in place. */
async function planned(args: Partial<AksServiceArgs>): Promise<KubernetesServicePlan> {
  const problems = new Problems("");
  const all = { host: clusterHost, image, ...args };
  const checked = checkAksService(problems, "churn", all);
  assert.deepEqual(problems.lines, []);
  const keys = checked.keyed ? ["made-primary", "made-secondary"] : [];
  return await value(pulumi.output(planOf(all.host, checked, keys)));
}

const withVersion = (changes: object): KubernetesServicePlan => ({ ...plan, versions: [{ ...version, ...changes }] });
const withEnvironment = (changes: Readonly<Record<string, string>>, more: object = {}) =>
  withVersion({ ...more, environment: { ...environment, ...changes } });
const withExposure = (changes: object): KubernetesServicePlan => ({
  ...plan,
  exposure: { ...plan.exposure, ...changes },
});
const { keyDigests: _keys, ...openPlan } = plan;
const { SCORESTACK_REPLICAS: _replicas, ...withoutFellows } = environment;
const { ownsNamespace: _owns, ...rest } = plan;

/** What each argument becomes in the plan. Does not prove: what is rendered from it; `test/render/kubernetes` does. */
describe("AksService: its plan", () => {
  for (const [what, args, expected] of [
    ["nothing", {}, plan],
    ["its name", { serviceName: "churn" }, plan],
    [
      "a namespace that is there",
      { namespace: "team" },
      () => {
        const fellows = "churn-main-pods.team.svc.cluster.local:5001";
        const moved = { ...rest, ownsNamespace: false, namespace: "team" };
        const exposure = { ...plan.exposure, proxyNamespace: "team" };
        return { ...moved, exposure, versions: withEnvironment({ SCORESTACK_REPLICAS: fellows }).versions };
      },
    ],
    [
      "its size",
      { cpuCores: 2, cpuCoresLimit: 4, memoryInGb: 8, memoryInGbLimit: 16, temporaryInGb: 20 },
      withVersion({ cpuCores: 2, memoryInGb: 8, limits: { cpuCores: 4, memoryInGb: 16 }, temporaryInGb: 20 }),
    ],
    [
      "GPUs, on the nodes that have them",
      { gpuCount: 1, host: { ...clusterHost, nodeSizes } },
      withVersion({ gpus: 1, nodeSelector: gpuNode.labels, tolerations: gpuNode.taints }),
    ],
    [
      "extended resources",
      { extendedResources: { "example.com/card": 2 } },
      withVersion({ extendedResources: { "example.com/card": 2 } }),
    ],
    [
      "nodes",
      { nodePool: "gpu", host: { ...clusterHost, nodeSizes } },
      withVersion({ nodeSelector: gpuNode.labels, tolerations: gpuNode.taints }),
    ],
    [
      "a size that the nodes have",
      { cpuCores: 3.8, host: { ...clusterHost, nodeSizes } },
      withVersion({ cpuCores: 3.8 }),
    ],
    [
      "a number of replicas",
      { numReplicas: 3 },
      { ...withVersion({ replicas: { kind: "fixed", count: 3 }, environment: withoutFellows }), peers: [] },
    ],
    [
      "bounds of replicas",
      { minReplicas: 12, targetUtilization: 50 },
      withVersion({ replicas: { ...version.replicas, min: 12, max: 12, targetUtilization: 50 } }),
    ],
    ["a most of replicas", { maxReplicas: 4 }, withVersion({ replicas: { ...version.replicas, max: 4 } })],
    [
      "a cluster without KEDA",
      { host: { ...clusterHost, scaler: "cpu" } },
      {
        ...withVersion({ replicas: { ...version.replicas, measure: { by: "cpu" } }, environment: withoutFellows }),
        peers: [],
      },
    ],
    [
      "KEDA elsewhere",
      { host: { ...clusterHost, scalerNamespace: "keda" } },
      { ...plan, peers: [{ namespace: "keda" }] },
    ],
    [
      "how long a request waits",
      { maxRequestWaitTimeMs: 2000 },
      withEnvironment({ SCORESTACK_MAX_WAIT_MS: "2000" }, { maxRequestWaitTimeMs: 2000 }),
    ],
    [
      "how long a request may take",
      { scoringTimeoutMs: 400_000 },
      withEnvironment(
        { SCORING_TIMEOUT_MS: "400000", SCORESTACK_GRACEFUL_TIMEOUT_SECONDS: "405", WORKER_TIMEOUT: "460" },
        { scoringTimeoutMs: 400_000, terminationGraceSeconds: 420 },
      ),
    ],
    [
      "how much a replica does at a time",
      { workers: 2, maxBatchSize: 8 },
      withEnvironment(
        { WORKER_COUNT: "2", SCORESTACK_MAX_BATCH_SIZE: "8", SCORESTACK_MAX_LATENCY_MS: "5" },
        { maxConcurrentRequests: 16 },
      ),
    ],
    [
      "its probes",
      {
        startTimeoutSeconds: 900,
        readinessProbe: { periodSeconds: 2, successThreshold: 2 },
        livenessProbe: { timeoutSeconds: 9 },
      },
      withEnvironment(
        { WORKER_TIMEOUT: "900" },
        {
          probes: {
            startup: { ...version.probes.startup, failureThreshold: 900 },
            readiness: { ...version.probes.readiness, periodSeconds: 2, successThreshold: 2 },
            liveness: { ...version.probes.liveness, timeoutSeconds: 9 },
          },
        },
      ),
    ],
    [
      "labels beside the host's",
      { tags: { cost: "2" }, host: { ...clusterHost, labels: { team: "growth", cost: "1" } } },
      {
        ...plan,
        labels: { team: "growth", cost: "2" },
      },
    ],
    ["that no key is asked for", { authEnabled: false }, openPlan],
    [
      "a registry with a password",
      {
        host: { ...clusterHost, registry: { server: "team.example.com", pullSecretName: "team" } },
        namespace: "churn",
      },
      { ...plan, pullSecretName: "team", ownsNamespace: false },
    ],
    [
      "who may call",
      { callers: [{ namespace: "shop", podLabels: { app: "cart" } }, { namespace: "ops" }] },
      { ...plan, peers: [{ namespace: "shop", podLabels: { app: "cart" } }, { namespace: "ops" }, ...plan.peers] },
    ],
    ["a path", { pathPrefix: "/churn" }, withExposure({ pathPrefix: "/churn" })],
    [
      "a private address",
      { internal: true, addressAnnotations: { "example.com/zone": "a" } },
      withExposure({
        gateway: { className: "approuting-istio", isInternal: true, serviceAnnotations: { "example.com/zone": "a" } },
      }),
    ],
    [
      "a domain, and a certificate of one's own",
      { hostname: "churn.example.com", tls: { certPem: own.certificate, keyPem: own.key } },
      withExposure({
        hostnames: ["churn.example.com"],
        gateway: {
          className: "approuting-istio",
          isInternal: false,
          tls: { from: "pem", certificate: own.certificate, key: own.key },
        },
      }),
    ],
    [
      "a certificate that is there",
      { hostname: "churn.example.com", tls: { secretName: "wildcard" } },
      withExposure({
        hostnames: ["churn.example.com"],
        gateway: { className: "approuting-istio", isInternal: false, tls: { from: "secret", secretName: "wildcard" } },
      }),
    ],
    [
      "an issuer",
      { hostname: "churn.example.com", tls: { issuerName: "letsencrypt" } },
      withExposure({
        hostnames: ["churn.example.com"],
        gateway: {
          className: "approuting-istio",
          isInternal: false,
          tls: { from: "issuer", issuerKind: "ClusterIssuer", issuerName: "letsencrypt" },
        },
      }),
    ],
    [
      "a shared Gateway, below its domain",
      {
        host: {
          ...clusterHost,
          gateway: {
            className: "istio",
            shared: { name: "team", namespace: "gateways", hostname: "ml.example.com", hasTls: true },
          },
        },
      },
      withExposure({
        gateway: { name: "team", namespace: "gateways" },
        proxyNamespace: "gateways",
        pathPrefix: "/api/v1/service/churn",
      }),
    ],
    [
      "a shared Gateway, under a domain of its own, whose pods are elsewhere",
      {
        hostname: "churn.example.com",
        host: {
          ...clusterHost,
          gateway: {
            className: "eg",
            proxyNamespace: "envoy",
            shared: { name: "team", namespace: "gateways", hasTls: false },
          },
        },
      },
      withExposure({
        gateway: { name: "team", namespace: "gateways" },
        proxyNamespace: "envoy",
        hostnames: ["churn.example.com"],
      }),
    ],
    [
      "a load balancer",
      {
        exposure: "loadBalancer",
        port: 8080,
        allowedIpRanges: ["203.0.113.0/24"],
        internal: true,
        addressAnnotations: { "example.com/zone": "a" },
      },
      {
        ...plan,
        exposure: {
          kind: "loadBalancer",
          isInternal: true,
          port: 8080,
          allowedRanges: ["203.0.113.0/24"],
          annotations: { "example.com/zone": "a" },
        },
      },
    ],
    ["a cluster without Gateways", { host: bare }, { ...plan, exposure: { kind: "cluster", port: 80 } }],
    [
      "variables, those that are known later among the secret ones",
      { environmentVariables: { LEVEL: "debug", TOKEN: pulumi.secret("hunter2") } },
      withEnvironment({ LEVEL: "debug" }, { secretEnvironment: { TOKEN: "hunter2" } }),
    ],
    [
      "reports",
      {
        appInsightsEnabled: true,
        dataCollectionEnabled: true,
        host: { ...clusterHost, insightsConnectionString: "InstrumentationKey=12345678-1234-4234-8234-123456789012" },
      },
      withEnvironment(
        {
          AML_APP_INSIGHTS_ENABLED: "true",
          AML_MDC_STORAGE_ENABLED: "true",
          APP_INSIGHTS_LOG_RESPONSE_ENABLED: "false",
        },
        {
          secretEnvironment: {
            AML_APP_INSIGHTS_KEY: "12345678-1234-4234-8234-123456789012",
            APPLICATIONINSIGHTS_CONNECTION_STRING: "InstrumentationKey=12345678-1234-4234-8234-123456789012",
          },
        },
      ),
    ],
    [
      "an identity",
      {
        host: {
          ...clusterHost,
          workloadIdentity: { oidcIssuerUrl: "https://issuer", identityId: "/id", clientId: "client" },
        },
      },
      { ...plan, workloadIdentityClientId: "client" },
    ],
    [
      "no identity, where the host has one",
      {
        workloadIdentityEnabled: false,
        host: {
          ...clusterHost,
          workloadIdentity: { oidcIssuerUrl: "https://issuer", identityId: "/id", clientId: "client" },
        },
      },
      plan,
    ],
  ] as readonly (readonly [string, Partial<AksServiceArgs>, KubernetesServicePlan | (() => KubernetesServicePlan)])[]) {
    it(`is told ${what}`, async () => {
      assert.deepEqual(await planned(args), typeof expected === "function" ? expected() : expected);
    });
  }

  it("has versions, each of which may say what the service says for all", async () => {
    const { versions } = await planned({
      image: undefined,
      minReplicas: 2,
      cpuCores: 1,
      environmentVariables: { LEVEL: "info", REGION: "eu" },
      versions: {
        blue: { image, trafficPercent: 90 },
        green: { image, trafficPercent: 10, numReplicas: 1, memoryInGb: 2, environmentVariables: { LEVEL: "debug" } },
      },
      defaultVersion: "blue",
    });
    const blue = { ...environment, LEVEL: "info", REGION: "eu" };
    const pods = (name: string): string => environment.SCORESTACK_REPLICAS.replace("main", name);
    assert.deepEqual(versions, [
      {
        ...version,
        name: "blue",
        trafficPercent: 90,
        cpuCores: 1,
        replicas: { ...version.replicas, min: 2 },
        environment: { ...blue, SCORESTACK_REPLICAS: pods("blue") },
      },
      {
        ...version,
        name: "green",
        trafficPercent: 10,
        isDefault: false,
        cpuCores: 1,
        memoryInGb: 2,
        limits: { memoryInGb: 2 },
        replicas: { kind: "fixed", count: 1 },
        environment: { ...withoutFellows, LEVEL: "debug", REGION: "eu" },
      },
    ]);
  });
});
