import { strict as assert } from "node:assert";
import type { AzureImagePlace } from "../../components/azure/image-build";
import { ModelImage, type ModelImageArgs } from "../../components";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { takeRejections } from "../rejections";
import { answers, lock, unknown, workspaceAt } from "./azure-place";

interface Row {
  readonly args?: Partial<ModelImageArgs>;
  readonly place?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  /** All that is told. */
  readonly told: string;
}

const digest = `@sha256:${"a".repeat(64)}`;
const base = `debian${digest}`;
const ref = `team.azurecr.io/churn${digest}`;
const identity = "c".repeat(64);
const git = { repository: "https://github.com/team/models.git", commit: "f".repeat(40), contextPath: "contexts" };
const registry = { address: "registry.example.com", username: "u", password: "canary-password" };
const images = "'workspace.images";
const url = "must be an https URL without name, password or fragment";
const folder = "must be a folder in the repository such as 'contexts', without '..'";
const repository =
  "'imageName' must be a repository name: words of lower-case letters and digits, one dot or dashes between them";
const noImport =
  "copy the base image into the workspace's registry (az acr import) and name it there, or use 'buildkit'";
const dropped = "must hold nothing that az acr build leaves out of its upload";
const inspect =
  "append its digest (docker buildx imagetools inspect debian:12), or set allowMovableBaseImage: then one identity may be two images";

