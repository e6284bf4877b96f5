import { strict as assert } from "node:assert";
import { renderAll } from "../../../components/render/kubernetes/all";
import { renderNetworkPolicy } from "../../../components/render/kubernetes/access";
import { renderGateway } from "../../../components/render/kubernetes/gateway";
import { renderGrpcRoute } from "../../../components/render/kubernetes/grpc-route";
import type { KubernetesServicePlan } from "../../../components/render/kubernetes/plan";
import { renderPod } from "../../../components/render/kubernetes/pod";
import { renderAddress, renderService } from "../../../components/render/kubernetes/service";
import { fullPlan, grpc, servicePlan, versionPlan } from "../../support/kubernetes-plan";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly envFrom: readonly object[];
  readonly securityContext: object;
  readonly [key: string]: unknown;
}

/** Does not prove: that a cluster takes it (`test/kubernetes` has the schemas), nor that the container answers (`test/runtime` does). */
describe("gRPC of a service in a cluster", () => {
  const plan = { ...fullPlan(), grpc };
  const version = versionPlan();
  const containersOf = (one: KubernetesServicePlan) =>
    renderPod(one, one.versions[0] ?? version).containers as unknown as Container[];

  it("is a container of the same image, with its own probes, less rights than none, and no secrets", () => {
    const [server, beside, ...more] = containersOf(plan);
    assert.ok(server && beside);
    assert.deepEqual(more, []);
    assert.deepEqual(
      { ...beside, securityContext: undefined },
      {
        name: "grpc",
        image: server.image,
        imagePullPolicy: "IfNotPresent",
        command: ["python", "/opt/scorestack/grpc_front.py"],
        ports: [{ name: "grpc", containerPort: 5002, protocol: "TCP" }],
        envFrom: server.envFrom.slice(0, 1),
        env: [
          { name: "HOME", value: "/tmp" },
          { name: "SCORESTACK_GRPC_HOST", value: "0.0.0.0" },
          { name: "SCORESTACK_GRPC_MAX_BYTES", value: "4194304" },
          { name: "SCORESTACK_GRPC_PORT", value: "5002" },
        ],
        resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
        startupProbe: {
          grpc: { port: 5002, service: "liveness" },
          periodSeconds: 1,
          timeoutSeconds: 2,
          failureThreshold: 60,
        },
        readinessProbe: {
          grpc: { port: 5002, service: "" },
          periodSeconds: 10,
          timeoutSeconds: 2,
          failureThreshold: 3,
          successThreshold: 1,
        },
        livenessProbe: {
          grpc: { port: 5002, service: "liveness" },
          periodSeconds: 10,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        securityContext: undefined,
      },
    );
    assert.deepEqual(beside.securityContext, server.securityContext);
  });

  it("has a port of every Service, and of the network policy", () => {
    const port = {
      name: "grpc",
      port: 8081,
      targetPort: "grpc",
      protocol: "TCP",
      appProtocol: "kubernetes.io/h2c",
    };
    const inside = servicePlan({ grpc });
    for (const service of [renderService(plan, version), renderAddress(inside)]) {
      assert.deepEqual((service?.spec as { ports: unknown[] }).ports[1], port);
    }
    const { ingress } = renderNetworkPolicy(plan).spec as { ingress: { ports: unknown }[] };
    assert.deepEqual(ingress[0]?.ports, [
      { protocol: "TCP", port: 5001 },
      { protocol: "TCP", port: 5002 },
    ]);
  });

  it("has a listener of its own, and a route that divides as that of HTTP does", () => {
    const { listeners } = renderGateway(plan)?.["spec"] as { listeners: Record<string, unknown>[] };
    const [https, own] = listeners;
    assert.deepEqual(own, {
      name: "grpc",
      protocol: "HTTPS",
      port: 8081,
      tls: https?.["tls"],
      allowedRoutes: {
        namespaces: { from: "Same" },
        kinds: [{ group: "gateway.networking.k8s.io", kind: "GRPCRoute" }],
      },
    });
    const method = { type: "Exact", service: "inference.GRPCInferenceService" };
    const backend = (name: string) => ({ group: "", kind: "Service", name: `fraud-${name}`, port: 8081 });
    const picked = (value: string) => ({
      matches: [{ method, headers: [{ type: "Exact", name: "azureml-model-deployment", value }] }],
      backendRefs: [backend(value)],
    });
    const gateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "fraud", namespace: "scoring" };
    assert.deepEqual(renderGrpcRoute(plan)?.["spec"], {
      parentRefs: [{ ...gateway, sectionName: "grpc" }],
      hostnames: ["fraud.example.com"],
      rules: [
        ...["v1", "v2", "shadow"].map(picked),
        {
          matches: [{ method }],
          filters: [{ type: "RequestMirror", requestMirror: { backendRef: backend("shadow"), percent: 20 } }],
          backendRefs: [
            { ...backend("v1"), weight: 90 },
            { ...backend("v2"), weight: 10 },
          ],
        },
      ],
    });
  });

  it("leaves no trace where it is not asked for", () => {
    assert.ok(!/grpc/i.test(JSON.stringify(renderAll(fullPlan()))));
  });
});
