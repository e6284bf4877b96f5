import type { Values } from "../../../../../provider/rpc/values";
import { type Outputs, own, type Resource, withProperties } from "./context";
import { listOf, recordOf, textOf } from "../../values";

/** What the platform's resources answer. Shapes: the `…Response` types of azure-native 3.28.0. */
export const platformOutputs: Readonly<Record<string, Outputs>> = {
  "applicationinsights:Component": (resource) => {
    const instrumentationKey = own(resource, "instrumentationKey");
    const appId = own(resource, "appId");
    const ingestion = `https://${resource.location}-1.in.applicationinsights.azure.com/`;
    return {
      appId,
      applicationId: resource.name,
      instrumentationKey,
      connectionString: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${ingestion};ApplicationId=${appId}`,
      tenantId: resource.cloud.state.tenantId,
    };
  },
  "deviceprovisioningservices:IotDpsResource": (resource) => {
    const { name } = resource;
    const idScope = `0ne${resource.cloud.stable(`${resource.id}|scope`, 8).toUpperCase()}`;
    const serviceOperationsHostName = `${name}.azure-devices-provisioning.net`;
    const deviceProvisioningHostName = "global.azure-devices-provisioning.net";
    return withProperties(resource, {
      idScope,
      serviceOperationsHostName,
      deviceProvisioningHostName,
      state: "Active",
    });
  },
  "iothub:IotHubResource": (resource) =>
    withProperties(resource, {
      hostName: `${resource.name}.azure-devices.net`,
      state: "Active",
      provisioningState: "Succeeded",
    }),
  "authorization:RoleAssignment": ({ inputs }) => ({
    principalType: textOf(inputs.principalType) || "ServicePrincipal",
  }),
  "keyvault:Secret": ({ inputs, name }) => ({
    properties: {
      ...recordOf(inputs.properties),
      secretUri: `https://${textOf(inputs.vaultName)}.vault.azure.net/secrets/${name}`,
    },
  }),
  "keyvault:Vault": (resource) =>
    withProperties(resource, { vaultUri: `https://${resource.name}.vault.azure.net/`, provisioningState: "Succeeded" }),
  "managedidentity:UserAssignedIdentity": (resource) => ({
    principalId: own(resource, "principalId"),
    clientId: own(resource, "clientId"),
    tenantId: resource.cloud.state.tenantId,
  }),
  "network:PrivateEndpoint": (resource) => ({
    networkInterfaces: [{ id: `${resource.id.replace(/privateEndpoints/, "networkInterfaces")}.nic` }],
  }),
  "network:Subnet": () => ({ purpose: "" }),
  "network:VirtualNetwork": ({ id, inputs }) => ({
    subnets: listOf(inputs.subnets).map((subnet) => ({
      ...recordOf(subnet),
      id: `${id}/subnets/${textOf(recordOf(subnet).name)}`,
    })),
  }),
  "operationalinsights:Workspace": (resource) => ({ customerId: own(resource, "customerId") }),
  "storage:Blob": ({ inputs, name }) => ({
    name,
    url: `https://${textOf(inputs.accountName)}.blob.core.windows.net/${textOf(inputs.containerName)}/${name}`,
  }),
  "storage:StorageAccount": ({ name, location }) => ({
    primaryEndpoints: endpoints(name),
    primaryLocation: location,
    statusOfPrimary: "available",
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: true,
  }),
};

function endpoints(name: string): Values {
  const services = ["blob", "dfs", "file", "queue", "table"].map((service) => [
    service,
    `https://${name}.${service}.core.windows.net/`,
  ]);
  return { ...(Object.fromEntries(services) as Values), web: `https://${name}.z6.web.core.windows.net/` };
}

/** The identity of a resource, as Azure answers it: ids of its own, and those of each identity that it was given. */
export function identityOutputs(resource: Resource): Values {
  const asked = recordOf(resource.inputs.identity);
  if (Object.keys(asked).length === 0) {
    return {};
  }
  const type = textOf(asked.type);
  const assigned = listOf(asked.userAssignedIdentities).map((id): [string, Values] => {
    const found = resource.cloud.find(textOf(id));
    const seed = { ...resource, id: textOf(id), birth: textOf(found?.made.birth) };
    return [textOf(id), { principalId: own(seed, "principalId"), clientId: own(seed, "clientId") }];
  });
  return {
    identity: {
      type,
      ...(type.includes("SystemAssigned")
        ? { principalId: own(resource, "principalId"), tenantId: resource.cloud.state.tenantId }
        : {}),
      ...(assigned.length > 0 ? { userAssignedIdentities: Object.fromEntries(assigned) } : {}),
    },
  };
}
