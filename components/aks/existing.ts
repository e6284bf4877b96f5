import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import { attach } from "../azure/place";
import type { AzureHost } from "../azure-host";
import { attachableVersion, unsupportedVersion } from "../internal/kubernetes-versions";
import { Problems } from "../internal/validate";
import type { CheckedAks } from "./checks";
import type { Cluster, Options } from "./managed-cluster";

type Existing = NonNullable<CheckedAks["existing"]>;
type Found = containerservice.GetManagedClusterResult;

/**
 * Reads a cluster of the user's. It must be what the arguments say of it; the problems come when it was read, all at once, and nothing
 * that needs it goes on then.
 */
export function attachCluster(host: AzureHost, existing: Existing, today: Date, { parent }: Options): Cluster {
  const place = { resourceGroupName: pulumi.output(host.resourceGroupName) };
  const part = attach(
    "existing.cluster",
    existing.cluster,
    place,
    parent,
    ({ resourceGroupName, name: resourceName }) =>
      containerservice.getManagedClusterOutput({ resourceGroupName, resourceName }, { parent }),
  );
  const found = part.found.apply((cluster) => checked(cluster, existing, today, parent));
  return {
    id: found.id,
    name: found.name,
    resourceGroupName: part.resourceGroupName,
    version: found.currentKubernetesVersion,
    oidcIssuerUrl: found.apply(({ oidcIssuerProfile }) => oidcIssuerProfile?.issuerURL),
    kubeletObjectId: found.apply(({ identityProfile }) => identityProfile?.["kubeletidentity"]?.objectId ?? ""),
  };
}

function checked(cluster: Found, existing: Existing, today: Date, owner: pulumi.Resource): Found {
  const problems = new Problems(owner);
  const version = cluster.currentKubernetesVersion;
  problems.plain("existing.cluster", version, attachableVersion);
  const claims = [
    ["keda", existing.keda, cluster.workloadAutoScalerProfile?.keda?.enabled, "the KEDA add-on"],
    [
      "workloadIdentity",
      existing.workloadIdentity,
      hasWorkloadIdentity(cluster),
      "an OIDC issuer and workload identity",
    ],
  ] as const;
  for (const [property, isClaimed, isThere, what] of claims) {
    if (isClaimed && isThere !== true) {
      const flag = property === "keda" ? "--enable-keda" : "--enable-oidc-issuer --enable-workload-identity";
      const remedy = `az aks update --name ${cluster.name} ${flag} turns it on`;
      problems.add(
        `existing.${property}`,
        `must be left out, as '${cluster.name}' does not have ${what}`,
        "true",
        remedy,
      );
    }
  }
  problems.throwIfAny();
  const warning = unsupportedVersion(version, today, cluster.sku?.tier === "Premium");
  if (warning !== undefined) {
    void pulumi.log.warn(warning, owner);
  }
  return cluster;
}

function hasWorkloadIdentity({ oidcIssuerProfile, securityProfile }: Found): boolean {
  return oidcIssuerProfile?.issuerURL !== undefined && securityProfile?.workloadIdentity?.enabled === true;
}
