import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as resources from "@pulumi/azure-native/resources";
import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { Clone } from "../support/clone";
import { writeFiles } from "../support/folder";
import { startStandIn } from "./stand-in";

type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** docker-build and command beside azure-native, each under the real engine. Does not prove that an image can be built. */
describe("packages on the stand-in cloud", function () {
  this.timeout(90_000);
  let clone: Clone;
  let standIn: StandIn;

  before(async () => {
    clone = Clone.make("packages").keepScorers();
    standIn = await startStandIn(clone.path(".scorestack/stand-in"), { root: clone.folder });
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
  });

  async function open(stackName: string, make: () => object): Promise<Stack> {
    const program: PulumiFn = () => Promise.resolve({ ...make() });
    const where = { root: clone.folder, stackName, create: true, environment: standIn.env };
    return (await openStack({ ...where, program })).stack;
  }

  /** What a run says of the resources that it makes and changes, and its outputs. */
  async function up(stack: Stack): Promise<{ steps: string[]; outputs: Record<string, unknown>; said: string }> {
    const steps: string[] = [];
    let outputs: Record<string, unknown> = {};
    const { stdout } = await stack.up({
      onEvent: ({ resOutputsEvent }) => {
        const { op = "same", urn = "", type, new: made } = resOutputsEvent?.metadata ?? {};
        if (op !== "same" && type?.startsWith("pulumi:") === false) {
          steps.push(`${op} ${urn.split("::").at(-1) ?? ""}`);
        }
        outputs = type === "pulumi:pulumi:Stack" ? (made?.outputs ?? outputs) : outputs;
      },
    });
    return { steps: steps.sort(), outputs, said: stdout };
  }

  const registry = (): containerregistry.Registry => {
    const group = new resources.ResourceGroup("group", {
      resourceGroupName: pulumi.getStack(),
      location: "westeurope",
    });
    return new containerregistry.Registry("registry", {
      resourceGroupName: group.name,
      registryName: `team${pulumi.getStack()}`,
      sku: { name: "Basic" },
    });
  };

  it("rebuild an image when a file of its context changes, and give its digest to what uses it", async () => {
    writeFiles(clone.path("context"), { Dockerfile: "FROM scratch\n", "app/score.py": "1\n" });
    const stack = await open("image", () => {
      const image = new docker.Image("image", {
        context: { location: "context" },
        tags: [pulumi.interpolate`${registry().loginServer}/wine:1`],
        push: true,
        buildOnPreview: false,
      });
      return { digest: image.digest, ref: image.ref };
    });
    const { outputs: first } = await up(stack);
    assert.match(String(first.ref), /^teamimage\.azurecr\.io\/wine:1@sha256:[0-9a-f]{64}$/);
    assert.deepEqual((await stack.preview()).changeSummary, { same: 4 });
    writeFiles(clone.path("context"), { "app/score.py": "2\n" });
    const { steps, outputs: second } = await up(stack);
    assert.deepEqual(steps, ["update image"]);
    assert.notEqual(second.digest, first.digest);
    // The same content has the same digest again.
    writeFiles(clone.path("context"), { "app/score.py": "1\n" });
    assert.equal((await up(stack)).outputs.digest, first.digest);
  });

  it("run a script of this project as it is, with an az of the stand-in's", async () => {
    writeFiles(clone.path("context"), { Dockerfile: "FROM scratch\n" });
    const stack = await open("script", () => {
      const command = new local.Command("image", {
        interpreter: ["node"],
        create: "components/azure/acr-build.cjs",
        environment: {
          ACR_NAME: registry().name,
          ACR_IMAGE: "wine:0123456789ab",
          ACR_PLATFORM: "linux/amd64",
          ACR_CONTEXT: "context",
          ACR_ARGUMENTS: "{}",
        },
        triggers: ["identity"],
        logging: local.Logging.None,
      });
      return { digest: command.stdout };
    });
    const { outputs } = await up(stack);
    assert.deepEqual(standIn.state.images["teamscript.azurecr.io/wine"], { "0123456789ab": outputs.digest });
  });

  it("keep a command's secrets: stdout is one where the environment has one, and the log has neither", async () => {
    const stack = await open("secret", () => {
      const command = new local.Command("echo", {
        create: 'echo "token $TOKEN"',
        environment: { TOKEN: pulumi.secret("canary-4713") },
        logging: local.Logging.None,
      });
      return { said: command.stdout };
    });
    const { outputs, said } = await up(stack);
    assert.ok(!said.includes("canary-4713"));
    assert.match(JSON.stringify(outputs.said), /secret/);
    assert.deepEqual(standIn.log().at(-1)?.commands, ['echo "token $TOKEN"']);
    assert.ok(!fs.readFileSync(clone.path(".scorestack/stand-in/calls.jsonl"), "utf8").includes("canary-4713"));
    assert.ok(
      !fs
        .readFileSync(clone.path(".scorestack/state/.pulumi/stacks/scorestack/secret.json"), "utf8")
        .includes("canary-4713"),
    );
  });

  it("refuse a command that nobody knows", async () => {
    const stack = await open("unknown", () => ({ made: new local.Command("wipe", { create: "rm -rf build" }).stdout }));
    await assert.rejects(up(stack), /the stand-in does not know 'rm -rf build'; it knows az account show/);
  });

  it("refuse in the preview what the typings refuse, all of it", async () => {
    const containers = [{ name: "wine", image: "x", imagee: "y" }, { image: "x" }];
    const stack = await open("typings", () => {
      const group = new resources.ResourceGroup("group", { resourceGroupName: "typings", location: "westeurope" });
      return new containerinstance.ContainerGroup("service", {
        resourceGroupName: group.name,
        containers: containers as containerinstance.ContainerGroupArgs["containers"],
        osType: "Linus",
      });
    });
    await assert.rejects(stack.preview(), (error: Error) => {
      assert.match(
        error.message,
        /'containers\[0\]\.imagee' is not a property of ContainerArgs .*did you mean 'image'/,
      );
      assert.match(error.message, /'containers\[1\]\.name' is required by ContainerArgs/);
      assert.match(error.message, /'osType' must be 'Windows' or 'Linux', got 'Linus'/);
      return true;
    });
  });
});
