import type { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

/** What can change the number of a service's replicas in a cluster. */
export const ReplicaScaler = {
  /** KEDA: by what is measured of the service, such as busy replicas. */
  keda: "keda",
  /** Kubernetes' own HorizontalPodAutoscaler, by CPU: the cluster has a metrics server, and no KEDA. */
  cpu: "cpu",
  /** Nothing: the number of replicas is fixed. */
  none: "none",
} as const;
/** What can change the number of a service's replicas in a cluster. */
export type ReplicaScaler = (typeof ReplicaScaler)[keyof typeof ReplicaScaler];

/** A controller of the Gateway API (`gateway.networking.k8s.io/v1`), and the Gateway that services share where there is one. */
export interface KubernetesGateway {
  /** Name of the GatewayClass, such as `approuting-istio`. */
  readonly className: string;
  /** A Gateway that routes are attached to. @default - each service that wants one makes its own */
  readonly shared?: SharedGateway;
  /** Namespace of the pods that forward requests. @default - the Gateway's own, as with `approuting-istio` */
  readonly proxyNamespace?: string;
}

/** A Gateway that takes routes from other namespaces. */
export interface SharedGateway {
  readonly name: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  /** Name that callers use. @default - the address of the Gateway */
  readonly hostname?: pulumi.Input<string>;
  /** Whether it answers HTTPS with a certificate of its own; plain. */
  readonly hasTls: boolean;
}

/** How pods get tokens of Microsoft Entra without a secret: AKS only. */
export interface WorkloadIdentity {
  /** Who signs the tokens of the cluster's service accounts. */
  readonly oidcIssuerUrl: pulumi.Input<string>;
  /** Resource id of the user-assigned identity that pods act as. */
  readonly identityId: pulumi.Input<string>;
  /** Its client id. */
  readonly clientId: pulumi.Input<string>;
}

/** Where a cluster's nodes pull images. */
export interface ClusterRegistry {
  /** Host of the registry, such as `team.azurecr.io`. */
  readonly server: pulumi.Input<string>;
  /** Name of a Secret of the type `kubernetes.io/dockerconfigjson` in the services' namespaces. @default - the nodes may pull by themselves */
  readonly pullSecretName?: string;
}

/** Nodes of one kind, as far as a pod's requests depend on it. */
export interface NodeSize {
  /** Name for people, such as the pool's. */
  readonly name: string;
  /** CPU cores that pods of one node can be given together. */
  readonly cpuCores: number;
  /** Memory that pods of one node can be given together, GB (2³⁰ bytes). */
  readonly memoryInGb: number;
  /** GPUs of one node. */
  readonly gpus: number;
  /** Labels that select these nodes, and no others. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints that a pod must tolerate. @default - none */
  readonly taints?: readonly NodeTaint[];
}

/** A taint of nodes. */
export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** Where pools of nodes can be made for a cluster: AKS only. */
export interface NodePoolPlace {
  readonly resourceGroupName: pulumi.Input<string>;
  /** Name of the cluster in Azure. */
  readonly clusterName: pulumi.Input<string>;
  /** Region, such as `westeurope`. */
  readonly location: pulumi.Input<string>;
  /** Subnet of the nodes. @default - the cluster's own network */
  readonly subnetId?: pulumi.Input<string>;
}

/** A Kubernetes cluster that services run in; an `AksCluster` is one, and so is what is made of any kubeconfig. */
export interface KubernetesHost {
  /** Makes objects in the cluster. */
  readonly provider: Provider;
  /** What can scale services there; plain. */
  readonly scaler: ReplicaScaler;
  /** Namespace that KEDA runs in, which asks the services' pods. @default "kube-system", where AKS has it */
  readonly scalerNamespace?: string;
  /** The Gateway API controller. @default - there is none: services have a load balancer, or no address outside of the cluster */
  readonly gateway?: KubernetesGateway;
  /** How pods get tokens without a secret. @default - they don't */
  readonly workloadIdentity?: WorkloadIdentity;
  /** Where images are pulled from. @default - from where anyone may */
  readonly registry?: ClusterRegistry;
  /** Connection string of Application Insights. Kept as a secret. @default - none */
  readonly insightsConnectionString?: pulumi.Input<string>;
  /** The nodes that there are, for a check at preview: a pod must fit one of them. @default - not known, nothing is checked */
  readonly nodeSizes?: readonly NodeSize[];
  /** Where a service can make nodes of its own. @default - nowhere: it runs on those that there are */
  readonly nodePools?: NodePoolPlace;
  /** What must be there before a pod can start, such as role assignments and pools. @default - nothing */
  readonly ready?: readonly pulumi.Resource[];
  /** Labels that every object made here carries. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}
