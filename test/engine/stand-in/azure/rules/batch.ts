import type { Values } from "../../../../../provider/rpc/values";
import { recordOf, textOf } from "../../values";
import { first, type Request, type Rule } from "./rule";

const deploymentType = "machinelearningservices:BatchDeployment";
const endpointType = "machinelearningservices:BatchEndpoint";
const computeType = "machinelearningservices:Compute";
const batchPage = "learn.microsoft.com/azure/machine-learning/how-to-use-batch-model-deployments";

/** What can't be changed in a compute cluster; Azure says nothing of it and goes on with what it has. */
const fixedOfComputes =
  /^properties\.(computeType|computeLocation|properties\.(vmSize|vmPriority|subnet|osType|enableNodePublicIp|isolatedNetwork|userAccountCredentials|remoteLoginPortPublicAccess))\b/;

/** Batch endpoints, their deployments, and what those are made of. */
export const batchRules: readonly Rule[] = [
  {
    id: "batch-default-missing",
    types: [endpointType],
    on: "write",
    source: `${batchPage}: the default deployment is one of the endpoint's`,
    refuse: ({ cloud, id, inputs }) => {
      const name = defaultOf(inputs);
      return name !== "" && cloud.find(`${id}/deployments/${name}`) === undefined
        ? `BadRequest: The deployment '${name}' that is to be the default does not exist in the endpoint '${id.split("/").at(-1) ?? ""}'.`
        : undefined;
    },
  },
  {
    id: "batch-default-deleted",
    types: [deploymentType],
    on: "delete",
    source: "stricter: an endpoint whose default is gone fails each call that names no deployment",
    refuse: ({ cloud, id, name }) => {
      const endpoint = cloud.find(id.replace(/\/deployments\/[^/]+$/i, ""));
      return endpoint && defaultOf(endpoint.inputs).toLowerCase() === name.toLowerCase()
        ? `the stand-in refuses: '${name}' is the default deployment of its endpoint, which must have another first.`
        : undefined;
    },
  },
  {
    id: "batch-parts",
    types: [deploymentType],
    on: "write",
    source: `${batchPage}: a deployment has a compute, and beside MLflow models a scoring script and an environment`,
    refuse: (request) => {
      const properties = recordOf(request.inputs.properties);
      const wanted = {
        compute: textOf(properties.compute),
        environmentId: textOf(properties.environmentId),
        "codeConfiguration.codeId": textOf(recordOf(properties.codeConfiguration).codeId),
      };
      return first(Object.entries(wanted), ([property, id]) =>
        id === ""
          ? `ValidationError: '${property}' of the deployment '${request.name}' is required.`
          : isThere(request, id)
            ? undefined
            : `ValidationError: '${property}' of the deployment '${request.name}' is not found: ${id}.`,
      );
    },
  },
  {
    id: "batch-instances",
    types: [deploymentType],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-batch (resources.instance_count)",
    refuse: ({ cloud, inputs, name }) => {
      const properties = recordOf(inputs.properties);
      const asked = Number(recordOf(properties.resources).instanceCount ?? 1);
      const compute = cloud.find(textOf(properties.compute));
      const most = Number(scaleOf(compute?.inputs).maxNodeCount ?? Infinity);
      return asked > most
        ? `the stand-in refuses: '${name}' wants ${asked} nodes of a cluster that has at most ${most}, and would wait for ever.`
        : undefined;
    },
  },
  {
    id: "batch-deployment-fixed",
    types: [deploymentType],
    on: "write",
    source: "stricter: jobs that run would be told apart from later ones by nothing; a change is a new deployment",
    refuse: ({ changes, name }) => {
      const fixed =
        /^properties\.(compute|environmentId|codeConfiguration|model|outputAction|outputFileName|environmentVariables)\b/;
      const path = Object.keys(changes ?? {}).find((one) => fixed.test(one));
      return path && `the stand-in refuses: ${path} of the deployment '${name}' changes in place.`;
    },
  },
  {
    id: "compute-fixed",
    types: [computeType],
    on: "write",
    source: "stricter: Azure ignores it silently; azurerm makes the cluster anew for it",
    refuse: ({ changes, name }) => {
      const path = Object.keys(changes ?? {}).find((one) => fixedOfComputes.test(one));
      return (
        path && `the stand-in refuses: ${path} of the compute '${name}' can't be changed, and Azure would not say so.`
      );
    },
  },
  {
    id: "compute-nodes",
    types: [computeType],
    on: "write",
    source: "learn.microsoft.com/rest/api/azureml/compute/create-or-update (ScaleSettings)",
    refuse: ({ inputs }) => {
      const { minNodeCount, maxNodeCount } = scaleOf(inputs);
      const [least, most] = [Number(minNodeCount ?? 0), Number(maxNodeCount ?? 0)];
      return least > most ? `BadArgument: minNodeCount ${least} is more than maxNodeCount ${most}.` : undefined;
    },
  },
  {
    id: "asset-version-fixed",
    types: ["machinelearningservices:CodeVersion", "machinelearningservices:EnvironmentVersion"],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/how-to-manage-environments-v2: versions are immutable",
    refuse: ({ changes }) => {
      const path = Object.keys(changes ?? {}).find((one) => /^properties\.(codeUri|image|condaFile|build)\b/.test(one));
      return path && `UserError: The ${path} of this version is immutable.`;
    },
  },
];

function defaultOf(inputs: Values): string {
  return textOf(recordOf(recordOf(inputs.properties).defaults).deploymentName);
}

function scaleOf(inputs: Values | undefined): Values {
  return recordOf(recordOf(recordOf(inputs?.properties).properties).scaleSettings);
}

/** Assets of a registry are not the workspace's own. */
function isThere({ cloud }: Request, id: string): boolean {
  return /^azureml:\/\/registries\//.test(id) || cloud.find(id.replace(/^azureml:(?=\/)/, "")) !== undefined;
}
