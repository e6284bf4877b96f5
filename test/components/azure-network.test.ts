import { strict as assert } from "node:assert";
import { AzureWorkspace, type AzureWorkspaceArgs } from "../../components";
import { armId } from "../azure-mocks";
import { runProgram, value } from "../harness";
import { byDefault, inputs, lines, listed } from "../support/azure-run";

const location = "westeurope";
const group = "team-group-made";
const tags = { project: "scorestack", stack: "local" };
const common = { resourceGroupName: group, location, tags };

const inPrivate = `
network:PrivateDnsZoneGroup team-registry-names
network:PrivateDnsZoneGroup team-storage-names
network:PrivateDnsZoneGroup team-vault-names
network:PrivateDnsZoneGroup team-workspace-names
network:PrivateEndpoint team-registry-endpoint
network:PrivateEndpoint team-storage-endpoint
network:PrivateEndpoint team-vault-endpoint
network:PrivateEndpoint team-workspace-endpoint
network:VirtualNetwork team-network
privatedns:PrivateZone team-api-zone
privatedns:PrivateZone team-blob-zone
privatedns:PrivateZone team-notebooks-zone
privatedns:PrivateZone team-registry-zone
privatedns:PrivateZone team-vault-zone
privatedns:VirtualNetworkLink team-api-link
privatedns:VirtualNetworkLink team-blob-link
privatedns:VirtualNetworkLink team-notebooks-link
privatedns:VirtualNetworkLink team-registry-link
privatedns:VirtualNetworkLink team-vault-link`;

/** Does not prove: that names resolve to the endpoints, or that Azure ML works behind them. */
describe("AzureWorkspace in a private network", () => {
  const make = (args: AzureWorkspaceArgs) => runProgram(() => new AzureWorkspace("team", args));

  it("is reached by private endpoints only, and makes exactly these for it", async () => {
    const run = await make({ location, network: {} });
    assert.deepEqual(listed(run), [...lines(byDefault), ...lines(inPrivate)].sort());
    const reach = (type: string) => inputs(run, type)["publicNetworkAccess"];
    const closed = ["storage:StorageAccount", "containerregistry:Registry", "machinelearningservices:Workspace"].map(
      reach,
    );
    assert.deepEqual(closed, ["Disabled", "Disabled", "Disabled"]);
    assert.deepEqual(inputs(run, "storage:StorageAccount")["networkRuleSet"], {
      bypass: "AzureServices",
      defaultAction: "Deny",
    });
    assert.deepEqual(inputs(run, "containerregistry:Registry")["sku"], { name: "Premium" });
    const vault = inputs(run, "keyvault:Vault")["properties"] as Record<string, unknown>;
    assert.deepEqual(
      [vault["publicNetworkAccess"], vault["networkAcls"]],
      ["disabled", { bypass: "AzureServices", defaultAction: "Deny" }],
    );
  });

  it("makes a network of two halves, and an endpoint with its zones for each part", async () => {
    const run = await make({ location, network: { addressRange: "10.1.0.0/24" } });
    const network = armId(group, "Microsoft.Network/virtualNetworks", "scorestack-local-team-network");
    assert.deepEqual(inputs(run, "network:VirtualNetwork"), {
      ...common,
      virtualNetworkName: "scorestack-local-team-network",
      addressSpace: { addressPrefixes: ["10.1.0.0/24"] },
      subnets: [
        { name: "endpoints", addressPrefix: "10.1.0.0/25", privateEndpointNetworkPolicies: "Disabled" },
        {
          name: "containers",
          addressPrefix: "10.1.0.128/25",
          delegations: [{ name: "containers", serviceName: "Microsoft.ContainerInstance/containerGroups" }],
        },
      ],
      // What azure-native itself adds.
      enableDdosProtection: false,
      enableVmProtection: false,
    });
    const workspace = armId(group, "Microsoft.MachineLearningServices/workspaces", "team4ad05bb1306d");
    assert.deepEqual(inputs(run, "network:PrivateEndpoint", "team-workspace-endpoint"), {
      ...common,
      privateEndpointName: "scorestack-local-team-workspace-endpoint",
      subnet: {
        id: `${network}/subnets/endpoints`,
        privateEndpointNetworkPolicies: "Disabled",
        privateLinkServiceNetworkPolicies: "Enabled",
      },
      privateLinkServiceConnections: [
        { name: "workspace", privateLinkServiceId: workspace, groupIds: ["amlworkspace"] },
      ],
    });
    const zone = (name: string) => armId(group, "Microsoft.Network/privateDnsZones", name);
    assert.deepEqual(inputs(run, "network:PrivateDnsZoneGroup", "team-workspace-names"), {
      resourceGroupName: group,
      privateEndpointName: "scorestack-local-team-workspace-endpoint",
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [
        { name: "api", privateDnsZoneId: zone("privatelink.api.azureml.ms") },
        { name: "notebooks", privateDnsZoneId: zone("privatelink.notebooks.azure.net") },
      ],
    });
    assert.deepEqual(inputs(run, "privatedns:VirtualNetworkLink", "team-blob-link"), {
      resourceGroupName: group,
      location: "global",
      tags,
      privateZoneName: "privatelink.blob.core.windows.net",
      virtualNetworkLinkName: "scorestack-local-team-blob-link",
      registrationEnabled: false,
      virtualNetwork: { id: network },
    });
    assert.equal(await value(run.result.containerSubnetId), `${network}/subnets/containers`);
  });

  it("uses a subnet of the user's, and leaves DNS to others where asked", async () => {
    const network = armId("hub", "Microsoft.Network/virtualNetworks", "wide");
    const run = await make({ location, network: { subnetId: `${network}/subnets/ends`, dnsZones: false } });
    const more = lines(inPrivate).filter((line) => /Endpoint/.test(line));
    assert.deepEqual(listed(run), [...lines(byDefault), ...more].sort());
    const { subnet } = inputs(run, "network:PrivateEndpoint", "team-vault-endpoint");
    assert.equal((subnet as { id: string }).id, `${network}/subnets/ends`);
    const linked = await make({ location, network: { subnetId: `${network}/subnets/ends` } });
    assert.deepEqual(inputs(linked, "privatedns:VirtualNetworkLink", "team-api-link")["virtualNetwork"], {
      id: network,
    });
    assert.equal(await value(linked.result.containerSubnetId), undefined);
  });
});
