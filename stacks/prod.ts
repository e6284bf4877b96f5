import { AksCluster, type AzureHost } from "../components";
import { checkAksCluster } from "../components/aks/checks";
import { knownOf } from "../components/aks/known";
import { Problems } from "../components/internal/validate";
import { clusterPlans, clusterProblems, serveAll } from "./cluster-services";
import { laterHost } from "./later";
import type { StackOutputs } from "./outputs";
import { throwIfAny } from "./plan";
import { productionHost } from "./production-host";
import { readSource, type Source } from "./references";
import type { ProdSettings } from "./settings/clusters";

/**
 * The images of another stack, by the digests that it has proven, as services on an Azure Kubernetes cluster in a resource group of
 * their own. Nothing is built.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function prod(settings: ProdSettings): Promise<StackOutputs> {
  const source: Source = await readSource(settings.source ?? "dev");
  const images = { ...source.images, ...settings.images };
  const plans = clusterPlans(settings, images);
  const cluster = new Problems("scorestack:cluster.");
  const known = knownOf(checkAksCluster(cluster, { ...settings.cluster, host: laterHost }, new Date()), laterHost);
  throwIfAny([
    ...settings.problems,
    ...placeProblems(settings, source),
    ...source.problems,
    ...cluster.lines,
    ...clusterProblems(plans, settings, images, known),
  ]);

  const host: AzureHost = productionHost("prod", settings.location as string, source.registry as never);
  const made = new AksCluster("cluster", { ...settings.cluster, host });
  return {
    cluster: { clusterName: made.clusterName, clusterId: made.clusterId, kubernetesVersion: made.kubernetesVersion },
    images,
    services: serveAll(plans, images, made),
  };
}
