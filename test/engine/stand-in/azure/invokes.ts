import { randomUUID } from "node:crypto";
import type { Values } from "../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../cloud";
import { Refusal } from "../package";
import { idOf } from "./ids";
import { recordOf, textOf } from "../values";

/** A function of azure-native about a resource: the resource's type, and what it answers. */
interface Listing {
  readonly type: string;
  readonly answer: (found: CloudResource, cloud: Cloud, args: Values) => Values;
}

const keys = (found: CloudResource, cloud: Cloud, names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, cloud.key(`${found.id}|${name}`)]));

/** Functions that answer keys and the like, which azure-native does not mark as secret. */
const listings: Readonly<Record<string, Listing>> = {
  "containerregistry:listRegistryBuildSourceUploadUrl": {
    type: "containerregistry:Registry",
    // Another one each time, as in Azure: it must not become a resource's input.
    answer: () => {
      const relativePath = `source/${randomUUID()}.tar.gz`;
      return { relativePath, uploadUrl: `https://standin.blob.core.windows.net/${relativePath}?sig=stand-in` };
    },
  },
  "containerregistry:listRegistryCredentials": {
    type: "containerregistry:Registry",
    answer: (found, cloud) => {
      const username = found.id.split("/").at(-1) ?? "";
      if (found.inputs.adminUserEnabled !== true) {
        throw new Refusal(
          `UnAuthorizedForCredentialOperations: Cannot perform credential operations for ${found.id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
        );
      }
      const passwords = ["password", "password2"].map((name) => ({ name, value: cloud.key(`${found.id}|${name}`) }));
      return { username, passwords };
    },
  },
  "containerservice:listManagedClusterAdminCredentials": {
    type: "containerservice:ManagedCluster",
    answer: (found, cloud) => {
      if (found.inputs.disableLocalAccounts === true) {
        throw new Refusal(
          "BadRequest: Getting static credential is not allowed because this cluster is set to disable local accounts.",
        );
      }
      return credentials("clusterAdmin", { token: cloud.key(`${found.id}|admin`) }, found);
    },
  },
  "containerservice:listManagedClusterUserCredentials": {
    type: "containerservice:ManagedCluster",
    answer: (found, cloud) => {
      const args = ["get-token", "--login", "devicecode", "--tenant-id", cloud.state.tenantId];
      const isEntra = recordOf(found.inputs.aadProfile).managed === true;
      const user: Values = isEntra
        ? { exec: { command: "kubelogin", args } }
        : { token: cloud.key(`${found.id}|user`) };
      return credentials("clusterUser", user, found);
    },
  },
  "iothub:listIotHubResourceKeysForKeyName": {
    type: "iothub:IotHubResource",
    answer: (found, cloud, args) => {
      const keyName = textOf(args.keyName);
      if (keyName !== "iothubowner") {
        throw new Refusal(`NotFound: The stand-in's hubs have the policy iothubowner alone, not ${keyName}`);
      }
      const rights = "RegistryWrite, ServiceConnect, DeviceConnect";
      return { keyName, rights, ...keys(found, cloud, ["primaryKey", "secondaryKey"]) };
    },
  },
  "machinelearningservices:listBatchEndpointKeys": endpointKeys("machinelearningservices:BatchEndpoint"),
  "machinelearningservices:listOnlineEndpointKeys": endpointKeys("machinelearningservices:OnlineEndpoint"),
  "machinelearningservices:listWorkspaceKeys": {
    type: "machinelearningservices:Workspace",
    answer: (found, cloud) => keys(found, cloud, ["userStorageKey", "appInsightsInstrumentationKey"]),
  },
  "operationalinsights:getSharedKeys": {
    type: "operationalinsights:Workspace",
    answer: (found, cloud) => keys(found, cloud, ["primarySharedKey", "secondarySharedKey"]),
  },
  "storage:listStorageAccountKeys": {
    type: "storage:StorageAccount",
    answer: (found, cloud) => ({
      keys: ["key1", "key2"].map((keyName) => ({
        keyName,
        permissions: "FULL",
        value: cloud.key(`${found.id}|${keyName}`),
        creationTime: "2026-01-01T00:00:00Z",
      })),
    }),
  },
  "storage:listStorageAccountSAS": {
    type: "storage:StorageAccount",
    answer: (found, cloud) => ({ accountSasToken: sas(found, cloud, "account") }),
  },
  "storage:listStorageAccountServiceSAS": {
    type: "storage:StorageAccount",
    answer: (found, cloud, args) => ({ serviceSasToken: sas(found, cloud, textOf(args.canonicalizedResource)) }),
  },
};

/** Answers a function that needs no outputs of a resource; undefined for others. `type` has no package. */
export function invokeListing(cloud: Cloud, type: string, args: Values): Values | undefined {
  if (type === "authorization:getClientConfig") {
    const { subscriptionId, tenantId } = cloud.state;
    return { subscriptionId, tenantId, clientId: cloud.guid("client"), objectId: cloud.guid("caller") };
  }
  if (type === "authorization:getClientToken") {
    return { token: cloud.key(`token|${textOf(args.endpoint)}`) };
  }
  const listing = listings[type];
  if (!listing) {
    return undefined;
  }
  const id = idOf(listing.type, args, cloud.state.subscriptionId);
  const found = cloud.find(id);
  if (!found) {
    throw notFound(id);
  }
  return listing.answer(found, cloud, args);
}

export function notFound(id: string): Refusal {
  return new Refusal(`request failed ${id}: ResourceNotFound: The Resource '${id}' was not found.`);
}

/** The functions that the stand-in answers, besides `get…` of each of its resource types. */
export const functionNames: readonly string[] = [
  ...Object.keys(listings),
  "authorization:getClientConfig",
  "authorization:getClientToken",
];

/** A kubeconfig as Azure answers it: JSON is YAML too. */
function credentials(name: string, user: Values, { id }: CloudResource): Values {
  const cluster = id.split("/").at(-1) ?? "";
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster,
    clusters: [{ name: cluster, cluster: { server: `https://${cluster}.hcp.azmk8s.io` } }],
    contexts: [{ name: cluster, context: { cluster, user: name } }],
    users: [{ name, user }],
  });
  return { kubeconfigs: [{ name, value: Buffer.from(text).toString("base64") }] };
}

function endpointKeys(type: string): Listing {
  return { type, answer: (found, cloud) => keys(found, cloud, ["primaryKey", "secondaryKey"]) };
}

function sas(found: CloudResource, cloud: Cloud, words: string): string {
  return `sv=2024-11-04&sig=${encodeURIComponent(cloud.key(`${found.id}|sas|${words}`))}`;
}
