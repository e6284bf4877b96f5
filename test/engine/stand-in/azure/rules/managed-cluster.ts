import type { Values } from "../../../../../provider/rpc/values";
import { parseRange } from "../../../../../components/internal/azure-ranges";
import { listOf, recordOf, textOf } from "../../values";
import { type ClusterRule, docs, fixedInPools, notAllowed, poolRules, windowRules } from "./agent-pool";
import { first, type Request, type Rule } from "./rule";

/** Rules about the cluster itself. */
const clusterRules: readonly ClusterRule[] = [
  {
    id: "cluster-name",
    source: `${docs}/quotas-skus-regions.md; azure-rest-api-specs, managedClusters.json (resourceName)`,
    refuse: ({ name }) =>
      /^[a-zA-Z0-9]([\w-]{0,61}[a-zA-Z0-9])?$/.test(name)
        ? undefined
        : `InvalidParameter: The cluster name '${name}' must be 1 to 63 letters, digits, dashes and underscores.`,
  },
  {
    id: "cluster-dns-prefix",
    source: "azure-rest-api-specs, managedClusters.json (dnsPrefix)",
    refuse: ({ inputs }) =>
      /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/.test(textOf(inputs.dnsPrefix))
        ? undefined
        : `InvalidParameter: The DNS prefix '${textOf(inputs.dnsPrefix)}' must be 1 to 54 letters, digits and dashes.`,
  },
  {
    id: "cluster-system-pool",
    source: `${docs}/use-system-pools.md`,
    refuse: ({ inputs }) =>
      poolsOf(inputs).some(({ mode, count }) => mode === "System" && Number(count) > 0)
        ? undefined
        : "MustHaveOneSystemPool: The cluster must have at least one agent pool of mode 'System' with a node.",
  },
  {
    id: "cluster-pool-introduced",
    source: "pulumi/pulumi-azure-native#579, #2719",
    refuse: ({ inputs, changes }) =>
      Object.keys(changes ?? {}).some((path) => /^agentPoolProfiles(\[\d+\](\.name)?)?$/.test(path))
        ? `BadRequest: A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations: ${poolsOf(
            inputs,
          )
            .map(({ name }) => textOf(name))
            .join(", ")}.`
        : undefined,
  },
  {
    id: "cluster-pool-fixed",
    source: `${docs}/use-nvidia-gpu.md ("VM sizes can only be set for node pools during node pool creation"), resize-node-pool.md`,
    refuse: ({ changes }) =>
      first(Object.keys(changes ?? {}), (path) => {
        const property = /^agentPoolProfiles\[\d+\]\.(.+)$/.exec(path)?.[1] ?? "";
        return fixedInPools.test(property) ? notAllowed(`agentPoolProfile.${property}`) : undefined;
      }),
  },
  {
    id: "cluster-private-fixed",
    source: `${docs}/private-clusters.md (limitations)`,
    refuse: ({ changes }) =>
      first(Object.keys(changes ?? {}), (path) =>
        /^apiServerAccessProfile\.(enablePrivateCluster|privateDNSZone)$/.test(path) ? notAllowed(path) : undefined,
      ),
  },
  {
    id: "cluster-private-ranges",
    source: `${docs}/api-server-authorized-ip-ranges.md (limitations)`,
    refuse: ({ inputs }) => {
      const { enablePrivateCluster, authorizedIPRanges } = recordOf(inputs.apiServerAccessProfile);
      return enablePrivateCluster === true && listOf(authorizedIPRanges).length > 0
        ? "BadRequest: Authorized IP ranges are not supported for private clusters."
        : undefined;
    },
  },
  {
    id: "cluster-private-zone-identity",
    source: `${docs}/private-clusters.md (custom private DNS zone)`,
    refuse: ({ inputs }) => {
      const zone = textOf(recordOf(inputs.apiServerAccessProfile).privateDNSZone);
      return zone.startsWith("/") && recordOf(inputs.identity).type !== "UserAssigned"
        ? "CustomPrivateDNSZoneMissingPermissionError: A custom private DNS zone needs a user-assigned identity."
        : undefined;
    },
  },
  {
    id: "cluster-local-accounts",
    source: `${docs}/kubernetes-rbac-entra-id.md; azure-rest-api-specs, managedClusters.json (disableLocalAccounts)`,
    refuse: ({ inputs }) =>
      inputs.disableLocalAccounts === true && recordOf(inputs.aadProfile).managed !== true
        ? "BadRequest: Disabling local accounts is only supported on clusters with managed Microsoft Entra integration."
        : undefined,
  },
  {
    id: "cluster-workload-identity",
    source: `${docs}/workload-identity-deploy-cluster.md`,
    refuse: ({ inputs }) =>
      recordOf(recordOf(inputs.securityProfile).workloadIdentity).enabled === true &&
      recordOf(inputs.oidcIssuerProfile).enabled !== true
        ? "BadRequest: Workload identity needs the OIDC issuer to be enabled."
        : undefined,
  },
  {
    id: "cluster-overlay",
    source: `${docs}/azure-cni-overlay.md; azure-cni-powered-by-cilium.md`,
    refuse: ({ inputs }) => {
      const { networkPlugin, networkPluginMode, networkDataplane, networkPolicy } = recordOf(inputs.networkProfile);
      return networkPluginMode === "overlay" && networkPlugin !== "azure"
        ? "BadRequest: The network plugin mode 'overlay' needs the network plugin 'azure'."
        : (networkDataplane === "cilium") !== (networkPolicy === "cilium")
          ? "BadRequest: The network dataplane 'cilium' and the network policy 'cilium' come together."
          : undefined;
    },
  },
  {
    id: "cluster-dns-service",
    source: "azure-rest-api-specs, managedClusters.json (dnsServiceIP)",
    refuse: ({ inputs }) => {
      const { serviceCidr, dnsServiceIP } = recordOf(inputs.networkProfile);
      const [range, address] = [parseRange(textOf(serviceCidr)), parseRange(`${textOf(dnsServiceIP)}/32`)];
      const isInside =
        !range ||
        !address ||
        (address.start > range.start + 1 && address.start < range.start + 2 ** (32 - range.prefix));
      return isInside
        ? undefined
        : `InvalidParameter: The DNS service IP ${textOf(dnsServiceIP)} must be in ${textOf(serviceCidr)} and not its first.`;
    },
  },
  {
    id: "cluster-node-image",
    source: "azure-rest-api-specs, managedClusters.json (upgradeChannel: node-image)",
    refuse: ({ inputs }) => {
      const { upgradeChannel, nodeOSUpgradeChannel = "NodeImage" } = recordOf(inputs.autoUpgradeProfile);
      return upgradeChannel === "node-image" && nodeOSUpgradeChannel !== "NodeImage"
        ? "BadRequest: The upgrade channel 'node-image' needs the node OS upgrade channel 'NodeImage'."
        : undefined;
    },
  },
  {
    id: "cluster-long-term",
    source: `${docs}/long-term-support.md`,
    refuse: ({ inputs }) =>
      (inputs.supportPlan === "AKSLongTermSupport") !== (recordOf(inputs.sku).tier === "Premium")
        ? "BadRequest: The support plan 'AKSLongTermSupport' and the tier 'Premium' come together."
        : undefined,
  },
  {
    id: "cluster-subnet-role",
    source: `${docs}/configure-azure-cni.md (prerequisites: Network Contributor on the subnet)`,
    refuse: (request) =>
      first(poolsOf(request.inputs), ({ vnetSubnetID }) => {
        const subnet = textOf(vnetSubnetID);
        return subnet === "" || mayUse(request, subnet)
          ? undefined
          : `LinkedAuthorizationFailed: The cluster's identity does not have 'Microsoft.Network/virtualNetworks/subnets/join/action' on ${subnet}.`;
      }),
  },
];

