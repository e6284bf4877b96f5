import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import type { EngineEvent, OpMap, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import { Clone } from "../support/clone";
import { growthTeam, riskTeam, type TeamSettings, teamSettings } from "../support/edge-program";
import { type StandIn, startStandIn } from "./stand-in";
import type { HubConfiguration } from "./stand-in/iot-hub/state";

/**
 * Deployments of two teams in one IoT Hub, on the real engine with the stand-in for Azure. Does not prove Azure's own hub, nor a device:
 * those here do what they are told, or fail as a test asks them to.
 */
describe("deployments in an IoT Hub on the real engine", function () {
  this.timeout(120_000);
  let clone: Clone;
  let standIn: StandIn;
  let growth: Stack;
  let risk: Stack;
  let settings: TeamSettings = teamSettings();

  before(async () => {
    clone = Clone.make("iot-hub").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    standIn = await startStandIn(clone.path(".scorestack/stand-in"));
    const open = async (stackName: string, program: PulumiFn): Promise<Stack> =>
      (await openStack({ root: clone.folder, stackName, create: true, environment: standIn.env, program })).stack;
    growth = await open("growth", () => Promise.resolve(growthTeam(settings)));
    risk = await open("risk", () => {
      riskTeam("wine:1");
      return Promise.resolve({});
    });
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  async function run(stack: Stack, operation: "up" | "preview" | "refresh" | "destroy") {
    let counts: OpMap = {};
    const steps: Record<string, string> = {};
    let shown = "";
    const onEvent = ({ summaryEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      if (step && /^(create|update|replace|delete)$/.test(step.op) && step.type.startsWith("scorestack:edge")) {
        steps[`${step.op} ${step.urn.split("::").at(-1) ?? ""}`] = Object.keys(step.detailedDiff ?? {}).join(", ");
      }
    };
    await stack[operation]({ onEvent, onOutput: (text: string) => (shown += text) });
    return { counts, steps, shown };
  }

  const configurations = (): HubConfiguration[] => Object.values(standIn.iotHub("factory").configurations);
  const named = (name: string): HubConfiguration =>
    configurations().find(({ id }) => id.startsWith(name)) ?? assert.fail(`no ${name}`);
  /** What each device is told to run. */
  const images = (): Record<string, string> =>
    Object.fromEntries(
      Object.values(standIn.iotHub("factory").devices).map(({ deviceId, modules }) => {
        const told = Object.values((modules["$edgeAgent"]?.desired["modules"] ?? {}) as Record<string, unknown>);
        return [
          deviceId,
          told
            .map((one) => (one as { settings: { image: string } }).settings.image)
            .sort()
            .join(" "),
        ];
      }),
    );
  const assertNothingToDo = async (stack: Stack): Promise<void> =>
    assert.deepEqual(Object.keys((await run(stack, "preview")).counts), ["same"]);

  it("are made ring after ring on a base, and then there is nothing to do", async () => {
    const { counts } = await run(growth, "up");
    assert.deepEqual(counts, { create: 11 });
    const all = "churn:1 sensor:1";
    assert.deepEqual(images(), { "line-1": all, "line-2": all, "line-3": all });
    const births = ["base", "churn-canary", "churn-all"].map((name) => Date.parse(named(name).createdTimeUtc));
    assert.deepEqual([...births].sort(), births);
    await assertNothingToDo(growth);
  });

  it("of another team are laid beside them, and neither touches the other's", async () => {
    const before = configurations();
    await run(risk, "up");
    assert.deepEqual(images(), {
      "line-1": "churn:1 sensor:1",
      "line-2": "churn:1 sensor:1 wine:1",
      "line-3": "churn:1 sensor:1",
    });
    assert.deepEqual(
      configurations().filter(({ labels }) => labels["team"] === "growth"),
      before,
    );
    await assertNothingToDo(growth);
    await run(growth, "refresh");
    await assertNothingToDo(growth);
  });

  it("move with a new image: the next ones are there before the last ones go, ring after ring, and nothing else moves", async () => {
    const [theirs, bottom] = [named("wine"), named("base")];
    settings.image = "churn:2";
    const path = 'modulesContent.$edgeAgent["properties.desired.modules.churn"].settings.image';
    const { steps } = await run(growth, "preview");
    assert.deepEqual(steps, {
      "replace churn-canary": path,
      "replace churn-all": path,
      "update churn-canary-gate": "configurationId",
      "update churn-all-gate": "configurationId",
    });
    await run(growth, "up");
    assert.deepEqual(images(), {
      "line-1": "churn:2 sensor:1",
      "line-2": "churn:2 sensor:1 wine:1",
      "line-3": "churn:2 sensor:1",
    });
    assert.deepEqual([named("wine"), named("base"), configurations().length], [theirs, bottom, 4]);
  });

  it("stop at a ring that fails, with what its device says; the others keep what they have", async () => {
    standIn.simulateDevices({ "line-1": { failing: { "churn:3": { exitCode: 3, statusDescription: "no model" } } } });
    settings.image = "churn:3";
    await assert.rejects(
      run(growth, "up"),
      /ring 'canary': churn-canary-[0-9a-f]{12} must run on every device, got failures; .*\n\s*line-1: module 'churn' is failed, exit code 3: no model/,
    );
    assert.deepEqual(images(), {
      "line-1": "churn:3 sensor:1",
      "line-2": "churn:2 sensor:1 wine:1",
      "line-3": "churn:2 sensor:1",
    });
  });

  it("go back when the content does, though the earlier deployment of it is there still", async () => {
    settings.image = "churn:2";
    await run(growth, "up");
    assert.deepEqual(images(), {
      "line-1": "churn:2 sensor:1",
      "line-2": "churn:2 sensor:1 wine:1",
      "line-3": "churn:2 sensor:1",
    });
    assert.equal(configurations().length, 4);
    await assertNothingToDo(growth);
    standIn.simulateDevices({});
  });

  it("do not wait for devices that are offline, up to a share; those get it when they are back", async () => {
    standIn.simulateDevices({ "factory/line-3": { online: false } });
    Object.assign(settings, { image: "churn:4", deadlineSeconds: 0 });
    await assert.rejects(run(growth, "up"), /1 of 2 devices are offline, and 0 may be: line-3/);
    Object.assign(settings, { maximumOfflineShare: 0.5 });
    await run(growth, "up");
    const reported = (): unknown =>
      standIn.iotHub("factory").devices["line-3"]?.modules["$edgeAgent"]?.reported["modules"];
    assert.match(JSON.stringify(reported()), /churn:2/);
    standIn.simulateDevices({});
    await run(growth, "refresh");
    assert.match(JSON.stringify(reported()), /churn:4/);
    settings = { ...teamSettings(), image: "churn:4" };
    await run(growth, "up");
  });

  it("show in a refresh what somebody has changed, and the next update puts it right", async () => {
    standIn.editIotHub("factory", (state) => {
      for (const found of Object.values(state.configurations).filter(({ id }) => id.startsWith("churn-canary"))) {
        Object.assign(found, { priority: 99, targetCondition: "tags.ring='none'" });
      }
      Object.assign(state.devices["line-3"]?.tags ?? {}, { ring: "canary" });
    });
    await run(growth, "refresh");
    const { steps } = await run(growth, "up");
    assert.deepEqual(steps, { "update churn-canary": "priority, targetCondition", "update line-3": "tags.ring" });
    assert.deepEqual(
      [named("churn-canary").priority, named("churn-canary").targetCondition],
      [10, "tags.ring='canary'"],
    );
    await assertNothingToDo(growth);
  });

  it("are made again when somebody has deleted them, or made them with other content", async () => {
    standIn.editIotHub("factory", (state) => {
      for (const found of Object.values(state.configurations)) {
        if (found.id.startsWith("churn-canary")) {
          Reflect.deleteProperty(state.configurations, found.id);
        }
        if (found.id.startsWith("churn-all")) {
          const agent = { "properties.desired.modules.miner": { settings: { image: "miner:1" } } };
          state.configurations[found.id] = { ...found, content: { modulesContent: { $edgeAgent: agent } } };
        }
      }
    });
    await run(growth, "refresh");
    assert.match(images()["line-3"] ?? "", /miner:1/);
    await run(growth, "up");
    assert.deepEqual(images(), {
      "line-1": "churn:4 sensor:1",
      "line-2": "churn:4 sensor:1 wine:1",
      "line-3": "churn:4 sensor:1",
    });
    assert.equal(configurations().length, 4);
    await assertNothingToDo(growth);
  });

  for (const [what, image, urn] of [
    ["a deployment", "churn:5", "iot-hub:factory/configurations/churn-canary"],
    ["a later ring's", "churn:6", "iot-hub:factory/configurations/churn-all"],
  ] as const) {
    it(`come to one state when the hub dies between the making of ${what} and its answer`, async () => {
      settings.image = image;
      standIn.fault({ action: "die", when: "after", method: "create", urn });
      await assert.rejects(run(growth, "up"), /'factory.azure-devices.net' must be reachable/);
      await standIn.died();
      await standIn.restart();
      await run(growth, "up");
      assert.deepEqual(images(), {
        "line-1": `${image} sensor:1`,
        "line-2": `${image} sensor:1 wine:1`,
        "line-3": `${image} sensor:1`,
      });
      assert.equal(configurations().length, 4);
      await assertNothingToDo(growth);
    });
  }

  it("go through where the hub is throttled for a moment", async () => {
    settings.image = "churn:7";
    standIn.fault({ action: "fail", when: "before", urn: "iot-hub:factory/configurations/churn-canary" });
    await run(growth, "up");
    assert.match(images()["line-1"] ?? "", /churn:7/);
  });

  it("keep secrets out of what is shown, and out of every file but the hub's own", async () => {
    const { shown } = await run(growth, "preview");
    assert.ok(!shown.includes("canary-4711"));
    const found = spawnSync("grep", ["-rlF", "--", "canary-4711", clone.path(".scorestack")], { encoding: "utf8" });
    assert.deepEqual(found.stdout.trim().split("\n"), [clone.path(".scorestack/stand-in/iot-hubs/factory.json")]);
    const keys = Object.values(standIn.iotHub("factory").devices).map(({ authentication }) =>
      JSON.stringify(authentication),
    );
    assert.equal(keys.length, 3);
    const [key = ""] = /[A-Za-z0-9+/]{43}=/.exec(keys[0] ?? "") ?? [];
    const state = spawnSync("grep", ["-rlF", "--", key, clone.path(".scorestack")], { encoding: "utf8" });
    assert.deepEqual(state.stdout.trim().split("\n"), [clone.path(".scorestack/stand-in/iot-hubs/factory.json")]);
  });

  it("give the devices back to the base when they go, and leave the other team's", async () => {
    settings.image = undefined;
    await run(growth, "up");
    assert.deepEqual(images(), { "line-1": "sensor:1", "line-2": "sensor:1 wine:1", "line-3": "sensor:1" });
    await run(risk, "destroy");
    assert.deepEqual(images(), { "line-1": "sensor:1", "line-2": "sensor:1", "line-3": "sensor:1" });
    assert.deepEqual(standIn.iotHub("factory").devices["line-2"]?.tags, {
      ring: "all",
      scorestackOwner: "scorestack/growth/line-2",
    });
    await run(growth, "destroy");
    assert.deepEqual(standIn.resources("IotHubResource"), []);
    assert.deepEqual([configurations(), Object.keys(standIn.iotHub("factory").devices)], [[], []]);
  });
});
