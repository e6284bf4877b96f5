import type { Values } from "../../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../../cloud";
import { loginServer } from "../outputs/compute";
import { recordOf, textOf } from "../../values";

/** Roles that may pull images: AcrPull, AcrPush, Contributor, Owner. Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles. */
const pullRoles = [
  "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  "8311e382-0749-4cb8-b61a-304f252e45ec",
  "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
];

/** The cloud's registry at a host such as `team.azurecr.io`. */
export function registryAt(cloud: Cloud, host: string): CloudResource | undefined {
  return cloud.resources.find(
    ({ id, token }) =>
      token === "azure-native:containerregistry:Registry" && loginServer(id.split("/").at(-1) ?? "") === host,
  );
}

/** Whether a container group's credential opens the registry: an identity with a role, the admin user, or a token of its own. */
export function mayPull(cloud: Cloud, registry: CloudResource, host: string, credential: Values): boolean {
  if (textOf(credential.server) !== host) {
    return false;
  }
  const identity = textOf(credential.identity);
  return identity === "" ? isUser(cloud, registry, credential) : hasRole(cloud, registry, identity);
}

function isUser(cloud: Cloud, registry: CloudResource, { username, password }: Values): boolean {
  const isAdmin = textOf(username).toLowerCase() === registry.id.split("/").at(-1)?.toLowerCase();
  if (isAdmin) {
    return registry.inputs.adminUserEnabled === true && password === cloud.key(`${registry.id}|password`);
  }
  return cloud.find(`${registry.id}/tokens/${textOf(username)}`) !== undefined && textOf(password) !== "";
}

/** The identity's principal has a role that pulls on the registry, or on what it lies in. */
function hasRole(cloud: Cloud, registry: CloudResource, identityId: string): boolean {
  const identity = cloud.find(identityId);
  if (!identity) {
    return false;
  }
  const principalId = cloud.guid(`${identity.id}|${textOf(identity.made.birth)}|principalId`);
  return (
    identity.attached === true ||
    cloud.resources.some(({ token, inputs }) => {
      const scope = textOf(inputs.scope).toLowerCase().replace(/^\/?/, "/");
      return (
        token === "azure-native:authorization:RoleAssignment" &&
        recordOf(inputs).principalId === principalId &&
        `${registry.id.toLowerCase()}/`.startsWith(`${scope}/`) &&
        pullRoles.some((role) => textOf(inputs.roleDefinitionId).toLowerCase().endsWith(role))
      );
    })
  );
}
