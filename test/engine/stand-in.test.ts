import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { openStack } from "../../cli/stack";
import { Clone } from "../support/clone";
import { cloudService, type ServiceSettings, serviceSettings } from "../support/cloud-program";
import { startStandIn } from "./stand-in";

type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/**
 * The stand-in cloud under the real engine: ids, previews, diffs, replaces, refreshes, order, secrets. Does not prove that Azure and
 * azure-native do the same: what they do is taken from their sources and documents, see docs/adr/0008-stand-in-cloud.md.
 */
describe("the stand-in cloud on the real engine", function () {
  this.timeout(120_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let settings: ServiceSettings;

  before(async () => {
    clone = Clone.make("stand-in").keepScorers();
    standIn = await startStandIn(clone.path(".scorestack/stand-in/dev"));
    settings = serviceSettings();
    const program = () => Promise.resolve(cloudService(settings));
    const where = { root: clone.folder, stackName: "dev", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
  });

  /** Runs an operation and returns its counts, its outputs, and what the engine says of each resource. */
  async function run(operation: "up" | "preview" | "refresh" | "destroy") {
    standIn.clearLog();
    let counts: OpMap = {};
    let outputs: Record<string, unknown> = {};
    const steps: Record<string, string> = {};
    const onEvent = ({ summaryEvent, resOutputsEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      if (step && !["same", "refresh"].includes(step.op) && !step.type.startsWith("pulumi:")) {
        const paths = Object.entries(step.detailedDiff ?? {}).map(([path, { diffKind }]) => `${diffKind} ${path}`);
        steps[`${step.op} ${step.urn.split("::").at(-1) ?? ""}`] = paths.sort().join(", ");
      }
      if (resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack") {
        outputs = resOutputsEvent.metadata.new?.outputs ?? outputs;
      }
    };
    await stack[operation]({ onEvent });
    return { counts, outputs, steps };
  }

  const changed = (): string[] => standIn.log().map(({ method, name }) => `${method} ${name}`);

  it("previews what azure-native would know, and nothing of what Azure will say", async () => {
    const { counts } = await run("preview");
    assert.deepEqual(counts, { create: 7 });
    assert.deepEqual(standIn.resources(), []);
    const service = standIn.log("all").find(({ name, method }) => name === "service" && method === "create");
    assert.ok(service?.preview);
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    assert.equal(service.inputs?.containerGroupName, "wine");
    assert.deepEqual(service.inputs.imageRegistryCredentials, [{ server: unknown, identity: unknown }]);
    // The region of a group that is not there yet.
    assert.equal(service.inputs.location, unknown);
  });

  it("creates in order, with ARM ids and each type's own outputs", async () => {
    const { counts, outputs } = await run("up");
    assert.deepEqual(counts, { create: 7 });
    const { subscriptionId } = standIn.state;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/dev`;
    assert.deepEqual(
      standIn
        .resources()
        .map(({ id }) => id.replace(group, ""))
        .sort(),
      [
        "",
        "/providers/Microsoft.ContainerInstance/containerGroups/wine",
        "/providers/Microsoft.ContainerRegistry/registries/teamdev",
        "/providers/Microsoft.ContainerRegistry/registries/teamdev/providers/Microsoft.Authorization/roleAssignments/0b8b0f4c-3a7e-4f0e-9d3a-2f6f3d7c1a11",
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller",
      ],
    );
    assert.equal(outputs.address, "teamdev-wine.westeurope.azurecontainer.io");
    assert.match(String(outputs.digest), /^sha256:[0-9a-f]{64}$/);
    assert.match(String(outputs.principal), /^[0-9a-f]{8}-/);
    const order = standIn.log().map(({ name }) => name);
    assert.equal(order[0], "group");
    assert.equal(order.at(-1), "service");
  });

  it("then finds nothing to do", async () => {
    assert.deepEqual((await run("preview")).counts, { same: 7 });
    assert.deepEqual((await run("refresh")).counts, { same: 7 });
    assert.deepEqual(changed(), []);
  });

  it("updates in place what Azure can change, by its path", async () => {
    settings.tags = { team: "growth", stage: "test" };
    const { steps } = await run("up");
    assert.deepEqual(steps, { "update service": "add tags.stage" });
    assert.deepEqual(changed(), ["update service"]);
  });

  it("replaces by replaceOnChanges, deleting first; the engine decides that from the paths", async () => {
    settings.restartPolicy = "OnFailure";
    const { steps } = await run("up");
    assert.deepEqual(Object.keys(steps).sort(), [
      "create-replacement service",
      "delete-replaced service",
      "replace service",
    ]);
    assert.equal(steps["replace service"], "update-replace restartPolicy");
    assert.deepEqual(changed(), ["delete service", "create service"]);
  });

  it("moves a new image to the service: the command is replaced, the service updated", async () => {
    settings.identity = "second";
    const { steps } = await run("up");
    assert.equal(steps["replace image"], "update create, update-replace triggers[0]");
    assert.equal(steps["update service"], "update containers[0].image");
    assert.equal(Object.keys(standIn.state.images["teamdev.azurecr.io/wine"] ?? {}).length, 2);
  });

  it("sees what was changed by hand in a refresh, and the next update takes it back", async () => {
    standIn.edit((state) => {
      const service = Object.values(state.resources).find(({ token }) => token.endsWith(":ContainerGroup"));
      Object.assign(service?.inputs ?? {}, { tags: { team: "somebody" } });
    });
    assert.equal((await run("refresh")).counts.update, 1);
    const { steps } = await run("up");
    assert.deepEqual(steps, { "update service": "add tags.stage, update tags.team" });
    const [service] = standIn.resources("ContainerGroup");
    assert.deepEqual(service?.inputs.tags, { team: "growth", stage: "test" });
  });

  it("sees in a refresh what was deleted by hand, and the next update makes it again", async () => {
    standIn.edit(({ resources }) => {
      const [id] = Object.entries(resources).find(([, { token }]) => token.endsWith(":ContainerGroup")) ?? [];
      Reflect.deleteProperty(resources, id ?? "");
    });
    assert.equal((await run("refresh")).counts.delete, 1);
    assert.deepEqual((await run("up")).steps, { "create service": "" });
  });

  it("keeps secrets out of state, cloud and call log, and sees when they change", async () => {
    const texts = (): string[] =>
      fs
        .readdirSync(clone.path(".scorestack"), { recursive: true, encoding: "utf8" })
        .map((name) => clone.path(".scorestack", name))
        .filter((file) => !/node_modules|tools|environments/.test(file) && fs.statSync(file).isFile())
        .map((file) => fs.readFileSync(file, "latin1"));
    settings.token = pulumi.secret("canary-4712-token");
    const { steps } = await run("up");
    assert.deepEqual(steps, { "update service": "update containers[0].environmentVariables[0].secureValue" });
    assert.ok(texts().length > 5);
    assert.deepEqual(
      texts().filter((text) => text.includes("canary-471")),
      [],
    );
    assert.match(JSON.stringify(standIn.log().at(-1)?.inputs), /"secureValue":"\[secret\]"/);
  });

  it("deletes in the opposite order, and nothing is left", async () => {
    await run("destroy");
    const order = standIn.log().map(({ name }) => name);
    assert.equal(order.at(-1), "group");
    assert.ok(order.indexOf("service") < order.indexOf("identity"));
    assert.ok(order.indexOf("service") < order.indexOf("role"));
    assert.deepEqual(standIn.resources(), []);
  });
});
