import type * as pulumi from "@pulumi/pulumi";
import type { KubeLogin } from "./internal/kubeconfig";
import type { NodeTaint } from "./kubernetes-host";

/** What a cluster is for. */
export const ClusterPurpose = { fastProd: "fast-prod", devTest: "dev-test" } as const;
/** What a cluster is for. */
export type ClusterPurpose = (typeof ClusterPurpose)[keyof typeof ClusterPurpose];

/** What Azure promises of the control plane, and what it costs: see docs/costs.md. */
export const ClusterTier = { free: "Free", standard: "Standard", premium: "Premium" } as const;
/** What Azure promises of the control plane. */
export type ClusterTier = (typeof ClusterTier)[keyof typeof ClusterTier];

/** Who decides which pods may talk to each other. */
export const NetworkPolicyEngine = { cilium: "cilium", calico: "calico", azure: "azure" } as const;
/** Who decides which pods may talk to each other. */
export type NetworkPolicyEngine = (typeof NetworkPolicyEngine)[keyof typeof NetworkPolicyEngine];

/** Which versions of Kubernetes a cluster takes by itself. */
export const UpgradeChannel = {
  none: "none",
  patch: "patch",
  stable: "stable",
  rapid: "rapid",
  nodeImage: "node-image",
} as const;
/** Which versions of Kubernetes a cluster takes by itself. */
export type UpgradeChannel = (typeof UpgradeChannel)[keyof typeof UpgradeChannel];

/** Which updates of its nodes' system a cluster takes by itself. */
export const NodeOsUpgradeChannel = {
  none: "None",
  unmanaged: "Unmanaged",
  securityPatch: "SecurityPatch",
  nodeImage: "NodeImage",
} as const;
/** Which updates of its nodes' system a cluster takes by itself. */
export type NodeOsUpgradeChannel = (typeof NodeOsUpgradeChannel)[keyof typeof NodeOsUpgradeChannel];

/** A day of the week. */
export const Weekday = {
  sunday: "Sunday",
  monday: "Monday",
  tuesday: "Tuesday",
  wednesday: "Wednesday",
  thursday: "Thursday",
  friday: "Friday",
  saturday: "Saturday",
} as const;
/** A day of the week. */
export type Weekday = (typeof Weekday)[keyof typeof Weekday];

/** Who gives services an address: Azure's own Gateway API controller, or nobody. */
export const AksGateway = { appRouting: "app-routing", none: "none" } as const;
/** Who gives services an address. */
export type AksGateway = (typeof AksGateway)[keyof typeof AksGateway];

/** A cluster of the user's own: it is read, and neither changed nor deleted. */
export interface AksExistingArgs {
  /** Its name in the host's resource group, or its whole id. */
  readonly cluster: pulumi.Input<string>;
  /** Whether it has the KEDA add-on; an error if it does not. @default false */
  readonly keda?: boolean;
  /** Whether it has an OIDC issuer and workload identity, so that pods need no secrets; an error if it does not. @default false */
  readonly workloadIdentity?: boolean;
  /** Name of the GatewayClass that services use, such as `approuting-istio`. @default - no gateway */
  readonly gatewayClassName?: string;
  /** Log in as cluster administrator, with a certificate; `user` where its local accounts are off. @default "user" */
  readonly credentials?: "user" | "admin";
  /** Size of the nodes that services run on, for a check of what they ask for. @default - not known, nothing is checked */
  readonly vmSize?: string;
}

/** How many nodes there are, decided by the cluster autoscaler. */
export interface AutoscaleArgs {
  /** Nodes at least, 0 to 1000. */
  readonly minCount: number;
  /** Nodes at most, 1 to 1000. */
  readonly maxCount: number;
}

/** The nodes that the cluster's own parts run on. */
export interface SystemPoolArgs {
  /** Size with at least 4 vCPUs and 4 GB, none of the series B. It can't change in place: see docs/aks-cluster.md. @default "Standard_D4s_v5" */
  readonly vmSize?: string;
  /** Nodes, 2 to 100; 1 with `clusterPurpose: "dev-test"`. @default 2; 1 with `clusterPurpose: "dev-test"` */
  readonly count?: number;
  /** Availability zones. It can't change in place. @default - those of `zones` */
  readonly zones?: readonly string[];
}

/** Nodes of one kind, beside those of `agentCount`. */
export interface AksPoolArgs {
  /** Size of the machines. A change makes a new pool, then moves the pods, then deletes the old one. */
  readonly vmSize: string;
  /** Nodes, 0 to 1000; 1 or more for a pool of the mode `System`. @default 1, without `autoscale` */
  readonly count?: number;
  /** Let the cluster autoscaler decide. @default - `count` nodes */
  readonly autoscale?: AutoscaleArgs;
  /** `System` pools can hold the cluster's own parts. @default "User" */
  readonly mode?: "User" | "System";
  /** Availability zones. @default - Azure chooses */
  readonly zones?: readonly string[];
  /** Machines that Azure takes back when it needs them, at a lower price; `User` pools only. @default false */
  readonly spot?: boolean;
  /** Pods of one node, 10 to 250, 30 or more for a pool of the mode `System`. Each takes 20 MB of what is left to pods. @default 110 */
  readonly maxPods?: number;
  /** Size of a node's disk in GB, 30 to 2048. @default - Azure's, by the size of the machine */
  readonly osDiskSizeInGb?: number;
  /** Labels of the nodes. @default - `scorestack/pool` alone */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints of the nodes. @default - `sku=gpu:NoSchedule` where the size has GPUs */
  readonly taints?: readonly NodeTaint[];
}

