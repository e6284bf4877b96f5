import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AksCluster, type AksClusterArgs } from "../../components";
import { armId } from "../azure-mocks";
import { only, runProgram, value } from "../harness";
import { aksHost, aksIds } from "../support/aks-host";
import { all, inputs, lines, listed, needs } from "../support/azure-run";

const name = "scorestack-local-prod";
const clusterId = armId("team", "Microsoft.ContainerService/managedClusters", name);
const make = (args: Partial<AksClusterArgs> = {}) =>
  runProgram(() => new AksCluster("prod", { host: aksHost, apiServer: "public", ...args }));
const cluster = async (args: Partial<AksClusterArgs>, property: string) =>
  inputs(await make(args), "containerservice:ManagedCluster")[property];

const byDefault = `
authorization:RoleAssignment prod-pull
command:local:Command prod-gateway-api
containerservice:AgentPool prod-pool-agents
containerservice:ManagedCluster prod
managedidentity:UserAssignedIdentity prod-identity
monitor:DataCollectionRule prod-log-rule
monitor:DataCollectionRuleAssociation prod-log-association
pulumi:providers:kubernetes prod-kubernetes`;

/** Does not prove: that Azure takes any of it, that a cluster comes of it, or that it scales; that needs a subscription. */
describe("AksCluster", () => {
  it("makes exactly these, all below itself", async () => {
    const run = await make();
    assert.deepEqual(listed(run), lines(byDefault));
    const [own, ...children] = run.resources;
    assert.ok(children.every(({ parent }) => parent === own?.urn));
  });

  it("asks for a cluster with OIDC, workload identity, KEDA, secrets of Key Vaults, an overlay and network policies", async () => {
    assert.deepEqual(inputs(await make(), "containerservice:ManagedCluster"), {
      resourceGroupName: "team",
      resourceName: name,
      location: "westeurope",
      tags: { team: "growth" },
      sku: { name: "Base", tier: "Standard" },
      identity: {
        type: "UserAssigned",
        userAssignedIdentities: [
          armId("team", "Microsoft.ManagedIdentity/userAssignedIdentities", "scorestack-local-prod-identity"),
        ],
      },
      dnsPrefix: name,
      enableRBAC: true,
      disableLocalAccounts: false,
      agentPoolProfiles: [
        {
          name: "system",
          mode: "System",
          type: "VirtualMachineScaleSets",
          osType: "Linux",
          vmSize: "Standard_D4s_v5",
          count: 2,
          maxPods: 110,
          nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
          upgradeSettings: { maxSurge: "33%" },
        },
      ],
      autoScalerProfile: { expander: "least-waste" },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkDataplane: "cilium",
        networkPolicy: "cilium",
        loadBalancerSku: "standard",
        outboundType: "loadBalancer",
        // What azure-native itself adds.
        podCidr: "10.244.0.0/16",
        serviceCidr: "10.0.0.0/16",
        dnsServiceIP: "10.0.0.10",
      },
      apiServerAccessProfile: { disableRunCommand: true },
      autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      workloadAutoScalerProfile: { keda: { enabled: true } },
      addonProfiles: {
        azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true" } },
        omsagent: {
          enabled: true,
          config: { logAnalyticsWorkspaceResourceID: aksIds.logs, useAADAuth: "true" },
        },
      },
      azureMonitorProfile: { metrics: { enabled: false } },
    });
  });

  it("lets the nodes' identity pull, by a role on the registry alone", async () => {
    const { scope, principalId, principalType, roleDefinitionId } = inputs(
      await make(),
      "authorization:RoleAssignment",
    );
    assert.deepEqual(
      [scope, principalId, principalType, String(roleDefinitionId).split("/").at(-1)],
      [aksIds.registry, `kubelet-of-${name}`, "ServicePrincipal", "7f951dda-4ed3-4680-a7ca-43fe172d538d"],
    );
    assert.deepEqual(
      listed(await make({ assignRoles: false })).includes("authorization:RoleAssignment prod-pull"),
      false,
    );
  });

  it("collects containers' output with a rule of its own, and metrics by choice", async () => {
    const run = await make({ monitoring: { managedPrometheus: true } });
    const associations = all(run, "monitor:DataCollectionRuleAssociation").map(({ inputs: given }) => [
      given["associationName"],
      given["resourceUri"],
    ]);
    assert.deepEqual(associations.sort(), [
      ["ContainerInsightsExtension", clusterId],
      ["ContainerInsightsMetricsExtension", clusterId],
    ]);
    const rule = inputs(run, "monitor:DataCollectionRule", "prod-log-rule");
    assert.deepEqual(rule["destinations"], {
      logAnalytics: [{ name: "workspace", workspaceResourceId: aksIds.logs }],
    });
    assert.deepEqual(inputs(run, "containerservice:ManagedCluster")["azureMonitorProfile"], {
      metrics: { enabled: true },
    });
    const none = await make({ monitoring: { containerLogs: false }, host: { ...aksHost, logs: undefined } });
    assert.deepEqual(all(none, "monitor:DataCollectionRule"), []);
  });

  it("turns the Gateway API on by the Azure CLI, after the nodes, and again when the cluster itself changes", async () => {
    const [first, second] = [await make(), await make({ systemPool: { count: 3 } })];
    const command = only(first, "command:local:Command");
    assert.equal(
      command.inputs["create"],
      `az aks update --resource-group "team" --name "${name}" --enable-gateway-api --enable-app-routing-istio --output none`,
    );
    assert.ok(needs(command).includes("prod-pool-agents"));
    const triggers = (run: typeof first) => only(run, "command:local:Command").inputs["triggers"] as unknown[];
    assert.equal(triggers(first)[0], clusterId);
    assert.notEqual(triggers(first)[1], triggers(second)[1]);
    assert.equal(triggers(first)[1], triggers(await make({ agentCount: 5 }))[1]);
  });

  it("tells services what it has", async () => {
    const { result } = await make();
    const { gateway, scaler, nodeSizes, registry, workloadIdentity, ready } = result;
    assert.deepEqual([gateway, scaler], [{ className: "approuting-istio" }, "keda"]);
    assert.deepEqual(nodeSizes, [
      {
        name: "agents",
        cpuCores: 3.86,
        memoryInGb: 13.7,
        gpus: 0,
        labels: { "scorestack/pool": "agents" },
        taints: [],
      },
    ]);
    assert.deepEqual(registry, { server: "team.azurecr.io" });
    assert.equal(await value(pulumi.output(workloadIdentity?.oidcIssuerUrl)), `https://issuer.test/${name}/`);
    const waits = await Promise.all(ready.map(({ urn }) => value(urn)));
    assert.deepEqual(
      waits.map((urn) => urn.split("::").at(-1)),
      ["prod-pull", "prod-pool-agents", "prod-gateway-api"],
    );
    assert.deepEqual(await Promise.all([result.clusterName, result.clusterId, result.kubernetesVersion].map(value)), [
      name,
      clusterId,
      "1.36.2",
    ]);
  });

  it("has CPU scale services without KEDA, and no gateway by choice", async () => {
    const run = await make({ keda: false, gateway: "none", keyVaultSecrets: false });
    assert.deepEqual([run.result.scaler, run.result.gateway], ["cpu", undefined]);
    const { workloadAutoScalerProfile, addonProfiles } = inputs(run, "containerservice:ManagedCluster");
    assert.deepEqual(workloadAutoScalerProfile, { keda: { enabled: false } });
    assert.deepEqual((addonProfiles as Record<string, unknown>)["azureKeyvaultSecretsProvider"], { enabled: false });
    assert.ok(!listed(run).some((line) => line.startsWith("command:")));
  });

  it("is smaller, without promise and without the rule of 12 vCPUs, for tests", async () => {
    const run = await make({ clusterPurpose: "dev-test" });
    const { sku, agentPoolProfiles } = inputs(run, "containerservice:ManagedCluster");
    const [{ count }] = agentPoolProfiles as [{ count: number }];
    assert.deepEqual([sku, count], [{ name: "Base", tier: "Free" }, 1]);
    assert.equal(inputs(run, "containerservice:AgentPool")["count"], 1);
  });

  it("takes a subnet by its id or by 2019's names, and lets the cluster use it", async () => {
    for (const network of [
      { subnetId: aksIds.subnet },
      {
        ...{ vnetResourceGroupName: "team", vnetName: "net", subnetName: "nodes" },
        ...{ serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.1.0.10", dockerBridgeCidr: "172.17.0.0/16" },
      },
    ]) {
      const run = await make({ network });
      const role = inputs(run, "authorization:RoleAssignment", "prod-subnet-role");
      assert.equal(role["scope"], aksIds.subnet);
      assert.ok(needs(only(run, "azure-native:containerservice:ManagedCluster")).includes("prod-subnet-role"));
      const [system] = inputs(run, "containerservice:ManagedCluster")["agentPoolProfiles"] as [Record<string, unknown>];
      assert.equal(system["vnetSubnetID"], aksIds.subnet);
      assert.equal(inputs(run, "containerservice:AgentPool")["vnetSubnetID"], aksIds.subnet);
    }
  });

  it("closes the API server to all but some ranges, or to all but the network", async () => {
    assert.deepEqual(
      await cluster({ apiServer: { authorizedIpRanges: ["203.0.113.0/24"] } }, "apiServerAccessProfile"),
      { authorizedIPRanges: ["203.0.113.0/24"], disableRunCommand: true },
    );
    const run = await make({ apiServer: { privateCluster: true, privateDnsZoneId: aksIds.zone } });
    assert.deepEqual(inputs(run, "containerservice:ManagedCluster")["apiServerAccessProfile"], {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      privateDNSZone: aksIds.zone,
    });
    assert.equal(inputs(run, "authorization:RoleAssignment", "prod-zone-role")["scope"], aksIds.zone);
  });

  it("is upgraded when and as it was said", async () => {
    const window = { day: "Sunday", startTime: "02:00", utcOffset: "+01:00", everyWeeks: 2, durationHours: 6 } as const;
    const run = await make({ upgrades: { channel: "stable", nodeOsChannel: "SecurityPatch", window } });
    assert.deepEqual(inputs(run, "containerservice:ManagedCluster")["autoUpgradeProfile"], {
      upgradeChannel: "stable",
      nodeOSUpgradeChannel: "SecurityPatch",
    });
    const windows = all(run, "containerservice:MaintenanceConfiguration");
    assert.deepEqual(windows.map(({ inputs: { configName } }) => configName).sort(), [
      "aksManagedAutoUpgradeSchedule",
      "aksManagedNodeOSUpgradeSchedule",
    ]);
    assert.ok(
      windows.every(
        ({ inputs: given }) =>
          JSON.stringify(given["maintenanceWindow"]) ===
          JSON.stringify({
            durationHours: 6,
            schedule: { weekly: { dayOfWeek: "Sunday", intervalWeeks: 2 } },
            startTime: "02:00",
            utcOffset: "+01:00",
          }),
      ),
    );
  });

  it("replaces the cluster for what Azure changes in none, beside azure-native's own list", async () => {
    assert.deepEqual(only(await make(), "azure-native:containerservice:ManagedCluster").replaceOnChanges, [
      "apiServerAccessProfile.enablePrivateCluster",
      "apiServerAccessProfile.privateDNSZone",
      "agentPoolProfiles[0].vnetSubnetID",
    ]);
  });
});
