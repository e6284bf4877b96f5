import { strict as assert } from "node:assert";
import {
  renderNamespace,
  renderNetworkPolicy,
  renderServiceAccount,
} from "../../../components/render/kubernetes/access";
import { renderAll } from "../../../components/render/kubernetes/all";
import { certificateName, renderCertificate } from "../../../components/render/kubernetes/configuration";
import { renderGateway } from "../../../components/render/kubernetes/gateway";
import type { Exposure, GatewayExposure } from "../../../components/render/kubernetes/plan";
import { byteQuantity, cpuQuantity, gatewayDuration } from "../../../components/render/kubernetes/quantities";
import { renderRoute } from "../../../components/render/kubernetes/route";
import { renderAutoscaler, renderScaledObject } from "../../../components/render/kubernetes/scaler";
import { renderAddress, renderReplicasService, renderService } from "../../../components/render/kubernetes/service";
import { byRequests, fullPlan, servicePlan, versionPlan } from "../../support/kubernetes-plan";

const own = { "scorestack/service": "fraud" };
const ours = { "app.kubernetes.io/name": "fraud", "app.kubernetes.io/managed-by": "scorestack" };
const metadata = { name: "fraud", namespace: "scoring", labels: { ...ours, ...own } };
const selector = { ...own, "scorestack/version": "v1" };
const versionMetadata = { name: "fraud-v1", namespace: "scoring", labels: { ...ours, ...selector } };
const port = { name: "http", port: 80, targetPort: "http", protocol: "TCP" };
const gatewayOf = (given: Partial<GatewayExposure> = {}): GatewayExposure => ({
  kind: "gateway",
  gateway: { name: "shared", namespace: "gateways", sectionName: "https" },
  proxyNamespace: "gateways",
  hostnames: [],
  pathPrefix: "/",
  hiddenPaths: [],
  ...given,
});
const root = { path: { type: "PathPrefix", value: "/" } };
const to = (name: string) => ({ group: "", kind: "Service", name, port: 80 });
const named = (version: string) => [{ type: "Exact", name: "azureml-model-deployment", value: version }];

