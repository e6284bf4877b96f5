import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type AzureImagePlace, ImageBuilder, ImagePlatform } from "../../components/azure/image-build";
import { missingTool } from "../../components/azure/image-tools";
import { isIntact, readRecord } from "../../components/internal/context-folder";
import { ModelImage, type ModelImageArgs, RegisteredModel } from "../../components";
import { Project } from "../fixture";
import { only, type Registration, type Run, runProgram, type RunOptions, value } from "../harness";
import { takeRejections } from "../rejections";
import { answers, lock, place, registryDigest, Role, unknown, workspaceAt } from "./azure-place";

const command = "command:local:Command";
const docker = "docker-build:index:Image";
const taskRun = "azure-native:containerregistry:TaskRun";
const pinned = `registry.example.com/base@sha256:${"b".repeat(64)}`;

interface Made {
  readonly image: ModelImage;
  readonly run: Run<unknown>;
  readonly identity: string;
}

/** Under mocks: does not prove that Azure, Docker or the packages take these inputs. */
describe("ModelImage in Azure", () => {
  let project: Project;
  const programs = process.env["PATH"];

  beforeEach(() => {
    // No test is told what this machine lacks.
    project = new Project({ "work/conda.lock": lock, "programs/az": "", "programs/docker": "" });
    process.env["PATH"] = `${project.path("programs")}${path.delimiter}${programs ?? ""}`;
  });
  afterEach(() => {
    process.env["PATH"] = programs;
    project.remove();
  });

  async function made(
    changes: Partial<AzureImagePlace>,
    args: Partial<ModelImageArgs> = {},
    options: RunOptions = {},
  ): Promise<Made> {
    const program = (): ModelImage => {
      const ready = [new Role("push")];
      const model = new RegisteredModel("weights", { path: "work/model" });
      const workspace = workspaceAt({ ready, ...changes });
      return new ModelImage("churn", {
        executionScript: "work/score.py",
        condaFile: "work/conda.yml",
        models: model,
        workspace,
        ...args,
      });
    };
    const run = await runProgram(program, { answers, ...options });
    return { image: run.result, run, identity: await value(run.result.identity) };
  }

  const modelDigest = (run: Run<unknown>): string => String(only(run, "scorestack:local:Model").inputs["digest"]);
  const argumentsOf = ({ run, identity }: Made): Record<string, string> => ({
    IMAGE_IDENTITY: identity,
    AZUREML_MODEL_DIR: `/var/azureml-app/azureml-models/weights/${modelDigest(run).slice(0, 12)}`,
  });
  const contextOf = (identity: string): string => `.scorestack/contexts/${identity}`;

  async function assertOutputs({ image, identity }: Made): Promise<void> {
    assert.equal(await value(image.imageName), "churn");
    assert.equal(await value(image.version), identity.slice(0, 12));
    assert.equal(await value(image.imageId), `churn:${identity.slice(0, 12)}`);
    assert.equal(await value(image.ref), `team.azurecr.io/churn@${registryDigest}`);
  }

  function assertChild(run: Run<unknown>, child: Registration): void {
    assert.equal(child.parent, only(run, "scorestack:index:ModelImage").urn);
    assert.ok(child.dependencies.includes(only(run, "azure-native:authorization:RoleAssignment").urn));
  }

  it("by default: az acr build of the context, once per identity", async () => {
    const all = await made({});
    const { run, identity } = all;
    const built = only(run, command);
    assert.deepEqual(built.inputs, {
      interpreter: ["node"],
      create: "components/azure/acr-build.cjs",
      environment: {
        ACR_NAME: "team",
        ACR_IMAGE: `churn:${identity.slice(0, 12)}`,
        ACR_PLATFORM: "linux/amd64",
        ACR_CONTEXT: contextOf(identity),
        ACR_ARGUMENTS: JSON.stringify(argumentsOf(all)),
      },
      triggers: [identity],
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
    assert.equal(built.name, "churn");
    assertChild(run, built);
    await assertOutputs(all);
  });

  it("buildkit: login without a secret in the state, cache in the registry, no build in previews", async () => {
    const all = await made({ builder: ImageBuilder.buildkit });
    const { run, identity } = all;
    assert.deepEqual(only(run, command, "churn-login").inputs, {
      create: "az acr login --name team",
      triggers: [identity],
    });
    const built = only(run, docker, "churn");
    const cache = { ref: "team.azurecr.io/churn:buildcache" };
    assert.deepEqual(built.inputs, {
      context: { location: contextOf(identity) },
      tags: [`team.azurecr.io/churn:${identity.slice(0, 12)}`],
      push: true,
      platforms: ["linux/amd64"],
      buildOnPreview: false,
      buildArgs: argumentsOf(all),
      cacheFrom: [{ registry: cache }],
      network: "default",
      cacheTo: [{ registry: { ...cache, mode: "max", imageManifest: true, ociMediaTypes: true, ignoreError: true } }],
    });
    assert.deepEqual([built.retainOnDelete, built.secrets], [true, []]);
    assert.ok(built.dependencies.includes(only(run, command, "churn-login").urn));
    assertChild(run, built);
    await assertOutputs(all);
  });

  it("buildkit: the password of the base image's registry is secret, everywhere", async () => {
    const baseImageRegistry = { address: "registry.example.com", username: "puller", password: "canary-password" };
    const { run } = await made({ builder: ImageBuilder.buildkit }, { baseImage: pinned, baseImageRegistry });
    const { inputs, secrets } = only(run, docker);
    assert.deepEqual(inputs["registries"], [baseImageRegistry]);
    assert.deepEqual(secrets, ["registries"]);
    assert.deepEqual(only(run, "scorestack:index:ModelImage").secrets, ["baseImageRegistry"]);
    const plain = run.resources.filter(({ type }) => ![docker, "scorestack:index:ModelImage"].includes(type));
    assert.ok(!JSON.stringify(plain).includes("canary"));
  });

  it("another package index and platform", async () => {
    const index = "https://packages.example.com/simple";
    const changes = { packageIndexUrl: index, platform: ImagePlatform.arm64 };
    const all = await made({ ...changes, builder: ImageBuilder.buildkit });
    const built = only(all.run, docker).inputs;
    assert.deepEqual(built["buildArgs"], { ...argumentsOf(all), PIP_INDEX_URL: index, UV_DEFAULT_INDEX: index });
    assert.deepEqual(built["platforms"], ["linux/arm64"]);
    assert.deepEqual(built["tags"], [`team.azurecr.io/churn:${all.identity.slice(0, 12)}-arm64`]);
    assert.equal(await value(all.image.version), all.identity.slice(0, 12));
  });

  it("arm32v7, by the names that BuildKit and ACR Tasks have for it", async () => {
    const all = await made({ platform: ImagePlatform.arm32v7, builder: ImageBuilder.buildkit });
    const built = only(all.run, docker).inputs;
    assert.deepEqual(built["platforms"], ["linux/arm"]);
    assert.deepEqual(built["tags"], [`team.azurecr.io/churn:${all.identity.slice(0, 12)}-arm32v7`]);
  });

  it("the context is written, in previews too, and holds what the image is made of", async () => {
    const { identity } = await made({}, { sampleRequests: "work/requests" }, { preview: true });
    const folder = project.path(contextOf(identity));
    assert.ok(isIntact(folder, identity));
    const model = [...(readRecord(folder)?.files.keys() ?? [])].filter((name) => name.includes("azureml-models"));
    assert.deepEqual(
      model.map((name) => name.replace(/[0-9a-f]{12}/, "<version>")),
      ["app/azureml-models/weights/<version>/model/weights.txt"],
    );
    assert.equal(fs.readFileSync(path.join(folder, "requirements.txt"), "utf8"), lock);
    assert.deepEqual(fs.readdirSync(folder).sort(), [
      "Dockerfile",
      "app",
      "context.json",
      "requirements.txt",
      "samples",
      "server",
    ]);
  });

  it("a preview whose model is not known yet writes nothing", async () => {
    const later = { modelName: "weights", version: "1", digest: unknown<string>(), path: "work/model" };
    await runProgram(
      () =>
        new ModelImage("churn", {
          executionScript: "work/score.py",
          condaFile: "work/conda.yml",
          models: later,
          workspace: workspaceAt(),
        }),
      { answers, preview: true },
    );
    assert.ok(!fs.existsSync(project.path(".scorestack/contexts")));
  });

  describe("from a commit", () => {
    const git = (...args: string[]): string =>
      execFileSync("git", ["-C", project.folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        encoding: "utf8",
      }).trim();
    const repository = "https://github.com/team/models.git";

    /** Writes and commits the context of the image as it is now, as `npm run context` does; the commit. */
    async function committed(): Promise<string> {
      const { identity } = await made({});
      fs.cpSync(project.path(contextOf(identity)), project.path("contexts/churn"), { recursive: true });
      return commitAll();
    }
    function commitAll(): string {
      git("add", "-A");
      git("commit", "--quiet", "--allow-empty", "-m", "x");
      return git("rev-parse", "HEAD");
    }
    const atCommit = (commit: string): Partial<AzureImagePlace> => ({
      builder: ImageBuilder.acrGit,
      git: { repository, commit, contextPath: "contexts" },
    });

    beforeEach(() => {
      git("init", "--quiet");
      project.write({ ".gitignore": ".scorestack/\n" });
    });

    it("acr-git: a run per identity", async () => {
      const commit = await committed();
      const all = await made(atCommit(commit));
      const { run, identity } = all;
      const built = only(run, taskRun);
      assert.deepEqual(built.inputs, {
        registryName: "team",
        resourceGroupName: "models",
        location: "westeurope",
        taskRunName: `churn-${identity.slice(0, 12)}`,
        forceUpdateTag: identity,
        runRequest: {
          type: "DockerBuildRequest",
          sourceLocation: `${repository}#${commit}:contexts/churn`,
          dockerFilePath: "Dockerfile",
          imageNames: [`churn:${identity.slice(0, 12)}`],
          isPushEnabled: true,
          platform: { os: "Linux", architecture: "amd64" },
          arguments: Object.entries(argumentsOf(all)).map(([name, value]) => ({ name, value, isSecret: false })),
          timeout: 3600,
        },
      });
      assert.deepEqual(built.replaceOnChanges, ["forceUpdateTag", "runRequest"]);
      assertChild(run, built);
      await assertOutputs(all);
    });

    it("acr-git: the base image's registry, with a secret password", async () => {
      const baseImageRegistry = { address: "registry.example.com", username: "puller", password: "canary-password" };
      const args = { baseImage: pinned, baseImageRegistry };
      const { identity } = await made({ builder: ImageBuilder.buildkit }, args);
      fs.cpSync(project.path(contextOf(identity)), project.path("contexts/churn"), { recursive: true });
      const { inputs, secrets } = only((await made(atCommit(commitAll()), args)).run, taskRun);
      const request = inputs["runRequest"] as Record<string, unknown>;
      const opaque = (text: string) => ({ type: "Opaque", value: text });
      assert.deepEqual(request["credentials"], {
        customRegistries: {
          "registry.example.com": { userName: opaque("puller"), password: opaque("canary-password") },
        },
      });
      assert.deepEqual(secrets, ["runRequest"]);
    });

    it("acr-git: a commit that changes other images has this one stay", async () => {
      const first = await committed();
      project.write({ "contexts/other/context.json": "{}" });
      const second = commitAll();
      assert.notEqual(first, second);
      const built = only((await made(atCommit(second))).run, taskRun);
      const { sourceLocation } = built.inputs["runRequest"] as { sourceLocation: string };
      assert.equal(sourceLocation, `${repository}#${first}:contexts/churn`);
    });

    it("acr-git: a context of another identity is told in the preview", async () => {
      const commit = await committed();
      project.write({ "work/score.py": `${fs.readFileSync(project.path("work/score.py"), "utf8")}# edited\n` });
      await assert.rejects(made(atCommit(commit), {}, { preview: true }));
      assert.match(
        (await takeRejections()).join("\n"),
        /^image 'churn': 'workspace\.images\.git\.commit' must be of identity [0-9a-f]{12}, got [0-9a-f]{12}; npm run context -- --scorer churn --out contexts\/churn, commit it and name that commit$/,
      );
    });

    for (const [what, damage, message] of [
      [
        "a commit that is not here",
        () => "f".repeat(40),
        /'workspace\.images\.git\.commit' must be a commit of a clone on this machine, got 'f{40}'; fetch it/,
      ],
      [
        "no context in it",
        () => {
          git("rm", "-r", "--quiet", "contexts");
          return commitAll();
        },
        /must hold a build context in 'contexts\/churn', got none; npm run context -- --scorer NAME --out contexts\/churn, and commit it/,
      ],
      [
        "a file that .gitignore left out",
        () => {
          git("rm", "-r", "--quiet", "--cached", "contexts/churn/app/azureml-models");
          git("commit", "--quiet", "-m", "x");
          return git("rev-parse", "HEAD");
        },
        /must hold each file of a build context as it was written, got 'app\/azureml-models\/weights\/[0-9a-f]{12}\/model\/weights\.txt'; see what \.gitignore/,
      ],
      [
        "a file with other line ends",
        () => {
          project.write({ "contexts/churn/requirements.txt": lock.replaceAll("\n", "\r\n") });
          return commitAll();
        },
        /must hold each file of a build context as it was written, got 'requirements\.txt'/,
      ],
      [
        "a file too many",
        () => {
          project.write({ "contexts/churn/app/azureml-models/more.txt": "" });
          return commitAll();
        },
        /must hold each file of a build context as it was written, got 'app\/azureml-models\/more\.txt'/,
      ],
    ] as const) {
      it(`acr-git: ${what}`, async () => {
        await committed();
        await assert.rejects(made(atCommit(damage())), message);
      });
    }

    it("acr-git: a clone without its history", async () => {
      await committed();
      project.write({ "more.txt": "" });
      const commit = commitAll();
      const shallow = project.path("shallow");
      git("clone", "--quiet", "--depth", "1", `file://${project.folder}`, shallow);
      const { git: contexts, builder } = atCommit(commit);
      await assert.rejects(
        made({ builder, git: { ...(contexts ?? assert.fail()), checkout: shallow } }),
        /must be in a clone with its history, got a shallow one; git fetch --unshallow/,
      );
    });

    it("acr-git: a build that failed says where its log is", async () => {
      const commit = await committed();
      const failed = { status: "Failed", runErrorMessage: "step 3", runId: "cb7", outputImages: [] };
      const unwell = { ...answers, [taskRun]: () => ({ runResult: failed }) };
      await assert.rejects(made(atCommit(commit), {}, { answers: unwell }));
      assert.match(
        (await takeRejections()).join("\n"),
        /^the build in ACR Tasks ended as 'Failed': step 3; see az acr task logs --registry team --run-id cb7; to have it run again: az acr taskrun delete --registry team --name churn-[0-9a-f]{12}, then refresh and update$/,
      );
    });
  });

  describe("prebuilt", () => {
    it("another identity is told", async () => {
      const ref = `team.azurecr.io/churn@sha256:${"7".repeat(64)}`;
      const prebuilt = { churn: { ref, identity: "0".repeat(64) } };
      await assert.rejects(made({ builder: ImageBuilder.prebuilt, prebuilt }, {}, { preview: true }));
      assert.match(
        (await takeRejections()).join("\n"),
        /^image 'churn': 'workspace\.images\.prebuilt\.churn\.identity' must be of identity [0-9a-f]{12}, got 000000000000; build it from this state, or take this state back$/,
      );
    });

    it("builds nothing", async () => {
      const { identity } = await made({});
      const ref = `other.azurecr.io/team/churn@sha256:${"7".repeat(64)}`;
      const { image, run } = await made({ builder: ImageBuilder.prebuilt, prebuilt: { churn: { ref, identity } } });
      assert.equal(await value(image.ref), ref);
      assert.equal(await value(image.imageId), `churn:${identity.slice(0, 12)}`);
      const others = run.resources
        .map(({ type }) => type)
        .filter((type) => !/^scorestack:|:RoleAssignment$/.test(type));
      assert.deepEqual(others, []);
    });
  });

  describe("a program that is missing", () => {
    const folder = (): string => project.path("bin");
    const told = (builder: ImageBuilder | undefined, ...programs: string[]): string | undefined => {
      project.write(
        Object.fromEntries(["bin/none", ...programs.map((name) => `bin/${name}`)].map((file) => [file, ""])),
      );
      return missingTool({ ...place, builder }, { path: `/nowhere${path.delimiter}${folder()}`, extensions: [""] });
    };

    it("is told with what builds instead", () => {
      assert.equal(
        told(undefined, "docker"),
        "images are built with the builder 'acr-upload', which needs the Azure CLI (az), not found on this machine's PATH; 'workspace.images.builder' can also be 'acr-git', 'prebuilt'",
      );
    });
    it("is told of Docker", () => {
      assert.match(
        told(ImageBuilder.buildkit, "az") ?? "",
        /which needs Docker, not found on this machine's PATH; 'workspace\.images\.builder' can also be 'acr-upload', 'acr-git', 'prebuilt'$/,
      );
    });
    it("is not told where nothing is missing, or nothing is needed", () => {
      assert.deepEqual(
        [told(undefined, "az"), told(ImageBuilder.acrGit), told(ImageBuilder.prebuilt)],
        [undefined, undefined, undefined],
      );
    });
  });
});