const rows: Readonly<Record<string, Row>> = {
  "no lock": {
    files: { "work/conda.lock": "" },
    told: "'condaFile' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
  },
  "a lock of other requirements": {
    files: { "work/conda.lock": "# scorestack-lock sha256:0\n" },
    told: "'condaFile' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
  },
  "a model that is only known by its version": {
    args: { models: { modelName: "m", version: "1", digest: identity } },
    told: "'models[0].path' must be given: the image is built from the model's files, got nothing; take the RegisteredModel itself, or use the builder 'acr-git' or 'prebuilt'",
  },
  "a model that is not there": {
    args: { models: { modelName: "m", version: "1", digest: identity, path: "work/gone" } },
    told: "'models[0].path' must exist, got 'work/gone'; correct the path or create it",
  },
  "a name that is no repository": { args: { imageName: "a..b" }, told: `${repository}, got 'a..b'` },
  "a base image whose tag can move": {
    args: { baseImage: "debian:12" },
    told: `'baseImage' must be pinned by a digest, 'name@sha256:…', got 'debian:12'; ${inspect}`,
  },
  "a base image without apt": {
    args: { baseImage: `alpine${digest}` },
    told: `'baseImage' must be based on Debian or Ubuntu, got 'alpine' in 'alpine${digest}'; take one that has apt, such as 'debian:bookworm-slim@sha256:…'`,
  },
  "a base image that may move, and is none": {
    args: { allowMovableBaseImage: true },
    told: "'allowMovableBaseImage' must come with 'baseImage'; the default has a digest: leave it out",
  },
  "acr-upload with another registry": {
    args: { baseImage: base, baseImageRegistry: registry },
    told: `'baseImageRegistry' must be left out with the builder 'acr-upload': az acr build logs in to no other registry; ${noImport}`,
  },
  "acr-upload of a file that it leaves out": {
    args: { dependencies: ["work/util"] },
    files: { "work/util/.gitignore": "x" },
    told: `'dependencies' ${dropped}, got 'app/util/.gitignore'; name it in .amlignore, or use 'buildkit'`,
  },
  "acr-upload of a model with a file that it leaves out": {
    files: { "work/model/.venv/x": "1" },
    told: `'models[0].path' ${dropped}, got '.venv/x'; name it in .amlignore, or use 'buildkit'`,
  },
  "a builder that is none": {
    place: { builder: "kaniko" },
    told: `${images}.builder' must be 'buildkit', 'acr-upload', 'acr-git' or 'prebuilt', got 'kaniko'`,
  },
  "a platform that is none": {
    place: { platform: "linux/s390x" },
    told: `${images}.platform' must be 'linux/amd64', 'linux/arm64' or 'linux/arm/v7', got 'linux/s390x'`,
  },
  "an index with a password": {
    place: { packageIndexUrl: "https://me:secret@packages.example.com" },
    told: `${images}.packageIndexUrl' ${url}`,
  },
  "an index that is not used": {
    place: {
      builder: "prebuilt",
      prebuilt: { churn: { ref, identity } },
      packageIndexUrl: "https://packages.example.com",
    },
    told: `${images}.packageIndexUrl' must be left out with the builder 'prebuilt', which installs nothing`,
  },
  "acr-git without a commit": {
    place: { builder: "acr-git" },
    told: `${images}.git' must be given with the builder 'acr-git', got nothing`,
  },
  "a commit for another builder": {
    place: { git },
    told: `${images}.git' must be left out with a builder other than 'acr-git', got the builder 'acr-upload'`,
  },
  "a repository with a token": {
    place: { builder: "acr-git", git: { ...git, repository: "https://token@github.com/team/models.git" } },
    told: `${images}.git.repository' ${url}`,
  },
  "a branch for a commit": {
    place: { builder: "acr-git", git: { ...git, commit: "main" } },
    told: `${images}.git.commit' must be a commit of 40 hex characters, got 'main'`,
  },
  "contexts outside the repository": {
    place: { builder: "acr-git", git: { ...git, contextPath: "../contexts" } },
    told: `${images}.git.contextPath' ${folder}, got '../contexts'`,
  },
  "a commit that is nowhere": {
    place: { builder: "acr-git", git },
    told: `${images}.git.commit' must be a commit of a clone on this machine, got '${git.commit}'; fetch it, or name a clone that has it in 'git.checkout'`,
  },
  "acr-git of an image whose name is known later": {
    place: { builder: "acr-git", git },
    args: { imageName: unknown<string>() },
    told: "'imageName' must be a plain text with the builder 'acr-git', which finds the image by it, got an output",
  },
  "prebuilt without images": {
    place: { builder: "prebuilt" },
    told: `${images}.prebuilt' must be given with the builder 'prebuilt', got nothing`,
  },
  "images for another builder": {
    place: { builder: "buildkit", prebuilt: {} },
    told: `${images}.prebuilt' must be left out with a builder other than 'prebuilt', got the builder 'buildkit'`,
  },
  "prebuilt without this image": {
    place: { builder: "prebuilt", prebuilt: { other: { ref, identity } } },
    told: `${images}.prebuilt' must have the image 'churn', got other`,
  },
  "prebuilt by a tag": {
    place: { builder: "prebuilt", prebuilt: { churn: { ref: "team.azurecr.io/churn:1", identity } } },
    told: `${images}.prebuilt.churn.ref' must be 'registry/repository@sha256:…', got 'team.azurecr.io/churn:1'; a tag can be moved`,
  },
  "prebuilt of no identity": {
    place: { builder: "prebuilt", prebuilt: { churn: { ref, identity: "1" } } },
    told: `${images}.prebuilt.churn.identity' must be the identity that it was built with, 64 hex characters, got '1'`,
  },
  "prebuilt with a registry": {
    place: { builder: "prebuilt", prebuilt: { churn: { ref, identity } } },
    args: { baseImage: base, baseImageRegistry: registry },
    told: "'baseImageRegistry' must be left out with the builder 'prebuilt', which pulls no base image",
  },
  "several at once": {
    files: { "work/conda.lock": "" },
    args: { imageName: "a..b", baseImage: "debian:12" },
    told: [
      `${repository}, got 'a..b'`,
      "'condaFile' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
      `'baseImage' must be pinned by a digest, 'name@sha256:…', got 'debian:12'; ${inspect}`,
    ].join("\n"),
  },
};

/** Each rule once. Told when the program runs, before anything is registered for the image. */
describe("errors of ModelImage in Azure", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({ "work/conda.lock": lock });
  });
  afterEach(() => {
    project.remove();
  });

  for (const [name, { args, place, files = {}, told }] of Object.entries(rows)) {
    it(name, async () => {
      project.write(files);
      const model = { modelName: "m", version: "1", digest: identity, path: "work/model" };
      const workspace = workspaceAt(place as Partial<AzureImagePlace>);
      const least = { executionScript: "work/score.py", condaFile: "work/conda.yml", models: model, workspace };
      const program = (): unknown => new ModelImage("churn", { ...least, ...args });
      await assert.rejects(runProgram(program, { answers, preview: true }), (error: Error) => {
        assert.equal(error.message.split("\nerror")[0], told);
        assert.ok(
          !error.message.includes("canary") && !error.message.includes("secret@") && !error.message.includes("token@"),
        );
        return true;
      });
      assert.deepEqual(await takeRejections(), []);
    });
  }
});
