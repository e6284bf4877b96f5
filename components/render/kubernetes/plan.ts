import type * as pulumi from "@pulumi/pulumi";

/**
 * What the objects of a service in a cluster are rendered from. All of it is plain, so that which objects there are, their names and
 * their numbers are known in every preview; `pulumi.Input` stands only where a value comes from another resource.
 */
export interface KubernetesServicePlan {
  /** Name of the service, and of what there is one of: 3 to 32 lower-case letters, digits and dashes, a letter first. */
  readonly serviceName: string;
  readonly namespace: string;
  /** Whether the namespace is made too, with the Pod Security standard `restricted` enforced in it. @default false */
  readonly ownsNamespace?: boolean;
  /** Labels of every object, beside those that the renders need; values have at most 63 characters. */
  readonly labels: Readonly<Record<string, string>>;
  /** 1 to 14, each with another name; their `trafficPercent` add up to 100 and one of them is the default. */
  readonly versions: readonly VersionPlan[];
  /** SHA-256 of each accepted key, as JSON (`keyDigests`); undefined without authentication. Secret. */
  readonly keyDigests?: pulumi.Input<string>;
  /** Client id of the managed identity that the pods may use; undefined without one. */
  readonly workloadIdentityClientId?: pulumi.Input<string>;
  /** `kubernetes.io/dockerconfigjson` Secret of the namespace; undefined where the nodes may pull. */
  readonly pullSecretName?: string;
  readonly exposure: Exposure;
  /** Who may call the pods, beside the gateway. Everyone else is kept out. */
  readonly peers: readonly NetworkPeer[];
  /** A server that speaks gRPC in each replica, beside the scoring server; undefined: there is none. */
  readonly grpc?: GrpcPlan;
}

/** What speaks gRPC in a replica, and where callers find it. */
export interface GrpcPlan {
  /** Port of the Services, and of the listener of a gateway of the service's own. */
  readonly port: number;
  /** Listener of a gateway that exists, for gRPC alone. */
  readonly listenerName?: string;
  /** Longest request. */
  readonly maxMessageBytes: number;
  /** Cores that it has for itself; it may use one, or these if they are more. */
  readonly cpuCores: number;
  /** GiB that it has for itself, and at most. */
  readonly memoryInGb: number;
}

/** Who reaches the service, and how. Only a gateway divides traffic: without one all of it goes to the default version. */
export type Exposure = GatewayExposure | LoadBalancerExposure | ClusterExposure;

/** A route at a Gateway API gateway. */
export interface GatewayExposure {
  readonly kind: "gateway";
  /** A gateway that exists, or one of the service's own. */
  readonly gateway: GatewayReference | OwnGateway;
  /** Namespace of the pods that forward requests: the gateway's own, unless the controller runs them elsewhere. */
  readonly proxyNamespace: pulumi.Input<string>;
  /** Domains of the route; none: whatever the gateway answers for. */
  readonly hostnames: readonly string[];
  /** `/`, or a path that is cut off before the request reaches the server. */
  readonly pathPrefix: string;
  /** Paths of the server, and all below them, that the route does not lead to. */
  readonly hiddenPaths: readonly string[];
}

/** A gateway that exists. */
export interface GatewayReference {
  readonly name: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  /** Its listener; undefined for each that takes the route. */
  readonly sectionName?: string;
}

/** A gateway of the service's own; its name is the service's. */
export interface OwnGateway {
  readonly className: string;
  /** Whether its address is in the cluster's network only. */
  readonly isInternal: boolean;
  /** Undefined: it answers without TLS. */
  readonly tls?: GatewayTls;
  /** Annotations of the gateway's own Service, such as a DNS label. */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
}

/** Where a gateway's certificate is from: a Secret of the namespace, PEM texts, or cert-manager. */
export type GatewayTls =
  | { readonly from: "secret"; readonly secretName: string }
  | { readonly from: "pem"; readonly certificate: pulumi.Input<string>; readonly key: pulumi.Input<string> }
  | { readonly from: "issuer"; readonly issuerKind: "Issuer" | "ClusterIssuer"; readonly issuerName: string };

