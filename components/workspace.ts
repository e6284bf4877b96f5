import type * as pulumi from "@pulumi/pulumi";
import type { LocalImageInputs, LocalModelInputs } from "./internal/local-contract";
import { type Later, LocalImage, LocalModel } from "./internal/local-resources";

/** A model's files and metadata, as a workspace is given them. */
export type ModelContent = Later<LocalModelInputs>;

/** An image's files, environment and models, as a workspace is given them. */
export type ImageContent = Later<LocalImageInputs>;

/** A model's version in a workspace. */
export interface WorkspaceModel {
  readonly modelName: pulumi.Output<string>;
  /** 1, 2, 3 …; known in a preview only if the content is registered already. */
  readonly version: pulumi.Output<number>;
  /** `name:version`. */
  readonly modelId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. */
  readonly digest: pulumi.Output<string>;
}

/** An image's version in a workspace. */
export interface WorkspaceImage {
  readonly imageName: pulumi.Output<string>;
  /** 1, 2, 3 …; known in a preview only if the content is built already. */
  readonly version: pulumi.Output<number>;
  /** `name:version`. */
  readonly imageId: pulumi.Output<string>;
  /** Content identity, 64 hex characters; known in a preview. */
  readonly identity: pulumi.Output<string>;
}

/** Where models are registered and images are kept. */
export interface Workspace {
  /** Makes the resource that registers a model. */
  registerModel(name: string, model: ModelContent, options: pulumi.CustomResourceOptions): WorkspaceModel;
  /** Makes the resource that builds an image. */
  buildImage(name: string, image: ImageContent, options: pulumi.CustomResourceOptions): WorkspaceImage;
}

/** Folders of this clone (`.scorestack/`): no cloud account needed. */
export const localWorkspace: Workspace = {
  registerModel: (name, model, options) => new LocalModel(name, model, options),
  buildImage: (name, image, options) => new LocalImage(name, image, options),
};
