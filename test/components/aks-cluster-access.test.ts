import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AksCluster, type AksClusterArgs, KubernetesCluster, type KubernetesClusterArgs } from "../../components";
import { armId } from "../azure-mocks";
import { only, runProgram, value } from "../harness";
import { takeRejections } from "../rejections";
import { aksHost, kubeconfig } from "../support/aks-host";
import { inputs, lines, listed } from "../support/azure-run";
import { makeCertificate } from "../support/certificates";

const make = (args: Partial<AksClusterArgs> = {}) =>
  runProgram(() => new AksCluster("prod", { host: aksHost, ...args }));
const existing = { cluster: "theirs" };

/** Does not prove: that anything logs in with these. */
describe("access to clusters", () => {
  it("is secret, and stays so when certificates change", async () => {
    const run = await make({ apiServer: "public" });
    const provider = only(run, "pulumi:providers:kubernetes");
    assert.deepEqual(provider.secrets, ["kubeconfig"]);
    assert.match(String(provider.inputs["clusterIdentifier"]), /managedClusters\/scorestack-local-prod$/);
    assert.equal(await pulumi.isSecret(run.result.kubeconfig), true);
  });

  it("is by administrators' certificate with Entra, and by kubelogin without local accounts", async () => {
    const byCertificate = await make({ apiServer: "public", entra: {} });
    assert.match(await value(byCertificate.result.kubeconfig), /canary-scorestack-local-prod/);
    assert.deepEqual(inputs(byCertificate, "containerservice:ManagedCluster")["aadProfile"], {
      managed: true,
      enableAzureRBAC: true,
      adminGroupObjectIDs: [],
    });
    const entra = { disableLocalAccounts: true, login: "workloadidentity" } as const;
    const byToken = await make({ apiServer: "public", entra });
    assert.equal(inputs(byToken, "containerservice:ManagedCluster")["disableLocalAccounts"], true);
    const text = await value(byToken.result.kubeconfig);
    assert.match(
      text,
      /command: kubelogin\n\s+args:\n\s+- get-token\n\s+- --server-id\n\s+- server\n\s+- --login\n\s+- workloadidentity\n/,
    );
    assert.doesNotMatch(text, /devicecode/);
  });

  it("of a cluster of the user's makes a provider and a role, and changes nothing else", async () => {
    const run = await make({ existing: { ...existing, gatewayClassName: "istio", vmSize: "Standard_D4s_v5" } });
    assert.deepEqual(
      listed(run),
      lines("authorization:RoleAssignment prod-pull\npulumi:providers:kubernetes prod-kubernetes"),
    );
    assert.equal(inputs(run, "authorization:RoleAssignment")["principalId"], "kubelet-of-theirs");
    const { gateway, scaler, workloadIdentity, nodeSizes } = run.result;
    assert.deepEqual([gateway, scaler, workloadIdentity], [{ className: "istio" }, "cpu", undefined]);
    assert.deepEqual(nodeSizes, [{ name: "nodes", cpuCores: 3.86, memoryInGb: 13.7, gpus: 0, taints: [] }]);
    assert.equal(await value(run.result.kubernetesVersion), "1.36.2");
    const other = await make({
      existing: { cluster: armId("ops", "Microsoft.ContainerService/managedClusters", "theirs"), credentials: "admin" },
    });
    assert.equal(
      await value(other.result.clusterId),
      armId("ops", "Microsoft.ContainerService/managedClusters", "theirs"),
    );
    assert.match(await value(other.result.kubeconfig), /canary-theirs/);
  });

  it("to one that is not what was said of it goes nowhere", async () => {
    await assert.rejects(make({ existing: { ...existing, keda: true, workloadIdentity: true } }));
    const text = (await takeRejections()).join("\n");
    assert.match(
      text,
      /'existing.keda' must be left out, as 'theirs' does not have the KEDA add-on, got true; az aks update --name theirs --enable-keda turns it on\n'existing.workloadIdentity' must be left out/,
    );
  });

  it("to one with Kubernetes below 1.12 is refused, as in 2019", async () => {
    await assert.rejects(make({ existing: { cluster: "ancient" } }));
    assert.deepEqual(await takeRejections(), ["'existing.cluster' must run Kubernetes 1.12 or later, got '1.11.5'"]);
  });

  it("shares one gateway with a certificate of the user's own, whose key is secret", async () => {
    const { certificate, key } = makeCertificate("models.example.com");
    const run = await make({
      apiServer: "public",
      tls: { certPem: certificate, keyPem: key, cname: "models.example.com" },
    });
    const namespace = "scorestack-local-prod-gateway";
    assert.deepEqual(run.result.gateway?.shared?.hasTls, true);
    const secret = only(run, "kubernetes:core/v1:Secret");
    assert.deepEqual(secret.inputs["metadata"], { name: "services-tls", namespace });
    assert.ok(secret.secrets.some((path) => path.startsWith("stringData")));
    const gateway = only(run, "kubernetes:gateway.networking.k8s.io/v1:Gateway");
    assert.deepEqual(gateway.inputs["spec"], {
      gatewayClassName: "approuting-istio",
      listeners: [
        {
          name: "https",
          hostname: "models.example.com",
          port: 443,
          protocol: "HTTPS",
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "services-tls" }] },
          allowedRoutes: { namespaces: { from: "All" } },
        },
      ],
    });
    const [own] = run.resources;
    assert.deepEqual(own?.secrets, ["tls"]);
  });

  it("has a certificate issued for a name of Azure's", async () => {
    const run = await make({
      apiServer: "public",
      tls: { leafDomainLabel: "team-models", clusterIssuer: "letsencrypt" },
    });
    const { metadata, spec } = only(run, "kubernetes:gateway.networking.k8s.io/v1:Gateway").inputs as {
      metadata: { annotations: unknown };
      spec: { infrastructure: unknown; listeners: { name: string; hostname: string }[] };
    };
    assert.deepEqual(metadata.annotations, { "cert-manager.io/cluster-issuer": "letsencrypt" });
    assert.deepEqual(spec.infrastructure, {
      annotations: { "service.beta.kubernetes.io/azure-dns-label-name": "team-models" },
    });
    assert.deepEqual(
      spec.listeners.map(({ name, hostname }) => [name, hostname]),
      [
        ["http", "team-models.westeurope.cloudapp.azure.com"],
        ["https", "team-models.westeurope.cloudapp.azure.com"],
      ],
    );
  });
});

