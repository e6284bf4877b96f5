import * as pulumi from "@pulumi/pulumi";
import type { AksClusterArgs } from "../aks-cluster";
import { AksGateway, type AksEntraArgs, type AksExistingArgs, ClusterPurpose, ClusterTier } from "../aks-options";
import { clusterName, objectName } from "../internal/aks-rules";
import { nameOrId } from "../internal/azure-ids";
import { KubeLogin } from "../internal/kubeconfig";
import { unsupportedVersion, wantedVersion } from "../internal/kubernetes-versions";
import { oneOf, shown } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { vmSize } from "../internal/vm-sizes";
import { checkApiServer, checkNetwork } from "./check-network";
import { checkPools } from "./check-pools";
import { checkTls } from "./check-tls";
import { checkUpgrades } from "./check-upgrades";

/** What is about a cluster that is made. */
const forNew = [
  ...["clusterName", "clusterPurpose", "agentCount", "vmSize", "autoscale", "zones", "systemPool", "pools", "network"],
  ...[
    "apiServer",
    "entra",
    "tier",
    "kubernetesVersion",
    "upgrades",
    "monitoring",
    "keda",
    "keyVaultSecrets",
    "gateway",
  ],
] as const satisfies readonly (keyof AksClusterArgs)[];

/** What a cluster is made, or found, by. */
export type CheckedAks = ReturnType<typeof checkAksCluster>;

/** Checks the arguments of an `AksCluster`; returns them with their defaults. */
export function checkAksCluster(problems: Problems, args: AksClusterArgs, today: Date) {
  const { host, existing, assignRoles = true } = args;
  problems.plain("assignRoles", args.assignRoles, flag);
  if (assignRoles && host.registryId === undefined) {
    const remedy = "or say 'assignRoles: false', where the nodes may pull from the registry already";
    problems.add("host.registryId", "must be given, as the nodes get the right to pull from it", undefined, remedy);
  }
  const common = { assignRoles, tls: args.tls && checkTls(problems, args.tls, args) };
  if (existing !== undefined) {
    return { ...common, existing: checkExisting(problems, args, existing, today), made: undefined };
  }
  return { ...common, existing: undefined, made: checkMade(problems, args, today) };
}

function checkExisting(problems: Problems, args: AksClusterArgs, existing: AksExistingArgs, today: Date) {
  for (const property of forNew) {
    if (args[property] !== undefined) {
      problems.add(property, "must be left out with 'existing'", undefined, "it is for a cluster that is made");
    }
  }
  const { credentials = "user", keda = false, workloadIdentity = false, gatewayClassName } = existing;
  problems.plain("existing.credentials", existing.credentials, oneOf(["user", "admin"]));
  problems.plain("existing.keda", existing.keda, flag);
  problems.plain("existing.workloadIdentity", existing.workloadIdentity, flag);
  problems.plain("existing.gatewayClassName", gatewayClassName, objectName);
  problems.plain("existing.vmSize", existing.vmSize, vmSize(today));
  const idOrName = nameOrId("Microsoft.ContainerService/managedClusters", clusterName);
  const cluster = problems.check("existing.cluster", existing.cluster, {
    ...idOrName,
    must: "must be the id of a Microsoft.ContainerService/managedClusters, or its name in the host's resource group",
  });
  return { ...existing, cluster, credentials, keda, workloadIdentity };
}

/** A cluster that is made, checked. */
export type CheckedMade = ReturnType<typeof checkMade>;

