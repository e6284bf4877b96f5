import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { type CheckedAks, checkAksCluster, type CheckedMade, warnOf } from "./aks/checks";
import { kubeconfigOf, type Login, providerArgs } from "./aks/credentials";
import { attachCluster } from "./aks/existing";
import { enableGateway, makeGateway } from "./aks/gateway";
import { devicePlugin } from "./aks/gpus";
import { knownOf } from "./aks/known";
import { type Cluster, makeCluster, type Options } from "./aks/managed-cluster";
import { collect } from "./aks/monitoring";
import { hasGpus, makePool } from "./aks/pools";
import { schedule } from "./aks/upgrades";
import type * as options from "./aks-options";
import { assignRole } from "./azure/roles";
import type { AzureHost } from "./azure-host";
import { KubeLogin } from "./internal/kubeconfig";
import { Problems } from "./internal/validate";
import type { KubernetesGateway, KubernetesHost, NodePoolPlace, ReplicaScaler } from "./kubernetes-host";
import { secretly } from "./serving";

/** Arguments of {@link AksCluster}. */
export interface AksClusterArgs {
  /** Where it is made, and what it pulls images from; an `AzureWorkspace` is one. */
  readonly host: AzureHost;
  /** A cluster of the user's own, in place of one that is made. @default - one is made */
  readonly existing?: options.AksExistingArgs;
  /** 1 to 63 letters, digits, dashes and underscores. @default - made from the component's name */
  readonly clusterName?: pulumi.Input<string>;
  /** `dev-test` lifts the rule of 12 vCPUs, and asks Azure for no promise. @default "fast-prod" */
  readonly clusterPurpose?: options.ClusterPurpose;
  /** Nodes that services run on, 1 to 1000; times the vCPUs of `vmSize` at least 12. @default 3; 1 with `clusterPurpose: "dev-test"` */
  readonly agentCount?: number;
  /** Size of these nodes. A change makes new ones, moves the pods, and deletes the old ones. @default "Standard_D4s_v5" */
  readonly vmSize?: string;
  /** Let the cluster autoscaler decide how many of these nodes there are; in place of `agentCount`. @default - `agentCount` nodes */
  readonly autoscale?: options.AutoscaleArgs;
  /** Availability zones of all nodes. @default - Azure chooses */
  readonly zones?: readonly string[];
  /** Nodes of the cluster's own parts. @default - 2 of Standard_D4s_v5; 1 with `clusterPurpose: "dev-test"` */
  readonly systemPool?: options.SystemPoolArgs;
  /** Further nodes, by a name of 1 to 6 lower-case letters. @default - none */
  readonly pools?: Readonly<Record<string, options.AksPoolArgs>>;
  /** Where the nodes' network lies. @default - Azure makes one; pods have an overlay, and Cilium enforces policies */
  readonly network?: options.AksNetworkArgs;
  /** Who reaches the API server. Everyone needs credentials. @default "public" */
  readonly apiServer?: "public" | options.AksApiServerArgs;
  /** Login by Microsoft Entra. @default - by certificate */
  readonly entra?: options.AksEntraArgs;
  /** What Azure promises. @default "Standard"; "Free" with `clusterPurpose: "dev-test"` */
  readonly tier?: options.ClusterTier;
  /** Version of Kubernetes. @default - Azure's own choice */
  readonly kubernetesVersion?: string;
  /** When and to what it is upgraded by itself. @default - patches and nodes' images, at any time */
  readonly upgrades?: options.AksUpgradeArgs;
  /** What is known of it. @default - containers' output, where the host has Log Analytics */
  readonly monitoring?: options.AksMonitoringArgs;
  /** The KEDA add-on, which scales services by what is measured of them. @default true */
  readonly keda?: boolean;
  /** The add-on by which pods read secrets of a Key Vault. @default true */
  readonly keyVaultSecrets?: boolean;
  /** Who gives services an address; `app-routing` needs the Azure CLI where `pulumi up` runs. @default "app-routing" */
  readonly gateway?: options.AksGateway;
  /** HTTPS for all services at one gateway. @default - each service has a gateway of its own */
  readonly tls?: options.AksTlsArgs;
  /** Let the nodes pull from the host's registry. @default true */
  readonly assignRoles?: boolean;
}

/**
 * An Azure Kubernetes cluster for services: a new one, or one of the user's own. Services run on pools of their own, which are replaced
 * without a pause: the new nodes come first, then the pods move, then the old nodes go.
 */
export class AksCluster extends pulumi.ComponentResource implements KubernetesHost {
  readonly clusterName: pulumi.Output<string>;
  /** Its id in Azure. */
  readonly clusterId: pulumi.Output<string>;
  /** Version of Kubernetes that runs. */
  readonly kubernetesVersion: pulumi.Output<string>;
  /** How to reach it. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Who signs the tokens of its service accounts; undefined where nobody does. */
  readonly oidcIssuerUrl: pulumi.Output<string | undefined>;
  /** Connection string of the host's Application Insights. Secret. */
  readonly insightsConnectionString: pulumi.Output<string> | undefined;
  /** Makes objects in the cluster. */
  readonly provider: Provider;
  readonly scaler: ReplicaScaler;
  readonly gateway: KubernetesGateway | undefined;
  readonly workloadIdentity: KubernetesHost["workloadIdentity"];
  readonly registry: KubernetesHost["registry"];
  readonly nodeSizes: KubernetesHost["nodeSizes"];
  readonly nodePools: NodePoolPlace;
  /** Pools, role and gateway. */
  readonly ready: readonly pulumi.Resource[];

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: AksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:AksCluster", name, recorded(args), opts);
    const problems = new Problems(this);
    const today = new Date();
    const plan = checkAksCluster(problems, args, today);
    problems.throwIfAny();
    warnOf(args, plan, today, this);

