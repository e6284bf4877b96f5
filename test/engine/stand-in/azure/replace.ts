import { pathInputs } from "./types";

/** Inputs whose change makes azure-native replace the resource. `[]` stands for any index. */
const forceNew: Readonly<Record<string, readonly string[]>> = {
  // `forceNewMap` of pulumi-azure-native, provider/pkg/gen/replacement.go.
  "authorization:RoleAssignment": ["principalId", "scope"],
  "containerservice:AgentPool": ["gpuInstanceProfile", "vmSize"],
  "containerservice:ManagedCluster": [
    "diskEncryptionSetID",
    "dnsPrefix",
    "fqdnSubdomain",
    "linuxProfile",
    "location",
    "nodeResourceGroup",
    "windowsProfile",
    ...["serviceCidr", "serviceCidrs", "dnsServiceIP", "networkMode", "networkPlugin", "networkPluginMode"].map(
      (name) => `networkProfile.${name}`,
    ),
    ...["podCidr", "networkDataplane", "networkPolicy", "outboundType"].map((name) => `networkProfile.${name}`),
  ],
  "network:PrivateEndpoint": ["subnet"],
  "network:PublicIPAddress": ["location", "publicIPAddressVersion", "publicIPPrefix", "sku"],
  "network:VirtualNetwork": ["location"],
  "resources:ResourceGroup": ["location"],
  "storage:StorageAccount": ["isHnsEnabled", "location"],
  // `x-ms-mutability: [create, read]` in the API descriptions of Azure/azure-rest-api-specs.
  "applicationinsights:Component": ["location"],
  "containerinstance:ContainerGroup": ["location"],
  "containerregistry:Registry": ["location"],
  "keyvault:Vault": ["location"],
  "machinelearningservices:CodeVersion": ["properties.codeUri"],
  "machinelearningservices:EnvironmentVersion": ["properties.autoRebuild", "properties.build", "properties.condaFile"],
  "machinelearningservices:OnlineDeployment": ["location", "properties.instanceType"],
  "machinelearningservices:OnlineEndpoint": ["location", "properties.keys"],
  "machinelearningservices:BatchEndpoint": ["location", "properties.keys"],
  "machinelearningservices:Workspace": ["location"],
  "managedidentity:UserAssignedIdentity": ["location"],
  "operationalinsights:Workspace": ["location"],
  "storage:Blob": ["contentMd5", "source", "type"],
};

/** Whether azure-native replaces a resource when the property at that path changes. */
export function replaces(type: string, path: string): boolean {
  const plain = path.replace(/\[\d+\]/g, "[]");
  return [...pathInputs(type), ...(forceNew[type] ?? [])].some(
    (key) => plain === key || plain.startsWith(`${key}.`) || plain.startsWith(`${key}[`),
  );
}
