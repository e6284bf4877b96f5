import * as pulumi from "@pulumi/pulumi";
import { azureTokens, type ModelFilesInputs } from "./azure-contract";
import type { Later } from "./local-resources";

/** The files of one version of a model, in Azure. */
export class ModelFiles extends pulumi.CustomResource {
  declare readonly modelName: pulumi.Output<string>;
  declare readonly digest: pulumi.Output<string>;
  /** Address of the file, or of the folder. */
  declare readonly uri: pulumi.Output<string>;

  constructor(name: string, inputs: Later<ModelFilesInputs>, options: pulumi.CustomResourceOptions) {
    super(azureTokens.modelFiles, name, { ...inputs, uri: undefined }, options);
  }
}
