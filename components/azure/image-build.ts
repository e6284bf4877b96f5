import * as pulumi from "@pulumi/pulumi";
import type { PropertyFault } from "../internal/problems";
import type { ImageContent, ImagePlaces, WorkspaceImage } from "../workspace";

/** What makes images in Azure. */
export type AzureImageBuilder = "buildkit" | "acr-upload" | "acr-git" | "prebuilt";

/** Where an image is built and kept, as an `AzureWorkspace` tells it. */
export interface AzureImagePlace {
  readonly registryName: pulumi.Input<string>;
  /** Host of the registry. */
  readonly registryServer: pulumi.Input<string>;
  /** Resource group of the registry. */
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  /** Id of the identity that may pull. */
  readonly identityId: pulumi.Input<string>;
  readonly tags?: Readonly<Record<string, string>>;
  /** What must be there before an image can be pushed. */
  readonly ready: readonly pulumi.Resource[];
  readonly builder?: AzureImageBuilder;
}

/** What keeps an image from being built in Azure. */
export function azureImageFaults(_place: AzureImagePlace, _places: ImagePlaces): readonly PropertyFault[] {
  const remedy = "leave 'workspace' out: the image is then built in the local workspace";
  return [{ property: "workspace", rule: "must be one that builds images; those in Azure do not yet", remedy }];
}

/** Makes the resource that builds an image in Azure. */
export function buildAzureImage(
  _place: AzureImagePlace,
  name: string,
  _image: ImageContent,
  options: pulumi.CustomResourceOptions,
  _places: ImagePlaces,
): WorkspaceImage {
  throw new pulumi.ResourceError(`image '${name}' can't be built in Azure yet`, options.parent);
}
