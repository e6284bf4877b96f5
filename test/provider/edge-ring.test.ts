import { strict as assert } from "node:assert";
import { type EdgeJson, type EdgeRingInputs, edgeTokens } from "../../components/internal/edge-contract";
import { judge, reportOf } from "../../provider/edge/judge";
import { appliedQuery, ringHandler, targetQuery } from "../../provider/edge/ring";
import { unknown } from "../../provider/rpc/values";
import { readQuery } from "../engine/stand-in/iot-hub/expressions";
import { base, hub as host, layer, TestHub } from "../support/edge-hub";
import { ProviderDesk } from "../support/provider-desk";

const token = edgeTokens.ring;

/** What devices are taken to say of themselves. */
describe("a ring's judgement", () => {
  const ring = { moduleNames: ["churn"], maximumOfflineShare: 0, minimumDevices: 1 };
  const twin = (reported: EdgeJson, status: Record<string, EdgeJson> = {}): Record<string, EdgeJson> => ({
    deviceId: "one",
    properties: {
      desired: { $version: 7 },
      reported: {
        ...(reported as Record<string, EdgeJson>),
        modules: { churn: { runtimeStatus: "running", exitCode: 0, ...status } },
      },
    },
  });
  const well = { lastDesiredVersion: 7, lastDesiredStatus: { code: 200 } };

  for (const [what, agent, isOnline, kind, said] of [
    ["all runs", twin(well), true, "succeeded", undefined],
    ["all runs, and the device has gone since", twin(well), false, "succeeded", undefined],
    [
      "it has not reported on it",
      twin({ lastDesiredVersion: 6, lastDesiredStatus: { code: 200 } }),
      true,
      "waiting",
      "it has not reported on it yet",
    ],
    ["it has not reported, and does not answer", twin({ lastDesiredVersion: 6 }), false, "offline", undefined],
    [
      "its agent can't read the manifest",
      twin({ lastDesiredVersion: 7, lastDesiredStatus: { code: 400, description: "no" } }),
      true,
      "failed",
      "its agent reports 400: no",
    ],
    [
      "its agent could not pull, and tries again",
      twin({ lastDesiredVersion: 7, lastDesiredStatus: { code: 500, description: "unauthorized" } }),
      true,
      "waiting",
      "its agent reports 500: unauthorized",
    ],
    [
      "a module has failed",
      twin(well, { runtimeStatus: "failed", exitCode: 3, statusDescription: "no model" }),
      true,
      "failed",
      "module 'churn' is failed, exit code 3: no model",
    ],
    [
      "a module is started again",
      twin(well, { runtimeStatus: "backoff", exitCode: 1, restartCount: 1 }),
      true,
      "waiting",
      "module 'churn' is backoff, exit code 1",
    ],
    [
      "a module is started again and again",
      twin(well, { runtimeStatus: "backoff", exitCode: 1, restartCount: 3 }),
      true,
      "failed",
      "module 'churn' is backoff, exit code 1, started 3 times",
    ],
    [
      "a module is unhealthy",
      twin(well, { runtimeStatus: "unhealthy" }),
      true,
      "failed",
      "module 'churn' is unhealthy, exit code 0",
    ],
  ] as const) {
    it(`${what}: ${kind}`, () => {
      const seen = judge(ring, ["one"], [agent], new Set(isOnline ? ["one"] : []));
      const found = { succeeded: seen.succeeded, offline: seen.offline, failed: seen.failed, waiting: seen.waiting };
      const device = said === undefined ? "one" : { deviceId: "one", said };
      assert.deepEqual(found, { succeeded: [], offline: [], failed: [], waiting: [], [kind]: [device] });
      assert.equal(seen.isWell, kind === "succeeded");
    });
  }

  it("lets as many be offline as may be, and not one more; needs as many as it must have", () => {
    const agents = ["one", "two", "three"].map((deviceId) => ({ ...twin(well), deviceId }));
    const away = { ...twin({ lastDesiredVersion: 6 }), deviceId: "four" };
    const isWell = (more: Partial<typeof ring>, targets = ["one", "two", "three", "four"]): boolean =>
      judge({ ...ring, ...more }, targets, [...agents, away], new Set()).isWell;
    assert.deepEqual(
      [isWell({}), isWell({ maximumOfflineShare: 0.24 }), isWell({ maximumOfflineShare: 0.25 })],
      [false, false, true],
    );
    assert.deepEqual(
      [isWell({ minimumDevices: 4, maximumOfflineShare: 1 }), isWell({}, []), isWell({ minimumDevices: 0 }, [])],
      [false, false, true],
    );
    assert.equal(isWell({}, ["one", "five"]), false);
  });

  it("names ten devices and counts the rest", () => {
    const reports = Array.from({ length: 12 }, (_, index) => ({ deviceId: `d${index}`, said: "no" }));
    assert.match(reportOf(reports), /^ {2}d0: no\n(.*\n){9} {2}and 2 more devices$/);
  });

  it("asks the hub in words that it reads", () => {
    for (const query of [targetQuery("tags.a = 'b' OR deviceId = 'c'"), targetQuery(""), appliedQuery("churn-12")]) {
      assert.doesNotThrow(() => readQuery(query), query);
    }
  });
});

