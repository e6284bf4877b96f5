import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { renderConfiguration, renderKeys, renderSecrets } from "../../../components/render/kubernetes/configuration";
import { renderDeployment, renderDisruptionBudget } from "../../../components/render/kubernetes/deployment";
import type { KubernetesServicePlan, VersionPlan } from "../../../components/render/kubernetes/plan";
import { value } from "../../harness";
import { fullPlan, servicePlan, versionPlan } from "../../support/kubernetes-plan";

const selector = { "scorestack/service": "fraud", "scorestack/version": "v1" };
const labels = { "app.kubernetes.io/name": "fraud", "app.kubernetes.io/managed-by": "scorestack", ...selector };
const metadata = { name: "fraud-v1", namespace: "scoring", labels };
const probe = {
  httpGet: { path: "/", port: "http", scheme: "HTTP" },
  periodSeconds: 10,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
};

/** Whole objects. Does not prove: that a cluster takes them (`test/kubernetes`), or that AksService makes them. */
describe("the pods of a service", () => {
  it("of the least that a service may be", () => {
    const plan = servicePlan();
    assert.deepEqual(renderDeployment(plan, versionPlan()), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 2,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 900,
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
        template: {
          metadata: { labels, annotations: { "scorestack/image-identity": "b".repeat(64) } },
          spec: {
            serviceAccountName: "fraud",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 10001,
              runAsGroup: 10001,
              fsGroup: 10001,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            terminationGracePeriodSeconds: 80,
            topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: selector },
              matchLabelKeys: ["pod-template-hash"],
            })),
            containers: [
              {
                name: "server",
                image: `registry.test/fraud@sha256:${"a".repeat(64)}`,
                imagePullPolicy: "IfNotPresent",
                ports: [{ name: "http", containerPort: 5001, protocol: "TCP" }],
                envFrom: [{ configMapRef: { name: nameOf(renderConfiguration(plan, versionPlan())) } }],
                env: [{ name: "HOME", value: "/tmp" }],
                resources: { requests: { cpu: "500m", memory: "1536Mi" }, limits: { cpu: "1", memory: "2Gi" } },
                startupProbe: { ...probe, failureThreshold: 30 },
                readinessProbe: probe,
                livenessProbe: probe,
                lifecycle: { preStop: { sleep: { seconds: 10 } } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [{ name: "temporary", mountPath: "/tmp" }],
              },
            ],
            volumes: [{ name: "temporary", emptyDir: { sizeLimit: "1Gi" } }],
          },
        },
      },
    });
  });

  it("with keys, secrets, an identity and a Secret to pull with", () => {
    const [plan, version] = planAnd(0);
    const { template, replicas } = specOf(plan, version);
    assert.equal(replicas, undefined);
    assert.equal(template.metadata.labels["azure.workload.identity/use"], "true");
    assert.deepEqual(template.spec.imagePullSecrets, [{ name: "registry" }]);
    const [server] = template.spec.containers;
    assert.deepEqual(server?.envFrom, [
      { configMapRef: { name: nameOf(renderConfiguration(plan, version)) } },
      { secretRef: { name: nameOf(renderSecrets(plan, version)) } },
    ]);
    assert.deepEqual(server.env, [
      { name: "HOME", value: "/tmp" },
      { name: "SCORESTACK_KEYS_FILE", value: "/mnt/scorestack/keys.json" },
    ]);
    assert.deepEqual(server.volumeMounts, [
      { name: "temporary", mountPath: "/tmp" },
      { name: "service-keys", mountPath: "/mnt/scorestack", readOnly: true },
    ]);
    assert.deepEqual(template.spec.volumes, [
      { name: "temporary", emptyDir: { sizeLimit: "1Gi" } },
      { name: "service-keys", secret: { secretName: nameOf(renderKeys(plan)), defaultMode: 0o440 } },
    ]);
  });

  it("with GPUs, on nodes of their own, with a folder to write to", () => {
    const [plan, version] = planAnd(1);
    const { template, strategy } = specOf(plan, version);
    assert.deepEqual(strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
    assert.deepEqual(template.spec.nodeSelector, { "kubernetes.azure.com/agentpool": "gpu" });
    assert.deepEqual(template.spec.tolerations, [
      { key: "sku", effect: "NoSchedule", operator: "Equal", value: "gpu" },
    ]);
    const [server] = template.spec.containers;
    assert.deepEqual(server?.resources, {
      requests: { cpu: "500m", memory: "1536Mi", "nvidia.com/gpu": "1" },
      limits: { cpu: "1", memory: "2Gi", "nvidia.com/gpu": "1" },
    });
    assert.deepEqual(server.volumeMounts[1], { name: "writable-1", mountPath: "/var/cache/models" });
    assert.deepEqual(template.spec.volumes[1], { name: "writable-1", emptyDir: { sizeLimit: "1Gi" } });
  });

  it("may use whatever CPU is idle where no limit is set, and wait for nobody where nothing is to be drained", () => {
    const version = versionPlan({ limits: { memoryInGb: 1.5 }, preStopSeconds: 0 });
    const [server] = specOf(servicePlan(), version).template.spec.containers;
    assert.deepEqual(server?.resources.limits, { memory: "1536Mi" });
    assert.equal("lifecycle" in server, false);
  });

  it("are drained from nodes one at a time", () => {
    assert.deepEqual(renderDisruptionBudget(servicePlan(), versionPlan()), {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector },
      },
    });
  });

  it("are configured by objects that are named after what they hold", () => {
    const [plan, version] = planAnd(0);
    const common = { namespace: "scoring", labels: { team: "risk", ...labels } };
    const [config, secrets, keys] = [
      renderConfiguration(plan, version),
      renderSecrets(plan, version),
      renderKeys(plan),
    ];
    assert.deepEqual(config, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: nameOf(config), ...common },
      immutable: true,
      data: { SERVICE_NAME: "fraud", WORKER_COUNT: "1" },
    });
    assert.deepEqual(secrets, {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: nameOf(secrets), ...common },
      immutable: true,
      data: { TOKEN: Buffer.from("secret-token").toString("base64") },
    });
    assert.deepEqual(keys?.data, { "keys.json": Buffer.from('["digest"]').toString("base64") });
    assert.match(nameOf(config), /^fraud-v1-config-[0-9a-f]{10}$/);
    assert.match(nameOf(secrets), /^fraud-v1-secrets-[0-9a-f]{10}$/);
    assert.match(nameOf(keys), /^fraud-keys-[0-9a-f]{10}$/);
  });

  it("roll when what configures them changes, and only then", () => {
    const [plan, version] = planAnd(0);
    const template = (changedPlan: object, changedVersion: object): string =>
      JSON.stringify(specOf({ ...plan, ...changedPlan }, { ...version, ...changedVersion }).template);
    const before = template({}, {});
    assert.equal(template({}, { environment: { WORKER_COUNT: "1", SERVICE_NAME: "fraud" } }), before);
    assert.equal(template({}, { trafficPercent: 50 }), before);
    for (const [changedPlan, changedVersion] of [
      [{ keyDigests: '["other"]' }, {}],
      [{}, { environment: { WORKER_COUNT: "2" } }],
      [{}, { secretEnvironment: { TOKEN: "other" } }],
      [{}, { imageRef: `registry.test/fraud@sha256:${"c".repeat(64)}` }],
    ] as const) {
      assert.notEqual(template(changedPlan, changedVersion), before);
    }
  });

  it("keep digests secret that are only known later, and not the name that is made of them", async () => {
    const plan = servicePlan({ keyDigests: pulumi.secret('["digest"]') });
    const keys = renderKeys(plan);
    const name = pulumi.output(keys?.metadata).apply((known) => known?.name);
    assert.equal(await value(name), nameOf(renderKeys(servicePlan({ keyDigests: '["digest"]' }))));
    assert.deepEqual(await Promise.all([pulumi.isSecret(name), pulumi.isSecret(pulumi.output(keys?.data))]), [
      false,
      true,
    ]);
  });
});

function planAnd(index: number): [KubernetesServicePlan, VersionPlan] {
  const plan = fullPlan();
  const version = plan.versions[index];
  assert.ok(version);
  return [plan, version];
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly strategy: { readonly rollingUpdate: unknown };
  readonly template: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: Record<string, unknown> & {
      readonly volumes: readonly unknown[];
      readonly containers: readonly {
        readonly envFrom: unknown;
        readonly env: unknown;
        readonly resources: { readonly limits: unknown };
        readonly volumeMounts: readonly unknown[];
      }[];
    };
  };
}

function specOf(plan: KubernetesServicePlan, version: VersionPlan): DeploymentSpec {
  return renderDeployment(plan, version).spec as unknown as DeploymentSpec;
}

function nameOf(object: unknown): string {
  return (object as { metadata: { name: string } }).metadata.name;
}
