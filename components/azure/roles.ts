import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { stableUuid } from "../internal/azure-names";
import type { PrincipalType } from "./options";

/** Built-in roles by their ids, which are the same everywhere (learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const azureRoles = {
  acrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  acrPush: "8311e382-0749-4cb8-b61a-304f252e45ec",
  contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  networkContributor: "4d97b98b-1d4f-4787-a291-c67834d212e7",
  privateDnsZoneContributor: "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
  deviceProvisioningDataContributor: "dfce44e4-17b7-4bd1-a6d1-04996ec95633",
  iotHubDataContributor: "4fc6c259-987e-4a07-842e-c321cc9d413f",
  keyVaultAdministrator: "00482a5a-887f-4fb3-b363-3b7fe8e74483",
  storageBlobDataContributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  storageBlobDataReader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  storageFileDataPrivilegedContributor: "69566ab7-960f-475b-8e7c-b3118f30c6bd",
} as const;

/** One grant: who may do what, where, and what for. */
export interface Grant {
  readonly role: keyof typeof azureRoles;
  /** Id of the resource. */
  readonly scope: pulumi.Output<string>;
  readonly principalId: pulumi.Input<string>;
  readonly principalType: PrincipalType;
  /** For people who read the assignment later. */
  readonly why: string;
}

/** A role assignment, whose name follows from what it says: made twice, it is one. */
export function assignRole(name: string, grant: Grant, options: pulumi.CustomResourceOptions): pulumi.Resource {
  const { role, scope, principalId, principalType, why } = grant;
  const roleId = azureRoles[role];
  return new authorization.RoleAssignment(
    name,
    {
      scope,
      principalId,
      principalType,
      roleDefinitionId: scope.apply(
        (id) => `${subscriptionOf(id)}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
      ),
      roleAssignmentName: pulumi
        .all([scope, principalId])
        .apply(([id, principal]) => stableUuid(id.toLowerCase(), principal.toLowerCase(), roleId)),
      description: why,
    },
    options,
  );
}

function subscriptionOf(id: string): string {
  return id.split("/").slice(0, 3).join("/");
}
