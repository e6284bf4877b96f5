import { AksCluster, type KubernetesHost } from "../components";
import { checkAksCluster } from "../components/aks/checks";
import { knownOf } from "../components/aks/known";
import { Problems } from "../components/internal/validate";
import { makeBatchJobs } from "./batch-jobs";
import { clusterPlans, clusterProblems, serveAll } from "./cluster-services";
import { laterCluster, laterHost } from "./later";
import type { ClusterOutputs } from "./outputs";
import { throwIfAny } from "./plan";
import { productionHost } from "./production-host";
import { readSource, type Source, type SourceRegistry } from "./references";
import type { ProdSettings } from "./settings/clusters";

/**
 * The images of another stack, by the digests that it has proven, as services on an Azure Kubernetes cluster in a resource group of
 * their own. Nothing is built.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function prod(settings: ProdSettings): Promise<ClusterOutputs> {
  const source: Source = await readSource(settings.source ?? "dev");
  const images = { ...source.images, ...settings.images };
  const plans = clusterPlans(settings, source.images);
  const cluster = new Problems("scorestack:cluster.");
  const known = clusterOf(knownOf(checkAksCluster(cluster, { ...settings.cluster, host: laterHost }, new Date())));
  throwIfAny([
    ...settings.problems,
    ...placeProblems(settings, source),
    ...source.problems,
    ...cluster.lines,
    ...clusterProblems(plans, settings, images, known),
  ]);

  const host = productionHost("services", settings.location as string, source.registry as SourceRegistry);
  const made = new AksCluster("cluster", { ...settings.cluster, host });
  return {
    cluster: { clusterName: made.clusterName, clusterId: made.clusterId, kubernetesVersion: made.kubernetesVersion },
    images,
    services: serveAll(plans, images, made),
    ...makeBatchJobs(settings.batchJobs, images, made),
  };
}

/** Where it is to lie, and whether what runs there can be pulled. */
export function placeProblems(
  { location }: Pick<ProdSettings, "location">,
  { registry, images }: Source,
): readonly string[] {
  const problems = new Problems("scorestack:");
  if (location === undefined) {
    problems.add("location", "must be given", "nothing", "such as 'westeurope'");
  }
  if (registry === undefined && Object.keys(images).length > 0) {
    problems.add(
      "source",
      "must be a stack in Azure, whose registry the cluster may pull from",
      "one without a registry",
    );
  }
  return problems.lines;
}

/** A cluster that is not made yet, as far as services depend on it. */
export function clusterOf({
  className,
  hasSharedGateway,
  hasWorkloadIdentity,
  ...known
}: ReturnType<typeof knownOf>): KubernetesHost {
  const shared = { name: "later", namespace: "later", hostname: "later", hasTls: true };
  const identity = { oidcIssuerUrl: "later", identityId: laterHost.identityId, clientId: "later" };
  return laterCluster({
    ...known,
    insightsConnectionString: laterHost.insightsConnectionString,
    ...(className === undefined ? {} : { gateway: { className, ...(hasSharedGateway ? { shared } : {}) } }),
    ...(hasWorkloadIdentity ? { workloadIdentity: identity } : {}),
  });
}
