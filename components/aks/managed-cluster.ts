import * as containerservice from "@pulumi/azure-native/containerservice";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import { assignRole } from "../azure/roles";
import type { AzureHost } from "../azure-host";
import { defaultMaxPods } from "./check-pools";
import type { CheckedMade } from "./checks";

/** What a resource is made with: its component, above all. */
export type Options = pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource };

/** A cluster, made here or read, as far as everything else needs it. */
export interface Cluster {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly version: pulumi.Output<string>;
  /** Who signs the tokens of service accounts; undefined where nobody does. */
  readonly oidcIssuerUrl: pulumi.Output<string | undefined>;
  /** Object id of the identity that pulls images. */
  readonly kubeletObjectId: pulumi.Output<string>;
  /** Only where it was made here. */
  readonly made?: {
    readonly resource: containerservice.ManagedCluster;
    readonly inputs: containerservice.ManagedClusterArgs;
    readonly subnetId?: pulumi.Input<string>;
  };
}

/**
 * What Azure changes in no cluster that is there, beside what azure-native knows (its own list: network profile, DNS prefix, region and
 * some more). Source: azure-aks-docs, private-clusters.md; node-pool-unique-subnet.md.
 */
export const clusterReplacedBy = [
  "apiServerAccessProfile.enablePrivateCluster",
  "apiServerAccessProfile.privateDNSZone",
  "agentPoolProfiles[0].vnetSubnetID",
];

/** Makes the cluster, with the identity that it acts as and what that may do. */
export function makeCluster(name: string, host: AzureHost, plan: CheckedMade, options: Options): Cluster {
  const { resourceGroupName, location, tags } = host;
  const identity = new managedidentity.UserAssignedIdentity(
    `${name}-identity`,
    { resourceGroupName, resourceName: ownName(`${name}-identity`), location, tags },
    options,
  );
  const subnetId = subnetOf(plan.network, options);
  const inputs = clusterInputs(name, host, plan, { identityId: identity.id, subnetId });
  const dependsOn = [...grant(name, identity.principalId, plan, subnetId, options), ...(host.ready ?? [])];
  const resource = new containerservice.ManagedCluster(
    name,
    inputs,
    pulumi.mergeOptions(options, { dependsOn, replaceOnChanges: clusterReplacedBy }),
  );
  return {
    id: resource.id,
    name: resource.name,
    resourceGroupName,
    version: resource.currentKubernetesVersion,
    oidcIssuerUrl: resource.oidcIssuerProfile.apply((profile) => profile?.issuerURL),
    kubeletObjectId: resource.identityProfile.apply((profile) => profile?.["kubeletidentity"]?.objectId ?? ""),
    made: { resource, inputs, subnetId },
  };
}

/** The subnet of the user's own: by its id, or by 2019's three names. */
function subnetOf(
  { subnetId, vnetResourceGroupName, vnetName, subnetName }: CheckedMade["network"],
  options: Options,
): pulumi.Input<string> | undefined {
  if (vnetResourceGroupName === undefined || vnetName === undefined || subnetName === undefined) {
    return subnetId;
  }
  const where = { resourceGroupName: vnetResourceGroupName, virtualNetworkName: vnetName, subnetName };
  return network.getSubnetOutput(where, options).apply(({ id = "" }) => id);
}

/** The cluster manages addresses in a subnet, and records in a zone, that are the user's. */
function grant(
  name: string,
  principalId: pulumi.Output<string>,
  { apiServer }: CheckedMade,
  subnetId: pulumi.Input<string> | undefined,
  options: Options,
): pulumi.Resource[] {
  const grantOn =
    (suffix: string, role: "networkContributor" | "privateDnsZoneContributor", why: string) =>
    (scope: pulumi.Input<string> | undefined): pulumi.Resource[] =>
      scope === undefined
        ? []
        : [
            assignRole(
              `${name}-${suffix}`,
              { role, scope: pulumi.output(scope), principalId, principalType: "ServicePrincipal", why },
              options,
            ),
          ];
  return [
    ...grantOn(
      "subnet-role",
      "networkContributor",
      "The cluster puts nodes and load balancers into its subnet",
    )(subnetId),
    ...grantOn(
      "zone-role",
      "privateDnsZoneContributor",
      "The cluster keeps its API server's record",
    )(apiServer?.privateDnsZoneId),
  ];
}