function checkMade(problems: Problems, args: AksClusterArgs, today: Date) {
  const { clusterPurpose = ClusterPurpose.fastProd, gateway = AksGateway.appRouting, keda = true } = args;
  problems.plain("clusterPurpose", args.clusterPurpose, oneOf(Object.values(ClusterPurpose)));
  problems.plain("gateway", args.gateway, oneOf(Object.values(AksGateway)));
  problems.plain("keda", args.keda, flag);
  problems.plain("keyVaultSecrets", args.keyVaultSecrets, flag);
  problems.plain("tier", args.tier, oneOf(Object.values(ClusterTier)));
  problems.plain("kubernetesVersion", args.kubernetesVersion, wantedVersion);
  const isDevTest = clusterPurpose === ClusterPurpose.devTest;
  return {
    clusterName: problems.check("clusterName", args.clusterName, clusterName),
    ...checkPools(problems, args, isDevTest, today),
    network: checkNetwork(problems, args),
    apiServer: checkApiServer(problems, args),
    entra: args.entra && checkEntra(problems, args.entra),
    upgrades: checkUpgrades(problems, args),
    monitoring: checkMonitoring(problems, args),
    tier: args.tier ?? (isDevTest ? ClusterTier.free : ClusterTier.standard),
    kubernetesVersion: args.kubernetesVersion,
    keyVaultSecrets: args.keyVaultSecrets ?? true,
    gateway,
    keda,
    isDevTest,
  };
}

function checkEntra(problems: Problems, entra: AksEntraArgs) {
  const {
    azureRbac = true,
    disableLocalAccounts = false,
    login = KubeLogin.azureCli,
    adminGroupObjectIds = [],
  } = entra;
  problems.plain("entra.azureRbac", entra.azureRbac, flag);
  problems.plain("entra.disableLocalAccounts", entra.disableLocalAccounts, flag);
  problems.plain("entra.login", entra.login, oneOf(Object.values(KubeLogin)));
  if (entra.login !== undefined && !disableLocalAccounts) {
    const remedy = "with local accounts nobody logs in by kubelogin";
    problems.add("entra.login", "must come with 'entra.disableLocalAccounts: true'", undefined, remedy);
  }
  if (!azureRbac && adminGroupObjectIds.length === 0) {
    const remedy = "nobody could do anything in the cluster";
    problems.add("entra.adminGroupObjectIds", "must name a group with 'entra.azureRbac: false'", "none", remedy);
  }
  const groups = adminGroupObjectIds.map((id, index) =>
    problems.check(`entra.adminGroupObjectIds[${index}]`, id, {
      must: "must be an object id of 8, 4, 4, 4 and 12 hex characters",
      holds: (value) => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
    }),
  );
  return { azureRbac, disableLocalAccounts, login, adminGroupObjectIds: groups };
}

function checkMonitoring(problems: Problems, { host, monitoring = {} }: AksClusterArgs) {
  const { containerLogs = host.logs?.resourceId !== undefined, managedPrometheus = false } = monitoring;
  problems.plain("monitoring.containerLogs", monitoring.containerLogs, flag);
  problems.plain("monitoring.managedPrometheus", monitoring.managedPrometheus, flag);
  if (containerLogs && host.logs?.resourceId === undefined) {
    problems.add(
      "monitoring.containerLogs",
      "must come with a 'host.logs.resourceId'",
      shown(containerLogs),
      "logs have no other place to go",
    );
  }
  return { logsId: containerLogs ? host.logs?.resourceId : undefined, managedPrometheus };
}

/** Tells what Azure will say only later, or not at all. */
export function warnOf(args: AksClusterArgs, { made }: CheckedAks, today: Date, owner: pulumi.Resource): void {
  const warnings = [
    ...(made?.warnings ?? []),
    args.kubernetesVersion === undefined
      ? undefined
      : unsupportedVersion(args.kubernetesVersion, today, args.tier === ClusterTier.premium),
    args.network?.dockerBridgeCidr === undefined
      ? undefined
      : "'network.dockerBridgeCidr' changes nothing: nodes run containerd, and Azure's API has no such property any more",
    made && !made.isDevTest && args.apiServer === undefined
      ? "the API server can be reached from anywhere, with credentials: 'apiServer' narrows that"
      : undefined,
  ];
  warnings.forEach((text) => {
    if (text !== undefined) {
      void pulumi.log.warn(text, owner);
    }
  });
}