/** Where the nodes' network lies. 2019's six fields (`vnet…`, `subnetName`, `serviceCidr`, `dnsServiceIp`, `dockerBridgeCidr`) come together. */
export interface AksNetworkArgs {
  /** Id of a subnet of the user's own; in place of the three names. @default - a network is made with the nodes */
  readonly subnetId?: pulumi.Input<string>;
  /** Resource group of the virtual network. @default - none */
  readonly vnetResourceGroupName?: pulumi.Input<string>;
  /** Name of the virtual network. @default - none */
  readonly vnetName?: pulumi.Input<string>;
  /** Name of the subnet. @default - none */
  readonly subnetName?: pulumi.Input<string>;
  /** Range of the services' addresses in the cluster; with `dnsServiceIp`. @default "10.0.0.0/16" */
  readonly serviceCidr?: string;
  /** Address of the cluster's DNS in `serviceCidr`, not its first. @default "10.0.0.10" */
  readonly dnsServiceIp?: string;
  /** 2019's range of Docker's bridge. Nodes have no Docker any more: it is taken, warned of, and changes nothing. @default - none */
  readonly dockerBridgeCidr?: string;
  /** Range of the pods' addresses. @default "10.244.0.0/16" */
  readonly podCidr?: string;
  /** Who enforces network policies. @default "cilium" */
  readonly policyEngine?: NetworkPolicyEngine;
  /** How nodes reach the internet; `userDefinedRouting` needs a subnet of the user's own. @default "loadBalancer" */
  readonly outboundType?: "loadBalancer" | "managedNATGateway" | "userDefinedRouting";
}

/** Who reaches the API server: these ranges, or the network alone. */
export interface AksApiServerArgs {
  /** 1 to 200 public ranges in CIDR form, among them that of whoever runs `pulumi up`. @default - not by range */
  readonly authorizedIpRanges?: readonly string[];
  /** No public address: `pulumi up` has to run inside the network. It can't change in place. @default false */
  readonly privateCluster?: boolean;
  /** Id of a private DNS zone of the user's own, for a private cluster. @default - Azure makes one */
  readonly privateDnsZoneId?: pulumi.Input<string>;
}

/** Login by Microsoft Entra. */
export interface AksEntraArgs {
  /** Object ids of groups whose members administer the cluster. @default - none */
  readonly adminGroupObjectIds?: readonly pulumi.Input<string>[];
  /** Let Azure roles decide who may do what in the cluster, rather than Kubernetes' own. @default true */
  readonly azureRbac?: boolean;
  /** Turn off certificates, so that Entra is the only way in; whoever runs `pulumi up` then needs kubelogin and a role. @default false */
  readonly disableLocalAccounts?: boolean;
  /** How kubelogin gets a token; with `disableLocalAccounts`. @default "azurecli" */
  readonly login?: KubeLogin;
}

/** When and to what the cluster is upgraded by itself. */
export interface AksUpgradeArgs {
  /** Versions of Kubernetes: patches, the last but one minor version, the last one, or the nodes' images alone. @default "patch" */
  readonly channel?: UpgradeChannel;
  /** Updates of the nodes' system. @default "NodeImage" */
  readonly nodeOsChannel?: NodeOsUpgradeChannel;
  /** When it may happen. @default - at any time */
  readonly window?: MaintenanceWindowArgs;
}

/** A time of the week for upgrades. */
export interface MaintenanceWindowArgs {
  /** Its day. */
  readonly day: Weekday;
  /** When it begins, `HH:MM`. */
  readonly startTime: string;
  /** How long it lasts, 4 to 24 hours. @default 4 */
  readonly durationHours?: number;
  /** Distance of `startTime` from UTC. @default "+00:00" */
  readonly utcOffset?: string;
  /** Every how many weeks, 1 to 4. @default 1 */
  readonly everyWeeks?: number;
}

/** What is known of the cluster. */
export interface AksMonitoringArgs {
  /** Send containers' output to the host's Log Analytics workspace. @default true, where the host has one */
  readonly containerLogs?: boolean;
  /** Keep metrics in a managed Prometheus. @default false */
  readonly managedPrometheus?: boolean;
}

/** HTTPS for all services of the cluster at one gateway: a certificate of your own, all three, or a name of Azure's. */
export interface AksTlsArgs {
  /** The certificate and those of its issuers, PEM. @default - none */
  readonly certPem?: pulumi.Input<string>;
  /** Its private key, PEM, with no passphrase. Kept as a secret. @default - none */
  readonly keyPem?: pulumi.Input<string>;
  /** Name that the certificate is for and callers use; a DNS record of yours leads it to the gateway. @default - none */
  readonly cname?: pulumi.Input<string>;
  /** First part of `<label>.<region>.cloudapp.azure.com`; needs `clusterIssuer`. @default - none */
  readonly leafDomainLabel?: string;
  /** Name of a cert-manager ClusterIssuer in the cluster, which has the certificate issued for `leafDomainLabel`. @default - none */
  readonly clusterIssuer?: string;
}