/** A load balancer of the cloud's, without TLS. */
export interface LoadBalancerExposure {
  readonly kind: "loadBalancer";
  readonly isInternal: boolean;
  readonly port: number;
  /** CIDR ranges that may call; empty: everyone. */
  readonly allowedRanges: readonly string[];
  /** Annotations of the Service, such as a DNS label. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** No address outside the cluster. */
export interface ClusterExposure {
  readonly kind: "cluster";
  readonly port: number;
}

/** Pods that may call; without `podLabels` all of the namespace. */
export interface NetworkPeer {
  readonly namespace: pulumi.Input<string>;
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** One version of the service: an image and how it runs. */
export interface VersionPlan {
  /** 1 to 25 lower-case letters, digits and dashes; a letter first, no dash last. */
  readonly name: string;
  /** `registry/repository@sha256:…`. */
  readonly imageRef: pulumi.Input<string>;
  /** Content identity, 64 hex characters. */
  readonly imageIdentity: pulumi.Input<string>;
  /** Share of the requests that it answers, 0 to 100. */
  readonly trafficPercent: number;
  /** Answers where there is no gateway. */
  readonly isDefault: boolean;
  /** Share of the requests that it is sent a copy of, 1 to 100; its answers are dropped. Needs a gateway. */
  readonly mirrorPercent?: number;
  /** Variables of the container; none of them secret. */
  readonly environment: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Variables that are secret; undefined without any. */
  readonly secretEnvironment?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Cores that each replica has for itself. */
  readonly cpuCores: number;
  /** GiB that each replica has for itself. */
  readonly memoryInGb: number;
  /** What a replica may use at most: at least what it has for itself; `cpuCores` undefined: whatever is idle. */
  readonly limits: { readonly cpuCores?: number; readonly memoryInGb: number };
  /** GPUs of each replica, 0 or more. */
  readonly gpus: number;
  /** Extended resources of each replica, by name. */
  readonly extendedResources?: Readonly<Record<string, number>>;
  /** Labels of the nodes that it may run on. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly replicas: ReplicasPlan;
  /** Scoring requests that a replica works on at a time: its processes, times what each has in a batch. */
  readonly maxConcurrentRequests: number;
  readonly scoringTimeoutMs: number;
  /** How long a request waits in a replica before it is answered with 503. */
  readonly maxRequestWaitTimeMs: number;
  readonly probes: ProbesPlan;
  /** How long a replica that ends goes on taking requests, until no proxy sends it any. */
  readonly preStopSeconds: number;
  /** Time from a replica's end being decided to its being killed; `preStopSeconds` are part of it. */
  readonly terminationGraceSeconds: number;
  /** GiB of `/tmp`. */
  readonly temporaryInGb: number;
  /** Folders that may be written to beside `/tmp`; all else is read-only. */
  readonly writableFolders?: readonly string[];
}

/** What a node's taint may be for pods to run there all the same. */
export interface Toleration {
  readonly key: string;
  /** Undefined: any. */
  readonly value?: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

/** So many replicas, or as many as the load wants. */
export type ReplicasPlan = { readonly kind: "fixed"; readonly count: number } | AutoscaledReplicas;

/** As many replicas as the load wants. */
export interface AutoscaledReplicas {
  readonly kind: "autoscaled";
  /** 1 or more. */
  readonly min: number;
  readonly max: number;
  /** Per cent of what the replicas can hold at a time (of their CPU, when that is measured) that is to be in use. */
  readonly targetUtilization: number;
  /** What the load is measured by. */
  readonly measure: LoadMeasure;
}

/**
 * What the load is measured by (ADR 0014): KEDA asks a replica at `path` how many requests all of them have in hand, running and
 * waiting; or the cluster's metrics server says how much CPU they use.
 */
export type LoadMeasure =
  | {
      readonly by: "requests";
      readonly path: string;
      readonly format: "json" | "prometheus";
      /** Where in the answer the number stands: a GJSON path, or the name of a metric. */
      readonly valueLocation: string;
    }
  | { readonly by: "cpu" };

/** When a replica is asked how it is. */
export interface ProbesPlan {
  /** Until it answers, the other two are not asked. */
  readonly startup: ProbePlan;
  readonly readiness: ProbePlan;
  readonly liveness: ProbePlan;
}

/** When a replica is asked, and how often it may fail. */
export interface ProbePlan {
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}
