import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as resources from "@pulumi/azure-native/resources";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { ModelImage, RegisteredModel } from "../../components";
import { type ImageBuildOptions, ImageBuilder } from "../../components/azure/image-build";
import { workspaceAt } from "../components/azure-place";
import { Clone } from "../support/clone";
import { writeFiles } from "../support/folder";
import { type StandIn, startStandIn } from "./stand-in";

interface Seen {
  readonly counts: OpMap;
  /** Operation and name of what moves. */
  readonly steps: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * An image of each builder on the real engine, with the stand-in for Azure and Docker, which builds nothing: what moves, what a
 * preview knows of it, and what a change of builder costs. `test/docker` builds.
 */
describe("images in Azure on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let images: ImageBuildOptions = {};

  const program = () => {
    const group = new resources.ResourceGroup("group", { resourceGroupName: "models", location: "westeurope" });
    const sku = { name: "Basic" };
    const registry = new containerregistry.Registry("registry", {
      resourceGroupName: group.name,
      registryName: "teamregistry",
      sku,
    });
    const place = {
      registryName: registry.name,
      registryServer: registry.loginServer,
      resourceGroupName: group.name,
      ready: [registry],
    };
    const model = new RegisteredModel("weights", { path: "work/model" });
    const image = new ModelImage("churn", {
      executionScript: "work/score.py",
      condaFile: "work/conda.yml",
      models: model,
      workspace: workspaceAt({ ...place, ...images }),
    });
    return Promise.resolve({ ref: image.ref, identity: image.identity });
  };

  before(async () => {
    clone = Clone.make("azure-image").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    writeFiles(clone.path("work"), {
      "model/weights.txt": "1",
      "score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
    });
    for (const file of ["conda.yml", "conda.lock"]) {
      fs.copyFileSync(`scorers/diabetes/${file}`, clone.path("work", file));
    }
    standIn = await startStandIn(clone.path(".scorestack/stand-in"));
    const where = { root: clone.folder, stackName: "dev", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  async function run(operation: "up" | "preview"): Promise<Seen> {
    let counts: OpMap = {};
    let outputs: Record<string, unknown> = {};
    const steps: string[] = [];
    const onEvent = ({ summaryEvent, resourcePreEvent, resOutputsEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      if (step && step.op !== "same" && !step.type.startsWith("pulumi:")) {
        steps.push(`${step.op} ${step.type.split(":")[0] ?? ""} ${step.urn.split("::").at(-1) ?? ""}`);
      }
      if (resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack") {
        outputs = resOutputsEvent.metadata.new?.outputs ?? outputs;
      }
    };
    await stack[operation]({ onEvent });
    return { counts, steps: steps.filter((step) => !step.includes(" scorestack ")).sort(), outputs };
  }

  const edit = (text: string): void => {
    clone.edit("work/score.py", (script) => script.replace(/(# .*\n)?$/, `# ${text}\n`));
  };
  /** Digests that the registry has, by tag. */
  const tags = (): Record<string, string> => ({ ...standIn.state.images["teamregistry.azurecr.io/churn"] });
  const tagOf = ({ outputs }: Seen): string => String(outputs["identity"]).slice(0, 12);
  const refOf = (digest: string | undefined): string => `teamregistry.azurecr.io/churn@${digest ?? ""}`;

  async function assertNothingToDo(): Promise<Seen> {
    const seen = await run("preview");
    assert.deepEqual([Object.keys(seen.counts), seen.steps], [["same"], []]);
    return seen;
  }

  it("acr-upload: is built once, and its reference is known from then on", async () => {
    const made = await run("up");
    assert.deepEqual(made.steps, ["create azure-native group", "create azure-native registry", "create command churn"]);
    assert.deepEqual(Object.keys(tags()), [tagOf(made)]);
    assert.equal(made.outputs["ref"], refOf(tags()[tagOf(made)]));
    assert.equal((await assertNothingToDo()).outputs["ref"], made.outputs["ref"]);
  });

  it("acr-upload: an edit is another image beside the first; the preview knows its identity and not yet its reference", async () => {
    const [first] = Object.keys(tags());
    edit("one");
    const preview = await run("preview");
    assert.deepEqual(
      preview.steps,
      ["replace command churn"].concat(preview.steps.filter((step) => !step.startsWith("replace "))).sort(),
    );
    assert.ok(preview.steps.every((step) => step.endsWith(" command churn")));
    const made = await run("up");
    assert.equal(tagOf(preview), tagOf(made));
    assert.notEqual(preview.outputs["ref"], made.outputs["ref"]);
    assert.deepEqual(Object.keys(tags()).sort(), [first ?? "", tagOf(made)].sort());
    assert.equal(made.outputs["ref"], refOf(tags()[tagOf(made)]));
  });

  it("acr-upload: what the registry has is not built again", async () => {
    const [first = ""] = Object.keys(tags());
    const marked = `sha256:${"e".repeat(64)}`;
    standIn.edit((state) => {
      (state.images["teamregistry.azurecr.io/churn"] ?? {})[first] = marked;
    });
    clone.edit("work/score.py", (script) => script.replace(/# one\n/, ""));
    const made = await run("up");
    assert.deepEqual([tagOf(made), made.outputs["ref"]], [first, refOf(marked)]);
  });

  it("buildkit: the change of builder is shown; what was pushed stays", async () => {
    const before = tags();
    images = { builder: ImageBuilder.buildkit };
    const preview = await run("preview");
    assert.deepEqual(preview.steps, [
      "create command churn-login",
      "create docker-build churn",
      "delete command churn",
    ]);
    await run("up");
    assert.deepEqual(Object.keys(tags()).sort(), Object.keys(before).sort());
    await assertNothingToDo();
  });

  it("buildkit: an edit logs in again and builds in place; the image before stays", async () => {
    const before = Object.keys(tags());
    edit("two");
    const made = await run("up");
    assert.ok(made.steps.includes("update docker-build churn"), made.steps.join());
    assert.deepEqual(Object.keys(tags()).sort(), [...before, tagOf(made)].sort());
    assert.equal(made.outputs["ref"], refOf(tags()[tagOf(made)]));
  });

  it("back to acr-upload: no build, for the registry has the image; nothing is removed from it", async () => {
    const before = tags();
    images = {};
    const { steps, outputs } = await run("up");
    assert.deepEqual(steps, ["create command churn", "delete command churn-login", "delete docker-build churn"]);
    assert.deepEqual(tags(), before);
    assert.ok(Object.values(before).map(refOf).includes(String(outputs["ref"])));
  });

  describe("acr-git", () => {
    const git = (...args: string[]): string =>
      execFileSync(
        "git",
        ["-C", clone.path("repository"), "-c", "user.name=t", "-c", "user.email=t@example.com", ...args],
        { encoding: "utf8" },
      ).trim();

    /** Commits the context that the program has written for what lies there now. */
    async function commit(more: Readonly<Record<string, string>> = {}): Promise<void> {
      images = {};
      const { outputs } = await run("preview");
      fs.rmSync(clone.path("repository/contexts/churn"), { recursive: true, force: true });
      fs.cpSync(
        clone.path(".scorestack/contexts", String(outputs["identity"])),
        clone.path("repository/contexts/churn"),
        { recursive: true },
      );
      writeFiles(clone.path("repository"), more);
      git("add", "-A");
      git("commit", "--quiet", "--allow-empty", "-m", "x");
      const repository = "https://github.com/team/models.git";
      images = {
        builder: ImageBuilder.acrGit,
        git: { repository, commit: git("rev-parse", "HEAD"), contextPath: "contexts", checkout: "repository" },
      };
    }

    before(() => {
      fs.mkdirSync(clone.path("repository"));
      git("init", "--quiet");
    });

    it("builds from the commit, and stays when the next one is about another image", async () => {
      await commit();
      const made = await run("up");
      assert.ok(made.steps.includes("create azure-native churn"), made.steps.join());
      assert.equal(made.outputs["ref"], refOf(tags()[tagOf(made)]));
      await commit({ "contexts/other/context.json": "{}" });
      await assertNothingToDo();
    });

    it("has a run of its own for another image", async () => {
      edit("three");
      await commit();
      const { steps } = await run("up");
      assert.ok(
        steps.some((step) => step === "create-replacement azure-native churn"),
        steps.join(),
      );
      await assertNothingToDo();
    });
  });
});
