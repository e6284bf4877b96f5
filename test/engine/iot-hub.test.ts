import { strict as assert } from "node:assert";
import { Expressions, QueryError, readQuery, targetCondition } from "./stand-in/iot-hub/expressions";
import { isLayered, merge } from "./stand-in/iot-hub/merge";
import type { HubConfiguration } from "./stand-in/iot-hub/state";
import { base, layer, TestHub } from "../support/edge-hub";
import type { ModulesContent } from "../../components/internal/edge-contract";
import type { Values } from "../../provider/rpc/values";

/** What a device gets, after Azure's page "Understand IoT Edge automatic deployments" (module-deployment-monitoring). */
describe("the stand-in's IoT Hub", () => {
  const sensor = (properties: Values, part = "properties.desired") => ({
    SimulatedTemperatureSensor: { [part]: properties },
  });
  let born = 0;
  const deployment = (id: string, modulesContent: ModulesContent, priority: number, age = (born += 1)) =>
    ({
      id,
      content: { modulesContent },
      priority,
      createdTimeUtc: new Date(age * 1000).toISOString(),
    }) as HubConfiguration;
  const modulesOf = (all: HubConfiguration[]) =>
    Object.keys((merge(all).desired?.["$edgeAgent"]?.["modules"] ?? {}) as Values).sort();

  const standard = {
    ...base({ SimulatedTemperatureSensor: "sensor:1" }),
    ...sensor({ SendData: true, SendInterval: 5 }),
  };
  const rows: readonly [
    what: string,
    deployments: HubConfiguration[],
    applied: string[],
    desired: Values | undefined,
  ][] = [
    ["a base alone applies whole", [deployment("base", standard, 1)], ["base"], { SendData: true, SendInterval: 5 }],
    [
      "a layer adds a part, and leaves the rest: the page's own example",
      [
        deployment("base", standard, 1),
        deployment("layer", sensor({ StopAfterCount: 1000 }, "properties.desired.layeredProperties"), 2),
      ],
      ["base", "layer"],
      { SendData: true, SendInterval: 5, layeredProperties: { StopAfterCount: 1000 } },
    ],
    [
      "a layer with 'properties.desired' of a module sets all of it",
      [
        deployment("base", standard, 1),
        deployment("layer", { ...sensor({ SendData: false }), ...layer("SimulatedTemperatureSensor", "sensor:2") }, 2),
      ],
      ["base", "layer"],
      { SendData: false },
    ],
    [
      "of two layers that set the same, the one with the higher priority wins, whichever is older",
      [
        deployment("base", standard, 1),
        deployment("high", sensor({ a: 3 }, "properties.desired.layer"), 3),
        deployment("low", sensor({ a: 2 }, "properties.desired.layer"), 2),
      ],
      ["base", "low", "high"],
      { SendData: true, SendInterval: 5, layer: { a: 3 } },
    ],
    [
      "a layer that is not above the base is not applied",
      [
        deployment("base", standard, 5),
        deployment("below", sensor({ a: 1 }, "properties.desired.below"), 4),
        deployment("beside", sensor({ a: 1 }, "properties.desired.beside"), 5),
      ],
      ["base"],
      { SendData: true, SendInterval: 5 },
    ],
    [
      "of two bases the higher priority applies, and nothing of the other",
      [deployment("low", standard, 1), deployment("high", base(), 2)],
      ["high"],
      undefined,
    ],
    [
      "of two bases with one priority the younger applies",
      [deployment("younger", base(), 1, 2e6), deployment("older", standard, 1, 1e6)],
      ["younger"],
      undefined,
    ],
    ["without a base nothing applies", [deployment("layer", layer("churn", "churn:1"), 9)], [], undefined],
  ];
  for (const [what, deployments, applied, desired] of rows) {
    it(what, () => {
      const merged = merge(deployments);
      assert.deepEqual([merged.applied, merged.desired?.["SimulatedTemperatureSensor"]], [applied, desired]);
      assert.deepEqual(merge([...deployments].reverse()), merged);
    });
  }

  it("adds up modules of a base and of layers; credentials and routes too", () => {
    const credentials = { address: "team.azurecr.io" };
    const more: ModulesContent = {
      $edgeAgent: { "properties.desired.runtime.settings.registryCredentials.team": credentials },
      $edgeHub: { "properties.desired.routes.up": "FROM /messages/* INTO $upstream" },
    };
    const all = [
      deployment("base", base({ sensor: "sensor:1" }), 0),
      deployment("a", layer("churn", "churn:1", more), 10),
      deployment("b", layer("wine", "wine:1"), 10),
    ];
    assert.deepEqual(modulesOf(all), ["churn", "sensor", "wine"]);
    const { $edgeAgent, $edgeHub } = merge(all).desired ?? {};
    assert.deepEqual($edgeAgent?.["runtime"], {
      type: "docker",
      settings: { registryCredentials: { team: credentials } },
    });
    assert.deepEqual($edgeHub?.["routes"], { up: "FROM /messages/* INTO $upstream" });
    assert.deepEqual(all.map(isLayered), [false, true, true]);
  });

  const twin: Values = {
    deviceId: "linuxprod1",
    tags: { environment: "prod", location: "westus", operator: "John", n: 2 },
  };
  // The page's own examples, and what they say of another device.
  for (const [text, fits] of [
    ["deviceId ='linuxprod1'", true],
    ["tags.environment ='prod'", true],
    ["tags.environment = 'prod' AND tags.location = 'westus'", true],
    ["tags.environment = 'test' OR tags.location = 'westus'", true],
    ["tags.operator = 'John' AND tags.environment = 'prod' NOT deviceId = 'linuxprod1'", false],
    ["tags.operator = 'John' AND tags.environment = 'prod' NOT deviceId = 'other'", true],
    ["tags.environment = 'test' AND tags.location = 'x' OR tags.operator = 'John'", true],
    ["tags.environment = 'test' AND (tags.location = 'x' OR tags.operator = 'John')", false],
    ["NOT tags.environment = 'prod'", false],
    ["tags.environment IN ['test', 'prod']", true],
    ["tags.n > 1 AND tags.n <= 2", true],
    ["tags.none = 'x'", false],
    ["tags.none != 'x'", false],
    ["deviceId='operator''sDevice'", false],
    ["", false],
  ] as const) {
    it(`target condition ${text === "" ? "that is empty" : text}: ${fits}`, () => {
      assert.equal(targetCondition(text)(twin), fits);
    });
  }

  for (const [text, said] of [
    ['tags.environment = "prod"', /double quotes aren't allowed/],
    ["tags.environment = 'pr<od'", /a target condition can't have 'pr<od'/],
    ["properties.reported.x = 1", /is on tags and deviceId, got 'properties.reported.x'/],
    ["tags.environment LIKE 'p%'", /can't read 'tags.environment LIKE 'p%'' at 'LIKE'/],
    ["STARTSWITH(tags.a, 'b')", /can't read .* at 'STARTSWITH'/],
    ["tags.environment = 'prod' AND", /can't read/],
    ["(tags.environment = 'prod'", /can't read/],
    ["tags.environment = 'prod", /can't read .* at ''prod'/],
  ] as const) {
    it(`refuses the target condition ${text}`, () => {
      assert.throws(
        () => targetCondition(text),
        (problem) => problem instanceof QueryError && said.test(problem.message),
      );
    });
  }

  it("reads the hub's own queries, and refuses what it can't", () => {
    const [agent] = [{ moduleId: "$edgeAgent", configurations: { "churn-1": { status: "Applied" } } }] as [Values];
    assert.equal(
      readQuery(
        "select deviceId from devices.modules where moduleId = '$edgeAgent' and configurations.[[churn-1]].status = 'Applied'",
      ).where(agent),
      true,
    );
    assert.equal(
      Expressions.condition("properties.desired.$version = properties.reported.lastDesiredVersion")({
        properties: { desired: { $version: 3 }, reported: { lastDesiredVersion: 3 } },
      }),
      true,
    );
    assert.throws(() => readQuery("SELECT COUNT() AS n FROM devices"), QueryError);
  });

  describe("over HTTP", () => {
    const hub = new TestHub({ configurations: 3, devices: 3 });

    before(() => hub.start());
    beforeEach(() => {
      hub.clear();
    });
    after(() => hub.stop());

    const content = (modulesContent: ModulesContent) => ({
      content: { modulesContent },
      targetCondition: "",
      priority: 1,
    });
    for (const [what, method, path, body, ifMatch, status, code] of [
      [
        "a configuration that is there already",
        "PUT",
        "configurations/base",
        content(base()),
        undefined,
        409,
        "ConfigurationAlreadyExists",
      ],
      [
        "a change of its content",
        "PUT",
        "configurations/base",
        content(base({ a: "a:1" })),
        "*",
        400,
        "ArgumentInvalid",
      ],
      [
        "a change of what is not as it was",
        "PUT",
        "configurations/base",
        content(base()),
        '"old"',
        412,
        "PreconditionFailed",
      ],
      [
        "a change of what is not there",
        "PUT",
        "configurations/none",
        content(base()),
        "*",
        404,
        "ConfigurationNotFound",
      ],
      ["an id with capitals", "PUT", "configurations/Base", content(base()), undefined, 400, "ArgumentInvalid"],
      [
        "a base without the hub's module",
        "PUT",
        "configurations/b",
        content({ a: { "properties.desired": {} } }),
        undefined,
        400,
        "ArgumentInvalid",
      ],
      [
        "51 modules",
        "PUT",
        "configurations/b",
        content(base(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`m${n}`, "m:1"])))),
        undefined,
        400,
        "ArgumentInvalid",
      ],
      [
        "a target condition it can't read",
        "PUT",
        "configurations/b",
        { ...content(base()), targetCondition: "x" },
        undefined,
        400,
        "ArgumentInvalid",
      ],
      [
        "a delete of what is not as it was",
        "DELETE",
        "configurations/base",
        undefined,
        '"old"',
        412,
        "PreconditionFailed",
      ],
      [
        "a delete of what is not there",
        "DELETE",
        "configurations/none",
        undefined,
        undefined,
        404,
        "ConfigurationNotFound",
      ],
      ["a device that is not there", "GET", "devices/none", undefined, undefined, 404, "DeviceNotFound"],
      [
        "a device that is there already",
        "PUT",
        "devices/one",
        { capabilities: { iotEdge: true } },
        undefined,
        409,
        "DeviceAlreadyExists",
      ],
      [
        "a parent that is not there",
        "PUT",
        "devices/two",
        { capabilities: { iotEdge: true }, parentScopes: ["ms-azure-iot-edge://x-1"] },
        undefined,
        400,
        "ArgumentInvalid",
      ],
      ["tags beyond 8 KB", "PATCH", "twins/one", { tags: { a: "x".repeat(9000) } }, undefined, 400, "ArgumentInvalid"],
      ["what it does not have", "POST", "jobs/v2", {}, undefined, 404, "NotFound"],
      [
        "a query that it can't read",
        "POST",
        "devices/query",
        { query: "SELECT COUNT() FROM devices" },
        undefined,
        400,
        "QueryStoreUnavailable",
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        await hub.device("one");
        await hub.deploy("base", base(), "", 1);
        const reply = await hub.call(method, path, body, ifMatch);
        assert.deepEqual([reply.status, /ErrorCode:(\w+);/.exec(String(reply.body["Message"]))?.[1]], [status, code]);
      });
    }

    it("holds no more than its tier may", async () => {
      for (const id of ["a", "b", "c"]) {
        await hub.deploy(id, base(), "", 1);
        await hub.device(id);
      }
      await assert.rejects(hub.deploy("d", base(), "", 1), /ConfigurationCountLimitExceeded/);
      const { body } = await hub.call("PUT", "devices/d", { capabilities: { iotEdge: true } });
      assert.match(JSON.stringify(body), /DeviceMaximumCountExceeded/);
    });

    it("counts devices by what they make of a deployment; one that is offline comes later, and is pinged in vain", async () => {
      for (const [id, ring] of [
        ["one", "a"],
        ["two", "a"],
        ["three", "b"],
      ] as const) {
        await hub.device(id, { ring });
      }
      hub.simulate({ two: { online: false } });
      await hub.deploy("base", base({ churn: "churn:1" }), "tags.ring = 'a'", 1);
      const counts = async () =>
        ((await hub.call("GET", "configurations/base")).body["systemMetrics"] as { results: object }).results;
      const counted = (success: number) => ({
        targetedCount: 2,
        appliedCount: 2,
        reportedSuccessfulCount: success,
        reportedFailedCount: 0,
      });
      assert.deepEqual(await counts(), counted(1));
      const ping = async (id: string) =>
        (await hub.call("POST", `twins/${id}/modules/$edgeAgent/methods`, { methodName: "ping" })).status;
      assert.deepEqual([await ping("one"), await ping("two")], [200, 404]);
      hub.simulate({});
      assert.deepEqual(await counts(), counted(2));
      hub.simulate({ one: { failing: { "churn:2": { pull: "no such image" } } } });
      await hub.deploy("next", base({ churn: "churn:2" }), "tags.ring = 'a'", 2);
      const { body } = await hub.call("GET", "configurations/next");
      assert.deepEqual(body["systemMetrics"] && (body["systemMetrics"] as { results: object }).results, {
        ...counted(1),
        reportedFailedCount: 1,
      });
    });

    it("gives back the base when a layer goes; what a device has stays when the last base goes", async () => {
      await hub.device("one");
      await hub.deploy("base", base({ sensor: "sensor:1" }), "deviceId = 'one'", 0);
      await hub.deploy("churn", layer("churn", "churn:1"), "deviceId = 'one'", 10);
      assert.deepEqual(hub.images("one"), { sensor: "sensor:1", churn: "churn:1" });
      await hub.call("DELETE", "configurations/churn");
      assert.deepEqual(hub.images("one"), { sensor: "sensor:1" });
      await hub.call("DELETE", "configurations/base");
      assert.deepEqual(hub.images("one"), { sensor: "sensor:1" });
    });

    it("answers queries in pages", async () => {
      for (const id of ["a", "b", "c"]) {
        await hub.device(id);
      }
      const url = `${process.env["SCORESTACK_IOT_HUB_ENDPOINT"] ?? ""}/team/devices/query?api-version=2021-04-12`;
      const page = async (more: Record<string, string>) => {
        const headers = { "x-ms-max-item-count": "2", ...more };
        const response = await fetch(url, {
          method: "POST",
          headers,
          body: JSON.stringify({ query: "SELECT deviceId FROM devices" }),
        });
        return [await response.json(), response.headers.get("x-ms-continuation")];
      };
      assert.deepEqual(await page({}), [[{ deviceId: "a" }, { deviceId: "b" }], "2"]);
      assert.deepEqual(await page({ "x-ms-continuation": "2" }), [[{ deviceId: "c" }], null]);
    });
  });
});
