import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AzureWorkspace, type AzureWorkspaceArgs, RegisteredModel, type RegisteredModelArgs } from "../../components";
import { hashContent } from "../../components/internal/content-hash";
import { Project } from "../fixture";
import { only, type Run, runProgram, value } from "../harness";

const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";
const group = "team-group-made";
const workspaceName = "team4ad05bb1306d";

/**
 * Does not prove: that Azure ML takes the version, or that a deployment of the same version changes nothing; that is what Azure
 * says of deployments in incremental mode.
 */
describe("RegisteredModel in Azure", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => {
    project.remove();
  });

  const register = (args: Partial<RegisteredModelArgs> = {}, more: Partial<AzureWorkspaceArgs> = {}) =>
    runProgram(() => {
      const workspace = new AzureWorkspace("team", { location: "westeurope", ...more });
      return new RegisteredModel("churn", { path: "work/model", workspace, ...args });
    });
  const versionIn = (run: Run<unknown>, name = "churn") => {
    const { inputs } = only(run, "azure-native:resources:Deployment", name);
    const { parameters } = inputs["properties"] as { parameters: Record<"name" | "properties", { value: unknown }> };
    return { name: parameters.name.value, properties: parameters.properties.value as Record<string, unknown> };
  };
  const content = () => {
    const { digest, sizeInBytes } = hashContent(project.path("work/model"));
    return { digest, version: digest.slice(0, 12), sizeInBytes };
  };

  it("uploads the files to a place of the content's name, then registers them under that name", async () => {
    const run = await register();
    const { digest, version, sizeInBytes } = content();
    const files = only(run, "scorestack:azure:ModelFiles", "churn-files");
    assert.deepEqual(files.inputs, {
      modelName: "churn",
      digest,
      source: "work/model",
      sizeInBytes,
      container: {
        endpoint: "https://teamabdfdd5017a0.blob.core.windows.net/",
        containerName: `azureml-blobstore-guid-of-${workspaceName}`,
        folder: `models/churn/${version}`,
      },
    });
    const registration = only(run, "azure-native:resources:Deployment", "churn");
    const owner = only(run, "scorestack:index:RegisteredModel").urn;
    assert.deepEqual([files.parent, registration.parent], [owner, owner]);
    assert.ok(registration.dependencies.includes(files.urn));
    assert.ok(
      ["team-pull", "team-read", "team"].every((name) => files.dependencies.some((urn) => urn.endsWith(`::${name}`))),
    );
  });

  it("registers exactly this, by a deployment that deletes nothing", async () => {
    const run = await register({
      tags: { team: "growth" },
      properties: { auc: pulumi.output("0.9") },
      description: "[who leaves]",
      modelFramework: "scikit-learn",
      modelFrameworkVersion: "1.6.1",
    });
    const { digest, version } = content();
    const { inputs } = only(run, "azure-native:resources:Deployment", "churn");
    const datastore = `azureml:/${subscription}/resourcegroups/${group}/workspaces/${workspaceName}/datastores/workspaceblobstore`;
    assert.deepEqual(inputs, {
      resourceGroupName: group,
      deploymentName: "scorestack-local-churn",
      properties: {
        mode: "Incremental",
        template: {
          $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          contentVersion: "1.0.0.0",
          parameters: { name: { type: "string" }, properties: { type: "object" } },
          resources: [
            {
              type: "Microsoft.MachineLearningServices/workspaces/models/versions",
              apiVersion: "2025-12-01",
              name: "[parameters('name')]",
              properties: "[parameters('properties')]",
            },
          ],
        },
        parameters: {
          name: { value: `${workspaceName}/churn/${version}` },
          properties: {
            value: {
              modelUri: `${datastore}/paths/models/churn/${version}/model`,
              modelType: "custom_model",
              description: "[who leaves]",
              tags: { team: "growth" },
              properties: { auc: "0.9", "scorestack.digest": digest, "scorestack.sizeInBytes": "1" },
              flavors: { "scikit-learn": { data: { version: "1.6.1" } } },
            },
          },
        },
      },
      tags: { project: "scorestack", stack: "local" },
    });
  });

  it("moves to a new version with new content, and back to the one before when content returns", async () => {
    const names = [versionIn(await register()).name];
    project.write({ "work/model/weights.txt": "2" });
    const moved = await register();
    names.push(versionIn(moved).name);
    project.write({ "work/model/weights.txt": "1" });
    names.push(versionIn(await register()).name);
    assert.equal(names[0], names[2]);
    assert.notEqual(names[0], names[1]);
    // The same two resources each time: the engine updates them, and has nothing to delete.
    assert.deepEqual(
      moved.resources.filter(({ urn }) => urn.includes("RegisteredModel$")).map(({ name }) => name),
      ["churn-files", "churn"],
    );
  });

  it("changes nothing but the record with its tags and description", async () => {
    const [before, after] = [await register(), await register({ tags: { a: "b" }, description: "new" })];
    const files = (run: Run<unknown>) => only(run, "scorestack:azure:ModelFiles").inputs;
    assert.deepEqual(files(after), files(before));
    const [one, other] = [versionIn(before), versionIn(after)];
    assert.equal(one.name, other.name);
    assert.deepEqual(other.properties, { ...one.properties, tags: { a: "b" }, description: "new" });
  });

  it("knows an MLflow model by its MLmodel file", async () => {
    project.write({ "work/model/MLmodel": "flavors: {}\n" });
    assert.equal(versionIn(await register()).properties["modelType"], "mlflow_model");
  });

  it("registers a file by its own name", async () => {
    project.write({ "work/one.bin": "1" });
    const { modelUri } = versionIn(await register({ path: "work/one.bin" })).properties;
    assert.match(String(modelUri), /\/paths\/models\/churn\/[0-9a-f]{12}\/one\.bin$/);
  });

  it("tells name, version, id and digest: the version is the content's name", async () => {
    const { result } = await register({ modelName: "churn-model" });
    const { digest, version } = content();
    assert.deepEqual(
      await Promise.all([value(result.modelName), value(result.version), value(result.modelId), value(result.digest)]),
      ["churn-model", version, `churn-model:${version}`, digest],
    );
  });

  it("registers two models, and two of one name, beside each other", async () => {
    project.write({ "work/other/weights.txt": "2" });
    const run = await runProgram(() => {
      const workspace = new AzureWorkspace("team", { location: "westeurope" });
      new RegisteredModel("champion", { path: "work/model", modelName: "churn", workspace });
      new RegisteredModel("challenger", { path: "work/other", modelName: "churn", workspace });
    });
    const names = ["champion", "challenger"].map((name) => versionIn(run, name).name);
    assert.equal(new Set(names).size, 2);
    assert.ok(names.every((name) => String(name).startsWith(`${workspaceName}/churn/`)));
  });

  it("by choice registers in an Azure ML registry too, with files of its own", async () => {
    const modelRegistry = { registryName: "shared", resourceGroupName: "hub" };
    const run = await register({ tags: { a: "b" } }, { modelRegistry });
    const { digest, version, sizeInBytes } = content();
    const files = only(run, "scorestack:azure:ModelFiles", "churn-registry-files");
    const registryId = `${subscription}/resourceGroups/hub/providers/Microsoft.MachineLearningServices/registries/shared`;
    assert.deepEqual(files.inputs, {
      modelName: "churn",
      digest,
      source: "work/model",
      sizeInBytes,
      registry: { registryId, version },
    });
    const { inputs, dependencies } = only(run, "azure-native:resources:Deployment", "churn-registry");
    assert.equal(inputs["resourceGroupName"], "hub");
    assert.ok(dependencies.includes(files.urn));
    const shared = versionIn(run, "churn-registry");
    assert.equal(shared.name, `shared/churn/${version}`);
    assert.deepEqual(shared.properties, { ...versionIn(run).properties, modelUri: "https://storage.test/" });
    assert.match(JSON.stringify(inputs), /Microsoft\.MachineLearningServices\/registries\/models\/versions/);
  });
});
