import { strict as assert } from "node:assert";
import type { Values } from "../../provider/rpc/values";
import { AzureDesk, itRefuses, resourceGroupName, type Row } from "../support/azure-desk";
import { batchRules } from "./stand-in/azure/rules/batch";
import { containerGroupRules } from "./stand-in/azure/rules/container-group";
import { managedClusterRules } from "./stand-in/azure/rules/managed-cluster";
import { rules } from "./stand-in/azure/rules";
import { textOf } from "./stand-in/values";

const tested = [...containerGroupRules, ...managedClusterRules, ...batchRules];
const platformRules = rules.filter((rule) => !tested.includes(rule));
const named = (type: string, input: string, name: string, more: Values = {}): Row => ({
  refused: (desk) => desk.make(type, { resourceGroupName, [input]: name, ...more }),
  said: new RegExp(`InvalidResourceName: '${name.replace(/[.*]/g, "\\$&")}' must be`),
});
/** One row a rule: what Azure refuses, and what it says. */
const rows: Readonly<Record<string, Row>> = {
  "name-applicationinsights:Component": named("applicationinsights:Component", "resourceName", "a/b", {
    kind: "web",
    applicationType: "web",
  }),
  "name-containerinstance:ContainerGroup": {
    refused: (desk) => desk.service({ containerGroupName: "Wine" }),
    said: /InvalidResourceName: 'Wine' must be/,
  },
  "name-containerregistry:Registry": named("containerregistry:Registry", "registryName", "a-b", {
    sku: { name: "Basic" },
  }),
  "name-keyvault:Vault": {
    refused: (desk) =>
      desk.make("keyvault:Vault", { resourceGroupName, vaultName: "a--b", properties: desk.vaultProperties({}) }),
    said: /InvalidResourceName: 'a--b' must be/,
  },
  "name-machinelearningservices:BatchDeployment": {
    refused: (desk) =>
      desk.make("machinelearningservices:BatchDeployment", {
        ...{ resourceGroupName, workspaceName: "team-ml", endpointName: "wine", deploymentName: "1st" },
        properties: {},
      }),
    said: /InvalidResourceName: '1st' must be/,
  },
  "name-machinelearningservices:BatchEndpoint": {
    refused: (desk) =>
      desk.make("machinelearningservices:BatchEndpoint", {
        ...{ resourceGroupName, workspaceName: "team-ml", endpointName: "w" },
        properties: { authMode: "AADToken" },
      }),
    said: /InvalidResourceName: 'w' must be/,
  },
  "name-machinelearningservices:Compute": named("machinelearningservices:Compute", "computeName", "a.b", {
    workspaceName: "team-ml",
  }),
  "name-machinelearningservices:Workspace": named("machinelearningservices:Workspace", "workspaceName", "ab"),
  "name-managedidentity:UserAssignedIdentity": named("managedidentity:UserAssignedIdentity", "resourceName", "a.b"),
  "name-network:PrivateEndpoint": named("network:PrivateEndpoint", "privateEndpointName", "a*b"),
  "name-network:VirtualNetwork": named("network:VirtualNetwork", "virtualNetworkName", "a*b"),
  "name-operationalinsights:Workspace": named("operationalinsights:Workspace", "workspaceName", "log"),
  "name-resources:ResourceGroup": {
    refused: (desk) => desk.make("resources:ResourceGroup", { resourceGroupName: "a*b", location: "westeurope" }),
    said: /InvalidResourceName: 'a\*b' must be/,
  },
  "name-storage:BlobContainer": {
    given: (desk) => desk.account(),
    refused: (desk) =>
      desk.make("storage:BlobContainer", { resourceGroupName, accountName: "teamdata", containerName: "Models" }),
    said: /InvalidResourceName: 'Models' must be/,
  },
  "name-storage:StorageAccount": named("storage:StorageAccount", "accountName", "Team", {
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  }),
  "worldwide-name": {
    given: (desk) => {
      desk.make("resources:ResourceGroup", { resourceGroupName: "other", location: "westeurope" });
      desk.account();
    },
    refused: (desk) => desk.account({ resourceGroupName: "other" }),
    said: /StorageAccountAlreadyTaken: The storage account named teamdata is already taken/,
  },
  "vault-soft-deleted": {
    given: (desk) => {
      desk.delete("keyvault:Vault", desk.vault().id);
      desk.vault({ createMode: "recover" });
      desk.delete("keyvault:Vault", desk.cloud.resources.find(({ token }) => token.endsWith("Vault"))?.id ?? "");
    },
    refused: (desk) => desk.vault(),
    said: /ConflictError: A vault with the same name already exists in deleted state/,
  },
  "workspace-soft-deleted": {
    given: (desk) => {
      const { id } = desk.workspace();
      desk.delete("machinelearningservices:Workspace", id, { identity: { type: "SystemAssigned" } });
    },
    refused: (desk) => {
      const [account, vault] = ["StorageAccount", "Vault"].map(
        (end) => desk.cloud.resources.find(({ token }) => token.endsWith(end))?.id ?? "",
      );
      return desk.make("machinelearningservices:Workspace", {
        resourceGroupName,
        workspaceName: "team-ml",
        identity: { type: "SystemAssigned" },
        storageAccount: account ?? "",
        keyVault: vault ?? "",
      });
    },
    said: /Soft-deleted workspace exists/,
  },
  "dns-label-taken": {
    given: (desk) => desk.service(),
    refused: (desk) => desk.service({ containerGroupName: "other" }),
    said: /DnsNameLabelNotAvailable: The DNS name label 'team-wine' in 'westeurope' is not available/,
  },
  "parent-missing": {
    refused: (desk) =>
      desk.make("storage:BlobContainer", { resourceGroupName, accountName: "none", containerName: "models" }),
    said: /ParentResourceNotFound: .*storageAccounts\/none' not found/,
  },
  "reference-missing": {
    refused: (desk) =>
      desk.make("applicationinsights:Component", {
        resourceGroupName,
        resourceName: "insights",
        kind: "web",
        applicationType: "web",
        workspaceResourceId: `/subscriptions/s/resourceGroups/team/providers/Microsoft.OperationalInsights/workspaces/none`,
      }),
    said: /InvalidResourceReference: Resource .*workspaces\/none referenced by/,
  },
  "delete-locked": {
    given: (desk) => {
      desk.identity();
      desk.make("authorization:ManagementLockAtResourceGroupLevel", {
        resourceGroupName,
        lockName: "keep",
        level: "CanNotDelete",
      });
    },
    refused: (desk) => {
      desk.delete(
        "managedidentity:UserAssignedIdentity",
        desk.cloud.resources.find(({ id }) => id.endsWith("/puller"))?.id ?? "",
      );
    },
    said: /ScopeLocked: .* are locked/,
  },
  "delete-with-children": {
    given: (desk) => desk.identity(),
    refused: (desk) => {
      desk.delete("resources:ResourceGroup", desk.cloud.resources[0]?.id ?? "");
    },
    said: /still holds '.*userAssignedIdentities\/puller'/,
  },
  "delete-referenced": {
    given: (desk) => desk.service({ identity: { type: "UserAssigned", userAssignedIdentities: [desk.identity().id] } }),
    refused: (desk) => {
      desk.delete(
        "managedidentity:UserAssignedIdentity",
        desk.cloud.resources.find(({ id }) => id.endsWith("/puller"))?.id ?? "",
      );
    },
    said: /is in use by '.*containerGroups\/wine'/,
  },
  "blob-needs-keys": {
    given: (desk) => {
      desk.account({ allowSharedKeyAccess: false });
      desk.make("storage:BlobContainer", { resourceGroupName, accountName: "teamdata", containerName: "models" });
    },
    refused: (desk) =>
      desk.make("storage:Blob", { resourceGroupName, accountName: "teamdata", containerName: "models", blobName: "a" }),
    said: /KeyBasedAuthenticationNotPermitted/,
  },
  "dps-link-needs-keys": {
    given: (desk) => {
      desk.make("iothub:IotHubResource", {
        resourceGroupName,
        resourceName: "factory",
        location: "westeurope",
        sku: { name: "S1", capacity: 1 },
        properties: { disableLocalAuth: true },
      });
    },
    refused: (desk) =>
      desk.make("deviceprovisioningservices:IotDpsResource", {
        resourceGroupName,
        provisioningServiceName: "factory",
        location: "westeurope",
        sku: { name: "S1", capacity: 1 },
        properties: {
          iotHubs: [{ connectionString: "HostName=factory.azure-devices.net", location: "westeurope" }],
        },
      }),
    said: /InvalidConnectionString: .*disableLocalAuth is set/,
  },
  "registry-premium": {
    refused: (desk) => desk.registry({ publicNetworkAccess: "Disabled" }),
    said: /'publicNetworkAccess' is not supported for the SKU Basic; it needs Premium/,
  },
  "registry-endpoint-premium": {
    given: (desk) => desk.registry(),
    refused: (desk) => {
      const target = desk.cloud.resources.find(({ id }) => id.endsWith("/teamreg"))?.id ?? "";
      return desk.make("network:PrivateEndpoint", {
        resourceGroupName,
        privateEndpointName: "door",
        privateLinkServiceConnections: [{ name: "door", privateLinkServiceId: target, groupIds: ["registry"] }],
      });
    },
    said: /PrivateEndpointNotSupported/,
  },
  "vault-purge-protection": {
    refused: (desk) => desk.vault({ enablePurgeProtection: false }),
    said: /"enablePurgeProtection" cannot be set to false/,
  },
  "vault-tenant": {
    refused: (desk) => desk.vault({ tenantId: "00000000-0000-0000-0000-000000000000" }),
    said: /vault's tenant must be that of the subscription/,
  },
  "role-principal": {
    given: (desk) => desk.registry(),
    refused: (desk) => desk.role(desk.cloud.resources[1]?.id ?? "", "00000000-0000-0000-0000-000000000000"),
    said: /PrincipalNotFound: Principal 0{32} does not exist/,
  },
  "role-twice": {
    given: (desk) =>
      desk.role(desk.registry().id, desk.identity().outputs.principalId, {
        roleAssignmentName: "0b8b0f4c-3a7e-4f0e-9d3a-2f6f3d7c1a11",
      }),
    refused: (desk) => {
      const role = desk.cloud.resources.find(({ token }) => token.endsWith("RoleAssignment"))?.inputs ?? {};
      return desk.role(textOf(role.scope), role.principalId);
    },
    said: /RoleAssignmentExists/,
  },
  "role-definition": {
    refused: (desk) =>
      desk.role(desk.registry().id, desk.identity().outputs.principalId, { roleDefinitionId: "AcrPull" }),
    said: /'AcrPull' is not the id of a role definition/,
  },
  "workspace-parts": {
    refused: (desk) =>
      desk.make("machinelearningservices:Workspace", {
        resourceGroupName,
        workspaceName: "team-ml",
        identity: { type: "SystemAssigned" },
        storageAccount: desk.account().id,
      }),
    said: /Missing dependent resources in workspace json: keyVault/,
  },
  "workspace-identity": {
    refused: (desk) =>
      desk.workspace({ identity: { type: "UserAssigned", userAssignedIdentities: [desk.identity().id] } }),
    said: /primaryUserAssignedIdentity must be one of/,
  },
  "model-version-fixed": {
    refused: (desk) => {
      desk.workspace();
      const where = { resourceGroupName, workspaceName: "team-ml", name: "wine", version: "1" };
      const made = desk.make("machinelearningservices:ModelVersion", {
        ...where,
        properties: { modelUri: "azureml://a" },
      });
      return desk.change("machinelearningservices:ModelVersion", made, {
        ...where,
        properties: { modelUri: "azureml://b" },
      });
    },
    said: /properties.modelUri of a model version is immutable/,
  },
  "diagnostics-destination": {
    refused: (desk) => desk.make("monitor:DiagnosticSetting", { resourceUri: desk.registry().id, name: "all" }),
    said: /At least one data sink needs to be specified/,
  },
  "component-workspace": {
    refused: (desk) =>
      desk.make("applicationinsights:Component", {
        resourceGroupName,
        resourceName: "insights",
        kind: "web",
        applicationType: "web",
      }),
    said: /must be based on a Log Analytics workspace/,
  },
};

/** Does not prove that Azure says the same: each rule names where it comes from. */
describe("rules of Azure in the stand-in cloud", function () {
  this.timeout(30_000);
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
  });
  afterEach(() => {
    desk.remove();
  });

  itRefuses(platformRules, rows, () => desk);

  it("refuse what is there already by its id, as azure-native does", () => {
    desk.identity();
    assert.throws(
      () => desk.identity(),
      /^Error: cannot create already existing resource '\/subscriptions\/.*\/puller'$/,
    );
  });
});
