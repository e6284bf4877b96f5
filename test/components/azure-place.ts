import * as pulumi from "@pulumi/pulumi";
import { type AzureImagePlace, azureImageFaults, buildAzureImage } from "../../components/azure/image-build";
import { environmentRequirements, lockHeader, parseConda } from "../../components/internal/conda";
import { localWorkspace, type Workspace } from "../../components/workspace";
import { conda } from "../fixture";
import type { RunOptions } from "../harness";

export const registryDigest = `sha256:${"9".repeat(64)}`;

/** A registry in Azure, as an `AzureWorkspace` has one. */
export const place: AzureImagePlace = {
  registryName: "team",
  registryServer: "team.azurecr.io",
  resourceGroupName: "models",
  location: "westeurope",
  ready: [],
};

/** A workspace that registers models nowhere but here, and builds images in Azure. */
export function workspaceAt(changes: Partial<AzureImagePlace> = {}): Workspace {
  const at = { ...place, ...changes };
  return {
    registerModel: (name, model, options) => localWorkspace.registerModel(name, model, options),
    buildImage: (name, image, options, places) => buildAzureImage(at, name, image, options, places),
    imageFaults: (places) => azureImageFaults(at, places),
  };
}

/** The lock that fits the conda file of a test's project. */
export const lock = `${lockHeader(environmentRequirements(parseConda(conda)))}\nnumpy==2.0.2\n`;

/** What the packages of the builders answer. */
export const answers: NonNullable<RunOptions["answers"]> = {
  "azure-native:authorization:RoleAssignment": () => ({}),
  "command:local:Command": () => ({ stdout: registryDigest, stderr: "" }),
  "docker-build:index:Image": () => ({ digest: registryDigest, ref: "unused", contextHash: "c" }),
  "azure-native:containerregistry:TaskRun": () => ({
    runResult: { status: "Succeeded", outputImages: [{ digest: registryDigest }], runErrorMessage: "", runId: "cb1" },
  }),
};

const role = "azure-native:authorization:RoleAssignment";

/** A resource that things can depend on. */
export class Role extends pulumi.CustomResource {
  constructor(name: string) {
    super(role, name);
  }
}

/** A value that a preview does not know. */
export function unknown<T>(): pulumi.Output<T> {
  return pulumi.output(pulumi.unknown) as pulumi.Output<T>;
}
