import * as pulumi from "@pulumi/pulumi";
import type { AksServiceArgs, KubernetesHost } from "../../components";
import { containerImage as image } from "./aci-host";
import { makeCertificate } from "./certificates";
import { clusterHost } from "./kubernetes-host";

export const hostname = "churn.example.com";
export const own = makeCertificate(hostname);
const other = makeCertificate("other.example.com");
const expired = makeCertificate(hostname, {
  from: new Date("2020-01-01T00:00:00Z"),
  until: new Date("2020-02-01T00:00:00Z"),
});
export const text = { certPem: own.certificate, keyPem: own.key };
const insights = "InstrumentationKey=12345678-1234-4234-8234-123456789012";
const withInsights: KubernetesHost = { ...clusterHost, insightsConnectionString: insights };
const bare: KubernetesHost = { ...clusterHost, gateway: undefined };
const shared: KubernetesHost = {
  ...clusterHost,
  gateway: { className: "approuting-istio", shared: { name: "team", namespace: "gateways", hasTls: true } },
};
const sharedWithHost: KubernetesHost = {
  ...clusterHost,
  gateway: { className: "approuting-istio", shared: { name: "team", namespace: "gateways", hasTls: true, hostname } },
};
const small: KubernetesHost = {
  ...clusterHost,
  nodeSizes: [{ name: "cpu", cpuCores: 3.8, memoryInGb: 12.5, gpus: 0 }],
};
export const two = { blue: { image }, green: { image } };
export const rollout = { from: "blue", to: "green", steps: [{ trafficPercent: 100 }] };

/** What a user gets wrong, and the whole error. */
export type Row = readonly [args: Partial<Record<keyof AksServiceArgs, unknown>>, error: string];