/** Whole objects. Does not prove: that a gateway or KEDA does as they say. */
describe("the traffic of a service in a cluster", () => {
  it("goes to a version by its Service", () => {
    assert.deepEqual(renderService(servicePlan(), versionPlan()), {
      apiVersion: "v1",
      kind: "Service",
      metadata: versionMetadata,
      spec: { type: "ClusterIP", selector, ports: [port] },
    });
  });

  it("goes to the default version where there is no gateway", () => {
    const versions = [versionPlan({ name: "v0", isDefault: false }), versionPlan()];
    const plan = (exposure: Exposure) => servicePlan({ versions, exposure });
    assert.deepEqual(renderAddress(plan({ kind: "cluster", port: 8080 })), {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", selector, ports: [{ ...port, port: 8080 }] },
    });
    const annotations = { "service.beta.kubernetes.io/azure-dns-label-name": "fraud" };
    const balancer = { kind: "loadBalancer", isInternal: true, port: 80, allowedRanges: ["10.1.0.0/16"] } as const;
    assert.deepEqual(renderAddress(plan({ ...balancer, annotations })), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...metadata,
        annotations: { ...annotations, "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
      },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        loadBalancerSourceRanges: ["10.1.0.0/16"],
        selector,
        ports: [port],
      },
    });
    assert.equal(renderAddress(plan(gatewayOf())), undefined);
  });

  it("is divided by a route, and a caller may pick a version", () => {
    assert.deepEqual(renderRoute({ ...fullPlan(), labels: {} }), {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata,
      spec: {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "fraud", namespace: "scoring" }],
        hostnames: ["fraud.example.com"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/metrics" } }],
            filters: [
              { type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/not-found" } } },
            ],
            backendRefs: [to("fraud-v1")],
          },
          ...["v1", "v2", "shadow"].map((version) => ({
            matches: [{ ...root, headers: named(version) }],
            backendRefs: [to(`fraud-${version}`)],
            timeouts: { request: "1m5s500ms" },
          })),
          {
            matches: [root],
            filters: [{ type: "RequestMirror", requestMirror: { backendRef: to("fraud-shadow"), percent: 20 } }],
            backendRefs: [
              { ...to("fraud-v1"), weight: 90 },
              { ...to("fraud-v2"), weight: 10 },
            ],
            timeouts: { request: "1m5s500ms" },
          },
        ],
      },
    });
  });

  it("below a path of a shared gateway loses that path on the way", () => {
    const exposure = gatewayOf({ pathPrefix: "/api/v1/service/fraud", hiddenPaths: ["/metrics"] });
    const spec = renderRoute(servicePlan({ exposure }))?.spec;
    assert.deepEqual(spec?.["parentRefs"], [
      {
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        name: "shared",
        namespace: "gateways",
        sectionName: "https",
      },
    ]);
    assert.equal("hostnames" in spec, false);
    const [hidden, picked, divided] = spec["rules"] as Record<string, unknown>[];
    const cut = { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } };
    assert.deepEqual(hidden?.["matches"], [{ path: { type: "PathPrefix", value: "/api/v1/service/fraud/metrics" } }]);
    assert.deepEqual(picked?.["filters"], [cut]);
    assert.deepEqual(divided?.["filters"], [cut]);
  });

  it("is copied whole by a mirror of 100 %, as every version of the Gateway API can", () => {
    const mirror = versionPlan({ name: "v2", trafficPercent: 0, isDefault: false, mirrorPercent: 100 });
    const plan = servicePlan({ versions: [versionPlan(), mirror], exposure: gatewayOf() });
    const rule = (renderRoute(plan)?.spec["rules"] as Record<string, unknown>[]).at(-1);
    assert.deepEqual(rule?.["filters"], [{ type: "RequestMirror", requestMirror: { backendRef: to("fraud-v2") } }]);
  });

  it("arrives at a gateway of the service's own, with TLS and nothing beside it", () => {
    const plan = { ...fullPlan(), labels: {} };
    assert.deepEqual(renderGateway(plan), {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata,
      spec: {
        gatewayClassName: "approuting-istio",
        infrastructure: { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
        listeners: [
          {
            name: "fraud.example.com",
            hostname: "fraud.example.com",
            protocol: "HTTPS",
            port: 443,
            tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: certificateName(plan) }] },
            allowedRoutes: { namespaces: { from: "Same" } },
          },
        ],
      },
    });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    assert.deepEqual(renderCertificate(plan), {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: { ...metadata, name: certificateName(plan) },
      immutable: true,
      data: { "tls.crt": base64("certificate"), "tls.key": base64("secret-key") },
    });
  });

  it("arrives with a certificate of cert-manager's, of the namespace's, or with none", () => {
    const gateway = { className: "istio", isInternal: false };
    const issuer = { from: "issuer", issuerKind: "ClusterIssuer", issuerName: "letsencrypt" } as const;
    const secret = { from: "secret", secretName: "given" } as const;
    const [issued, given, bare] = [issuer, secret, undefined].map((tls) =>
      servicePlan({ exposure: gatewayOf({ gateway: { ...gateway, tls }, hostnames: tls ? ["*.example.com"] : [] }) }),
    );
    assert.ok(issued && given && bare);
    assert.deepEqual(renderGateway(issued)?.metadata.annotations, { "cert-manager.io/cluster-issuer": "letsencrypt" });
    assert.deepEqual([certificateName(issued), renderCertificate(issued)], ["fraud-tls", undefined]);
    assert.deepEqual([certificateName(given), renderCertificate(given)], ["given", undefined]);
    const [listener] = renderGateway(given)?.spec["listeners"] as Record<string, unknown>[];
    assert.equal(listener?.["name"], "any.example.com");
    assert.deepEqual(renderGateway(bare)?.spec, {
      gatewayClassName: "istio",
      listeners: [{ name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } }],
    });
    assert.equal(renderGateway(servicePlan({ exposure: gatewayOf() })), undefined);
  });
});

const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [{ type: "Pods", value: 10, periodSeconds: 15 }],
  },
  scaleDown: {
    stabilizationWindowSeconds: 60,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  },
};

describe("the number of a version's replicas", () => {
  it("follows the requests in hand, which one replica tells of all", () => {
    const version = versionPlan({ replicas: byRequests, maxConcurrentRequests: 4 });
    assert.deepEqual(renderScaledObject(servicePlan(), version), {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: versionMetadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "fraud-v1" },
        minReplicaCount: 1,
        maxReplicaCount: 10,
        advanced: { horizontalPodAutoscalerConfig: { behavior } },
        triggers: [
          {
            type: "metrics-api",
            metricType: "AverageValue",
            metadata: {
              url: "http://fraud-v1.scoring.svc:80/metrics/all",
              format: "json",
              valueLocation: "requests",
              targetValue: "2.8",
            },
          },
        ],
      },
    });
    assert.equal(renderAutoscaler(servicePlan(), version), undefined);
    assert.deepEqual(renderReplicasService(servicePlan(), version), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...versionMetadata, name: "fraud-v1-pods" },
      spec: { type: "ClusterIP", clusterIP: "None", selector, ports: [port] },
    });
  });

  it("follows CPU where a cluster knows nothing else", () => {
    const replicas = { ...byRequests, measure: { by: "cpu" } } as const;
    assert.deepEqual(renderAutoscaler(servicePlan(), versionPlan({ replicas })), {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: versionMetadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "fraud-v1" },
        minReplicas: 1,
        maxReplicas: 10,
        behavior,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ],
      },
    });
    assert.equal(renderScaledObject(servicePlan(), versionPlan({ replicas })), undefined);
    assert.equal(renderReplicasService(servicePlan(), versionPlan({ replicas })), undefined);
  });
});

