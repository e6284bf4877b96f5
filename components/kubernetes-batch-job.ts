import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { type CheckedBatchJob, checkBatchJob } from "./batch-job/checks";
import { isLater, Problems } from "./internal/validate";
import type { KubernetesBatchJobArgs } from "./kubernetes-batch-job-options";
import { type RenderedBatchObject, renderBatchObjects } from "./render/kubernetes/batch-job";
import type { BatchJobPlan } from "./render/kubernetes/batch-plan";

/** Nobody waits at a deploy for what may take hours. The old Job's pods are gone before new ones write. */
const handling = { "pulumi.com/skipAwait": "true", "pulumi.com/deletionPropagationPolicy": "foreground" };

/**
 * An image's scorer over files and tables, as an Indexed Job of Kubernetes: the input is divided into parts, and each has a pod. An
 * update that changes what is run, or on what, ends the Job and begins another; the batch engine goes on where the other was, if it
 * may. A deploy begins a run and does not wait for its end: `kubectl wait` does.
 */
export class KubernetesBatchJob extends pulumi.ComponentResource {
  /** Name of the Job in the cluster: `jobName` and a hash of what it does. */
  readonly kubernetesJobName: pulumi.Output<string>;
  /** Namespace of the Job. */
  readonly namespace: pulumi.Output<string>;
  /** Folder of the output, relative to `outputClaim`. */
  readonly outputFolder: pulumi.Output<string>;
  /** Identity of the image. */
  readonly imageIdentity: pulumi.Output<string>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: KubernetesBatchJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:KubernetesBatchJob", name, { ...args, host: undefined, image: undefined }, opts);
    const problems = new Problems(this);
    const checked = checkBatchJob(problems, name, args);
    problems.throwIfAny();

    const { host } = args;
    const made: pulumi.Resource[] = [];
    let jobName = pulumi.output("");
    for (const rendered of renderBatchObjects(planOf(args, checked))) {
      const dependsOn = [...(host.ready ?? []), ...made];
      const resource = make(`${name}-${rendered.role}`, rendered, { parent: this, provider: host.provider, dependsOn });
      made.push(resource);
      jobName = resource.metadata.apply((metadata) => metadata.name);
    }
    this.kubernetesJobName = jobName;
    this.namespace = pulumi.output(checked.namespace);
    this.outputFolder = pulumi.output(checked.outputFolder);
    this.imageIdentity = pulumi.output(checked.image.identity);
    this.registerOutputs({
      kubernetesJobName: this.kubernetesJobName,
      namespace: this.namespace,
      outputFolder: this.outputFolder,
      imageIdentity: this.imageIdentity,
    });
  }
}

function make(name: string, rendered: RenderedBatchObject, options: pulumi.CustomResourceOptions) {
  switch (rendered.role) {
    case "account":
      return new core.ServiceAccount(name, rendered.object, options);
    case "network":
      return new networking.NetworkPolicy(name, rendered.object, options);
    case "config":
      return new core.ConfigMap(name, rendered.object, options);
    case "secrets":
      return new core.Secret(name, rendered.object, options);
    case "job": {
      const { metadata, ...object } = rendered.object;
      const handled = { ...object, metadata: { ...(metadata as object), annotations: handling } };
      return new batch.Job(name, handled, { ...options, deleteBeforeReplace: true });
    }
  }
}

function planOf({ host, ...args }: KubernetesBatchJobArgs, checked: CheckedBatchJob): BatchJobPlan {
  const { image, environmentVariables, ...rest } = checked;
  const all = Object.entries(environmentVariables);
  const secret = all.filter(([, value]) => isLater(value)).map(([name, value]) => [name, pulumi.secret(value)]);
  return {
    ...rest,
    imageRef: image.ref,
    imageIdentity: image.identity,
    ...(host.registry?.pullSecretName === undefined ? {} : { pullSecretName: host.registry.pullSecretName }),
    activeDeadlineSeconds: args.activeDeadlineSeconds,
    ttlSecondsAfterFinished: args.ttlSecondsAfterFinished,
    options: optionsOf(args),
    environment: Object.fromEntries(all.filter(([, value]) => !isLater(value))) as Record<string, string>,
    // What is known later may be secret: all of it is kept as if it were.
    ...(secret.length > 0
      ? { secretEnvironment: Object.fromEntries(secret) as Record<string, pulumi.Output<string>> }
      : {}),
  };
}

/** What is not given is the engine's own default. */
function optionsOf(args: Omit<KubernetesBatchJobArgs, "host">): string[] {
  const given = {
    "--format": args.inputFormat,
    "--columns": args.columns?.join(),
    "--output-format": args.outputFormat,
    "--mini-batch-size": args.miniBatchSize,
    "--workers": args.workers ?? 1,
    "--retries": args.retries,
    "--timeout-seconds": args.timeoutSeconds,
    "--error-threshold": args.errorThreshold,
  };
  return Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option, String(value)]));
}