/** Does not prove: how long devices take, nor that a hub in Azure answers as the stand-in's does. */
describe("scorestack:edge:Ring", () => {
  const hub = new TestHub();
  let desk: ProviderDesk;

  before(() => hub.start());
  beforeEach(async () => {
    hub.clear();
    desk = new ProviderDesk([ringHandler()]);
    await desk.open();
    for (const [id, ring] of [
      ["a1", "canary"],
      ["a2", "canary"],
      ["b1", "all"],
    ] as const) {
      await hub.device(id, { ring });
    }
    await hub.deploy("base", base(), "tags.ring IN ['canary', 'all']", 0);
  });
  afterEach(() => {
    desk.close();
  });
  after(() => hub.stop());

  const inputs = (more: Partial<EdgeRingInputs> = {}): EdgeRingInputs => ({
    hub: host,
    ringName: "canary",
    configurationId: "churn-2",
    moduleNames: ["churn"],
    deadlineSeconds: 30,
    maximumOfflineShare: 0,
    minimumDevices: 1,
    soakSeconds: 0,
    pollSeconds: 0.01,
    ...more,
  });
  const deploy = (image = "churn:2", priority = 10) =>
    hub.deploy("churn-2", layer("churn", image), "tags.ring = 'canary'", priority);

  it("changes nothing in a preview, and knows no counts", async () => {
    const { outputs } = await desk.create(token, inputs(), true);
    assert.deepEqual(outputs, {
      ...inputs(),
      targetedDevices: unknown,
      succeededDevices: unknown,
      offlineDevices: unknown,
    });
  });

  it("is done when its devices run it, however late that is", async () => {
    hub.simulate({ a2: { looksUntilDone: 5 } });
    await deploy();
    const { outputs } = await desk.create(token, inputs());
    assert.deepEqual(outputs, { ...inputs(), targetedDevices: 2, succeededDevices: 2, offlineDevices: 0 });
    const pings = hub.server.requests.filter((request) => request.includes("methods"));
    assert.ok(pings.length > 0 && pings.every((request) => request === "POST twins/a2/modules/$edgeAgent/methods"));
  });

  it("fails with what a device reports, and names the next step", async () => {
    hub.simulate({ a1: { failing: { "churn:2": { exitCode: 3, statusDescription: "no model" } } } });
    await deploy();
    await assert.rejects(desk.create(token, inputs()), (problem: Error) =>
      problem.message.endsWith(
        "ring 'canary': churn-2 must run on every device, got failures; the next ring keeps what it has: mend it or go back, and run the command again\n  a1: module 'churn' is failed, exit code 3: no model",
      ),
    );
  });

  it("tells at its deadline why a pull has failed", async () => {
    hub.simulate({ a1: { failing: { "churn:2": { pull: "unauthorized" } } } });
    await deploy();
    await assert.rejects(
      desk.create(token, inputs({ deadlineSeconds: 0 })),
      /must be done within 0 s, got ring 'canary': 1 of 2 devices run it; .*\n {2}a1: its agent reports 500: churn: unauthorized/,
    );
  });

  it("does not wait for devices that are offline, up to a share of them", async () => {
    hub.simulate({ a2: { online: false } });
    await deploy();
    await assert.rejects(
      desk.create(token, inputs({ deadlineSeconds: 0 })),
      /1 of 2 devices run it, 1 offline; .*\n {2}1 of 2 devices are offline, and 0 may be: a2/,
    );
    const { outputs } = await desk.create(token, inputs({ maximumOfflineShare: 0.5 }));
    assert.deepEqual([outputs["succeededDevices"], outputs["offlineDevices"]], [1, 1]);
  });

  it("says what applies where it does not, and that a ring is empty", async () => {
    await hub.deploy("rival", base(), "tags.ring = 'canary'", 20);
    await deploy();
    await assert.rejects(
      desk.create(token, inputs({ deadlineSeconds: 0 })),
      /\n {2}a1: it is not applied there; what applies is rival\n/,
    );
    await hub.call("PATCH", "twins/a1", { tags: { ring: null } });
    await hub.call("PATCH", "twins/a2", { tags: { ring: null } });
    await assert.rejects(
      desk.create(token, inputs({ deadlineSeconds: 0 })),
      /\n {2}no device has its target condition\n {2}0 devices run it, and 1 must/,
    );
    const { outputs } = await desk.create(token, inputs({ minimumDevices: 0 }));
    assert.equal(outputs["targetedDevices"], 0);
  });

  it("says that a device without a base gets no layer", async () => {
    await hub.call("DELETE", "configurations/base");
    await deploy();
    await assert.rejects(
      desk.create(token, inputs({ deadlineSeconds: 0 })),
      /\n {2}a1: it is not applied there; nothing applies: it has no base/,
    );
  });

  it("stays for as long as all must stay well, and starts anew when a device fails meanwhile", async () => {
    await deploy();
    let looks = 0;
    hub.server.fault = ({ path }) => {
      if (path === "configurations/churn-2" && (looks += 1) === 3) {
        hub.simulate({ a1: { failing: { "churn:2": {} } } });
      }
      return undefined;
    };
    await assert.rejects(desk.create(token, inputs({ soakSeconds: 30 })), /a1: module 'churn' is failed, exit code 1/);
    assert.ok(looks >= 3);
  });

  it("ends when the user wants to stop", async () => {
    hub.simulate({ a1: { looksUntilDone: 1e6 } });
    await deploy();
    const looked = new Promise<void>((resolve) => {
      hub.server.fault = ({ path }) => {
        if (path.endsWith("/methods")) {
          resolve();
        }
        return undefined;
      };
    });
    const ended = assert.rejects(
      desk.create(token, inputs({ pollSeconds: 20 })),
      /stopped while 'team.azure-devices.net' was (waited for|asked)/,
    );
    await looked;
    await desk.cancel();
    await ended;
  });

  it("is gone when its configuration is, and waits again when that is another one", async () => {
    await deploy();
    const { id, outputs } = await desk.create(token, inputs());
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
    assert.deepEqual(await desk.diff(token, outputs, inputs(), inputs({ configurationId: "churn-3" })), {
      configurationId: "update",
    });
    await assert.rejects(
      desk.update(token, outputs, inputs({ configurationId: "churn-3" })),
      /ring 'canary': churn-3 must be in 'team.azure-devices.net', got none; somebody has deleted it: npm run refresh/,
    );
    await hub.call("DELETE", "configurations/churn-2");
    assert.equal(await desk.read(token, id, outputs), undefined);
  });

  it("checks its numbers", async () => {
    assert.deepEqual(await desk.check(token, inputs({ maximumOfflineShare: 1.5, pollSeconds: -1 })), [
      "'maximumOfflineShare' must be from 0 to 1, got 1.5; 0.2 lets one in five be offline",
      "'pollSeconds' must be 0 or more, got -1; set it",
    ]);
  });
});