const any = (args: Partial<KubernetesClusterArgs> = {}) =>
  runProgram(() => new KubernetesCluster("home", { kubeconfig, ...args }));

describe("KubernetesCluster", () => {
  it("makes a provider of a kubeconfig, with the context that was named, secretly", async () => {
    const run = await any({ context: "two" });
    assert.deepEqual(listed(run), ["pulumi:providers:kubernetes home-kubernetes"]);
    const { inputs: given, secrets } = only(run, "pulumi:providers:kubernetes");
    assert.match(String(given["kubeconfig"]), /^current-context: two$/m);
    assert.deepEqual(secrets, ["kubeconfig"]);
    assert.deepEqual(run.resources[0]?.secrets, ["kubeconfig"]);
    const { scaler, gateway, registry, nodeSizes, ready } = run.result;
    assert.deepEqual([scaler, gateway, registry, nodeSizes, ready], ["none", undefined, undefined, undefined, []]);
  });

  it("keeps a registry's login in the namespace of the services", async () => {
    const registry = { server: "ghcr.io", username: "me", password: "canary-4711-token", namespace: "models" };
    const run = await any({ registry });
    const secret = only(run, "kubernetes:core/v1:Secret");
    assert.deepEqual(secret.inputs["metadata"], { name: "home-pull", namespace: "models" });
    const { ".dockerconfigjson": login } = secret.inputs["stringData"] as Record<string, string>;
    assert.deepEqual(JSON.parse(login ?? ""), {
      auths: { "ghcr.io": { username: "me", password: "canary-4711-token", auth: "bWU6Y2FuYXJ5LTQ3MTEtdG9rZW4=" } },
    });
    assert.deepEqual(run.result.registry, { server: "ghcr.io", pullSecretName: "home-pull" });
    assert.deepEqual(run.resources[0]?.secrets, ["kubeconfig", "registry"]);
  });

  it("pulls with what the nodes have where there is no login", async () => {
    const run = await any({ registry: { server: "ghcr.io" } });
    assert.deepEqual([run.result.registry, run.result.ready], [{ server: "ghcr.io" }, []]);
  });
});