    const { host } = args;
    const { existing, made } = plan;
    const known = knownOf(plan);
    const children = { parent: this };
    const cluster = existing ? attachCluster(host, existing, today, children) : makeCluster(name, host, made, children);
    const kubeconfig = kubeconfigOf(cluster, loginOf(plan), children);
    this.provider = new Provider(`${name}-kubernetes`, providerArgs(cluster, kubeconfig), children);
    this.nodePools = poolPlaceOf(host, cluster);
    const nodes = made ? makeNodes(name, args, made, cluster, this, children) : [];
    const role = plan.assignRoles ? [pullRole(`${name}-pull`, host, cluster, children)] : [];
    const gateway = gatewayOf(name, args, plan, cluster, this.provider, { ...children, dependsOn: nodes });
    this.ready = [...role, ...nodes, ...gateway.ready];

    this.gateway = gateway.gateway;
    this.scaler = known.scaler;
    this.nodeSizes = known.nodeSizes;
    this.registry = { server: host.registryServer };
    this.workloadIdentity = known.hasWorkloadIdentity ? identityOf(host, cluster) : undefined;
    this.clusterName = cluster.name;
    this.clusterId = cluster.id;
    this.kubernetesVersion = cluster.version;
    this.kubeconfig = kubeconfig;
    this.oidcIssuerUrl = cluster.oidcIssuerUrl;
    this.insightsConnectionString = secretly(host.insightsConnectionString);
    this.registerOutputs({
      clusterName: this.clusterName,
      clusterId: this.clusterId,
      kubernetesVersion: this.kubernetesVersion,
      kubeconfig: this.kubeconfig,
      oidcIssuerUrl: this.oidcIssuerUrl,
      insightsConnectionString: this.insightsConnectionString,
    });
  }
}

/** What stands in the state of the arguments: no host, and the certificate's key as a secret. */
function recorded({ host: _host, tls, ...args }: AksClusterArgs): pulumi.Inputs {
  return { ...args, tls: tls && { ...tls, keyPem: secretly(tls.keyPem) } };
}

function loginOf({ existing, made }: CheckedAks): Login {
  if (existing) {
    return { as: existing.credentials, kubeLogin: KubeLogin.azureCli };
  }
  // With Entra, what users are answered has them log in; the certificate is the administrators'.
  const isByCertificate = made.entra !== undefined && !made.entra.disableLocalAccounts;
  return { as: isByCertificate ? "admin" : "user", kubeLogin: made.entra?.login ?? KubeLogin.azureCli };
}

/** Everything about nodes and what they report; returns what pods wait for. */
function makeNodes(
  name: string,
  { host }: AksClusterArgs,
  made: CheckedMade,
  cluster: Cluster,
  { provider, nodePools }: AksCluster,
  children: Options,
): pulumi.Resource[] {
  const entries = Object.entries(made.pools);
  const pools = entries.map(([key, pool]) => makePool(`${name}-pool-${key}`, key, pool, nodePools, children));
  const withGpus = entries.filter(([, pool]) => hasGpus(pool)).map(([key]) => key);
  if (withGpus.length > 0) {
    devicePlugin(`${name}-gpus`, withGpus, provider, { ...children, dependsOn: pools });
  }
  collect(name, host, made, cluster, children);
  schedule(name, made, cluster, children);
  return pools;
}

function poolPlaceOf({ location }: AzureHost, { resourceGroupName, name, made }: Cluster): NodePoolPlace {
  return { resourceGroupName, clusterName: name, location, ...(made?.subnetId ? { subnetId: made.subnetId } : {}) };
}

function pullRole(name: string, { registryId = "" }: AzureHost, cluster: Cluster, children: Options): pulumi.Resource {
  const grant = { role: "acrPull", principalType: "ServicePrincipal", why: "Nodes pull images" } as const;
  const to = { scope: pulumi.output(registryId), principalId: cluster.kubeletObjectId };
  return assignRole(name, { ...grant, ...to }, children);
}

function gatewayOf(
  name: string,
  { host }: AksClusterArgs,
  plan: CheckedAks,
  cluster: Cluster,
  provider: Provider,
  children: Options,
): { readonly gateway: KubernetesGateway | undefined; readonly ready: pulumi.Resource[] } {
  const { made, tls } = plan;
  const { className } = knownOf(plan);
  if (className === undefined) {
    return { gateway: undefined, ready: [] };
  }
  const enabled = made ? [enableGateway(`${name}-gateway-api`, cluster, children)] : [];
  if (tls === undefined) {
    return { gateway: { className }, ready: enabled };
  }
  const own = pulumi.mergeOptions(children, { dependsOn: enabled });
  const { shared, resource } = makeGateway(`${name}-gateway`, tls, className, host, provider, own as Options);
  return { gateway: { className, shared }, ready: [...enabled, resource] };
}

function identityOf(host: AzureHost, cluster: Cluster): KubernetesHost["workloadIdentity"] {
  return {
    oidcIssuerUrl: cluster.oidcIssuerUrl.apply((url) => url ?? ""),
    identityId: host.identityId,
    clientId: host.identityClientId,
  };
}
