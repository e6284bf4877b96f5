import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AksCluster, KubernetesCluster } from "../../components";
import { runProgram } from "../harness";
import { refused } from "../support/refused";
import { aksHost, aksIds, kubeconfig } from "../support/aks-host";
import { makeCertificate } from "../support/certificates";

/** What a user gets wrong, beside `host`, and the whole error. */
type Row = readonly [args: Readonly<Record<string, unknown>>, error: string];

const gpu = { vmSize: "Standard_NC4as_T4_v3" };
const six = {
  ...{ vnetResourceGroupName: "team", vnetName: "net", subnetName: "nodes" },
  ...{ serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.1.0.10", dockerBridgeCidr: "172.17.0.1/16" },
};
const { certificate, key } = makeCertificate("models.example.com");
const other = makeCertificate("models.example.com");
const window = { day: "Sunday", startTime: "02:00" };

const rows: readonly Row[] = [
  [
    { host: { ...aksHost, registryId: undefined } },
    "'host.registryId' must be given, as the nodes get the right to pull from it; or say 'assignRoles: false', where the nodes may pull from the registry already",
  ],
  [
    { clusterName: "-prod" },
    "'clusterName' must be 1 to 63 letters, digits, dashes and underscores, a letter or digit first and last, got '-prod'",
  ],
  [{ clusterPurpose: "prod" }, "'clusterPurpose' must be 'fast-prod' or 'dev-test', got 'prod'"],
  [
    { agentCount: 2 },
    "'agentCount' times the vCPUs of 'vmSize' must be at least 12, got 2 × 4 (Standard_D4s_v5) = 8; 3 nodes of that size do, or 'clusterPurpose: \"dev-test\"'",
  ],
  [
    { vmSize: "Standard_D3_v2", agentCount: 2 },
    "'agentCount' times the vCPUs of 'vmSize' must be at least 12, got 2 × 4 (Standard_D3_v2) = 8; 3 nodes of that size do, or 'clusterPurpose: \"dev-test\"'",
  ],
  [
    { autoscale: { minCount: 1, maxCount: 9 } },
    "'autoscale.minCount' times the vCPUs of 'vmSize' must be at least 12, got 1 × 4 (Standard_D4s_v5) = 4; 3 nodes of that size do, or 'clusterPurpose: \"dev-test\"'",
  ],
  [
    { agentCount: 3, autoscale: { minCount: 3, maxCount: 9 } },
    "'agentCount' must be left out with 'autoscale', got 3; the autoscaler decides then",
  ],
  [
    { autoscale: { minCount: 9, maxCount: 3 } },
    "'autoscale.minCount' must be at most 'autoscale.maxCount', got 9 and 3",
  ],
  [{ agentCount: 1001 }, "'agentCount' must be an integer from 1 to 1000, got 1001"],
  [
    { vmSize: "D4s_v5", clusterPurpose: "dev-test" },
    "'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'D4s_v5'",
  ],
  [
    { vmSize: "Standard_NC6s_v3" },
    "'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'Standard_NC6s_v3'; retired on 2025-09-30",
  ],
  [{ zones: ["1", "4"] }, "'zones' must be one or more of '1', '2' and '3', each once, got [\"1\",\"4\"]"],
  [{ systemPool: { count: 1 } }, "'systemPool.count' must be an integer from 2 to 100, got 1"],
  [
    { systemPool: { vmSize: "Standard_D2s_v5" } },
    "'systemPool.vmSize' must have at least 4 vCPUs and 4 GB, and be none of the series B, got 'Standard_D2s_v5'",
  ],
  [
    { systemPool: { vmSize: "Standard_B4ms" } },
    "'systemPool.vmSize' must have at least 4 vCPUs and 4 GB, and be none of the series B, got 'Standard_B4ms'",
  ],
  [
    { pools: { agents: gpu } },
    "'pools.agents' must be named in 1 to 6 lower-case letters, other than 'agents' and 'system', got 'agents'",
  ],
  [{ pools: { gpu: { ...gpu, count: -1 } } }, "'pools.gpu.count' must be an integer from 0 to 1000, got -1"],
  [
    { pools: { gpu: { ...gpu, count: 1, autoscale: { minCount: 0, maxCount: 2 } } } },
    "'pools.gpu.count' must be left out with 'pools.gpu.autoscale', got 1; the autoscaler decides then",
  ],
  [
    { pools: { gpu: { ...gpu, mode: "System", spot: true } } },
    "'pools.gpu.spot' must be left out of a pool of the mode 'System'; Azure takes nodes back",
  ],
  [
    { pools: { gpu: { ...gpu, mode: "System", maxPods: 20 } } },
    "'pools.gpu.maxPods' must be an integer from 30 to 250, got 20",
  ],
  [
    { pools: { gpu: { ...gpu, osDiskSizeInGb: 20 } } },
    "'pools.gpu.osDiskSizeInGb' must be an integer from 30 to 2048, got 20",
  ],
  [
    { pools: { gpu: { ...gpu, labels: { "scorestack/pool": "x" } } } },
    "'pools.gpu.labels' must be labels as Kubernetes has them, none of them of 'kubernetes.azure.com/' or 'scorestack/', got {\"scorestack/pool\":\"x\"}",
  ],
  [
    { pools: { gpu: { ...gpu, taints: [{ key: "a b", effect: "Never" }] } } },
    "'pools.gpu.taints[0].key' must be a key as Kubernetes has them, got 'a b'\n'pools.gpu.taints[0].effect' must be 'NoSchedule', 'PreferNoSchedule' or 'NoExecute', got 'Never'",
  ],
  [
    { network: { vnetName: "net", subnetName: "nodes" } },
    "'network' must have 'vnetResourceGroupName', 'vnetName', 'subnetName', 'serviceCidr', 'dnsServiceIp', 'dockerBridgeCidr' together, got no 'vnetResourceGroupName' and no 'serviceCidr' and no 'dnsServiceIp' and no 'dockerBridgeCidr'; or 'subnetId' in their place",
  ],
  [
    { network: six },
    "'network.dockerBridgeCidr' must be a range of IPv4 addresses in CIDR form, such as '10.0.0.0/16', got '172.17.0.1/16'",
  ],
  [
    { network: { ...six, dockerBridgeCidr: "172.17.0.0/16", subnetId: aksIds.subnet } },
    ["vnetResourceGroupName", "vnetName", "subnetName", "dockerBridgeCidr"]
      .map((name) => `'network.${name}' must be left out with 'network.subnetId'; leave one of them out`)
      .join("\n"),
  ],
  [
    { network: { subnetId: "nodes" } },
    "'network.subnetId' must be the id of a Microsoft.Network/virtualNetworks/subnets, got 'nodes'; /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
  ],
  [
    { network: { serviceCidr: "10.1.0.0/16" } },
    "'network' must have 'serviceCidr' and 'dnsServiceIp' together, got no 'dnsServiceIp'; one lies in the other",
  ],
  [
    { network: { serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.2.0.10" } },
    "'network.dnsServiceIp' must lie in 'network.serviceCidr' (10.1.0.0/16), after its first address, got '10.2.0.10'",
  ],
  [
    { network: { podCidr: "10.0.0.0/8" } },
    "'network.podCidr' must have no address in common with 'network.serviceCidr', got 10.0.0.0/8 and 10.0.0.0/16",
  ],
  [{ network: { policyEngine: "none" } }, "'network.policyEngine' must be 'cilium', 'calico' or 'azure', got 'none'"],
  [
    { network: { outboundType: "userDefinedRouting" } },
    "'network.outboundType' must come with a subnet of the user's own, got 'userDefinedRouting'; its routes are the user's",
  ],
  [
    { network: { subnetId: aksIds.subnet, outboundType: "managedNATGateway" } },
    "'network.outboundType' must not be 'managedNATGateway' with a subnet of the user's own; Azure makes that gateway for a network of its own only",
  ],
  [{ apiServer: "private" }, "'apiServer' must be 'public', got 'private'; or a map"],
  [
    { apiServer: {} },
    "'apiServer' must have 'authorizedIpRanges' or 'privateCluster: true', got neither; or be 'public'",
  ],
  [
    { apiServer: { authorizedIpRanges: ["203.0.113.0/24"], privateCluster: true } },
    "'apiServer' must have 'authorizedIpRanges' or 'privateCluster: true', got both; or be 'public'",
  ],
  [
    { apiServer: { authorizedIpRanges: [] } },
    "'apiServer.authorizedIpRanges' must be 1 to 200 ranges of public IPv4 addresses in CIDR form, such as '203.0.113.0/24', got []; none would open it to everyone",
  ],
  [
    { apiServer: { authorizedIpRanges: ["203.0.113.0/24"], privateDnsZoneId: aksIds.zone } },
    "'apiServer.privateDnsZoneId' must come with 'apiServer.privateCluster: true'",
  ],
  [
    { entra: { login: "azurecli" } },
    "'entra.login' must come with 'entra.disableLocalAccounts: true'; with local accounts nobody logs in by kubelogin",
  ],
  [
    { entra: { azureRbac: false } },
    "'entra.adminGroupObjectIds' must name a group with 'entra.azureRbac: false', got none; nobody could do anything in the cluster",
  ],
  [
    { entra: { adminGroupObjectIds: ["ops"] } },
    "'entra.adminGroupObjectIds[0]' must be an object id of 8, 4, 4, 4 and 12 hex characters, got 'ops'",
  ],
  [{ tier: "Basic" }, "'tier' must be 'Free', 'Standard' or 'Premium', got 'Basic'"],
  [
    { kubernetesVersion: "1.9" },
    "'kubernetesVersion' must be a version such as '1.36', in quotes, or '1.36.2', got '1.9'",
  ],
  [
    { kubernetesVersion: "1.36.2" },
    "'kubernetesVersion' must be a minor version such as '1.36' with the channel 'patch', got '1.36.2'; the channel 'patch' takes the newest patch; or 'upgrades.channel: none'",
  ],
  [
    { kubernetesVersion: "1.36", upgrades: { channel: "stable" } },
    "'kubernetesVersion' must be left out with 'upgrades.channel: stable', got '1.36'; Azure goes on by itself, and takes no cluster back",
  ],
  [
    { upgrades: { channel: "node-image", nodeOsChannel: "None" } },
    "'upgrades.nodeOsChannel' must be 'NodeImage' with that 'upgrades.channel', got 'None'; Azure takes no other with 'node-image'",
  ],
  [
    { upgrades: { channel: "none", nodeOsChannel: "None", window } },
    "'upgrades.window' must come with a channel; nothing is upgraded by itself",
  ],
  [
    { upgrades: { window: { day: "sun", startTime: "2am", durationHours: 2, utcOffset: "CET", everyWeeks: 5 } } },
    "'upgrades.window.day' must be 'Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday' or 'Saturday', got 'sun'\n'upgrades.window.startTime' must be a time such as '02:00', in quotes, got '2am'\n'upgrades.window.durationHours' must be an integer from 4 to 24, got 2\n'upgrades.window.utcOffset' must be a distance from UTC such as '+01:00', in quotes, got 'CET'\n'upgrades.window.everyWeeks' must be an integer from 1 to 4, got 5",
  ],
  [
    { host: { ...aksHost, logs: undefined }, monitoring: { containerLogs: true } },
    "'monitoring.containerLogs' must come with a 'host.logs.resourceId', got true; logs have no other place to go",
  ],
  [
    { tls: {} },
    "'tls' must have 'certPem', 'keyPem' and 'cname', or 'leafDomainLabel' and 'clusterIssuer', got neither",
  ],
  [
    { tls: { cname: "models.example.com", leafDomainLabel: "models" } },
    "'tls' must have 'certPem', 'keyPem' and 'cname', or 'leafDomainLabel' and 'clusterIssuer', got some of both; leave one of them out",
  ],
  [
    { tls: { certPem: certificate, cname: "models.example.com" } },
    "'tls' must have 'certPem', 'keyPem', 'cname' together, got no 'keyPem'",
  ],
  [
    { tls: { leafDomainLabel: "models" } },
    "'tls' must have 'leafDomainLabel', 'clusterIssuer' together, got no 'clusterIssuer'; Azure issues certificates no longer, as it did in 2019: cert-manager can",
  ],
  [
    { tls: { leafDomainLabel: "Models", clusterIssuer: "le" } },
    "'tls.leafDomainLabel' must be 3 to 63 lower-case letters, digits and dashes, a letter first and no dash last, got 'Models'",
  ],
  [
    { tls: { certPem: certificate, keyPem: other.key, cname: "models.example.com" } },
    "'tls.keyPem' must be the key of the certificate",
  ],
  [
    { tls: { certPem: certificate, keyPem: key, cname: "other.example.com" } },
    "'tls.certPem' must be for the name in 'cname', got one for DNS:models.example.com",
  ],
  [
    { gateway: "none", tls: { leafDomainLabel: "models", clusterIssuer: "le" } },
    "'tls' must come with a 'gateway'; it is the gateway that answers HTTPS",
  ],
  [{ gateway: "nginx" }, "'gateway' must be 'app-routing' or 'none', got 'nginx'"],
  [
    { existing: { cluster: "theirs" }, agentCount: 3, keda: true },
    "'agentCount' must be left out with 'existing'; it is for a cluster that is made\n'keda' must be left out with 'existing'; it is for a cluster that is made",
  ],
  [
    { existing: { cluster: "/subscriptions/x" } },
    "'existing.cluster' must be the id of a Microsoft.ContainerService/managedClusters, or its name in the host's resource group, got '/subscriptions/x'",
  ],
  [
    { existing: { cluster: "theirs", credentials: "root" } },
    "'existing.credentials' must be 'user' or 'admin', got 'root'",
  ],
  [
    { existing: { cluster: "theirs" }, tls: { leafDomainLabel: "models", clusterIssuer: "le" } },
    "'tls' must come with a 'existing.gatewayClassName'; it is the gateway that answers HTTPS",
  ],
];

const anyRows: readonly Row[] = [
  [
    { kubeconfig: "canary-4711: {" },
    "'kubeconfig' must be the text of a kubeconfig with 'clusters', 'users', 'contexts' and a 'current-context' that is one of them",
  ],
  [{ context: "three" }, "'context' must be a context of 'kubeconfig', got 'three'"],
  [{ scaler: "hpa" }, "'scaler' must be 'keda', 'cpu' or 'none', got 'hpa'"],
  [
    { gateway: { className: "A B" } },
    "'gateway.className' must be 1 to 63 lower-case letters, digits and dashes, a letter or digit first and last, got 'A B'",
  ],
  [
    { registry: { server: "ghcr.io", username: "me" } },
    "'registry' must have 'username' and 'password' together, got no 'password'",
  ],
  [{ registry: { server: "" } }, "'registry.server' must be a text that is not empty, got ''"],
  [
    { nodeSizes: [{ name: "n", cpuCores: 0, memoryInGb: 8, gpus: 0 }] },
    "'nodeSizes[0]' must have more than 0 'cpuCores' and 'memoryInGb', and a whole number of 'gpus', got 0, 8 and 0",
  ],
];

describe("errors of AksCluster", () => {
  for (const [args, message] of rows) {
    it(`tell: ${message.split("\n", 1)[0]?.slice(0, 110) ?? ""}`, () =>
      refused(() => new AksCluster("prod", { host: aksHost, ...args }), message));
  }
});

/** What is warned of, by the arguments that lead to it. */
const warnings: readonly (readonly [args: Readonly<Record<string, unknown>>, warnings: readonly string[]])[] = [
  [{ apiServer: "public" }, []],
  [{ clusterPurpose: "dev-test" }, []],
  [{}, ["the API server can be reached from anywhere, with credentials: 'apiServer' narrows that"]],
  [
    { apiServer: "public", vmSize: "Standard_D3_v2" },
    [
      "'vmSize': Azure retires Standard_D3_v2 on 2028-05-01, and may refuse it to new subscriptions before: choose another in time, such as Standard_D4s_v5",
    ],
  ],
  [
    { apiServer: "public", kubernetesVersion: "1.30" },
    ["Azure has supported Kubernetes 1.30 until 2025-08 only: upgrade the cluster"],
  ],
  [
    { apiServer: "public", network: { ...six, dockerBridgeCidr: "172.17.0.0/16" } },
    ["'network.dockerBridgeCidr' changes nothing: nodes run containerd, and Azure's API has no such property any more"],
  ],
];

describe("warnings of AksCluster", () => {
  for (const [args, expected] of warnings) {
    it(`are ${expected.length} for ${JSON.stringify(args)}`, async () => {
      const told: string[] = [];
      const { warn } = pulumi.log;
      Object.assign(pulumi.log, { warn: (text: string) => told.push(text) });
      try {
        await runProgram(() => new AksCluster("prod", { host: aksHost, ...args }));
      } finally {
        Object.assign(pulumi.log, { warn });
      }
      assert.deepEqual(told, expected);
    });
  }
});

describe("errors of KubernetesCluster", () => {
  for (const [args, message] of anyRows) {
    it(`tell: ${message.slice(0, 110)}`, () =>
      refused(() => new KubernetesCluster("home", { kubeconfig, ...args }), message));
  }
});
