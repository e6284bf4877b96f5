import * as pulumi from "@pulumi/pulumi";
import { AzureWorkspace, BatchScoringPool, type BatchScoringPoolArgs, RegisteredModel } from "../../components";

/** What a test changes about a pool. */
export type BatchSettings = Partial<BatchScoringPoolArgs>;

/** A pool in a workspace of its own, with a model; `identity` stands for what the image is built from: one hex character. */
export function batchProgram(identity: string, args: BatchSettings) {
  const workspace = new AzureWorkspace("team", { location: "westeurope" });
  const model = new RegisteredModel("churn-model", { path: "work/model", modelName: "churn", workspace });
  const ref = pulumi.interpolate`${workspace.registryServer}/churn@sha256:${identity.repeat(64)}`;
  const image = { identity: identity.repeat(64), ref, modelIds: pulumi.all([model.modelId]) };
  const pool = new BatchScoringPool("churn", { workspace, image, model, ...args });
  const { endpointName, deploymentNames, defaultDeployment, computeNames, environmentId } = pool;
  return { endpointName, deploymentNames, defaultDeployment, computeNames, environmentId };
}
