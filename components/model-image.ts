import * as pulumi from "@pulumi/pulumi";
import { checkModelImage, contentOf } from "./checks/model-image";
import { imageIdentity } from "./internal/identity";
import type { ImagePlan } from "./internal/image-plan";
import { shown } from "./internal/problems";
import { Problems } from "./internal/validate";
import { localWorkspace, type Workspace } from "./workspace";

/** What runs a scoring script. */
export const Runtime = { python: "python", sparkPy: "spark-py" } as const;
/** What runs a scoring script. */
export type Runtime = (typeof Runtime)[keyof typeof Runtime];

/** A version of a registered model, as an image takes it; a `RegisteredModel` is one. */
export interface ModelReference {
  readonly modelName: pulumi.Input<string>;
  /** 1, 2, 3 … in the local workspace; in Azure a content name. */
  readonly version: pulumi.Input<number | string>;
  /** Content identity, 64 hex characters. */
  readonly digest: pulumi.Input<string>;
  /** The model's file or folder, relative to the project's folder; plain. An image that is built in Azure needs it. @default - not known */
  readonly path?: string;
}

/** Registry that a base image is pulled from. */
export interface BaseImageRegistry {
  /** Host, with a port if it is not 443. @example "registry.example.com" */
  readonly address: pulumi.Input<string>;
  readonly username: pulumi.Input<string>;
  /** Kept as a secret. */
  readonly password: pulumi.Input<string>;
}

/** Arguments of {@link ModelImage}. Paths are relative to the project's folder and plain, because they are read when the program runs. */
export interface ModelImageArgs {
  /** Scoring script: Python with `init()` and `run(data)`. @example "scorers/diabetes/score.py" */
  readonly executionScript: string;
  /**
   * Conda environment file. It must bring `azureml-inference-server-http`. A `conda.lock` beside it is used as it is
   * when it fits, and says which versions are preferred when it does not.
   *
   * @example "scorers/diabetes/conda.yml"
   */
  readonly condaFile: string;
  /** The model or models that the script loads. */
  readonly models: ModelReference | readonly ModelReference[];
  /** What runs the script. @default "python" */
  readonly runtime?: Runtime;
  /** Files and folders that lie beside the script under their own names. @default - none */
  readonly dependencies?: readonly string[];
  /** File that describes the script's input and output; lies beside the script. @default - none */
  readonly schemaFile?: string;
  /** Folder of requests with expected replies, which every server process answers before it accepts others. @default - none */
  readonly sampleRequests?: string;
  /** Debian or Ubuntu image that a container is built on. @default - Azure Machine Learning's inference base, pinned by digest */
  readonly baseImage?: string;
  /** Build containers on a `baseImage` without a digest, which may be other bytes tomorrow. @default false */
  readonly allowMovableBaseImage?: boolean;
  /** Registry of `baseImage`, when it asks for a password. @default - none */
  readonly baseImageRegistry?: BaseImageRegistry;
  /** Build containers for NVIDIA GPUs. @default false */
  readonly enableGpu?: boolean;
  /** Name the versions are counted under: 3 to 32 lower-case letters, digits, dashes and dots. @default - the component's name */
  readonly imageName?: pulumi.Input<string>;
  /** Labels for people and queries; they can change without a new version. @default - none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Facts about the image. @default - none */
  readonly properties?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A sentence for people. @default - none */
  readonly description?: pulumi.Input<string>;
  /** Where the image is built and kept. @default - the local workspace, folders of this clone */
  readonly workspace?: Workspace;
}

/**
 * A scorer with its environment and models, under one identity. The identity is computed from content when the program runs, so
 * it is known in a preview and the same on every machine. One image serves any number of services.
 */
export class ModelImage extends pulumi.ComponentResource {
  /** Name the versions are counted under. */
  readonly imageName: pulumi.Output<string>;
  /** 1, 2, 3 … in the local workspace, where a preview knows it only if the content is built already; in Azure a content name. */
  readonly version: pulumi.Output<number | string>;
  /** `name:version`. */
  readonly imageId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. Services refer to the image by it. */
  readonly identity: pulumi.Output<string>;
  /** What a runtime pulls: `registry/repository@sha256:…`; in the local workspace, which has no registry, the `imageId`. */
  readonly ref: pulumi.Output<string>;
  /** `name:version` of each model in it. */
  readonly modelIds: pulumi.Output<string[]>;
  /** Folder of the sample requests, as it was given. */
  readonly sampleRequests: string | undefined;
  /** Whether a `conda.lock` that fits says which packages are in it, to the byte. */
  readonly isLocked: boolean;
  /** Whether it is for NVIDIA GPUs. */
  readonly enableGpu: boolean;
  /** Names of its Python packages, normalised, where a `conda.lock` that fits says them. */
  readonly packages: readonly string[] | undefined;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: ModelImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:ModelImage", name, recorded(args), opts);
    const problems = new Problems(this);
    const { metadata, models, reading, places } = checkModelImage(problems, name, args);
    problems.throwIfAny();

    const plan = reading.plan();
    warnOfStaleLock(plan, this);

    const built = (args.workspace ?? localWorkspace).buildImage(
      name,
      { ...metadata, ...contentOf(plan, args), models, identity: identityOf(plan, args, models) },
      { parent: this },
      places,
    );
    this.imageName = built.imageName;
    this.version = built.version;
    this.imageId = built.imageId;
    this.identity = built.identity;
    this.ref = built.ref;
    this.modelIds = pulumi.all(models.map(({ modelName, version }) => pulumi.interpolate`${modelName}:${version}`));
    this.sampleRequests = args.sampleRequests;
    this.isLocked = reading.lockFits;
    this.enableGpu = args.enableGpu ?? false;
    this.packages = reading.packages;
    this.registerOutputs({
      imageName: this.imageName,
      version: this.version,
      imageId: this.imageId,
      identity: this.identity,
      ref: this.ref,
      modelIds: this.modelIds,
    });
  }
}

function recorded(args: ModelImageArgs): pulumi.Inputs {
  const registry = args.baseImageRegistry;
  const secret = registry && { ...registry, password: pulumi.secret(registry.password) };
  return { ...args, workspace: undefined, baseImageRegistry: secret };
}

function warnOfStaleLock({ staleLock }: ImagePlan, component: pulumi.Resource): void {
  if (staleLock !== undefined) {
    const text = `${shown(staleLock)} was made from other requirements: its versions are preferred, and the rest is resolved anew; npm run lock makes it fit`;
    void pulumi.log.warn(text, component);
  }
}

function identityOf(plan: ImagePlan, args: ModelImageArgs, models: readonly ModelReference[]): pulumi.Output<string> {
  const content = models.map(({ modelName, digest }) => ({ modelName, digest }));
  return pulumi.output(content).apply((known) => imageIdentity({ ...contentOf(plan, args), models: known }));
}
