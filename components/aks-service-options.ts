import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesHost } from "./kubernetes-host";
import type { ContainerImageReference } from "./scoring-service";
import type { KeyRotation, ServingArgs } from "./serving";

/** Who reaches a service in a cluster. */
export const Exposure = {
  /** Whoever reaches the cluster's Gateway. */
  gateway: "gateway",
  /** Whoever reaches a load balancer of the service's own: one version, no TLS. */
  loadBalancer: "loadBalancer",
  /** What runs in the cluster, as far as `callers` has it. */
  cluster: "cluster",
} as const;
/** Who reaches a service in a cluster. */
export type Exposure = (typeof Exposure)[keyof typeof Exposure];

/** Kinds of cert-manager's issuers. */
export const IssuerKind = { issuer: "Issuer", clusterIssuer: "ClusterIssuer" } as const;
/** Kinds of cert-manager's issuers. */
export type IssuerKind = (typeof IssuerKind)[keyof typeof IssuerKind];

/**
 * Where the certificate of a service's own Gateway is from, one of three: your own (certificate and key), a Secret that is there, or
 * an issuer of cert-manager. Each needs a `hostname`.
 */
export interface GatewayCertificate {
  /** PEM file with the certificate and those of its issuers, relative to the project's folder. @default - none */
  readonly certPemFile?: string;
  /** PEM file with the certificate's private key, with no passphrase. @default - none */
  readonly keyPemFile?: string;
  /** The certificate itself, in place of a file. @default - none */
  readonly certPem?: pulumi.Input<string>;
  /** The private key itself, in place of a file. Kept as a secret. @default - none */
  readonly keyPem?: pulumi.Input<string>;
  /** Secret of the type `kubernetes.io/tls` in the service's namespace. @default - none */
  readonly secretName?: string;
  /** Issuer of cert-manager, which must run in the cluster. @default - none */
  readonly issuerName?: string;
  /** What that issuer is; needs `issuerName`. @default "ClusterIssuer" */
  readonly issuerKind?: IssuerKind;
}

/** When a replica is asked how it is: `GET /`, which needs no key. */
export interface ReplicaProbe {
  /** Seconds from the replica's start, once it has started, to the first question, 0 to 3600. @default 0 */
  readonly initialDelaySeconds?: number;
  /** Seconds from one question to the next, 1 to 3600. @default 10 */
  readonly periodSeconds?: number;
  /** Seconds that an answer may take, 1 to 3600. @default 2 */
  readonly timeoutSeconds?: number;
  /** Answers in a row that count, 1 to 100; 1 for liveness. @default 1 */
  readonly successThreshold?: number;
  /** Failures in a row that count, 1 to 100. @default 3 */
  readonly failureThreshold?: number;
}

/** How a service answers gRPC as well: the Open Inference Protocol v2, by a container of the same image in each replica. */
export interface GrpcArgs {
  /** Port that callers use, 1 to 65535, none of HTTP's; at a shared Gateway that of its listener. @default 8081 */
  readonly port?: number;
  /** Listener of the host's shared Gateway that is for `GRPCRoute`s alone. @default - a listener is made, at a Gateway of the service's own */
  readonly listenerName?: string;
  /** Longest request, in MB (2²⁰ bytes), 1 to 100. @default 4, as gRPC has it */
  readonly maxMessageSizeInMb?: number;
  /** CPU cores that the container has for itself, 0.01 to 64; it may use one core, or as many as these. @default 0.1 */
  readonly cpuCores?: number;
  /** Memory that the container has for itself, and at most, in GB (2³⁰ bytes), 0.1 to 64. @default 0.5 */
  readonly memoryInGb?: number;
}