const networkContributor = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** Whether one of the cluster's identities is a network contributor of the subnet, or of what holds it. */
function mayUse({ cloud, inputs }: Request, subnet: string): boolean {
  const principals = listOf(recordOf(inputs.identity).userAssignedIdentities).map((id) => {
    const found = cloud.find(textOf(id));
    return found && cloud.guid(`${found.id}|${textOf(found.made.birth)}|principalId`);
  });
  return cloud.resources.some(
    ({ token, inputs: role }) =>
      token.endsWith("authorization:RoleAssignment") &&
      principals.includes(textOf(role.principalId)) &&
      `${subnet}/`.toLowerCase().startsWith(`${textOf(role.scope)}/`.toLowerCase()) &&
      textOf(role.roleDefinitionId).endsWith(networkContributor),
  );
}

export const managedClusterRules: readonly Rule[] = [
  ...rulesOf("containerservice:ManagedCluster", clusterRules),
  ...rulesOf("containerservice:AgentPool", poolRules),
  ...rulesOf("containerservice:MaintenanceConfiguration", windowRules),
];

function rulesOf(type: string, rules: readonly ClusterRule[]): Rule[] {
  return rules.map((rule) => ({ ...rule, types: [type], on: "write" }));
}

function poolsOf(inputs: Values): Values[] {
  return listOf(inputs.agentPoolProfiles).map(recordOf);
}
