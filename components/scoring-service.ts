import type * as pulumi from "@pulumi/pulumi";

/** An image, as a service takes it; a `ModelImage` is one. */
export interface ImageReference {
  /** Content identity, 64 hex characters. */
  readonly identity: pulumi.Input<string>;
}

/** An image, as a service on this machine takes it; a `ModelImage` is one. */
export interface LocalImageReference extends ImageReference {
  /** Whether a `conda.lock` that fits says which packages are in it, to the byte; plain. @default - not known */
  readonly isLocked?: boolean;
  /** Whether it is for NVIDIA GPUs; plain. @default - not known */
  readonly enableGpu?: boolean;
}

/** An image, as a service that runs containers takes it; a `ModelImage` whose workspace is in Azure is one. */
export interface ContainerImageReference extends ImageReference {
  /** `registry/repository@sha256:…`. */
  readonly ref: pulumi.Input<string>;
  /** Folder of sample requests, relative to the project's folder; plain. Each update sends them. @default - none are sent */
  readonly sampleRequests?: string;
  /** Names of the Python packages in it, normalised; plain. @default - not known */
  readonly packages?: readonly string[];
  /** `name:version`, for people. @default - not known */
  readonly imageId?: pulumi.Input<string>;
  /** `name:version` of each model in it, for people. @default - not known */
  readonly modelIds?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** What every service that answers scoring requests tells, wherever it runs. */
export interface ScoringService {
  /** Address that scores: `POST <data>`. */
  readonly scoringUri: pulumi.Output<string>;
  /** OpenAPI document; `?version=3` for version 3. */
  readonly swaggerUri: pulumi.Output<string>;
  /** Answers 200 when the service is healthy; asks for no key. */
  readonly healthUri: pulumi.Output<string>;
  /** Key for `Authorization: Bearer <key>`; undefined without authentication. Secret. */
  readonly primaryKey: pulumi.Output<string | undefined>;
  /** A second key, so that keys can be changed without a pause. Secret. */
  readonly secondaryKey: pulumi.Output<string | undefined>;
  /** Identity of the image that answers. */
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of each model in it. */
  readonly modelIds: pulumi.Output<string[]>;
}