export const onlyImage = { image: undefined };
/** One row for each rule of `AksService`. */
export const rows: readonly Row[] = [
  [onlyImage, "'image' must be given, or 'versions', got neither"],
  [
    { versions: { main: { image, trafficPercent: 100 } } },
    "'image' must be left out where 'versions' is given; leave one of them out",
  ],
  [
    { image: { ...image, identity: "latest" } },
    "'image.identity' must be a content identity of 64 hex characters, got 'latest'",
  ],
  [
    { image: { ...image, ref: "team.azurecr.io/churn:latest" } },
    "'image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got 'team.azurecr.io/churn:latest'; other tags can move",
  ],
  [
    { ...onlyImage, versions: { main: { image: { ...image, ref: "team.azurecr.io/churn:v1" } } } },
    "'versions.main.image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got 'team.azurecr.io/churn:v1'; other tags can move",
  ],
  [{ ...onlyImage, versions: {} }, "'versions' must be 1 to 14 versions, got 0"],
  [
    {
      ...onlyImage,
      versions: { Blue: { image }, ["v".repeat(26)]: { image, trafficPercent: 100 } },
      defaultVersion: "v".repeat(26),
    },
    `'versions' must have names of 1 to 25 lower-case letters, digits and dashes, a letter first and no dash last, got 'Blue', '${"v".repeat(26)}'`,
  ],
  [
    {
      ...onlyImage,
      versions: { blue: { image, trafficPercent: 80 }, green: { image, trafficPercent: 10 } },
      defaultVersion: "blue",
    },
    "'versions' must have a 'trafficPercent' each that add up to 100, got 90: 'blue' 80, 'green' 10",
  ],
  [
    {
      ...onlyImage,
      versions: { blue: { image, trafficPercent: 99.5 }, green: { image, trafficPercent: 0.5 } },
      defaultVersion: "blue",
    },
    "'versions.blue.trafficPercent' must be an integer from 0 to 100, got 99.5\n'versions.green.trafficPercent' must be an integer from 0 to 100, got 0.5",
  ],
  [
    {
      ...onlyImage,
      versions: { blue: { image, trafficPercent: 100 }, green: { image, mirrorPercent: 0 } },
      defaultVersion: "blue",
    },
    "'versions.green.mirrorPercent' must be an integer from 1 to 100, got 0",
  ],
  [
    {
      ...onlyImage,
      versions: { blue: { image, trafficPercent: 90 }, green: { image, trafficPercent: 10, mirrorPercent: 5 } },
      defaultVersion: "blue",
    },
    "'versions.green.mirrorPercent' must come with a 'trafficPercent' of 0; it would answer and be sent copies of the same requests",
  ],
  [
    { ...onlyImage, versions: { blue: { image, trafficPercent: 90 }, green: { image, trafficPercent: 10 } } },
    "'defaultVersion' must be given with several versions; one of 'blue', 'green'",
  ],
  [
    { ...onlyImage, versions: { blue: { image, trafficPercent: 100 }, green: { image } }, defaultVersion: "green" },
    "'defaultVersion' must be a version that answers requests, got 'green'; one of 'blue'",
  ],
  [
    { ...onlyImage, versions: two, rollout, host: bare },
    "'versions' must be one version unless 'exposure' is 'gateway'; only a gateway divides requests",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, from: "red" } },
    "'rollout.from' must be one of 'versions', got 'red'; they are 'blue', 'green'",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, to: "red" } },
    "'rollout.to' must be one of 'versions', got 'red'; they are 'blue', 'green'",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, to: "blue" } },
    "'rollout.to' must differ from 'rollout.from', got 'blue'",
  ],
  [
    { ...onlyImage, versions: { ...two, blue: { image, trafficPercent: 100 } }, rollout },
    "'versions.blue.trafficPercent' must be left out with 'rollout'; its steps say it",
  ],
  [
    { ...onlyImage, versions: { ...two, green: { image, mirrorPercent: 10 } }, rollout },
    "'versions.green.mirrorPercent' must be left out with 'rollout'; its steps say it",
  ],
  [
    { ...onlyImage, versions: two, rollout, defaultVersion: "blue" },
    "'defaultVersion' must be left out with 'rollout'; its step says it",
  ],
  [{ ...onlyImage, versions: two, rollout: { ...rollout, steps: [] } }, "'rollout.steps' must be 1 to 20 steps, got 0"],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, steps: [{ trafficPercent: 10 }] } },
    "'rollout.steps' must end with a 'trafficPercent' of 100, got 10",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, steps: [{ trafficPercent: 0.5 }, { trafficPercent: 100 }] } },
    "'rollout.steps[0].trafficPercent' must be an integer from 0 to 100, got 0.5",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, steps: [{ mirrorPercent: 101 }, { trafficPercent: 100 }] } },
    "'rollout.steps[0].mirrorPercent' must be an integer from 1 to 100, got 101",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, steps: [{ mirrorPercent: 5, trafficPercent: 100 }] } },
    "'rollout.steps[0].mirrorPercent' must come with a 'trafficPercent' of 0",
  ],
  [
    {
      ...onlyImage,
      versions: two,
      rollout: { ...rollout, steps: [{ trafficPercent: 50 }, { trafficPercent: 10 }, { trafficPercent: 100 }] },
    },
    "'rollout.steps[1].trafficPercent' must be at least that of the step before, 50, got 10; to go back, set 'rollout.step'",
  ],
  [
    { ...onlyImage, versions: two, rollout: { ...rollout, step: 2 } },
    "'rollout.step' must be an integer from 0 to 1, got 2",
  ],
  // 2019's SDK let 0 through.
  [{ cpuCores: 0 }, "'cpuCores' must be a number from 0.01 to 512, got 0"],
  [{ cpuCoresLimit: 600 }, "'cpuCoresLimit' must be a number from 0.01 to 512, got 600"],
  [{ cpuCores: 2, cpuCoresLimit: 1 }, "'cpuCoresLimit' must be at least 'cpuCores', 2, got 1"],
  [{ memoryInGb: 0 }, "'memoryInGb' must be a number from 0.05 to 4096, got 0"],
  [{ memoryInGbLimit: 5000 }, "'memoryInGbLimit' must be a number from 0.05 to 4096, got 5000"],
  [{ memoryInGb: 4, memoryInGbLimit: 2 }, "'memoryInGbLimit' must be at least 'memoryInGb', 4, got 2"],
  [{ gpuCount: 0.5 }, "'gpuCount' must be an integer from 0 to 16, got 0.5"],
  [
    { extendedResources: { card: 1 } },
    "'extendedResources' must be the name of an extended resource, such as 'example.com/card': a domain, and none of 'kubernetes.io', got 'card'",
  ],
  [
    { extendedResources: { "example.com/card": 0 } },
    "'extendedResources.example.com/card' must be an integer from 1 to 64, got 0",
  ],
  [
    { gpuCount: 1, extendedResources: { "nvidia.com/gpu": 1 } },
    "'extendedResources' must be without 'nvidia.com/gpu' where 'gpuCount' is given; leave one of them out",
  ],
  [{ temporaryInGb: 0 }, "'temporaryInGb' must be a number from 0.01 to 1024, got 0"],
  [{ nodePool: "gpu" }, "'nodePool' must come with a host that has 'nodeSizes'"],
  [{ nodePool: "gpu", host: small }, "'nodePool' must be 'cpu', got 'gpu'"],
  [
    { cpuCores: 4, host: small },
    "'cpuCores' must fit a node, with memory and GPUs, got 4 cores, 0.5 GB and 0 GPUs; pods get at most: 3.8 cores, 12.5 GB, 0 GPUs on 'cpu'",
  ],
  [
    { gpuCount: 1, host: small },
    "'gpuCount' must fit a node, with memory and GPUs, got 0.1 cores, 0.5 GB and 1 GPUs; pods get at most: 3.8 cores, 12.5 GB, 0 GPUs on 'cpu'",
  ],
  [{ numReplicas: 0 }, "'numReplicas' must be an integer from 1 to 1000, got 0"],
  [{ numReplicas: 2, minReplicas: 1 }, "'minReplicas' must be left out with 'numReplicas'; leave one of them out"],
  [{ numReplicas: 2, maxReplicas: 4 }, "'maxReplicas' must be left out with 'numReplicas'; leave one of them out"],
  [
    { numReplicas: 2, targetUtilization: 70 },
    "'targetUtilization' must be left out with 'numReplicas'; leave one of them out",
  ],
  [
    { host: { ...clusterHost, scaler: "none" } },
    "'numReplicas' must be given: the host says that nothing scales services there",
  ],
  [{ minReplicas: 0 }, "'minReplicas' must be an integer from 1 to 1000, got 0"],
  [{ maxReplicas: 1001 }, "'maxReplicas' must be an integer from 1 to 1000, got 1001"],
  [{ minReplicas: 4, maxReplicas: 2 }, "'maxReplicas' must be at least 'minReplicas', 4, got 2"],
  [{ targetUtilization: 0 }, "'targetUtilization' must be an integer from 1 to 100, got 0"],
  [{ maxRequestWaitTimeMs: 5 }, "'maxRequestWaitTimeMs' must be an integer from 50 to 300000, got 5"],
  [{ startTimeoutSeconds: 0 }, "'startTimeoutSeconds' must be an integer from 1 to 3600, got 0"],
  [
    { livenessProbe: { initialDelaySeconds: -1 } },
    "'livenessProbe.initialDelaySeconds' must be an integer from 0 to 3600, got -1",
  ],
  [{ livenessProbe: { periodSeconds: 0 } }, "'livenessProbe.periodSeconds' must be an integer from 1 to 3600, got 0"],
  [
    { readinessProbe: { timeoutSeconds: 0.5 } },
    "'readinessProbe.timeoutSeconds' must be an integer from 1 to 3600, got 0.5",
  ],
  [{ livenessProbe: { successThreshold: 2 } }, "'livenessProbe.successThreshold' must be 1, got 2"],
  [
    { readinessProbe: { failureThreshold: 0 } },
    "'readinessProbe.failureThreshold' must be an integer from 1 to 100, got 0",
  ],
  [
    { namespace: "Team_A" },
    "'namespace' must be 1 to 63 lower-case letters, digits and dashes, no dash first or last, and not begin with 'kube-', got 'Team_A'",
  ],
  [
    { host: { ...clusterHost, registry: { server: "team.example.com", pullSecretName: "team" } } },
    "'namespace' must be given: the host's Secret for pulling images lies in one",
  ],
  [
    { namespace: "kube-system" },
    "'namespace' must be 1 to 63 lower-case letters, digits and dashes, no dash first or last, and not begin with 'kube-', got 'kube-system'",
  ],
  [
    { tags: { "scorestack/version": "a", "cost centre": "b", team: "a b" } },
    "'tags' must be labels of Kubernetes: names and values of at most 63 letters, digits, '-', '_' and '.', a letter or digit first and last, and none of 'app.kubernetes.io/name', 'app.kubernetes.io/managed-by' and 'scorestack/…', got 'scorestack/version', 'cost centre', 'team'",
  ],
  [{ exposure: "ingress" }, "'exposure' must be 'gateway', 'loadBalancer' or 'cluster', got 'ingress'"],
  [
    { exposure: "gateway", host: bare },
    "'exposure' must not be 'gateway': the host has none; 'loadBalancer' or 'cluster'",
  ],
  [{ internal: "yes" }, "'internal' must be true or false, known when the program runs, got 'yes'"],
  ...(
    [
      ["internal", true, "cluster", "'gateway' and 'loadBalancer'"],
      ["hostname", hostname, "loadBalancer", "'gateway'"],
      ["pathPrefix", "/churn", "cluster", "'gateway'"],
      ["tls", { secretName: "tls" }, "loadBalancer", "'gateway'"],
      ["port", 80, "gateway", "'loadBalancer' and 'cluster'"],
      ["allowedIpRanges", ["203.0.113.0/24"], "gateway", "'loadBalancer'"],
      ["addressAnnotations", { a: "b" }, "cluster", "'gateway' and 'loadBalancer'"],
    ] as const
  ).map(([property, value, exposure, kinds]): Row => [
    { [property]: value, exposure },
    `'${property}' must be left out with the exposure '${exposure}'; it is for ${kinds}`,
  ]),
  [{ port: 0, exposure: "loadBalancer" }, "'port' must be an integer from 1 to 65535, got 0"],
  [{ hostname: "churn" }, "'hostname' must be a DNS name such as 'churn.example.com', got 'churn'"],
  [
    { pathPrefix: "/churn/" },
    "'pathPrefix' must be '/', or a path such as '/churn': no slash last, and letters, digits, '-', '_', '.' and '~' between slashes, got '/churn/'",
  ],
  [
    { exposure: "loadBalancer", allowedIpRanges: ["203.0.113.0/24", "203.0.113.300/24"] },
    "'allowedIpRanges[1]' must be a range of IPv4 addresses such as '203.0.113.0/24', got '203.0.113.300/24'",
  ],
  [
    { addressAnnotations: { "a b": "c" } },
    "'addressAnnotations' must be annotations of Kubernetes: names such as 'example.com/name', and texts, got 'a b'",
  ],
  [{ host: shared }, "'hostname' must be given: the host's shared Gateway has none"],
  ...(
    [
      ["internal", true],
      ["tls", { secretName: "tls" }],
      ["addressAnnotations", { a: "b" }],
    ] as const
  ).map(([property, value]): Row => [
    { host: shared, hostname, [property]: value },
    `'${property}' must be left out where the host's Gateway is shared; whoever made the Gateway says it`,
  ]),
  [{ tls: {}, hostname }, "'tls' must have one of: certificate and key, 'secretName', 'issuerName', got none of them"],
  [
    { tls: { secretName: "tls", issuerName: "letsencrypt" }, hostname },
    "'tls' must have one of: certificate and key, 'secretName', 'issuerName', got secretName and issuerName",
  ],
  [{ tls: { certPem: own.certificate }, hostname }, "'tls' must have certificate and key together, got no key"],
  [{ tls: text }, "'hostname' must come with 'tls'; it is what the certificate is for"],
  [
    { tls: { issuerName: "letsencrypt", issuerKind: "Vault" }, hostname },
    "'tls.issuerKind' must be 'Issuer' or 'ClusterIssuer', got 'Vault'",
  ],
  [{ tls: { ...text, issuerKind: "Issuer" }, hostname }, "'tls.issuerKind' must come with 'tls.issuerName'"],
  [
    { tls: { certPemFile: "none.pem", keyPem: own.key }, hostname },
    "'tls.certPemFile' must be a file that can be read, got 'none.pem' (ENOENT)",
  ],
  [
    { tls: { certPem: own.certificate, keyPemFile: "work" }, hostname },
    "'tls.keyPemFile' must be a file that can be read, got 'work' (EISDIR)",
  ],
  [
    { tls: { ...text, keyPemFile: "key.pem" }, hostname },
    "'tls.keyPem' must be left out where 'tls.keyPemFile' is given; leave one of them out",
  ],
  [
    { tls: { ...text, certPem: "hunter2" }, hostname },
    "'tls.certPem' must be a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----",
  ],
  [{ tls: { ...text, keyPem: "hunter2" }, hostname }, "'tls.keyPem' must be a private key in PEM with no passphrase"],
  [{ tls: { ...text, keyPem: other.key }, hostname }, "'tls.keyPem' must be the key of the certificate"],
  [
    { tls: text, hostname: "churn.example.org" },
    "'tls.certPem' must be for the name in 'hostname', got one for DNS:churn.example.com",
  ],
  [
    { tls: { certPem: expired.certificate, keyPem: expired.key }, hostname },
    "'tls.certPem' must be valid, got one that expired on 2020-02-01",
  ],
  [{ callers: [{ namespace: "Shop" }] }, "'callers[0].namespace' must be the name of a namespace, got 'Shop'"],
  [{ workloadIdentityEnabled: true }, "'workloadIdentityEnabled' must come with a host that has a 'workloadIdentity'"],
  [
    { environmentVariables: { SCORESTACK_TELLS_LOAD: "false" } },
    "'environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself, got 'SCORESTACK_TELLS_LOAD'",
  ],
  [
    { environmentVariables: pulumi.output({ LEVEL: "debug" }) },
    "'environmentVariables' must be a map whose names are known when the program runs",
  ],
  [
    { environmentVariables: { AML_APP_INSIGHTS_KEY: "hunter2" }, appInsightsEnabled: true, host: withInsights },
    "'environmentVariables' must have no names that 'appInsightsEnabled' sets, got 'AML_APP_INSIGHTS_KEY'",
  ],
  [{ appInsightsEnabled: true }, "'appInsightsEnabled' must come with a host that has an 'insightsConnectionString'"],
  [
    { appInsightsEnabled: true, host: { ...clusterHost, insightsConnectionString: "InstrumentationKey=hunter2" } },
    "'host.insightsConnectionString' must be a connection string with an 'InstrumentationKey' that is a UUID",
  ],
  [
    { responseLoggingEnabled: true },
    "'responseLoggingEnabled' must come with 'appInsightsEnabled: true'; turn it on or leave this out",
  ],
  [
    { dataCollectionEnabled: true },
    "'dataCollectionEnabled' must come with 'appInsightsEnabled: true'; turn it on or leave this out",
  ],
  [
    { appInsightsEnabled: true, maxBatchSize: 8, host: withInsights },
    "'maxBatchSize' must be 1 with 'appInsightsEnabled'; leave one of them out",
  ],
  [{ authEnabled: "yes" }, "'authEnabled' must be true or false, known when the program runs, got 'yes'"],
  [
    { authEnabled: false, primaryKey: "hunter2-hunter2-hunter2" },
    "'primaryKey' must come with 'authEnabled: true'; turn it on or leave the key out",
  ],
  [{ primaryKey: "hunter2" }, "'primaryKey' must be 16 to 256 visible ASCII characters"],
  [
    { smokeTestEnabled: true, exposure: "cluster" },
    "'smokeTestEnabled' must be left out with the exposure 'cluster'; the service has no address outside of the cluster",
  ],
  [
    { smokeTestTimeoutSeconds: 5, exposure: "cluster" },
    "'smokeTestTimeoutSeconds' must be left out with the exposure 'cluster'; the service has no address outside of the cluster",
  ],
  [
    { smokeTestEnabled: false, smokeTestTimeoutSeconds: 5 },
    "'smokeTestTimeoutSeconds' must come with a smoke test; leave it or 'smokeTestEnabled' out",
  ],
  [{ smokeTestTimeoutSeconds: 0 }, "'smokeTestTimeoutSeconds' must be an integer from 1 to 3600, got 0"],
  [{ workers: 0 }, "'workers' must be an integer from 1 to 64, got 0"],
  [{ workers: pulumi.output(2) }, "'workers' must be known when the program runs, got a value that is known later"],
  [{ grpc: { port: 0 } }, "'grpc.port' must be an integer from 1 to 65535, got 0"],
  [{ grpc: { port: 80 } }, "'grpc.port' must be another than HTTP's, got 80"],
  [{ grpc: { maxMessageSizeInMb: 101 } }, "'grpc.maxMessageSizeInMb' must be an integer from 1 to 100, got 101"],
  [{ grpc: { cpuCores: 0 } }, "'grpc.cpuCores' must be a number from 0.01 to 64, got 0"],
  [{ grpc: { memoryInGb: 0 } }, "'grpc.memoryInGb' must be a number from 0.1 to 64, got 0"],
  [
    { host: shared, hostname, grpc: { listenerName: "" } },
    "'grpc.listenerName' must be a text that is not empty, got ''",
  ],
  [
    { grpc: { listenerName: "grpc" } },
    "'grpc.listenerName' must be left out where the host's Gateway is not shared; the service's own Gateway has a listener for it",
  ],
  [
    { host: shared, hostname, grpc: {} },
    "'grpc.listenerName' must be given where the host's Gateway is shared; name a listener whose allowed routes are of the kind GRPCRoute alone",
  ],
  [
    { host: sharedWithHost, grpc: { listenerName: "grpc" } },
    "'hostname' must come with 'grpc' where the host's Gateway is shared; every service of a shared listener has the same gRPC methods",
  ],
  [
    { image: { ...image, packages: ["numpy", "protobuf"] }, grpc: {} },
    "'image' must have 'grpcio' and 'protobuf' in its environment with 'grpc', got no 'grpcio'; add them to its conda file, and run npm run lock",
  ],
];
