import * as fs from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { AksService, type AksServiceArgs, type KubernetesHost } from "../components";
import { checkAksService } from "../components/aks-service/checks";
import { shown } from "../components/internal/problems";
import { fromRoot } from "../components/internal/project";
import { Problems } from "../components/internal/validate";
import type { BuiltImage } from "./built-image";
import { batchJobProblems } from "./batch-jobs";
import { describeService } from "./outputs";
import { type PlannedService, serviceNames } from "./plan";
import type { ClusterServiceSettings, ClusterSettings, VersionSettings } from "./settings/clusters";

/** Images by name. */
export type Images = Readonly<Record<string, BuiltImage>>;
type ClusterPlan = PlannedService<Omit<ClusterServiceSettings, "scorer">>;

/**
 * Every image of the source has a service of its name, and without a source every image of the settings; the settings give it options,
 * or add others.
 */
export function clusterPlans({ scorers, services, images }: ClusterSettings, source?: Images): ClusterPlan[] {
  const names = Object.keys(source ?? images).filter((name) => scorers?.includes(name) ?? true);
  return serviceNames(
    names.map((name) => ({ name })),
    services,
  ).map((name) => {
    const { scorer = name, ...options } = services[name] ?? {};
    return { name, scorer, options };
  });
}

/** What is wrong with the services, one problem a line; `host` is what is known of theirs before it is made. */
export function clusterProblems(
  plans: readonly ClusterPlan[],
  { scorers = [], batchJobs }: ClusterSettings,
  images: Images,
  host: KubernetesHost,
): string[] {
  const known = Object.keys(images);
  const settings = new Problems("scorestack:");
  const isNone = scorers.join() === "none";
  for (const stray of scorers.filter((name) => !isNone && !known.includes(name))) {
    settings.add("scorers", `must be of ${known.join(", ")}`, shown(stray));
  }
  const lines = plans.flatMap((plan) => {
    const problems = new Problems(`scorestack:services.${plan.name}.`);
    const missing = missingImages(problems, plan, known);
    if (!missing) {
      const args = argsOf(plan, images, host);
      imagesOf(args).forEach((image) => {
        checkSamples(problems, image);
      });
      checkAksService(problems, plan.name, args);
    }
    return problems.lines;
  });
  return [...settings.lines, ...lines, ...batchJobProblems(batchJobs, images, host)];
}

/** Makes the services; returns what a stack tells of each. */
export function serveAll(
  plans: readonly ClusterPlan[],
  images: Images,
  host: KubernetesHost,
): Record<string, pulumi.Inputs> {
  return Object.fromEntries(plans.map((plan) => [plan.name, serve(plan.name, argsOf(plan, images, host))]));
}

function missingImages(problems: Problems, { scorer, options: { versions } }: ClusterPlan, known: readonly string[]) {
  const wanted = versions
    ? Object.entries(versions).map(([name, version]) => [`versions.${name}.scorer`, version.scorer ?? scorer] as const)
    : [["scorer", scorer] as const];
  const missing = wanted.filter(([, name]) => !known.includes(name));
  for (const [property, name] of missing) {
    problems.add(property, `must be one of ${known.join(", ")}`, shown(name), "these are the images that there are");
  }
  return missing.length > 0;
}

function argsOf({ scorer, options }: ClusterPlan, images: Images, host: KubernetesHost): AksServiceArgs {
  const { versions, ...rest } = options;
  const imageOf = (name: string): BuiltImage => images[name] as BuiltImage;
  if (versions === undefined) {
    return { ...rest, host, image: imageOf(scorer) };
  }
  const version = ({ scorer: own = scorer, ...given }: VersionSettings) => ({ ...given, image: imageOf(own) });
  return {
    ...rest,
    host,
    versions: Object.fromEntries(Object.entries(versions).map(([name, given]) => [name, version(given)])),
  };
}

function imagesOf({ image, versions = {} }: AksServiceArgs): BuiltImage[] {
  return [...(image ? [image] : []), ...Object.values(versions).map((version) => version.image)] as BuiltImage[];
}

/** The image was built from another checkout, perhaps. */
export function checkSamples(problems: Problems, { sampleRequests }: BuiltImage): void {
  if (sampleRequests !== undefined && !fs.existsSync(fromRoot(sampleRequests))) {
    const remedy = "check out the commit that the image was built from";
    problems.add("image.sampleRequests", "must be a folder of this project", shown(sampleRequests), remedy);
  }
}

function serve(name: string, args: AksServiceArgs): pulumi.Inputs {
  const service = new AksService(name, args);
  return describeService(service, args.authEnabled !== false, args.grpc ? { grpcUri: service.grpcUri } : {});
}
