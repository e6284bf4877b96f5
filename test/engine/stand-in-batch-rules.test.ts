import { strict as assert } from "node:assert";
import type { Values } from "../../provider/rpc/values";
import { AzureDesk, itRefuses, resourceGroupName, type Row } from "../support/azure-desk";
import { batchRules } from "./stand-in/azure/rules/batch";
import type { Made } from "./stand-in/package";

const place = { resourceGroupName, workspaceName: "team-ml" };
const ml = (type: string): string => `machinelearningservices:${type}`;

const computeInputs = (given: Values = {}, scaleSettings: Values = { minNodeCount: 0, maxNodeCount: 4 }): Values => ({
  ...place,
  computeName: "pool-a1b2c3",
  properties: {
    computeType: "AmlCompute",
    properties: { vmSize: "STANDARD_D4S_V5", vmPriority: "Dedicated", scaleSettings, ...given },
  },
});
const environmentInputs = (image = "team.azurecr.io/wine@sha256:a"): Values => ({
  ...place,
  ...{ name: "wine", version: "a1b2c3" },
  properties: { image },
});
const codeInputs: Values = { ...place, name: "wine-batch", version: "a1b2c3", properties: { codeUri: "https://x/y" } };
const endpointInputs = (deploymentName?: string): Values => ({
  ...place,
  endpointName: "wine-batch",
  properties: { authMode: "AADToken", ...(deploymentName === undefined ? {} : { defaults: { deploymentName } }) },
});

/** What a deployment is made of, and the endpoint that it answers behind. */
function parts(desk: AzureDesk): Values {
  desk.make(ml("EnvironmentContainer"), { ...place, name: "wine", properties: {} });
  desk.make(ml("CodeContainer"), { ...place, name: "wine-batch", properties: {} });
  desk.make(ml("BatchEndpoint"), endpointInputs());
  return {
    compute: desk.make(ml("Compute"), computeInputs()).id,
    environmentId: desk.make(ml("EnvironmentVersion"), environmentInputs()).id,
    codeConfiguration: { codeId: desk.make(ml("CodeVersion"), codeInputs).id, scoringScript: "score.py" },
  };
}

const deploymentInputs = (properties: Values): Values => ({
  ...place,
  ...{ endpointName: "wine-batch", deploymentName: "wine-a1b2c3" },
  properties,
});
const deployment = (desk: AzureDesk, properties: Values): Made =>
  desk.make(ml("BatchDeployment"), deploymentInputs(properties));

/** One row a rule: what Azure refuses or ignores, and what is said. */
const rows: Readonly<Record<string, Row>> = {
  "batch-default-missing": {
    given: parts,
    refused: (desk) =>
      desk.change(ml("BatchEndpoint"), found(desk, "batchEndpoints/wine-batch"), endpointInputs("none")),
    said: /The deployment 'none' that is to be the default does not exist in the endpoint 'wine-batch'/,
  },
  "batch-default-deleted": {
    given: (desk) => {
      deployment(desk, parts(desk));
      desk.change(ml("BatchEndpoint"), found(desk, "batchEndpoints/wine-batch"), endpointInputs("wine-a1b2c3"));
    },
    refused: (desk) => {
      desk.delete(ml("BatchDeployment"), found(desk, "deployments/wine-a1b2c3").id);
    },
    said: /'wine-a1b2c3' is the default deployment of its endpoint, which must have another first/,
  },
  "batch-parts": {
    refused: (desk) => deployment(desk, { ...parts(desk), codeConfiguration: { scoringScript: "score.py" } }),
    said: /'codeConfiguration.codeId' of the deployment 'wine-a1b2c3' is required/,
  },
  "batch-instances": {
    refused: (desk) => deployment(desk, { ...parts(desk), resources: { instanceCount: 5 } }),
    said: /'wine-a1b2c3' wants 5 nodes of a cluster that has at most 4/,
  },
  "batch-deployment-fixed": {
    refused: (desk) => {
      const given = parts(desk);
      const made = deployment(desk, given);
      desk.change(ml("BatchDeployment"), made, deploymentInputs({ ...given, outputAction: "SummaryOnly" }));
    },
    said: /properties\.outputAction of the deployment 'wine-a1b2c3' changes in place/,
  },
  "compute-fixed": {
    given: (desk) => desk.make(ml("Compute"), computeInputs()),
    refused: (desk) =>
      desk.change(ml("Compute"), found(desk, "computes/pool-a1b2c3"), computeInputs({ vmPriority: "LowPriority" })),
    said: /properties\.properties\.vmPriority of the compute 'pool-a1b2c3' can't be changed/,
  },
  "compute-nodes": {
    refused: (desk) => desk.make(ml("Compute"), computeInputs({}, { minNodeCount: 3, maxNodeCount: 2 })),
    said: /minNodeCount 3 is more than maxNodeCount 2/,
  },
  "asset-version-fixed": {
    given: (desk) => {
      desk.make(ml("EnvironmentContainer"), { ...place, name: "wine", properties: {} });
      desk.make(ml("EnvironmentVersion"), environmentInputs());
    },
    refused: (desk) =>
      desk.change(
        ml("EnvironmentVersion"),
        found(desk, "versions/a1b2c3"),
        environmentInputs("team.azurecr.io/wine@sha256:b"),
      ),
    said: /The properties\.image of this version is immutable/,
  },
};

/** Does not prove that Azure says the same: each rule names where it comes from. */
describe("rules of batch endpoints in the stand-in cloud", function () {
  this.timeout(30_000);
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
    desk.workspace();
  });
  afterEach(() => {
    desk.remove();
  });

  itRefuses(batchRules, rows, () => desk);

  it("take a whole pool, more nodes and another default, and give it back from the last to the first", () => {
    const given = parts(desk);
    const made = deployment(desk, given);
    const endpoint = found(desk, "batchEndpoints/wine-batch");
    desk.change(ml("BatchEndpoint"), endpoint, endpointInputs("wine-a1b2c3"));
    const compute = found(desk, "computes/pool-a1b2c3");
    desk.change(ml("Compute"), compute, computeInputs({}, { minNodeCount: 1, maxNodeCount: 8 }));
    desk.change(ml("BatchDeployment"), made, deploymentInputs({ ...given, resources: { instanceCount: 8 } }));
    // What a deployment runs on, or with, stays as long as it does.
    for (const id of [compute.id, found(desk, "environments/wine/versions/a1b2c3").id]) {
      assert.throws(() => {
        desk.delete(ml(id.includes("/computes/") ? "Compute" : "EnvironmentVersion"), id);
      }, /is in use by '.*deployments\/wine-a1b2c3'/);
    }
    desk.change(ml("BatchEndpoint"), endpoint, endpointInputs());
    desk.delete(ml("BatchDeployment"), made.id);
    desk.delete(ml("Compute"), compute.id);
    desk.delete(ml("BatchEndpoint"), endpoint.id);
  });
});

function found(desk: AzureDesk, end: string): Made {
  const resource = desk.cloud.resources.find(({ id }) => id.endsWith(`/${end}`));
  assert.ok(resource, end);
  return { id: resource.id, outputs: {} };
}
