import type * as pulumi from "@pulumi/pulumi";

/** What builds images for a registry in Azure. */
export const ImageBuilder = {
  /** BuildKit of Docker on this machine; layers that are in the registry are not built again. */
  buildkit: "buildkit",
  /** ACR Tasks, from files that the Azure CLI uploads: no Docker needed. */
  acrUpload: "acr-upload",
  /** ACR Tasks, from a commit that holds the build contexts: nothing is uploaded. */
  acrGit: "acr-git",
  /** Nothing: images that are there already. */
  prebuilt: "prebuilt",
} as const;
/** What builds images for a registry in Azure. */
export type ImageBuilder = (typeof ImageBuilder)[keyof typeof ImageBuilder];

/** The same on every machine: a default that looked for Docker would plan one thing here and another there. */
export const defaultBuilder = ImageBuilder.acrUpload;

/** Processors that an image runs on. */
export const ImagePlatform = { amd64: "linux/amd64", arm64: "linux/arm64", arm32v7: "linux/arm/v7" } as const;
/** Processors that an image runs on. */
export type ImagePlatform = (typeof ImagePlatform)[keyof typeof ImagePlatform];

/** A commit that holds build contexts, as `npm run context` writes them. */
export interface CommittedContexts {
  /** URL that ACR Tasks clones without a password. @example "https://github.com/team/models.git" */
  readonly repository: string;
  /** 40 hex characters. */
  readonly commit: string;
  /** Folder in the repository that holds a folder for each image, of its name. */
  readonly contextPath: string;
  /** A clone of the repository on this machine, with its history: the contexts are checked there. @default - the project's folder */
  readonly checkout?: string;
}

/** An image that is in a registry. */
export interface PrebuiltImage {
  /** `registry/repository@sha256:…`. */
  readonly ref: string;
  /** Identity that it was built with: its label `org.opencontainers.image.version`. */
  readonly identity: string;
}

/** How images get into a workspace's registry in Azure. All of it is plain. */
export interface ImageBuildOptions {
  /** What builds images. @default "acr-upload" */
  readonly builder?: ImageBuilder;
  /** Processors that they run on. Azure Container Instances has `linux/amd64` only. @default "linux/amd64" */
  readonly platform?: ImagePlatform;
  /** Package index in place of PyPI; everyone who may pull an image can read it. @default - PyPI */
  readonly packageIndexUrl?: string;
  /** The commit that the builder `acr-git` builds from. @default - none */
  readonly git?: CommittedContexts;
  /** The images that the builder `prebuilt` takes, by name. @default - none */
  readonly prebuilt?: Readonly<Record<string, PrebuiltImage>>;
}

/** A registry in Azure, and how images get there. */
export interface AzureImagePlace extends ImageBuildOptions {
  readonly registryName: pulumi.Input<string>;
  /** Its host. @example "team.azurecr.io" */
  readonly registryServer: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  /** What must be there before images are pushed. */
  readonly ready: readonly pulumi.Resource[];
}
