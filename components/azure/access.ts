import type * as pulumi from "@pulumi/pulumi";
import type { ContainerRegistry, Identity, Insights } from "./foundation";
import type { AzurePublisherArgs } from "./options";
import type { Part } from "./place";
import { assignRole, type Grant } from "./roles";

type RoleOn = readonly [suffix: string, role: Grant["role"], on: Part, why: string];

/** Containers: pull images, read models; no more, as a service can be made to do what its identity can. */
export function containerRoles(
  name: string,
  { identity, registry, account }: { identity: Identity; registry: ContainerRegistry; account: Part },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return assignAll(
    name,
    identity,
    [
      ["pull", "acrPull", registry, "Containers pull images"],
      ["read", "storageBlobDataReader", account, "Containers read models"],
    ],
    options,
  );
}

/**
 * What Azure ML asks of a user-assigned identity ("Set up service authentication", and "Disable shared key access to the workspace
 * storage account", learn.microsoft.com/azure/machine-learning). Each on the one resource, none on the resource group.
 */
export function workspaceRoles(
  name: string,
  parts: { identity: Identity; account: Part; vault: Part; registry: ContainerRegistry; insights: Insights },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { identity, account, vault, registry, insights } = parts;
  return assignAll(
    name,
    identity,
    [
      ["ml-account", "contributor", account, "Azure ML manages its containers"],
      ["ml-blobs", "storageBlobDataContributor", account, "Azure ML reads and writes its default datastore"],
      ["ml-files", "storageFileDataPrivilegedContributor", account, "Azure ML reads and writes its file share"],
      ["ml-vault", "contributor", vault, "Azure ML manages its vault"],
      ["ml-secrets", "keyVaultAdministrator", vault, "Azure ML keeps its secrets"],
      ["ml-registry", "contributor", registry, "Azure ML builds and pulls environments"],
      ["ml-insights", "contributor", insights, "Azure ML sends telemetry"],
    ],
    options,
  );
}

/** People and pipelines: upload models, push images. */
export function publisherRoles(
  name: string,
  publishers: Readonly<Record<string, AzurePublisherArgs>>,
  { registry, account }: { registry: ContainerRegistry; account: Part },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return Object.entries(publishers).flatMap(([key, publisher]) => [
    assignRole(
      `${name}-${key}-upload`,
      { ...publisher, role: "storageBlobDataContributor", scope: account.id, why: "Uploads models" },
      options,
    ),
    assignRole(
      `${name}-${key}-push`,
      { ...publisher, role: "acrPush", scope: registry.id, why: "Pushes images" },
      options,
    ),
  ]);
}

/** Where both sides are the user's, so are the roles. */
function assignAll(
  name: string,
  identity: Identity,
  roles: readonly RoleOn[],
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return roles
    .filter(([, , on]) => identity.made !== undefined || on.made !== undefined)
    .map(([suffix, role, on, why]) =>
      assignRole(
        `${name}-${suffix}`,
        { role, scope: on.id, principalId: identity.principalId, principalType: "ServicePrincipal", why },
        options,
      ),
    );
}
