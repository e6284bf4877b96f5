import { randomUUID } from "node:crypto";
import type { Values } from "../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../cloud";
import { Refusal } from "../package";
import { idOf } from "./ids";
import { textOf } from "../values";

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

function endpointKeys(type: string): Listing {
  return { type, answer: (found, cloud) => keys(found, cloud, ["primaryKey", "secondaryKey"]) };
}

function sas(found: CloudResource, cloud: Cloud, words: string): string {
  return `sv=2024-11-04&sig=${encodeURIComponent(cloud.key(`${found.id}|sas|${words}`))}`;
}
