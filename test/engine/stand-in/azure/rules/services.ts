import type { Cloud } from "../../cloud";
import { listOf, recordOf, textOf } from "../../values";
import type { Rule } from "./rule";

/** Rules of single services. */
export const serviceRules: readonly Rule[] = [
  {
    id: "blob-needs-keys",
    types: ["storage:Blob"],
    on: "write",
    source: "pulumi/pulumi-azure-native#2015, #1364: storage.Blob uses account keys",
    refuse: ({ cloud, id }) =>
      cloud.find(id.replace(/\/blobServices\/.*$/i, ""))?.inputs.allowSharedKeyAccess === false
        ? "KeyBasedAuthenticationNotPermitted: Key based authentication is not permitted on this storage account."
        : undefined,
  },
  {
    id: "dps-link-needs-keys",
    types: ["deviceprovisioningservices:IotDpsResource"],
    on: "write",
    source: "learn.microsoft.com/azure/iot-dps/how-to-manage-linked-iot-hubs: a policy of the hub with its key",
    refuse: ({ cloud, inputs }) => {
      const links = listOf(recordOf(inputs.properties).iotHubs).map((one) => textOf(recordOf(one).connectionString));
      const names = links.map((link) => (/HostName=([^.;]+)/.exec(link)?.[1] ?? "").toLowerCase());
      const hubs = cloud.resources.filter(({ token }) => token === "azure-native:iothub:IotHubResource");
      const linked = hubs.filter(({ id }) => names.includes((id.split("/").at(-1) ?? "").toLowerCase()));
      return linked.some((hub) => recordOf(hub.inputs.properties).disableLocalAuth === true)
        ? "InvalidConnectionString: The IoT hub does not let in shared access policies: disableLocalAuth is set."
        : undefined;
    },
  },
  {
    id: "registry-premium",
    types: ["containerregistry:Registry"],
    on: "write",
    source: "learn.microsoft.com/azure/container-registry/container-registry-skus",
    refuse: ({ inputs }) => {
      const tier = textOf(recordOf(inputs.sku).name);
      const feature = [
        inputs.publicNetworkAccess === "Disabled" && "publicNetworkAccess",
        inputs.networkRuleSet !== undefined && "networkRuleSet",
        inputs.zoneRedundancy === "Enabled" && "zoneRedundancy",
        recordOf(recordOf(inputs.policies).retentionPolicy).status === "enabled" && "policies.retentionPolicy",
        inputs.dataEndpointEnabled === true && "dataEndpointEnabled",
      ].find((name) => name !== false);
      return feature !== undefined && tier !== "Premium"
        ? `FeatureNotSupported: '${feature}' is not supported for the SKU ${tier}; it needs Premium.`
        : undefined;
    },
  },
  {
    id: "registry-endpoint-premium",
    types: ["network:PrivateEndpoint"],
    on: "write",
    source: "learn.microsoft.com/azure/container-registry/container-registry-private-link",
    refuse: ({ inputs, cloud }) => {
      const connections = [
        ...listOf(inputs.privateLinkServiceConnections),
        ...listOf(inputs.manualPrivateLinkServiceConnections),
      ];
      const targets = connections.map((one) => cloud.find(textOf(recordOf(one).privateLinkServiceId)));
      return targets.some(
        (one) =>
          one?.token.endsWith("containerregistry:Registry") === true &&
          one.attached !== true &&
          recordOf(one.inputs.sku).name !== "Premium",
      )
        ? "PrivateEndpointNotSupported: Private endpoints of a container registry need its SKU Premium."
        : undefined;
    },
  },
  {
    id: "vault-purge-protection",
    types: ["keyvault:Vault"],
    on: "write",
    source: "learn.microsoft.com/rest/api/keyvault (enablePurgeProtection: 'the property does not accept false')",
    refuse: ({ inputs }) =>
      recordOf(inputs.properties).enablePurgeProtection === false
        ? `BadRequest: The property "enablePurgeProtection" cannot be set to false.`
        : undefined,
  },
  {
    id: "vault-tenant",
    types: ["keyvault:Vault"],
    on: "write",
    source: "learn.microsoft.com/rest/api/keyvault (tenantId)",
    refuse: ({ inputs, cloud }) =>
      recordOf(inputs.properties).tenantId === cloud.state.tenantId
        ? undefined
        : "BadRequest: The vault's tenant must be that of the subscription.",
  },
  {
    id: "role-principal",
    types: ["authorization:RoleAssignment"],
    on: "write",
    source: "learn.microsoft.com/azure/role-based-access-control/troubleshooting (PrincipalNotFound)",
    refuse: ({ inputs, cloud }) => {
      const principal = textOf(inputs.principalId);
      return principals(cloud).includes(principal)
        ? undefined
        : `PrincipalNotFound: Principal ${principal.replaceAll("-", "")} does not exist in the directory ${cloud.state.tenantId}.`;
    },
  },
  {
    id: "role-twice",
    types: ["authorization:RoleAssignment"],
    on: "write",
    source: "learn.microsoft.com/azure/role-based-access-control/troubleshooting (RoleAssignmentExists)",
    refuse: ({ id, inputs, cloud }) => {
      const key = (one: typeof inputs): string =>
        [one.principalId, one.scope, one.roleDefinitionId].map((part) => textOf(part).toLowerCase()).join("|");
      const other = cloud.resources.find(
        (one) =>
          one.token.endsWith("authorization:RoleAssignment") &&
          one.id.toLowerCase() !== id.toLowerCase() &&
          key(one.inputs) === key(inputs),
      );
      return other && "RoleAssignmentExists: The role assignment already exists.";
    },
  },
  {
    id: "role-definition",
    types: ["authorization:RoleAssignment"],
    on: "write",
    source: "learn.microsoft.com/rest/api/authorization/role-assignments/create",
    refuse: ({ inputs }) =>
      /\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(
        textOf(inputs.roleDefinitionId),
      )
        ? undefined
        : `InvalidRoleDefinitionId: '${textOf(inputs.roleDefinitionId)}' is not the id of a role definition.`,
  },
  {
    id: "workspace-parts",
    types: ["machinelearningservices:Workspace"],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/how-to-create-workspace-template",
    refuse: ({ inputs }) => {
      const missing = ["storageAccount", "keyVault", "identity"].find((name) => inputs[name] === undefined);
      return missing && `ValidationError: Missing dependent resources in workspace json: ${missing}.`;
    },
  },
  {
    id: "workspace-identity",
    types: ["machinelearningservices:Workspace"],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/how-to-setup-authentication (user-assigned managed identity)",
    refuse: ({ inputs }) => {
      const identity = recordOf(inputs.identity);
      const primary = textOf(inputs.primaryUserAssignedIdentity).toLowerCase();
      const assigned = listOf(identity.userAssignedIdentities).map((id) => textOf(id).toLowerCase());
      return (textOf(identity.type) === "UserAssigned" && primary === "") ||
        (primary !== "" && !assigned.includes(primary))
        ? "ValidationError: primaryUserAssignedIdentity must be one of the workspace's user-assigned identities."
        : undefined;
    },
  },
  {
    id: "model-version-fixed",
    types: ["machinelearningservices:ModelVersion", "machinelearningservices:RegistryModelVersion"],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/how-to-manage-models: versions are immutable",
    refuse: ({ changes }) => {
      const path = Object.keys(changes ?? {}).find((one) => /^properties\.(modelUri|modelType|flavors)\b/.test(one));
      return path && `UserError: The ${path} of a model version is immutable.`;
    },
  },
  {
    id: "diagnostics-destination",
    types: ["monitor:DiagnosticSetting"],
    on: "write",
    source: "learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
    refuse: ({ inputs }) =>
      (inputs.workspaceId ?? inputs.storageAccountId ?? inputs.eventHubAuthorizationRuleId) === undefined
        ? "BadRequest: At least one data sink needs to be specified."
        : undefined,
  },
  {
    id: "component-workspace",
    types: ["applicationinsights:Component"],
    on: "write",
    source:
      "learn.microsoft.com/azure/azure-monitor/app/create-workspace-resource: classic components retired on 2024-02-29",
    refuse: ({ inputs }) =>
      inputs.workspaceResourceId === undefined
        ? "BadRequest: Application Insights components must be based on a Log Analytics workspace (workspaceResourceId)."
        : undefined,
  },
];

/** Object ids of everything in the directory that can have a role: identities, and whoever runs the stack. */
function principals(cloud: Cloud): string[] {
  const identities = cloud.resources.flatMap(({ id, made }) => {
    const birth = textOf(made.birth);
    return ["principalId", "kubeletObject"].map((what) => cloud.guid(`${id}|${birth}|${what}`));
  });
  return [...identities, cloud.guid("caller")];
}
