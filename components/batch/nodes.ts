import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import { assignRole } from "../azure/roles";
import type { BatchScoringPoolArgs } from "../batch-scoring-pool-options";
import { hashedName } from "../internal/aml-rules";
import { computeReplacedBy, renderCompute } from "../render/batch-compute";
import type { CheckedNodes, Nodes } from "./check-nodes";
import { after, type Options, within } from "./place";

/** A cluster of nodes, made here or not. */
export interface Cluster {
  readonly name: pulumi.Output<string>;
  /** What has to be there before a deployment can be made on it. */
  readonly ready: readonly pulumi.Resource[];
}

/** Who the nodes are. */
export interface NodeIdentity {
  readonly id: pulumi.Input<string>;
  readonly roles: readonly pulumi.Resource[];
}

/** The identity of the nodes, with what it may do: pull images, read inputs, write results. */
export function nodeIdentity(
  name: string,
  { workspace }: BatchScoringPoolArgs,
  { identity, grants }: CheckedNodes,
  tags: Readonly<Record<string, string>>,
  options: Options,
): NodeIdentity {
  const { resourceGroupName, location } = workspace;
  const own =
    identity ??
    new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName, resourceName: ownName(`${name}-identity`), location, tags },
      options,
    );
  const { principalId } = own;
  if (!grants || principalId === undefined) {
    return { id: own.id, roles: [] };
  }
  const to = { principalId, principalType: "ServicePrincipal" } as const;
  const on = (id: pulumi.Input<string> | undefined) => pulumi.output(id ?? "");
  const roles = [
    assignRole(
      `${name}-pull`,
      { ...to, role: "acrPull", scope: on(workspace.registryId), why: "Nodes pull images" },
      options,
    ),
    assignRole(
      `${name}-data`,
      {
        ...to,
        role: "storageBlobDataContributor",
        scope: on(workspace.datastore.accountId),
        why: "Nodes read inputs and write results",
      },
      options,
    ),
  ];
  return { id: own.id, roles };
}

/**
 * A cluster. Its name in Azure has a hash of what can't change in place, so that the new one is made before the old one is deleted;
 * how many nodes there are, and for how long, changes in place.
 */
export function makeCluster(
  name: string,
  stem: string,
  { workspace }: BatchScoringPoolArgs,
  { vmSize, vmPriority, minNodes, maxNodes, idleSeconds }: Nodes,
  { subnetId, nodePublicIp }: CheckedNodes,
  identity: NodeIdentity,
  tags: Readonly<Record<string, string>>,
  options: Options,
): Cluster {
  const { workspaceId, location } = workspace;
  const shape = { vmSize, vmPriority, subnetId, nodePublicIp, location, identity: identity.id, workspaceId };
  const own = pulumi.output(shape).apply((known) => hashedName(stem, 24, { ...known, own: ownName(name) }));
  const compute = new ml.Compute(
    name,
    {
      ...within(workspace),
      computeName: own,
      location,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      properties: renderCompute({
        location,
        vmSize,
        vmPriority,
        minNodes,
        maxNodes,
        idleSeconds,
        subnetId,
        nodePublicIp,
      }),
      tags,
    },
    // azure-native would delete first what has a name of ours.
    { ...after(options, ...identity.roles), replaceOnChanges: computeReplacedBy, deleteBeforeReplace: false },
  );
  return { name: own, ready: [compute] };
}