function clusterInputs(
  name: string,
  host: AzureHost,
  plan: CheckedMade,
  own: { readonly identityId: pulumi.Output<string>; readonly subnetId?: pulumi.Input<string> },
): containerservice.ManagedClusterArgs {
  const { entra, upgrades } = plan;
  const resourceName = plan.clusterName ?? ownName(name);
  return {
    resourceGroupName: host.resourceGroupName,
    resourceName,
    location: host.location,
    tags: host.tags,
    sku: { name: "Base", tier: plan.tier },
    ...(plan.tier === "Premium" ? { supportPlan: "AKSLongTermSupport" } : {}),
    identity: { type: "UserAssigned", userAssignedIdentities: [own.identityId] },
    kubernetesVersion: plan.kubernetesVersion,
    dnsPrefix: pulumi.output(resourceName).apply(dnsPrefix),
    enableRBAC: true,
    disableLocalAccounts: entra?.disableLocalAccounts ?? false,
    aadProfile: entra && {
      managed: true,
      enableAzureRBAC: entra.azureRbac,
      adminGroupObjectIDs: entra.adminGroupObjectIds,
    },
    agentPoolProfiles: [systemPool(plan, own.subnetId)],
    autoScalerProfile: { expander: "least-waste" },
    networkProfile: networkProfile(plan),
    apiServerAccessProfile: apiServerProfile(plan),
    autoUpgradeProfile: { upgradeChannel: upgrades.channel, nodeOSUpgradeChannel: upgrades.nodeOsChannel },
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true } },
    workloadAutoScalerProfile: { keda: { enabled: plan.keda } },
    addonProfiles: addons(plan),
    azureMonitorProfile: { metrics: { enabled: plan.monitoring.managedPrometheus } },
  };
}

function dnsPrefix(clusterName: string): string {
  return clusterName.replaceAll("_", "-").slice(0, 54).replace(/-+$/, "");
}

/** The one pool that lies in the cluster itself: Azure can't take it out, nor change most of it. */
function systemPool({ system }: CheckedMade, subnetId: pulumi.Input<string> | undefined) {
  return {
    name: "system",
    mode: "System",
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    vmSize: system.vmSize,
    count: system.count,
    maxPods: defaultMaxPods,
    availabilityZones: system.zones && [...system.zones],
    vnetSubnetID: subnetId,
    nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
    upgradeSettings: { maxSurge: "33%" },
  };
}

function networkProfile({ network: { policyEngine, ...wanted } }: CheckedMade) {
  return {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkDataplane: policyEngine === "cilium" ? "cilium" : "azure",
    networkPolicy: policyEngine,
    loadBalancerSku: "standard",
    outboundType: wanted.outboundType,
    podCidr: wanted.podCidr,
    serviceCidr: wanted.serviceCidr,
    dnsServiceIP: wanted.dnsServiceIp,
  };
}

function apiServerProfile({ apiServer }: CheckedMade) {
  return apiServer?.privateCluster
    ? {
        enablePrivateCluster: true,
        enablePrivateClusterPublicFQDN: false,
        privateDNSZone: apiServer.privateDnsZoneId ?? "system",
      }
    : // Azure would run commands in the cluster for whoever may change it, past these ranges.
      {
        authorizedIPRanges: apiServer?.authorizedIpRanges && [...apiServer.authorizedIpRanges],
        disableRunCommand: true,
      };
}

function addons({ keyVaultSecrets, monitoring: { logsId } }: CheckedMade) {
  return {
    azureKeyvaultSecretsProvider: keyVaultSecrets
      ? { enabled: true, config: { enableSecretRotation: "true" } }
      : { enabled: false },
    omsagent:
      logsId === undefined
        ? { enabled: false }
        : { enabled: true, config: { logAnalyticsWorkspaceResourceID: logsId, useAADAuth: "true" } },
  };
}
