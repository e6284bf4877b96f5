/**
 * Where each resource of azure-native lies in Azure Resource Manager. A path that does not begin with `/` lies in a resource group.
 * `{…}` are inputs. Source: the paths of the REST API versions that azure-native 3.28.0 names, `Azure/azure-rest-api-specs`.
 */
const paths = {
  "applicationinsights:Component": "Microsoft.Insights/components/{resourceName}",
  "authorization:ManagementLockByScope": "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
  "authorization:ManagementLockAtResourceGroupLevel": "Microsoft.Authorization/locks/{lockName}",
  "authorization:RoleAssignment": "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  "authorization:RoleDefinition": "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
  "consumption:Budget": "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
  "containerinstance:ContainerGroup": "Microsoft.ContainerInstance/containerGroups/{containerGroupName}",
  "containerregistry:AgentPool": "Microsoft.ContainerRegistry/registries/{registryName}/agentPools/{agentPoolName}",
  "containerregistry:CacheRule": "Microsoft.ContainerRegistry/registries/{registryName}/cacheRules/{cacheRuleName}",
  "containerregistry:CredentialSet":
    "Microsoft.ContainerRegistry/registries/{registryName}/credentialSets/{credentialSetName}",
  "containerregistry:Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
  "containerregistry:Replication":
    "Microsoft.ContainerRegistry/registries/{registryName}/replications/{replicationName}",
  "containerregistry:ScopeMap": "Microsoft.ContainerRegistry/registries/{registryName}/scopeMaps/{scopeMapName}",
  "containerregistry:Task": "Microsoft.ContainerRegistry/registries/{registryName}/tasks/{taskName}",
  "containerregistry:TaskRun": "Microsoft.ContainerRegistry/registries/{registryName}/taskRuns/{taskRunName}",
  "containerregistry:Token": "Microsoft.ContainerRegistry/registries/{registryName}/tokens/{tokenName}",
  "containerservice:AgentPool": "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}",
  "containerservice:MaintenanceConfiguration":
    "Microsoft.ContainerService/managedClusters/{resourceName}/maintenanceConfigurations/{configName}",
  "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters/{resourceName}",
  "deviceprovisioningservices:DpsCertificate":
    "Microsoft.Devices/provisioningServices/{provisioningServiceName}/certificates/{certificateName}",
  "deviceprovisioningservices:IotDpsResource": "Microsoft.Devices/provisioningServices/{provisioningServiceName}",
  "iothub:Certificate": "Microsoft.Devices/IotHubs/{resourceName}/certificates/{certificateName}",
  "iothub:IotHubResource": "Microsoft.Devices/IotHubs/{resourceName}",
  "keyvault:Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
  "keyvault:Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
  "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
  "machinelearningservices:BatchDeployment": ml("batchEndpoints/{endpointName}/deployments/{deploymentName}"),
  "machinelearningservices:BatchEndpoint": ml("batchEndpoints/{endpointName}"),
  "machinelearningservices:CodeContainer": ml("codes/{name}"),
  "machinelearningservices:CodeVersion": ml("codes/{name}/versions/{version}"),
  "machinelearningservices:Compute": ml("computes/{computeName}"),
  "machinelearningservices:Datastore": ml("datastores/{name}"),
  "machinelearningservices:EnvironmentContainer": ml("environments/{name}"),
  "machinelearningservices:EnvironmentVersion": ml("environments/{name}/versions/{version}"),
  "machinelearningservices:ModelContainer": ml("models/{name}"),
  "machinelearningservices:ModelVersion": ml("models/{name}/versions/{version}"),
  "machinelearningservices:OnlineDeployment": ml("onlineEndpoints/{endpointName}/deployments/{deploymentName}"),
  "machinelearningservices:OnlineEndpoint": ml("onlineEndpoints/{endpointName}"),
  "machinelearningservices:Registry": "Microsoft.MachineLearningServices/registries/{registryName}",
  "machinelearningservices:RegistryModelContainer":
    "Microsoft.MachineLearningServices/registries/{registryName}/models/{modelName}",
  "machinelearningservices:RegistryModelVersion":
    "Microsoft.MachineLearningServices/registries/{registryName}/models/{modelName}/versions/{version}",
  "machinelearningservices:Schedule": ml("schedules/{name}"),
  "machinelearningservices:Workspace": "Microsoft.MachineLearningServices/workspaces/{workspaceName}",
  "machinelearningservices:WorkspaceConnection": ml("connections/{connectionName}"),
  "managedidentity:FederatedIdentityCredential":
    "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
  "managedidentity:UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
  "monitor:ActionGroup": "Microsoft.Insights/actionGroups/{actionGroupName}",
  "monitor:AzureMonitorWorkspace": "Microsoft.Monitor/accounts/{azureMonitorWorkspaceName}",
  "monitor:DataCollectionEndpoint": "Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
  "monitor:DataCollectionRule": "Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}",
  "monitor:DataCollectionRuleAssociation":
    "/{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}",
  "monitor:DiagnosticSetting": "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
  "monitor:MetricAlert": "Microsoft.Insights/metricAlerts/{ruleName}",
  "network:NatGateway": "Microsoft.Network/natGateways/{natGatewayName}",
  "network:NetworkSecurityGroup": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
  "network:PrivateDnsZoneGroup":
    "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
  "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints/{privateEndpointName}",
  "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses/{publicIpAddressName}",
  "network:Subnet": "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
  "network:VirtualNetwork": "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
  "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
  "privatedns:PrivateRecordSet":
    "Microsoft.Network/privateDnsZones/{privateZoneName}/{recordType}/{relativeRecordSetName}",
  "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones/{privateZoneName}",
  "privatedns:VirtualNetworkLink":
    "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
  "resources:Deployment": "Microsoft.Resources/deployments/{deploymentName}",
  "resources:ResourceGroup": "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
  "storage:Blob": storage("blobServices/default/containers/{containerName}/blobs/{blobName}"),
  "storage:BlobContainer": storage("blobServices/default/containers/{containerName}"),
  "storage:BlobContainerImmutabilityPolicy": storage(
    "blobServices/default/containers/{containerName}/immutabilityPolicies/{immutabilityPolicyName}",
  ),
  "storage:BlobServiceProperties": storage("blobServices/{blobServicesName}"),
  "storage:FileShare": storage("fileServices/default/shares/{shareName}"),
  "storage:ManagementPolicy": storage("managementPolicies/{managementPolicyName}"),
  "storage:StorageAccount": "Microsoft.Storage/storageAccounts/{accountName}",
} as const;

