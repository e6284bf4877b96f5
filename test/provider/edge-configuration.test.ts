import { strict as assert } from "node:assert";
import { type EdgeConfigurationInputs, edgeTokens, type ModulesContent } from "../../components/internal/edge-contract";
import { configurationHandler, configurationId } from "../../provider/edge/configuration";
import { unknown } from "../../provider/rpc/values";
import { base, hub as host, layer, hubAndDesk } from "../support/edge-hub";
import { secret } from "../support/provider-desk";

const token = edgeTokens.configuration;

/** Does not prove: that a hub in Azure answers as the stand-in's does. */
describe("scorestack:edge:Configuration", () => {
  const { hub, desk } = hubAndDesk([configurationHandler()]);

  const inputs = (more: Partial<EdgeConfigurationInputs> = {}): EdgeConfigurationInputs => ({
    hub: host,
    configurationName: "churn",
    modulesContent: layer("churn", "churn:1"),
    isLayered: true,
    targetCondition: "tags.ring = 'canary'",
    priority: 10,
    labels: { team: "growth" },
    metrics: { devices: "SELECT deviceId FROM devices" },
    owner: "scorestack/edge/churn",
    ...more,
  });
  const id = configurationId("churn", inputs().modulesContent);
  const only = () => Object.values(hub.state.configurations)[0];

  it("is known by its content in a preview, which asks the hub for nothing", async () => {
    const { outputs } = await desk.create(token, inputs(), true);
    assert.equal(outputs["configurationId"], id);
    assert.equal(outputs["createdTimeUtc"], unknown);
    const modulesContent = layer("churn", unknown);
    assert.equal((await desk.create(token, inputs({ modulesContent }), true)).outputs["configurationId"], unknown);
    assert.deepEqual(hub.server.requests, []);
  });

  it("is made with what it is asked for, and with whose it is", async () => {
    const made = await desk.create(token, inputs());
    assert.equal(made.id, id);
    const { labels, createdTimeUtc, content, targetCondition, priority, metrics } = only() ?? assert.fail();
    const incarnation = made.outputs["incarnation"];
    assert.deepEqual(labels, {
      team: "growth",
      scorestackOwner: "scorestack/edge/churn",
      scorestackIncarnation: incarnation,
    });
    assert.deepEqual(
      {
        ...inputs(),
        configurationId: id,
        createdTimeUtc,
        incarnation,
        modulesContent: secret(inputs().modulesContent),
      },
      made.outputs,
    );
    assert.deepEqual(
      { content, targetCondition, priority, queries: metrics.queries },
      {
        content: { modulesContent: inputs().modulesContent },
        targetCondition: inputs().targetCondition,
        priority: 10,
        queries: inputs().metrics,
      },
    );
  });

  for (const [what, more, expected] of [
    [
      "a new image",
      { modulesContent: layer("churn", "churn:2") },
      { 'modulesContent.$edgeAgent["properties.desired.modules.churn"].settings.image': "replace" },
    ],
    ["another hub", { hub: "other.azure-devices.net" }, { hub: "replace" }],
    ["a hub whose host name is not known yet", { hub: unknown }, { hub: "update" }],
    ["another name", { configurationName: "wine" }, { configurationName: "replace" }],
    ["another priority", { priority: 11 }, { priority: "update" }],
    ["another target condition", { targetCondition: "tags.ring = 'all'" }, { targetCondition: "update" }],
    ["another label", { labels: { team: "risk" } }, { "labels.team": "update" }],
    ["another metric", { metrics: {} }, { "metrics.devices": "update" }],
    ["nothing", {}, {}],
  ] as const) {
    it(`sees ${what}`, async () => {
      const outputs = { ...inputs(), configurationId: id, createdTimeUtc: "t", incarnation: "i" };
      assert.deepEqual(
        await desk.diff(token, outputs, inputs(), inputs(more as Partial<EdgeConfigurationInputs>)),
        expected,
      );
    });
  }

  it("sees that a part became a secret, whose value is the same", async () => {
    const outputs = { ...inputs(), configurationId: id, createdTimeUtc: "t", incarnation: "i" };
    const news = { ...inputs(), modulesContent: secret(inputs().modulesContent) };
    assert.deepEqual(await desk.diff(token, outputs, inputs(), news), { modulesContent: "update" });
  });

  it("changes in place what can be, and leaves labels of others alone", async () => {
    const { outputs } = await desk.create(token, inputs());
    hub.edit((state) => ((state.configurations[id] ?? assert.fail()).labels["theirs"] = "kept"));
    const news = inputs({ priority: 12, targetCondition: "tags.ring = 'all'", labels: { cost: "7" }, metrics: {} });
    const changed = await desk.update(token, outputs, news);
    assert.equal(changed["configurationId"], id);
    const { labels, createdTimeUtc, ...rest } = only() ?? assert.fail();
    assert.deepEqual([rest.priority, rest.targetCondition, rest.metrics.queries], [12, "tags.ring = 'all'", {}]);
    assert.deepEqual([labels["theirs"], labels["cost"], labels["team"]], ["kept", "7", undefined]);
    assert.equal(createdTimeUtc, outputs["createdTimeUtc"]);
  });

  it("finds in a refresh what somebody has changed: priority, condition, labels, metrics, content, or that it is gone", async () => {
    const { outputs } = await desk.create(token, inputs());
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
    hub.edit((state) => {
      const found = state.configurations[id] ?? assert.fail();
      state.configurations[id] = {
        ...found,
        priority: 99,
        targetCondition: "",
        labels: { ...found.labels, team: "other" },
        metrics: { queries: {} },
        content: { modulesContent: layer("churn", "miner:1") },
      };
    });
    const seen = (await desk.read(token, id, outputs)) ?? assert.fail();
    assert.deepEqual(await desk.diff(token, seen, inputs(), inputs()), {
      "labels.team": "update",
      "metrics.devices": "update",
      'modulesContent.$edgeAgent["properties.desired.modules.churn"].settings.image': "replace",
      priority: "update",
      targetCondition: "update",
    });
    await hub.call("DELETE", `configurations/${id}`);
    assert.equal(await desk.read(token, id, outputs), undefined);
  });

  it("is made anew in an update when somebody has deleted it meanwhile", async () => {
    const { outputs } = await desk.create(token, inputs());
    await hub.call("DELETE", `configurations/${id}`);
    await desk.update(token, outputs, inputs({ priority: 11 }));
    assert.equal(only()?.priority, 11);
  });

  it("takes over what a run that died has made: once, and with a mark of its own", async () => {
    const first = await desk.create(token, inputs());
    const second = await desk.create(token, inputs({ priority: 11 }));
    assert.equal(Object.keys(hub.state.configurations).length, 1);
    assert.equal(only()?.priority, 11);
    assert.equal(second.outputs["createdTimeUtc"], first.outputs["createdTimeUtc"]);
    // The state of the run that died may name it still: that must not take it away.
    await desk.delete(token, first.id, first.outputs);
    assert.ok(only());
    await desk.delete(token, second.id, second.outputs);
    assert.equal(only(), undefined);
  });

  it("makes it anew, as the youngest, when content returns to what it was while that is still there", async () => {
    const first = await desk.create(token, inputs());
    const other = await desk.create(token, inputs({ modulesContent: layer("churn", "churn:2") }));
    const again = await desk.create(token, inputs());
    assert.equal(again.id, first.id);
    const birth = ({ outputs }: typeof first): number => Date.parse(outputs["createdTimeUtc"] as string);
    assert.ok(birth(again) > birth(other) && birth(other) > birth(first));
    await desk.delete(token, first.id, first.outputs);
    await desk.delete(token, other.id, other.outputs);
    assert.deepEqual(Object.keys(hub.state.configurations), [first.id]);
  });

  it("refuses what another stack has made under its name, and what was made by hand", async () => {
    await desk.create(token, inputs({ owner: "scorestack/other/churn" }));
    await assert.rejects(
      desk.create(token, inputs()),
      /'churn-[0-9a-f]{12}' in 'team.azure-devices.net' must be this stack's own \(scorestack\/edge\/churn\), got that of scorestack\/other\/churn; choose another name, or delete it/,
    );
    hub.edit((state) => ((state.configurations[id] ?? assert.fail()).labels = {}));
    await assert.rejects(desk.create(token, inputs()), /got one that was made by hand or another program/);
    assert.equal(only()?.labels["scorestackOwner"], undefined);
  });

  it("leaves alone in a delete what has become another stack's", async () => {
    const { outputs } = await desk.create(token, inputs());
    hub.edit(
      (state) => ((state.configurations[id] ?? assert.fail()).labels["scorestackOwner"] = "scorestack/other/churn"),
    );
    await desk.delete(token, id, outputs);
    assert.ok(only());
  });

  it("deletes what is gone already", async () => {
    const { outputs } = await desk.create(token, inputs());
    await hub.call("DELETE", `configurations/${id}`);
    await desk.delete(token, id, outputs);
  });

  it("reads again what somebody has changed between its reading and its writing", async () => {
    const { outputs } = await desk.create(token, inputs());
    let changes = 2;
    hub.server.fault = ({ verb }) => {
      if (verb === "PUT" && changes-- > 0) {
        return { when: "before", strike: () => ({ status: 412, body: { Message: "ErrorCode:PreconditionFailed;x" } }) };
      }
      return undefined;
    };
    await desk.update(token, outputs, inputs({ priority: 11 }));
    assert.equal(only()?.priority, 11);
    changes = 1e6;
    await assert.rejects(
      desk.update(token, outputs, inputs({ priority: 12 })),
      /was changed by others 5 times meanwhile/,
    );
  });

  it("says what is wrong with its queries before it makes anything", async () => {
    const wrong = { targetCondition: "ring = 'canary'", metrics: { odd: "COUNT" } };
    await assert.rejects(
      desk.create(token, inputs(wrong)),
      /'targetCondition' must be a query of the hub's: .*got 'ring'.*\n'metrics.odd' must be a query of the hub's/,
    );
    assert.equal(only(), undefined);
  });

  it("keeps secrets out of what it says, when the hub says them", async () => {
    hub.server.fault = ({ verb }) =>
      verb === "PUT"
        ? {
            when: "before",
            strike: () => ({ status: 400, body: { Message: "ErrorCode:ArgumentInvalid;bad canary-4711\nmore" } }),
          }
        : undefined;
    const credentials = { address: "team.azurecr.io", username: "edge", password: secret("canary-4711") };
    const modulesContent = layer("churn", "churn:1", {
      $edgeAgent: { "properties.desired.runtime.settings.registryCredentials.team": credentials as never },
    });
    await assert.rejects(desk.create(token, inputs({ modulesContent })), (problem: Error) =>
      /answered 400 ArgumentInvalid: bad \[secret\]$/.test(problem.message),
    );
  });

  for (const [what, more, said] of [
    ["hub", { hub: "team" }, "'hub' must be the host name of an IoT Hub, got 'team'; such as team.azure-devices.net"],
    [
      "name",
      { configurationName: "Churn" },
      "'configurationName' must be 1 to 100 of a-z 0-9 - + % _ * ! ', got 'Churn'; 12 digits of its content follow it",
    ],
    [
      "priority",
      { priority: -1 },
      "'priority' must be a whole number from 0, got -1; the higher of two deployments wins",
    ],
    [
      "layer with a base's part",
      { modulesContent: base() },
      "'modulesContent' must have parts of '$edgeAgent' alone when it is layered, got all of its 'properties.desired'; that is the base's: write 'properties.desired.modules.<name>'",
    ],
    [
      "base without its modules",
      { isLayered: false },
      "'modulesContent' must have 'properties.desired' of '$edgeAgent' when it is a base, got none; add it, or set 'isLayered'",
    ],
    [
      "module without properties.desired",
      { modulesContent: { churn: { properties: {} } } as ModulesContent },
      "'modulesContent' must have 'properties.desired' in 'churn', got 'properties'; write what the module is to have there",
    ],
    [
      "twin beyond 32 KB",
      { modulesContent: { churn: { "properties.desired.a": "x".repeat(33_000) } } },
      "'modulesContent' must have at most 32 KB in 'churn', got 33002 bytes; a module's twin holds no more",
    ],
    ["missing content", { modulesContent: null }, "'modulesContent' must be given, got none; set it"],
  ] as const) {
    it(`checks: ${what}`, async () => {
      assert.equal((await desk.check(token, { ...inputs(), ...more }))[0], said);
    });
  }

  it("checks nothing that is not known yet", async () => {
    const later = { hub: unknown, configurationName: unknown, modulesContent: unknown, priority: unknown };
    assert.deepEqual(await desk.check(token, { ...inputs(), ...later }), []);
    assert.deepEqual(await desk.check(token, inputs({ modulesContent: layer("churn", unknown) })), []);
  });
});
