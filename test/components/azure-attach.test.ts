import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AzureWorkspace, type AzureWorkspaceArgs, RegisteredModel } from "../../components";
import { armId } from "../azure-mocks";
import { Project } from "../fixture";
import { only, runProgram, value } from "../harness";
import { takeRejections } from "../rejections";
import { listed } from "../support/azure-run";

const location = "westeurope";
const owned = {
  resourceGroupName: "team",
  registry: "teamimages",
  logAnalyticsWorkspace: armId("hub", "Microsoft.OperationalInsights/workspaces", "all-logs"),
  applicationInsights: armId("hub", "Microsoft.Insights/components", "all-insights"),
  identity: armId("hub", "Microsoft.ManagedIdentity/userAssignedIdentities", "containers"),
};
const ofWorkspace = {
  storageAccount: "teamstore",
  keyVault: "team-vault",
  workspaceIdentity: "ml-identity",
};

/** Does not prove: that Azure lets the deployer read what is attached. */
describe("AzureWorkspace with what the user owns", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  const make = (args: AzureWorkspaceArgs) => runProgram(() => new AzureWorkspace("team", args));

  it("makes nothing where everything is there, and takes its region from the resource group", async () => {
    const run = await make({ existing: { ...owned, workspace: "ml-team" } });
    assert.deepEqual(listed(run), []);
    const { result } = run;
    const told = [
      result.workspaceName,
      result.location,
      result.storageAccountName,
      result.registryServer,
      result.identityClientId,
    ];
    assert.deepEqual(await Promise.all(told.map(value)), [
      "ml-team",
      "northeurope",
      "theirs",
      "teamimages.azurecr.io",
      "client-containers",
    ]);
    assert.equal(await value(pulumi.output(result.logs.workspaceId)), "customer-all-logs");
    assert.equal(await value(result.insightsConnectionString), "InstrumentationKey=canary-all-insights");
  });

  it("makes the workspace alone, of the user's parts; no role is assigned where both sides are the user's", async () => {
    const run = await make({ location, existing: { ...owned, ...ofWorkspace } });
    assert.deepEqual(listed(run), [
      "machinelearningservices:Workspace team",
      "monitor:DiagnosticSetting team-workspace-logs",
    ]);
    const { inputs } = only(run, "azure-native:machinelearningservices:Workspace");
    assert.deepEqual(
      [
        inputs["storageAccount"],
        inputs["keyVault"],
        inputs["applicationInsights"],
        inputs["primaryUserAssignedIdentity"],
      ],
      [
        armId("team", "Microsoft.Storage/storageAccounts", "teamstore"),
        armId("team", "Microsoft.KeyVault/vaults", "team-vault"),
        owned.applicationInsights,
        armId("team", "Microsoft.ManagedIdentity/userAssignedIdentities", "ml-identity"),
      ],
    );
  });

  for (const [key, gone] of [
    ["resourceGroupName", ["resources:ResourceGroup team-group"]],
    ["registry", ["containerregistry:Registry team-registry", "monitor:DiagnosticSetting team-registry-logs"]],
    ["logAnalyticsWorkspace", ["operationalinsights:Workspace team-logs"]],
    ["applicationInsights", ["applicationinsights:Component team-insights"]],
    ["identity", ["managedidentity:UserAssignedIdentity team-identity"]],
    [
      "storageAccount",
      [
        "monitor:DiagnosticSetting team-storage-logs",
        "storage:BlobServiceProperties team-blobs",
        "storage:StorageAccount team-storage",
      ],
    ],
    ["keyVault", ["keyvault:Vault team-vault", "monitor:DiagnosticSetting team-vault-logs"]],
    ["workspaceIdentity", ["managedidentity:UserAssignedIdentity team-ml-identity"]],
  ] as const) {
    it(`makes all but what stands for '${key}'`, async () => {
      const without = listed(await make({ location }));
      const existing = { [key]: { ...owned, ...ofWorkspace }[key] };
      assert.deepEqual(
        listed(await make({ location, existing })),
        without.filter((line) => !(gone as readonly string[]).includes(line)),
      );
    });
  }

  it("gives the identity that it makes the right to pull from the user's registry", async () => {
    const run = await make({ location, existing: { ...owned, workspace: "ml-team", identity: undefined } });
    assert.deepEqual(listed(run), [
      "authorization:RoleAssignment team-pull",
      "authorization:RoleAssignment team-read",
      "managedidentity:UserAssignedIdentity team-identity",
    ]);
    const { scope } = only(run, "azure-native:authorization:RoleAssignment", "team-pull").inputs;
    assert.equal(scope, armId("team", "Microsoft.ContainerRegistry/registries", "teamimages"));
  });

  it("makes no private endpoint for what the user owns", async () => {
    const run = await make({ location, existing: { ...owned, workspace: "ml-team" }, network: {} });
    assert.deepEqual(listed(run), ["network:VirtualNetwork team-network"]);
  });

  it("registers models in the user's workspace, and uploads them to its storage account", async () => {
    const run = await runProgram(() => {
      const workspace = new AzureWorkspace("team", { existing: { ...owned, workspace: "ml-team" } });
      new RegisteredModel("churn", { path: "work/model", workspace });
    });
    const { container } = only(run, "scorestack:azure:ModelFiles").inputs as { container: Record<string, string> };
    assert.deepEqual(
      [container["endpoint"], container["containerName"]],
      ["https://theirs.blob.core.windows.net/", "azureml-blobstore-guid-of-ml-team"],
    );
  });

  it("refuses an id of another subscription, once it is read", async () => {
    const elsewhere = owned.identity.replace(
      "00000000-0000-4000-8000-000000000001",
      "00000000-0000-4000-8000-000000000002",
    );
    await assert.rejects(make({ location, existing: { identity: elsewhere } }), /failed after it had returned/);
    assert.deepEqual(await takeRejections(), [
      `'existing.identity' must lie in the subscription that is deployed to, got '${elsewhere.slice(0, 118)}…`,
    ]);
  });
});
