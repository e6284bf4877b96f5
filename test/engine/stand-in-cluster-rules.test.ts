import { strict as assert } from "node:assert";
import type { Values } from "../../provider/rpc/values";
import type { Made } from "./stand-in/package";
import { AzureDesk, itRefuses, resourceGroupName, type Row } from "../support/azure-desk";
import { managedClusterRules } from "./stand-in/azure/rules/managed-cluster";

const kind = "containerservice:ManagedCluster";
const systemPool = { name: "system", mode: "System", count: 1, vmSize: "Standard_D4s_v5" };
const inputsOf = (more: Values = {}): Values => ({
  resourceGroupName,
  resourceName: "prod",
  location: "westeurope",
  dnsPrefix: "prod",
  identity: { type: "SystemAssigned" },
  agentPoolProfiles: [systemPool],
  ...more,
});
const cluster = (desk: AzureDesk, more: Values = {}): Made => desk.make(kind, inputsOf(more));
const poolOf = (more: Values = {}): Values => ({
  resourceGroupName,
  resourceName: "prod",
  agentPoolName: "agents",
  mode: "User",
  vmSize: "Standard_D4s_v5",
  count: 1,
  ...more,
});
const pool = (desk: AzureDesk, more: Values = {}): Made => desk.make("containerservice:AgentPool", poolOf(more));
const window = (desk: AzureDesk, configName: string, durationHours: number): Made =>
  desk.make("containerservice:MaintenanceConfiguration", {
    resourceGroupName,
    resourceName: "prod",
    configName,
    maintenanceWindow: {
      durationHours,
      startTime: "02:00",
      schedule: { weekly: { dayOfWeek: "Sunday", intervalWeeks: 1 } },
    },
  });
const refusedCluster = (more: Values, said: RegExp): Row => ({ refused: (desk) => cluster(desk, more), said });
const changedCluster = (more: Values, said: RegExp): Row => ({
  refused: (desk) => desk.change(kind, cluster(desk), inputsOf(more)),
  said,
});
const refusedPool = (more: Values, said: RegExp): Row => ({
  given: (desk) => cluster(desk),
  refused: (desk) => pool(desk, more),
  said,
});

