import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { takeRejections } from "../rejections";
import { DevPlace, type DevStack } from "../support/dev-stack";
import { Cloud } from "./stand-in/cloud";
import { isValidPassword } from "./stand-in/commands/token-passwords";
import { iotHubsOf } from "./stand-in/iot-hub";
import { deviceKey } from "./stand-in/iot-hub/provisioning";
import { HubFiles, type HubState, type Simulation } from "./stand-in/iot-hub/state";
import { recordOf, textOf } from "./stand-in/values";

const rings = ["canary", "rest"] as const;
const gate = { minimumDevices: 1, soakSeconds: 0, pollSeconds: 1, deadlineSeconds: 10 };
const edge = {
  devices: { "line-1": { ring: "canary" }, "line-2": {} },
  rings: [{ ringName: "canary", gate }, { ringName: "rest" }],
};

/**
 * The stack `edge` on the real engine with the stand-in for Azure and IoT Hub, after the stack `dev` whose images it runs. Does not prove
 * IoT Hub, devices or registries themselves: the stand-in's devices run nothing.
 */
describe("stack edge on the real engine", function () {
  this.timeout(300_000);
  let place: DevPlace;
  let dev: DevStack;
  let stack: DevStack;

  const files = (): HubFiles => new HubFiles(place.clone.path(".scorestack/stand-in"));
  const hub = (): HubState => {
    const [found] = place.standIn.resources("IotHubResource");
    return files().load(found?.id.split("/").at(-1) ?? "", "");
  };
  const set = async (more: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    stack = await place.stack("edge", {
      "scorestack:scorers": ["wine"],
      "scorestack:services": { wine: { feed: { to: "$upstream" } } },
      "scorestack:edge": { ...edge, ...more },
    });
  };
  const simulate = (simulations: Readonly<Record<string, Simulation>>): void => {
    files().simulations = simulations;
  };
  /** Id of each ring's deployment that is there, oldest first. */
  const deployments = (ring: string): string[] =>
    Object.values(hub().configurations)
      .filter(({ id }) => id.startsWith(`edge-${ring}-`))
      .sort((a, b) => a.createdTimeUtc.localeCompare(b.createdTimeUtc))
      .map(({ id }) => id);
  const moved = [
    "replace EdgeModuleDeployment edge: ring-canary",
    "replace EdgeModuleDeployment edge: ring-rest",
    "update EdgeModuleDeployment edge: ring-canary-gate",
  ];
  const agentOf = (device: string) => recordOf(hub().devices[device]?.modules["$edgeAgent"]?.desired);
  const imageOn = (device: string): string =>
    textOf(recordOf(recordOf(recordOf(agentOf(device)["modules"])["wine"])["settings"])["image"]);
  /** Passwords of every deployment in the hub, with the user that each is for. */
  const logins = (): { user: string; password: string }[] =>
    Object.values(hub().configurations).flatMap(({ content }) =>
      Object.entries(recordOf(content.modulesContent["$edgeAgent"]))
        .filter(([key]) => key.includes("registryCredentials."))
        .map(([, login]) => ({
          user: textOf(recordOf(login)["username"]),
          password: textOf(recordOf(login)["password"]),
        })),
    );
  const holds = ({ user, password }: { user: string; password: string }): boolean => {
    const token = place.standIn.resources("Token").find(({ id }) => id.endsWith(`/tokens/${user}`));
    return token !== undefined && isValidPassword(token, password);
  };

  before(async () => {
    place = await DevPlace.make("edge", ["wine"]);
    dev = await place.stack("dev");
    await dev.run("up");
    await set();
  });
  after(async () => {
    await place.remove();
  });

  it("comes up: each device pulls the image of dev by its digest, with a token of its ring; then there is nothing to do", async () => {
    await stack.run("up");
    await stack.assertWhole();
    const state = hub();
    assert.deepEqual(Object.keys(state.devices).sort(), ["line-1", "line-2"]);
    for (const device of Object.keys(state.devices)) {
      assert.match(imageOn(device), /\.azurecr\.io\/wine@sha256:[0-9a-f]{64}$/);
      const told = state.devices[device]?.modules["$edgeAgent"]?.reported;
      assert.deepEqual(recordOf(told)["lastDesiredStatus"], { code: 200, description: "" });
    }
    const feeding = recordOf(recordOf(agentOf("line-1")["modules"])["wine-feed"]);
    assert.equal(recordOf(feeding["settings"])["image"], imageOn("line-1"));
    assert.deepEqual(
      recordOf(recordOf(state.devices["line-1"]?.modules["$edgeHub"]?.desired)["routes"])["wine-feed-out"],
      "FROM /messages/modules/wine-feed/outputs/output INTO $upstream",
    );
    assert.deepEqual(
      logins()
        .map(({ user }) => user)
        .sort(),
      rings.map((ring) => `edge-edge-${ring}`),
    );
    assert.ok(logins().every(holds));
  });

  it("moves the deployments and nothing else when dev has a new image, ring by ring", async () => {
    const [before] = deployments("rest");
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited\n`);
    assert.deepEqual((await stack.run("preview")).steps, []);
    await dev.run("up");
    assert.deepEqual((await stack.run("preview")).steps, moved);
    assert.deepEqual((await stack.run("up")).steps, moved);
    await stack.assertWhole();
    assert.deepEqual([deployments("canary").length, deployments("rest").length], [1, 1]);
    assert.notDeepEqual(deployments("rest"), [before]);
    assert.equal(imageOn("line-1"), imageOn("line-2"));
  });

  it("stops at a ring that fails: the next one keeps what it has, and nothing was taken from a device before that", async () => {
    const [canary, rest, running] = [deployments("canary"), deployments("rest"), imageOn("line-2")];
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# wrong\n`);
    await dev.run("up");
    simulate({ "line-1": { failing: { wine: { exitCode: 1, statusDescription: "ModuleNotFoundError" } } } });
    await assert.rejects(stack.run("up"), /canary/);
    await takeRejections();
    // The next deployment was there before the last one goes.
    assert.deepEqual(deployments("canary").slice(0, 1), canary);
    assert.equal(deployments("canary").length, 2);
    assert.deepEqual([deployments("rest"), imageOn("line-2")], [rest, running]);
    simulate({});
    await stack.run("up");
    await stack.assertWhole();
    assert.deepEqual([deployments("canary").length, deployments("rest").length], [1, 1]);
    assert.equal(imageOn("line-1"), imageOn("line-2"));
  });

  it("makes another password without a moment in which a deployment has none that holds", async () => {
    const before = logins();
    await set({ registryToken: { rotation: "2" } });
    let isRunning = true;
    const watch = async (): Promise<void> => {
      while (isRunning) {
        assert.ok(logins().every(holds), "a deployment has a password that does not hold");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const watching = watch();
    const { steps } = await stack.run("up").finally(() => {
      isRunning = false;
    });
    await watching;
    const passwords = rings.map((ring) => `update EdgeModuleDeployment edge: ring-${ring}-token-password`);
    assert.deepEqual(steps, [...moved, ...passwords].sort());
    assert.ok(logins().every((login) => holds(login) && !before.some(({ password }) => password === login.password)));
    // A device that was offline meanwhile still pulls with what it was told before.
    assert.ok(before.every(holds));
    await stack.assertWhole();
  });

  it("ends a password with the second rotation after it", async () => {
    const before = logins();
    await set({ registryToken: { rotation: "3" } });
    await stack.run("up");
    assert.ok(logins().every(holds) && before.every(holds));
    await set({ registryToken: { rotation: "4" } });
    await stack.run("up");
    assert.ok(logins().every(holds) && !before.some(holds));
  });

  it("has no password, key or secret variable open in its state, previews and messages", async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    await set({ registryToken: { rotation: "4" } });
    const setting = "scorestack:services.wine.environmentVariables.TOKEN";
    const words = ["pulumi", "config", "set", "--secret", "--path", setting, canary, "--stack", "edge"];
    assert.equal((await place.clone.run(...words)).code, 0);
    const seen = [await stack.run("preview"), await stack.run("up"), await stack.run("refresh")];
    assert.deepEqual(seen[1]?.steps, moved);
    const feeding = recordOf(recordOf(recordOf(agentOf("line-1")["modules"])["wine-feed"])["env"]);
    const feedKey = textOf(recordOf(feeding["SCORESTACK_FEED_KEY"])["value"]);
    const secrets = [canary, feedKey, ...logins().map(({ password }) => password)];
    const { services } = await place.clone.json<{ services: { wine: { primaryKey: string } } }>(
      ...["outputs", "--stack", "edge", "--show-secrets"],
    );
    for (const secret of [...secrets, services.wine.primaryKey]) {
      assert.ok(seen.every(({ shown }) => !shown.includes(secret)));
      const found = spawnSync("grep", ["-rlF", "-e", secret, place.clone.path(".scorestack/state")], {
        encoding: "utf8",
      });
      assert.equal(found.stdout, "");
    }
    // The variable is in the twin for the device, as IoT Edge has it; the key is there as a digest alone.
    assert.ok(JSON.stringify(hub()).includes(canary));
    assert.ok(!JSON.stringify(hub()).includes(services.wine.primaryKey));
  });

  it("lets devices register themselves: each gets its ring's modules; groups change in place, and come back", async () => {
    const provisioning = (ring: string) => ({
      hub: { sharedAccessKeysEnabled: true },
      provisioning: { groups: { line: { ring } } },
      registryToken: { rotation: "4" },
    });
    await set(provisioning("canary"));
    await stack.run("up");
    const { provisioning: told } = await place.clone.json<{
      provisioning: { idScope: string; primaryKeys: { line: string } };
    }>(...["outputs", "--stack", "edge", "--show-secrets"]);
    assert.match(told.idScope, /^0ne[0-9A-F]{8}$/);
    const [service] = place.standIn.resources("IotDpsResource");
    const name = service?.id.split("/").at(-1) ?? "";
    const server = iotHubsOf(new Cloud(place.clone.path(".scorestack/stand-in")));
    const address = `${await server.start()}/${name}.azure-devices-provisioning`;
    const register = async (id: string): Promise<number> => {
      const body = JSON.stringify({ key: deviceKey(told.primaryKeys.line, id) });
      return (await fetch(`${address}/registrations/${id}?api-version=2021-10-01`, { method: "PUT", body })).status;
    };
    try {
      assert.equal(await register("line-7"), 200);
      assert.equal(imageOn("line-7"), imageOn("line-1"));
      await set(provisioning("rest"));
      assert.deepEqual((await stack.run("up")).steps, ["update EdgeModuleDeployment edge: enrollment-line"]);
      assert.equal(await register("line-8"), 200);
      const ringOf = (device: string) => hub().devices[device]?.tags["edgeRing"];
      assert.deepEqual(["line-7", "line-8"].map(ringOf), ["canary", "rest"]);
      const state = files().loadService(name, "");
      Object.assign(recordOf(state.groups["edge-line"]), { provisioningStatus: "disabled" });
      files().saveService(name, state);
      await stack.run("refresh");
      assert.deepEqual((await stack.run("up")).steps, ["update EdgeModuleDeployment edge: enrollment-line"]);
      await stack.assertWhole();
    } finally {
      await server.stop();
    }
    const [made] = place.standIn.resources("IotHubResource");
    const cloud = new Cloud(place.clone.path(".scorestack/stand-in"));
    const keys = [told.primaryKeys.line, cloud.key(`${made?.id ?? ""}|primaryKey`)];
    for (const key of keys) {
      const words = ["-rlF", "-e", key, place.clone.path(".scorestack/state")];
      assert.equal(spawnSync("grep", words, { encoding: "utf8" }).stdout, "");
    }
  });

  it("goes whole, and leaves dev as it is", async () => {
    await stack.run("destroy");
    assert.deepEqual(place.standIn.resources("IotHubResource"), []);
    assert.deepEqual(place.standIn.resources("IotDpsResource"), []);
    assert.deepEqual(place.standIn.resources("Token"), []);
    await dev.assertWhole();
  });
});
