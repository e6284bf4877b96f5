import type * as pulumi from "@pulumi/pulumi";
import { AksCluster, FpgaService, type FpgaServiceArgs, type KubernetesHost } from "../components";
import { checkAksCluster } from "../components/aks/checks";
import { knownOf } from "../components/aks/known";
import { checkFpgaService } from "../components/fpga/checks";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { BuiltImage } from "./built-image";
import { checkSamples, type Images } from "./cluster-services";
import { laterHost } from "./later";
import { type ClusterOutputs, describeService } from "./outputs";
import { throwIfAny } from "./plan";
import { clusterOf, placeProblems } from "./prod";
import { productionHost } from "./production-host";
import { readSource, type Source, type SourceRegistry } from "./references";
import type { AcceleratorSettings, FpgaServiceSettings, FpgaSettings } from "./settings/fpga";

/**
 * Images of another stack, by the digests that it has proven, as services on GPUs or FPGAs: in an Azure Kubernetes cluster of their
 * own, on nodes that each service makes. Only what the settings name is served.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function fpga(settings: FpgaSettings): Promise<ClusterOutputs> {
  const source: Source = await readSource(settings.source);
  const images = { ...source.images, ...settings.images };
  const today = new Date();
  const cluster = new Problems("scorestack:cluster.");
  const known = clusterOf(knownOf(checkAksCluster(cluster, { ...settings.cluster, host: laterHost }, today)));
  const { location = laterHost.location as string } = settings;
  const host = { ...known, nodePools: { resourceGroupName: "later", clusterName: "later", location } };
  throwIfAny([
    ...settings.problems,
    ...placeProblems(settings, source),
    ...source.problems,
    ...cluster.lines,
    ...serviceProblems(settings, images, host, today),
  ]);

  const place = productionHost("services", location, source.registry as SourceRegistry);
  const made = new AksCluster("cluster", { ...settings.cluster, host: place });
  const served = Object.entries(settings.services).map(([name, service]) => {
    const args = argsOf(name, service, images, made);
    return [name, serve(name, args)] as const;
  });
  return {
    cluster: { clusterName: made.clusterName, clusterId: made.clusterId, kubernetesVersion: made.kubernetesVersion },
    images,
    services: Object.fromEntries(served),
  };
}

function serve(name: string, args: FpgaServiceArgs): pulumi.Inputs {
  const service = new FpgaService(name, args);
  const { accelerator, grpcUri } = service;
  return describeService(service, args.authEnabled !== false, { accelerator, ...(args.grpc ? { grpcUri } : {}) });
}

/** What is wrong with the services, one problem a line; `host` is what is known of theirs before it is made. */
function serviceProblems({ services }: FpgaSettings, images: Images, host: KubernetesHost, today: Date): string[] {
  if (Object.keys(services).length === 0) {
    const problems = new Problems("scorestack:");
    const remedy = "accelerators are dear: no image gets one unasked; such as { digits: {} }";
    problems.add("services", "must name at least one service", "none", remedy);
    return [...problems.lines];
  }
  const known = Object.keys(images);
  return Object.entries(services).flatMap(([name, service]) => {
    const problems = new Problems(`scorestack:services.${name}.`);
    const missing = scorersOf(name, service).filter(([, scorer]) => !known.includes(scorer));
    for (const [property, scorer] of missing) {
      const remedy = "these are the images that there are";
      problems.add(property, `must be one of ${known.join(", ")}`, shown(scorer), remedy);
    }
    if (missing.length === 0) {
      const args = argsOf(name, service, images, host);
      checkSamples(problems, args.image as BuiltImage);
      checkFpgaService(problems, name, args, today);
    }
    return problems.lines;
  });
}

/** Names of the images that a service may run, and where they are said. */
function scorersOf(name: string, { scorer = name, fpga: ofFpga, gpu }: FpgaServiceSettings) {
  const own = [
    ["fpga.scorer", ofFpga?.scorer],
    ["gpu.scorer", gpu?.scorer],
  ] as const;
  return [
    ["scorer", scorer] as const,
    ...own.flatMap(([at, given]) => (given === undefined ? [] : [[at, given] as const])),
  ];
}

function argsOf(
  name: string,
  { scorer = name, fpga: ofFpga, gpu, ...options }: FpgaServiceSettings,
  images: Images,
  host: KubernetesHost,
): FpgaServiceArgs {
  return {
    ...options,
    ...(ofFpga ? { fpga: withImage(ofFpga, images) } : {}),
    ...(gpu ? { gpu: withImage(gpu, images) } : {}),
    host,
    image: images[scorer] as BuiltImage,
  };
}

function withImage<A extends object>({ scorer, ...args }: AcceleratorSettings<A>, images: Images) {
  return { ...args, ...(scorer === undefined ? {} : { image: images[scorer] }) };
}
