import type * as pulumi from "@pulumi/pulumi";
import type { LocalImageInputs, LocalModelInputs } from "./internal/local-contract";
import { type Later, LocalImage, LocalModel } from "./internal/local-resources";
import type { PropertyFault } from "./internal/problems";

/** A model's files and metadata, as a workspace is given them. */
export type ModelContent = Later<LocalModelInputs>;

/** An image's files, environment and models, as a workspace is given them. */
export type ImageContent = Later<LocalImageInputs>;

/** What a workspace is told of an image beside its content: where its parts lie, and how it is built. Paths are relative to the project's folder. */
export interface ImagePlaces {
  /** File or folder of each model, in the order of the image's models; undefined for one that is only known by its version. */
  readonly models: readonly (string | undefined)[];
  /** The lock file's text is what the environment is installed from, as it is. */
  readonly lockFits: boolean;
  /** The image's name, where it is plain. */
  readonly imageName?: string;
  /** Bundle paths of the image's files. */
  readonly files?: readonly string[];
  /** Image that a container is built on, in place of the default. */
  readonly baseImage?: string;
  /** A base image without a digest will do. */
  readonly allowMovableBaseImage?: boolean;
  /** Where that base image is pulled from with a password, which is a secret. */
  readonly baseImageRegistry?: Readonly<Record<"address" | "username" | "password", pulumi.Input<string>>>;
}

/** A model's version in a workspace. */
export interface WorkspaceModel {
  readonly modelName: pulumi.Output<string>;
  /** 1, 2, 3 … in the local workspace, where a preview knows it only if the content is registered already; in Azure a content name. */
  readonly version: pulumi.Output<number | string>;
  /** `name:version`. */
  readonly modelId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. */
  readonly digest: pulumi.Output<string>;
}

/** An image's version in a workspace. */
export interface WorkspaceImage {
  readonly imageName: pulumi.Output<string>;
  /** 1, 2, 3 … in the local workspace, where a preview knows it only if the content is built already; in Azure a content name. */
  readonly version: pulumi.Output<number | string>;
  /** `name:version`. */
  readonly imageId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. */
  readonly identity: pulumi.Output<string>;
  /** What a runtime pulls: `registry/repository@sha256:…`; in the local workspace, which has no registry, the `imageId`. */
  readonly ref: pulumi.Output<string>;
}

/** Where models are registered and images are kept. */
export interface Workspace {
  /** Makes the resource that registers a model. */
  registerModel(name: string, model: ModelContent, options: pulumi.CustomResourceOptions): WorkspaceModel;
  /** Makes the resource that builds an image. */
  buildImage(
    name: string,
    image: ImageContent,
    options: pulumi.CustomResourceOptions,
    places: ImagePlaces,
  ): WorkspaceImage;
  /** What keeps an image from being built here, beyond what is wrong everywhere. */
  imageFaults?(places: ImagePlaces): readonly PropertyFault[];
}

/** Folders of this clone (`.scorestack/`): no cloud account needed. */
export const localWorkspace: Workspace = {
  registerModel: (name, model, options) => new LocalModel(name, model, options),
  buildImage: (name, image, options) => {
    const built = new LocalImage(name, image, options);
    const { imageName, version, imageId, identity } = built;
    return { imageName, version, imageId, identity, ref: imageId };
  },
};