describe("the rights of a service in a cluster", () => {
  it("are those of an account that the API server gives no token", () => {
    assert.deepEqual(renderServiceAccount(servicePlan({ workloadIdentityClientId: "client" })), {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { ...metadata, annotations: { "azure.workload.identity/client-id": "client" } },
      automountServiceAccountToken: false,
    });
    assert.deepEqual(renderServiceAccount(servicePlan()).metadata, metadata);
  });

  it("are to be called by the gateway, by peers and, where one replica answers for all, by each other", () => {
    const peers = [{ namespace: "batch" }, { namespace: "keda", podLabels: { app: "keda-operator" } }];
    const plan = servicePlan({ exposure: gatewayOf(), peers, versions: [versionPlan({ replicas: byRequests })] });
    const inNamespace = (name: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    });
    assert.deepEqual(renderNetworkPolicy(plan), {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: {
        podSelector: { matchLabels: own },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              inNamespace("gateways"),
              inNamespace("batch"),
              { ...inNamespace("keda"), podSelector: { matchLabels: { app: "keda-operator" } } },
              { podSelector: { matchLabels: own } },
            ],
            ports: [{ protocol: "TCP", port: 5001 }],
          },
        ],
      },
    });
  });

  it("are to be called by nobody, by ranges, or by all who reach the load balancer", () => {
    const balancer = { kind: "loadBalancer", isInternal: false, port: 80 } as const;
    const ingress = (exposure: Exposure) =>
      (renderNetworkPolicy(servicePlan({ exposure })).spec as { ingress?: unknown }).ingress;
    const ports = [{ protocol: "TCP", port: 5001 }];
    assert.deepEqual(ingress({ kind: "cluster", port: 80 }), undefined);
    assert.deepEqual(ingress({ ...balancer, allowedRanges: [] }), [{ ports }]);
    assert.deepEqual(ingress({ ...balancer, allowedRanges: ["10.1.0.0/16"] }), [
      { from: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports },
    ]);
  });

  it("are restricted in a namespace of its own", () => {
    assert.deepEqual(renderNamespace(servicePlan({ ownsNamespace: true, labels: { team: "risk" } })), {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "scoring",
        labels: {
          team: "risk",
          "app.kubernetes.io/managed-by": "scorestack",
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
    assert.equal(renderNamespace(servicePlan()), undefined);
  });
});

describe("all objects of a service", () => {
  it("come in order, each with its role and version", () => {
    const roles = renderAll(fullPlan()).map(({ role, version }) => [role, version].filter(Boolean).join(" "));
    assert.deepEqual(roles, [
      ...["namespace", "account", "network", "keys", "certificate", "gateway"],
      ...["config v1", "secrets v1", "deployment v1", "service v1", "replicas v1", "budget v1", "scaler v1"],
      ...["config v2", "deployment v2", "service v2", "budget v2", "autoscaler v2"],
      ...["config shadow", "deployment shadow", "service shadow", "budget shadow"],
      "route",
    ]);
    assert.deepEqual(
      renderAll(servicePlan()).map(({ role }) => role),
      ["account", "network", "config", "deployment", "service", "budget", "address"],
    );
  });
});

describe("quantities", () => {
  it("are written as the API server writes them", () => {
    assert.deepEqual([0.1, 0.5, 1, 1.5, 0.0001].map(cpuQuantity), ["100m", "500m", "1", "1500m", "1m"]);
    assert.deepEqual([0.5, 1, 1.5, 3.7].map(byteQuantity), ["512Mi", "1Gi", "1536Mi", "3789Mi"]);
    assert.deepEqual([0, 500, 60_000, 65_500, 3_600_000].map(gatewayDuration), [
      ...["0s", "500ms", "1m", "1m5s500ms", "60m"],
    ]);
  });
});