/** One row a rule: what Azure refuses, and what it says. */
const rows: Readonly<Record<string, Row>> = {
  "cluster-name": refusedCluster({ resourceName: "-prod" }, /The cluster name '-prod' must be/),
  "cluster-dns-prefix": refusedCluster({ dnsPrefix: "a_b" }, /The DNS prefix 'a_b' must be/),
  "cluster-system-pool": refusedCluster(
    { agentPoolProfiles: [{ ...systemPool, mode: "User" }] },
    /MustHaveOneSystemPool/,
  ),
  "cluster-pool-introduced": changedCluster(
    { agentPoolProfiles: [systemPool, { ...systemPool, name: "more" }] },
    /A new agent pool was introduced.*: system, more/,
  ),
  "cluster-pool-fixed": changedCluster(
    { agentPoolProfiles: [{ ...systemPool, vmSize: "Standard_D8s_v5" }] },
    /Changing property 'properties.agentPoolProfile.vmSize' is not allowed/,
  ),
  "cluster-private-fixed": {
    refused: (desk) => {
      const profile = { disableRunCommand: true };
      const made = cluster(desk, { apiServerAccessProfile: profile });
      const now = { ...profile, enablePrivateCluster: true };
      return desk.change(kind, made, inputsOf({ apiServerAccessProfile: now }));
    },
    said: /Changing property 'properties.apiServerAccessProfile.enablePrivateCluster' is not allowed/,
  },
  "cluster-private-ranges": refusedCluster(
    { apiServerAccessProfile: { enablePrivateCluster: true, authorizedIPRanges: ["203.0.113.0/24"] } },
    /Authorized IP ranges are not supported for private clusters/,
  ),
  "cluster-private-zone-identity": {
    refused: (desk) => {
      const zone = desk.make("privatedns:PrivateZone", { resourceGroupName, privateZoneName: "z", location: "global" });
      return cluster(desk, { apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone: zone.id } });
    },
    said: /needs a user-assigned identity/,
  },
  "cluster-local-accounts": refusedCluster(
    { disableLocalAccounts: true },
    /Disabling local accounts is only supported/,
  ),
  "cluster-workload-identity": refusedCluster(
    { securityProfile: { workloadIdentity: { enabled: true } } },
    /Workload identity needs the OIDC issuer/,
  ),
  "cluster-overlay": refusedCluster(
    { networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", networkDataplane: "cilium" } },
    /'cilium' and the network policy 'cilium' come together/,
  ),
  "cluster-dns-service": refusedCluster(
    { networkProfile: { serviceCidr: "10.0.0.0/16", dnsServiceIP: "10.0.0.1" } },
    /The DNS service IP 10.0.0.1 must be in 10.0.0.0\/16/,
  ),
  "cluster-node-image": refusedCluster(
    { autoUpgradeProfile: { upgradeChannel: "node-image", nodeOSUpgradeChannel: "None" } },
    /needs the node OS upgrade channel 'NodeImage'/,
  ),
  "cluster-long-term": refusedCluster({ sku: { name: "Base", tier: "Premium" } }, /come together/),
  "cluster-subnet-role": {
    refused: (desk) => {
      const network = desk.network();
      const subnet = desk.make("network:Subnet", {
        resourceGroupName,
        virtualNetworkName: network.outputs.name ?? "",
        subnetName: "nodes",
        addressPrefix: "10.0.0.0/24",
      });
      return cluster(desk, { agentPoolProfiles: [{ ...systemPool, vnetSubnetID: subnet.id }] });
    },
    said: /LinkedAuthorizationFailed/,
  },
  "pool-name": refusedPool({ agentPoolName: "prod-agents" }, /The agent pool name 'prod-agents' must be/),
  "pool-fixed": {
    given: (desk) => cluster(desk),
    refused: (desk) => desk.change("containerservice:AgentPool", pool(desk), poolOf({ vmSize: "Standard_D8s_v5" })),
    said: /Changing property 'properties.vmSize' is not allowed/,
  },
  "pool-autoscaling": refusedPool(
    { enableAutoScaling: true, minCount: 2, maxCount: 3 },
    /must be from MinCount to MaxCount/,
  ),
  "pool-spot": refusedPool(
    { scaleSetPriority: "Spot", upgradeSettings: { maxSurge: "33%" } },
    /Spot pools can't set max surge/,
  ),
  "pool-max-pods": refusedPool({ maxPods: 5 }, /it must be from 10 to 250/),
  "window-name": {
    given: (desk) => cluster(desk),
    refused: (desk) => window(desk, "sundays", 4),
    said: /can't be called 'sundays'/,
  },
  "window-duration": {
    given: (desk) => cluster(desk),
    refused: (desk) => window(desk, "default", 2),
    said: /lasts 2 hours; it must be from 4 to 24/,
  },
};

/** Does not prove that Azure says the same: each rule names where it comes from. */
describe("rules of managed clusters in the stand-in cloud", function () {
  this.timeout(30_000);
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
  });
  afterEach(() => {
    desk.remove();
  });

  itRefuses(managedClusterRules, rows, () => desk);

  it("let a cluster with pools and windows be made, which answers credentials by what it allows", () => {
    const where = { resourceGroupName, resourceName: "prod" };
    const made = cluster(desk, { aadProfile: { managed: true }, disableLocalAccounts: true });
    assert.equal(made.outputs.currentKubernetesVersion, "1.36.2");
    pool(desk);
    window(desk, "aksManagedAutoUpgradeSchedule", 4);
    const user = desk.azure.invoke("azure-native:containerservice:listManagedClusterUserCredentials", where);
    const [{ value }] = user.kubeconfigs as [{ value: string }];
    assert.match(Buffer.from(value, "base64").toString(), /"command":"kubelogin"/);
    assert.throws(
      () => desk.azure.invoke("azure-native:containerservice:listManagedClusterAdminCredentials", where),
      /set to disable local accounts/,
    );
  });
});