/** What there is as soon as its parent is there, so that "creating" it is setting it. Source: `Singleton` in azure-native's metadata. */
export const singletons: ReadonlySet<string> = new Set(["storage:BlobServiceProperties"]);

/** Azure calls these the same for everybody, wherever they are. */
const inGroup = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/";

/** Resource types without their package, such as `storage:Blob`. */
export const azureTypes: readonly string[] = Object.keys(paths);

/** Path with `{…}` for inputs; undefined for types that the stand-in does not have. */
export function pathOf(type: string): string | undefined {
  const path = (paths as Readonly<Record<string, string>>)[type];
  return path === undefined || path.startsWith("/") ? path : inGroup + path;
}

/** Inputs that stand in the path. */
export function pathInputs(type: string): readonly string[] {
  return [...(pathOf(type) ?? "").matchAll(/\{(\w+)\}/g)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "subscriptionId");
}

/** `Microsoft.Storage/storageAccounts/blobServices/containers`. */
export function armType(type: string): string {
  const [, own] = (pathOf(type) ?? "").split(/^.*\/providers\//);
  if (own === undefined) {
    return "Microsoft.Resources/resourceGroups";
  }
  const [namespace = "", ...rest] = own.split("/");
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}

function ml(rest: string): string {
  return `Microsoft.MachineLearningServices/workspaces/{workspaceName}/${rest}`;
}

function storage(rest: string): string {
  return `Microsoft.Storage/storageAccounts/{accountName}/${rest}`;
}
