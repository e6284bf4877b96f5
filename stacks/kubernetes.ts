import * as fs from "node:fs";
import * as os from "node:os";
import { KubernetesCluster, type KubernetesClusterArgs } from "../components";
import { shown } from "../components/internal/problems";
import { fromRoot } from "../components/internal/project";
import { Problems } from "../components/internal/validate";
import { checkKubernetesCluster, knownOf } from "../components/kubernetes-cluster";
import { makeBatchJobs } from "./batch-jobs";
import { clusterPlans, clusterProblems, serveAll } from "./cluster-services";
import { laterCluster } from "./later";
import type { ClusterOutputs } from "./outputs";
import { throwIfAny } from "./plan";
import { readSource } from "./references";
import type { KubernetesSettings } from "./settings/clusters";

/**
 * Images by their digests as services in any Kubernetes cluster, by its kubeconfig. Nothing is built, and nothing of the cluster itself
 * is changed.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function kubernetes(settings: KubernetesSettings): Promise<ClusterOutputs> {
  const source = settings.source === undefined ? undefined : await readSource(settings.source);
  const images = { ...source?.images, ...settings.images };
  const plans = clusterPlans(settings, source?.images);
  const cluster = new Problems("scorestack:cluster.");
  const args = clusterArgs(cluster, settings);
  if (cluster.lines.length === 0) {
    checkKubernetesCluster(cluster, args);
  }
  throwIfAny([
    ...settings.problems,
    ...(source?.problems ?? []),
    ...noImages(images, settings),
    ...cluster.lines,
    ...clusterProblems(plans, settings, images, laterCluster(knownOf(args))),
  ]);
  const made = new KubernetesCluster("cluster", args);
  return { images, services: serveAll(plans, images, made), ...makeBatchJobs(settings.batchJobs, images, made) };
}

function noImages(images: object, { source, problems: found }: KubernetesSettings): readonly string[] {
  const problems = new Problems("scorestack:");
  const isTold = found.some((line) => line.startsWith("'scorestack:images"));
  if (source === undefined && Object.keys(images).length === 0 && !isTold) {
    const remedy = "'source' names a stack of this project, such as 'dev'; see docs/kubernetes-anywhere.md";
    problems.add("images", "must be given, or 'source'", "neither", remedy);
  }
  return problems.lines;
}

function clusterArgs(problems: Problems, { cluster }: KubernetesSettings): KubernetesClusterArgs {
  const { kubeconfigFile = process.env["KUBECONFIG"] || "~/.kube/config", ...args } = cluster;
  const file = fromRoot(kubeconfigFile.replace(/^~(?=\/)/, os.homedir()));
  if (!fs.existsSync(file)) {
    const remedy = "kubectl config view --raw --minify > FILE writes one";
    problems.add("kubeconfigFile", "must be a file that exists", shown(kubeconfigFile), remedy);
    return { ...args, kubeconfig: "" };
  }
  return { ...args, kubeconfig: fs.readFileSync(file, "utf8") };
}
