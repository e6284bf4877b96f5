import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { RegisteredModel, type Workspace } from "../../components";
import { hashContent } from "../../components/internal/content-hash";
import { localTokens } from "../../components/internal/local-contract";
import { Project } from "../fixture";
import { only, runProgram, value } from "../harness";

/** Does not prove: that the model is stored, and what its version is; that is the provider's work. */
describe("RegisteredModel", () => {
  let project: Project;

  before(() => {
    project = new Project({ "work/one.bin": "1", "work/input.json": "{}" });
  });
  after(() => {
    project.remove();
  });

  it("registers one model with exactly these inputs", async () => {
    const run = await runProgram(
      () =>
        new RegisteredModel("churn", {
          path: "work/model/",
          modelName: "churn-model",
          tags: { team: "growth" },
          properties: { auc: pulumi.output("0.9") },
          description: "who leaves",
          modelFramework: "scikit-learn",
          modelFrameworkVersion: "1.6.1",
          sampleInput: "work/input.json",
        }),
    );
    assert.deepEqual(
      run.resources.map(({ type, name }) => [type, name]),
      [
        ["scorestack:index:RegisteredModel", "churn"],
        [localTokens.model, "churn"],
      ],
    );
    const model = only(run, localTokens.model);
    assert.deepEqual(model.inputs, {
      modelName: "churn-model",
      digest: hashContent(project.path("work/model")).digest,
      source: "work/model",
      sizeInBytes: 1,
      tags: { team: "growth" },
      properties: { auc: "0.9" },
      description: "who leaves",
      modelFramework: "scikit-learn",
      modelFrameworkVersion: "1.6.1",
      sampleInput: "work/input.json",
    });
    assert.equal(model.parent, only(run, "scorestack:index:RegisteredModel").urn);
  });

  it("needs a path only, and sends nothing that was not given", async () => {
    const run = await runProgram(() => new RegisteredModel("one.model", { path: project.path("work/one.bin") }));
    const { inputs } = only(run, localTokens.model);
    const { digest } = hashContent(project.path("work/one.bin"));
    assert.deepEqual(inputs, { modelName: "one.model", digest, source: "work/one.bin", sizeInBytes: 1 });
  });

  it("tells name, version, id and digest", async () => {
    const { result } = await runProgram(() => new RegisteredModel("churn", { path: "work/model" }));
    assert.deepEqual(
      await Promise.all([value(result.modelName), value(result.version), value(result.modelId), value(result.digest)]),
      ["churn", 1, "churn:1", hashContent(project.path("work/model")).digest],
    );
  });

  it("registers in another workspace where one is given", async () => {
    const seen: unknown[] = [];
    const elsewhere: Workspace = {
      registerModel: (name, { digest }) => {
        seen.push(name);
        return {
          modelName: pulumi.output("elsewhere"),
          version: pulumi.output(7),
          modelId: pulumi.output("elsewhere:7"),
          digest: pulumi.output(digest),
        };
      },
      buildImage: () => {
        throw new Error("not called");
      },
    };
    const run = await runProgram(() => new RegisteredModel("churn", { path: "work/model", workspace: elsewhere }));
    assert.deepEqual(seen, ["churn"]);
    assert.deepEqual(
      run.resources.map(({ type }) => type),
      ["scorestack:index:RegisteredModel"],
    );
    assert.equal(await value(run.result.modelId), "elsewhere:7");
  });
});
