/** What Azure would answer, as far as the components read it. */

const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";

/** Token → type in Azure, and the input that holds the name. */
const kinds: Readonly<Record<string, readonly [type: string, name: string]>> = {
  "storage:StorageAccount": ["Microsoft.Storage/storageAccounts", "accountName"],
  "keyvault:Vault": ["Microsoft.KeyVault/vaults", "vaultName"],
  "operationalinsights:Workspace": ["Microsoft.OperationalInsights/workspaces", "workspaceName"],
  "applicationinsights:Component": ["Microsoft.Insights/components", "resourceName"],
  "containerregistry:Registry": ["Microsoft.ContainerRegistry/registries", "registryName"],
  "machinelearningservices:Workspace": ["Microsoft.MachineLearningServices/workspaces", "workspaceName"],
  "managedidentity:UserAssignedIdentity": ["Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName"],
  "network:VirtualNetwork": ["Microsoft.Network/virtualNetworks", "virtualNetworkName"],
  "network:PrivateEndpoint": ["Microsoft.Network/privateEndpoints", "privateEndpointName"],
  "privatedns:PrivateZone": ["Microsoft.Network/privateDnsZones", "privateZoneName"],
};

/** Id of a resource in the mocks' subscription. */
export function armId(group: string, type: string, name: string): string {
  return `${subscription}/resourceGroups/${group}/providers/${type}/${name}`;
}

/** Id and outputs of a resource of azure-native that was made; undefined for another package's. */
export function azureResource(
  token: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): { id: string; outputs: Record<string, unknown> } | undefined {
  const kind = /^azure-native:(\w+:\w+)$/.exec(token)?.[1];
  if (kind === undefined) {
    return undefined;
  }
  const group = textOf(inputs["resourceGroupName"]) ?? `${name}-made`;
  if (kind === "resources:ResourceGroup") {
    return { id: `${subscription}/resourceGroups/${group}`, outputs: { name: group } };
  }
  const [type, property] = kinds[kind] ?? [`Microsoft.Mock/${kind.replace(":", ".")}`, "name"];
  const own = textOf(inputs[property]) ?? `${name}-made`;
  return { id: armId(group, type, own), outputs: { name: own, ...computed(kind, own) } };
}

/** Result of a function of azure-native; undefined for one that is not known. */
export function azureCall(token: string, args: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const [, module = "", wanted = ""] = /^azure-native:(\w+):get(\w+)$/.exec(token) ?? [];
  const group = textOf(args["resourceGroupName"]) ?? "";
  if (wanted === "ResourceGroup") {
    return { id: `${subscription}/resourceGroups/${group}`, name: group, location: "northeurope" };
  }
  if (wanted === "SharedKeys") {
    return { primarySharedKey: `key-of-${textOf(args["workspaceName"]) ?? ""}`, secondarySharedKey: "second" };
  }
  const kind = `${module}:${wanted}`;
  const [type, property = ""] = kinds[kind] ?? [];
  const name = textOf(args[property]);
  return type === undefined || name === undefined
    ? undefined
    : { id: armId(group, type, name), name, location: "northeurope", ...computed(kind, name, group) };
}

function computed(kind: string, name: string, group = ""): Record<string, unknown> {
  const outputs: Readonly<Record<string, Record<string, unknown>>> = {
    "storage:StorageAccount": { primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` } },
    "operationalinsights:Workspace": { customerId: `customer-${name}` },
    "applicationinsights:Component": {
      connectionString: `InstrumentationKey=canary-${name}`,
      instrumentationKey: `canary-${name}`,
    },
    "containerregistry:Registry": { loginServer: `${name}.azurecr.io` },
    "machinelearningservices:Workspace": {
      workspaceId: `guid-of-${name}`,
      ...(group === "" ? {} : { storageAccount: armId(group, "Microsoft.Storage/storageAccounts", "theirs") }),
    },
    "managedidentity:UserAssignedIdentity": {
      principalId: `principal-${name}`,
      clientId: `client-${name}`,
      tenantId: "tenant",
    },
  };
  return outputs[kind] ?? {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
