import * as pulumi from "@pulumi/pulumi";
import { readContent } from "./internal/content-fault";
import { hashContent, listContent } from "./internal/content-hash";
import { modelName } from "./internal/names";
import { shown } from "./internal/problems";
import { fromRoot, toRoot } from "./internal/project";
import { someText, stringMap } from "./internal/rules";
import { Problems } from "./internal/validate";
import { localWorkspace, type Workspace } from "./workspace";

/** Arguments of {@link RegisteredModel}. */
export interface RegisteredModelArgs {
  /**
   * The model's file or folder, relative to the project's folder. Plain, because it is read when the program runs. A folder's
   * `.amlignore` says what is left out.
   *
   * @example "scorers/diabetes/model/diabetes-ridge.joblib"
   */
  readonly path: string;
  /**
   * Name the versions are counted under: 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first.
   *
   * @default - the component's name
   */
  readonly modelName?: pulumi.Input<string>;
  /** Labels for people and queries; they can change without a new version. @default - none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Facts about the model, such as its metrics. @default - none */
  readonly properties?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A sentence for people. @default - none */
  readonly description?: pulumi.Input<string>;
  /** Framework the model was trained with. @default - not recorded @example "scikit-learn" */
  readonly modelFramework?: pulumi.Input<string>;
  /** Version of that framework; needs `modelFramework`. @default - not recorded @example "1.6.1" */
  readonly modelFrameworkVersion?: pulumi.Input<string>;
  /** File with a sample input, relative to the project's folder; for the local workspace. @default - none */
  readonly sampleInput?: string;
  /** Where the model is registered. @default - the local workspace, folders of this clone */
  readonly workspace?: Workspace;
}

/**
 * A model's files, registered under a name. The version grows when the content changes; the same content again has the same
 * version; earlier versions stay.
 */
export class RegisteredModel extends pulumi.ComponentResource {
  /** Name the versions are counted under. */
  readonly modelName: pulumi.Output<string>;
  /** 1, 2, 3 … in the local workspace, where a preview knows it only if the content is registered already; in Azure a content name. */
  readonly version: pulumi.Output<number | string>;
  /** `name:version`. */
  readonly modelId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. */
  readonly digest: pulumi.Output<string>;
  /** The model's file or folder, as it was given. */
  readonly path: string;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: RegisteredModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:RegisteredModel", name, { ...args, workspace: undefined }, opts);
    const problems = new Problems(this);
    const metadata = checkRegisteredModel(problems, name, args);
    problems.throwIfAny();

    const content = hashContent(fromRoot(args.path));
    const registered = (args.workspace ?? localWorkspace).registerModel(
      name,
      { ...metadata, source: toRoot(args.path), digest: content.digest, sizeInBytes: content.sizeInBytes },
      { parent: this },
    );
    this.modelName = registered.modelName;
    this.version = registered.version;
    this.modelId = registered.modelId;
    this.digest = registered.digest;
    this.path = args.path;
    this.registerOutputs({
      modelName: this.modelName,
      version: this.version,
      modelId: this.modelId,
      digest: this.digest,
    });
  }
}

/** Checks the arguments of a {@link RegisteredModel}; returns its metadata. */
export function checkRegisteredModel(problems: Problems, name: string, args: RegisteredModelArgs) {
  checkPath(problems, args.path);
  if (args.modelFrameworkVersion !== undefined && args.modelFramework === undefined) {
    const remedy = "name the framework, such as 'scikit-learn'";
    problems.add("modelFrameworkVersion", "must come with 'modelFramework'", "no 'modelFramework'", remedy);
  }
  return {
    modelName: problems.check("modelName", args.modelName ?? name, modelName),
    tags: problems.check("tags", args.tags, stringMap),
    properties: problems.check("properties", args.properties, stringMap),
    description: problems.check("description", args.description, someText),
    modelFramework: problems.check("modelFramework", args.modelFramework, someText),
    modelFrameworkVersion: problems.check("modelFrameworkVersion", args.modelFrameworkVersion, someText),
    sampleInput: args.sampleInput === undefined ? undefined : checkSample(problems, args.sampleInput),
  };
}

function checkPath(problems: Problems, given: string): void {
  const read = readContent(given, () => listContent(fromRoot(given)));
  if ("fault" in read) {
    problems.addAll([{ property: "path", ...read.fault }]);
  }
}

function checkSample(problems: Problems, given: string): string {
  const read = readContent(given, () => listContent(fromRoot(given)));
  if ("fault" in read) {
    problems.addAll([{ property: "sampleInput", ...read.fault }]);
  } else if (read.value.length !== 1) {
    problems.add("sampleInput", "must be a file", shown(given));
  }
  return toRoot(given);
}
