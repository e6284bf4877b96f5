import type { BuiltImage } from "../../stacks/built-image";
import { armId } from "../azure-mocks";
import type { RunOptions } from "../harness";

/** An image as the stack dev tells of it. */
export function builtImage(name: string, identity = "a".repeat(64)): BuiltImage {
  return {
    identity,
    ref: `team.azurecr.io/${name}@sha256:${identity}`,
    imageId: `${name}:${identity.slice(0, 12)}`,
    modelIds: [`${name}-model:1`],
  };
}

/** What programs read of the stack that they take their images of: its outputs. */
export function sourceStack(outputs: Readonly<Record<string, unknown>>): NonNullable<RunOptions["answers"]> {
  return { "pulumi:pulumi:StackReference": () => ({ outputs, secretOutputNames: [] }) };
}

/** What a stack dev tells of its workspace. */
export const devWorkspace = {
  workspaceName: "team-ml",
  workspaceId: armId("team", "Microsoft.MachineLearningServices/workspaces", "team-ml"),
  resourceGroupName: "team",
  location: "westeurope",
  datastore: {
    accountId: armId("team", "Microsoft.Storage/storageAccounts", "teamdata"),
    blobEndpoint: "https://teamdata.blob.core.windows.net/",
    containerName: "azureml-blobstore-1",
  },
};

/** Outputs of a stack dev with such images. */
export function devOutputs(images: Readonly<Record<string, BuiltImage>>) {
  const registryId = armId("team", "Microsoft.ContainerRegistry/registries", "team");
  return { images, registry: { registryServer: "team.azurecr.io", registryId } };
}