/** Pods that may call a service. */
export interface Caller {
  readonly namespace: pulumi.Input<string>;
  /** Labels that the pods have. @default - every pod of the namespace */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** How a version runs. What a version does not say, its service says for all. */
export interface ReplicaArgs {
  /** CPU cores that each replica has for itself, 0.01 to 512. @default 0.1 */
  readonly cpuCores?: number;
  /** CPU cores that a replica may use at most, at least `cpuCores`. @default - whatever is idle on its node */
  readonly cpuCoresLimit?: number;
  /** Memory that each replica has for itself, in GB (2³⁰ bytes), 0.05 to 4096. @default 0.5 */
  readonly memoryInGb?: number;
  /** Memory at which a replica is ended, in GB, at least `memoryInGb`. @default - `memoryInGb` */
  readonly memoryInGbLimit?: number;
  /** GPUs of each replica, 0 to 16. @default 0 */
  readonly gpuCount?: number;
  /** Extended resources of each replica, by their names in the nodes' status, 1 to 64 each. @default - none @example { "example.com/card": 1 } */
  readonly extendedResources?: Readonly<Record<string, number>>;
  /** Nodes to run on: a name among the host's `nodeSizes`. @default - with GPUs the first that have as many; else wherever Kubernetes chooses */
  readonly nodePool?: string;
  /** Replicas, 1 to 1000, whatever the load. @default - as many as the load wants */
  readonly numReplicas?: number;
  /** Replicas when nothing is asked, 1 to 1000. @default 1 */
  readonly minReplicas?: number;
  /** Replicas under whatever load, `minReplicas` to 1000. @default 10, or `minReplicas` if that is more */
  readonly maxReplicas?: number;
  /** Per cent of the replicas that are to be busy, 1 to 100; where CPU is measured, of their CPU. @default 70 */
  readonly targetUtilization?: number;
  /** How long a request waits for its turn in a replica, in milliseconds, 50 to 300000; then it is answered with 503. @default 500 */
  readonly maxRequestWaitTimeMs?: number;
  /** Room for temporary files of a replica, in GB, 0.01 to 1024; nothing else can be written to. @default 1 */
  readonly temporaryInGb?: number;
  /** Environment variables of the scorer; secret ones are in a Secret. @default - none */
  readonly environmentVariables?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** One of several images that answer at a service's address. */
export interface ServiceVersion extends ReplicaArgs {
  /** The image to serve. */
  readonly image: ContainerImageReference;
  /** Per cent of the requests that it answers, 0 to 100; all versions' add up to 100. Left out with a `rollout`. @default 0 */
  readonly trafficPercent?: number;
  /** Per cent of the requests that it gets a copy of, 1 to 100; its replies are dropped. Needs `trafficPercent` 0. @default - none */
  readonly mirrorPercent?: number;
}

/** What the newer version gets in a step of a rollout. */
export interface RolloutStep {
  /** Per cent of the requests that it answers, 0 to 100; never less than in the step before. @default 0 */
  readonly trafficPercent?: number;
  /** Per cent of the requests that it gets a copy of, 1 to 100, where it answers none. @default - none */
  readonly mirrorPercent?: number;
}

/** How requests move from one version to another. Every update goes to `step` and stays there, however often it is repeated. */
export interface Rollout {
  /** Version that answers what the other does not. */
  readonly from: string;
  /** Version that is to answer all. */
  readonly to: string;
  /** 1 to 20 steps, the last of them with 100 per cent. @example [{ mirrorPercent: 20 }, { trafficPercent: 10 }, { trafficPercent: 100 }] */
  readonly steps: readonly RolloutStep[];
  /** Step that holds: 0 before the first, when `to` is there and proven and answers nobody; up to the number of steps. @default 0 */
  readonly step?: number;
}

/** Arguments of {@link AksService}. What decides which objects there are is plain: it must be known when the program runs. */
export interface AksServiceArgs extends ServingArgs, ReplicaArgs {
  /** Where it runs; an `AksCluster` is one. */
  readonly host: KubernetesHost;
  /** The image to serve: short for the one version `main`. @default - `versions` has it */
  readonly image?: ContainerImageReference;
  /** 1 to 14 versions by name; several need a gateway. A name is 1 to 25 lower-case letters, digits and dashes, a letter first. @default - `image` alone */
  readonly versions?: Readonly<Record<string, ServiceVersion>>;
  /** Version that is asked where nothing divides the requests, and that the service says it is. @default - the only one, or the rollout's */
  readonly defaultVersion?: string;
  /** Moves requests from one version to another, step by step. @default - `trafficPercent` of the versions */
  readonly rollout?: Rollout;
  /** Name: 3 to 32 lower-case letters, digits and dashes, a letter first; plain. @default - the component's name */
  readonly serviceName?: string;
  /** Namespace that exists: 1 to 63 lower-case letters, digits and dashes. @default - one of the service's name, made with it */
  readonly namespace?: string;
  /** Server processes of each replica, 1 to 64: as many requests does it work on at a time. Each loads the models. @default 1 */
  readonly workers?: number;
  /** Concurrent requests that one call of `run()` may answer, 1 to 1000; plain. More than 1 needs `batch_rows = True` in the scoring script. @default 1 */
  readonly maxBatchSize?: number;
  /** Longest time for one `run()`, in milliseconds, 1 to 3600000; longer ones are answered with 500. @default 60000 */
  readonly scoringTimeoutMs?: number;
  /** Labels of every object. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Ask for a key with every request but health and version. @default true */
  readonly authEnabled?: boolean;
  /** Has a key made anew when its text changes; for keys that are not given. @default - the keys stay @example { primary: "2026-11-24" } */
  readonly keyRotation?: pulumi.Input<KeyRotation>;
  /** Who reaches it. @default "gateway" where the host has one, else "cluster" */
  readonly exposure?: Exposure;
  /** Whether its address is one of the cluster's network, not a public one; for a load balancer or Gateway of its own. @default false */
  readonly internal?: boolean;
  /** Domain that callers use; a DNS record of yours leads it to the Gateway. @default - the Gateway's address, or the shared Gateway's domain */
  readonly hostname?: string;
  /** Path before `/score` and the others. @default "/", at a shared Gateway without `hostname` "/api/v1/service/<serviceName>" */
  readonly pathPrefix?: string;
  /** HTTPS, at a Gateway of the service's own. @default - plain HTTP: keys and data can be read on their way */
  readonly tls?: GatewayCertificate;
  /** Port of the load balancer, or of the service in the cluster, 1 to 65535. @default 80 */
  readonly port?: number;
  /** Ranges of addresses that may call the load balancer, as `203.0.113.0/24`. @default - everyone */
  readonly allowedIpRanges?: readonly string[];
  /** Annotations of what makes the address: the load balancer's Service, or the Gateway's. @default - none @example { "service.beta.kubernetes.io/azure-dns-label-name": "churn" } */
  readonly addressAnnotations?: Readonly<Record<string, string>>;
  /** Answer gRPC as well, by `{}`; the image needs grpcio and protobuf. @default - REST alone */
  readonly grpc?: GrpcArgs;
  /** Pods of the cluster that may call it; all others are kept out. @default - none but the Gateway's */
  readonly callers?: readonly Caller[];
  /** Longest time from a replica's start to its first answer, in seconds, 1 to 3600. @default 310 */
  readonly startTimeoutSeconds?: number;
  /** When a replica that has started is started again. @default - after 3 failures 10 s apart */
  readonly livenessProbe?: ReplicaProbe;
  /** When a replica gets no requests. @default - after 3 failures 10 s apart */
  readonly readinessProbe?: ReplicaProbe;
  /** Let the scorer get tokens as the host's workload identity, with no secret. @default true, where the host has one */
  readonly workloadIdentityEnabled?: boolean;
  /** Report requests and failures to the host's Application Insights, at a third of the rate. @default false */
  readonly appInsightsEnabled?: boolean;
  /** Report the replies' bodies too; needs `appInsightsEnabled`. 2019's server always did. @default false */
  readonly responseLoggingEnabled?: boolean;
  /** Report what goes into `run()` and what comes out; needs `appInsightsEnabled`. @default false */
  readonly dataCollectionEnabled?: boolean;
  /** Prove each update from where the program runs: who answers, and the image's sample requests. @default true, but for "cluster" */
  readonly smokeTestEnabled?: boolean;
  /** How long that may take, in seconds, 1 to 3600. @default 600 */
  readonly smokeTestTimeoutSeconds?: pulumi.Input<number>;
}
