import type * as pulumi from "@pulumi/pulumi";
import { KubernetesBatchJob, type KubernetesBatchJobArgs, type KubernetesHost } from "../components";
import { checkBatchJob } from "../components/batch-job/checks";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { BuiltImage } from "./built-image";
import type { BatchJobSettings } from "./settings/batch-jobs";

type Images = Readonly<Record<string, BuiltImage>>;
type Jobs = Readonly<Record<string, BatchJobSettings>>;

/** What is wrong with batch runs in a cluster, one problem a line; `host` is what is known of theirs before it is made. */
export function batchJobProblems(jobs: Jobs, images: Images, host: KubernetesHost): string[] {
  const known = Object.keys(images);
  return Object.entries(jobs).flatMap(([name, settings]) => {
    const problems = new Problems(`scorestack:batchJobs.${name}.`);
    const { scorer = name } = settings;
    if (known.includes(scorer)) {
      checkBatchJob(problems, name, argsOf(name, settings, images, host));
    } else {
      const rule = `must be one of ${known.join(", ")}`;
      problems.add("scorer", rule, shown(scorer), "these are the images that there are");
    }
    return problems.lines;
  });
}

/** Makes the batch runs; returns what a stack tells of each, if there are any. */
export function makeBatchJobs(
  jobs: Jobs,
  images: Images,
  host: KubernetesHost,
): { batchJobs?: Record<string, pulumi.Inputs> } {
  const made = Object.entries(jobs).map(([name, settings]) => {
    const job = new KubernetesBatchJob(name, argsOf(name, settings, images, host));
    const { kubernetesJobName, namespace, outputFolder, imageIdentity } = job;
    return [name, { kubernetesJobName, namespace, outputFolder, imageIdentity }] as const;
  });
  return made.length > 0 ? { batchJobs: Object.fromEntries(made) } : {};
}

function argsOf(
  name: string,
  { scorer = name, ...options }: BatchJobSettings,
  images: Images,
  host: KubernetesHost,
): KubernetesBatchJobArgs {
  return { ...options, host, image: images[scorer] as BuiltImage };
}
