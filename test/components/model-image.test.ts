import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ModelImage, type ModelImageArgs, RegisteredModel } from "../../components";
import { hashFile } from "../../components/internal/content-hash";
import { imageIdentity } from "../../components/internal/identity";
import { type BundleFile, localTokens } from "../../components/internal/local-contract";
import { lockHeader } from "../../components/internal/lock";
import { renderDockerfile } from "../../components/render/dockerfile";
import { Project } from "../fixture";
import { only, runProgram, value } from "../harness";

const requirements = ["azureml-inference-server-http==1.5.1", "httptools>=0.6,<1", "numpy==2.0.2", "uvicorn>=0.30,<1"];
const digest = "d".repeat(64);
const model = { modelName: "churn", version: 3, digest };
const least: ModelImageArgs = { executionScript: "work/score.py", condaFile: "work/conda.yml", models: model };

/** Does not prove: that the image is built; that is the provider's work. */
describe("ModelImage", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({
      "work/util/scale.py": "x = 1\n",
      "work/util/deep/y.py": "",
      "work/notes.txt": "n",
      "schema.json": "{}",
    });
  });
  afterEach(() => {
    project.remove();
  });

  const file = (source: string): BundleFile => ({ source, sha256: hashFile(project.path(source)) });

  it("builds one image with exactly these inputs", async () => {
    const run = await runProgram(() => new ModelImage("churn", least));
    assert.deepEqual(
      run.resources.map(({ type, name }) => [type, name]),
      [
        ["scorestack:index:ModelImage", "churn"],
        [localTokens.image, "churn"],
      ],
    );
    const content = {
      runtime: "python" as const,
      executionScript: "score.py",
      files: {
        "app/score.py": file("work/score.py"),
        "server/front.py": file("runtime/front.py"),
        "server/gunicorn_conf.py": file("runtime/gunicorn_conf.py"),
      },
      environment: { python: ">=3.9,<3.13", requirements },
      models: [model],
      dockerfile: renderDockerfile({
        runtime: "python",
        executionScript: "score.py",
        files: ["app/score.py", "server/front.py", "server/gunicorn_conf.py"],
        python: ">=3.9,<3.13",
        enableGpu: false,
      }),
    };
    const image = only(run, localTokens.image);
    assert.deepEqual(image.inputs, { ...content, imageName: "churn", identity: imageIdentity(content) });
    assert.equal(image.parent, only(run, "scorestack:index:ModelImage").urn);
  });

  it("bundles dependencies, schema and samples under their own names", async () => {
    fs.chmodSync(project.path("work/util/scale.py"), 0o755);
    const args = {
      ...least,
      dependencies: ["work/util/", "work/notes.txt"],
      schemaFile: "schema.json",
      sampleRequests: "work/requests",
    };
    const { inputs } = only(await runProgram(() => new ModelImage("churn", args)), localTokens.image);
    assert.deepEqual(inputs["files"], {
      "app/notes.txt": file("work/notes.txt"),
      "app/schema.json": file("schema.json"),
      "app/score.py": file("work/score.py"),
      "app/util/deep/y.py": file("work/util/deep/y.py"),
      "app/util/scale.py": { ...file("work/util/scale.py"), executable: true },
      "samples/one.json": file("work/requests/one.json"),
      "server/front.py": file("runtime/front.py"),
      "server/gunicorn_conf.py": file("runtime/gunicorn_conf.py"),
    });
  });

  it("passes on name, base image, GPU and labels; the registry's password is a secret, and not the provider's", async () => {
    const args: ModelImageArgs = {
      ...least,
      imageName: pulumi.output("churn-image"),
      baseImage: "registry.example.com/base:1",
      baseImageRegistry: { address: "registry.example.com", username: "robot", password: "hunter2" },
      enableGpu: true,
      tags: { a: "b" },
      properties: { c: "d" },
      description: "who leaves",
    };
    const run = await runProgram(() => new ModelImage("churn", args));
    const { inputs } = only(run, localTokens.image);
    const { imageName, baseImage, enableGpu, tags, properties, description, dockerfile } = inputs;
    assert.deepEqual(
      { imageName, baseImage, enableGpu, tags, properties, description },
      {
        imageName: "churn-image",
        baseImage: "registry.example.com/base:1",
        enableGpu: true,
        tags: { a: "b" },
        properties: { c: "d" },
        description: "who leaves",
      },
    );
    assert.match(String(dockerfile), /^FROM registry\.example\.com\/base:1\n/);
    assert.doesNotMatch(JSON.stringify(inputs), /hunter2|robot/);
    assert.deepEqual(only(run, "scorestack:index:ModelImage").secrets, ["baseImageRegistry"]);
  });

  it("takes models that are known later, and depends on them", async () => {
    const run = await runProgram(() => {
      const first = new RegisteredModel("first", { path: "work/model" });
      const second = new RegisteredModel("second", { path: "work/notes.txt" });
      return new ModelImage("churn", { ...least, models: [second, first] });
    });
    const models = ["second", "first"].map((name) => only(run, localTokens.model, name));
    const image = only(run, localTokens.image);
    assert.deepEqual(
      image.inputs["models"],
      models.map(({ name, inputs }) => ({ modelName: name, version: 1, digest: inputs["digest"] })),
    );
    assert.deepEqual(
      models.map(({ urn }) => image.dependencies.includes(urn)),
      [true, true],
    );
  });

  it("has an identity that names, versions and labels leave alone", async () => {
    const identity = async (args: Partial<ModelImageArgs>): Promise<unknown> =>
      only(await runProgram(() => new ModelImage("churn", { ...least, ...args })), localTokens.image).inputs[
        "identity"
      ];
    const first = await identity({});
    assert.equal(await identity({ imageName: "other", tags: { a: "b" }, description: "x" }), first);
    assert.equal(await identity({ models: { ...model, version: 8 } }), first);
    assert.notEqual(await identity({ models: { ...model, digest: "e".repeat(64) } }), first);
    assert.notEqual(await identity({ runtime: "python", enableGpu: true }), first);
  });

  it("takes the lock beside the conda file into its environment", async () => {
    const lock = `${lockHeader(requirements)}\nnumpy==2.0.2 --hash=sha256:00\n`;
    project.write({ "work/conda.lock": lock });
    const run = await runProgram(() => new ModelImage("churn", least));
    assert.deepEqual(only(run, localTokens.image).inputs["environment"], { python: ">=3.9,<3.13", requirements, lock });
  });

  it("tells name, version, id and identity", async () => {
    const run = await runProgram(() => new ModelImage("churn", least));
    const { imageName, version, imageId, identity } = run.result;
    assert.deepEqual(await Promise.all([value(imageName), value(version), value(imageId), value(identity)]), [
      "churn",
      1,
      "churn:1",
      only(run, localTokens.image).inputs["identity"],
    ]);
  });
});
