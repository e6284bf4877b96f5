import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  createOptionsLimit,
  createOptionsText,
  type EdgeManifestParts,
  renderBaseManifest,
  renderLayeredManifest,
  splitCreateOptions,
} from "../../components/render/edge-manifest";
import { layeredOn, schemaFaults } from "../support/edge-schema";

type Tree = Record<string, Record<string, unknown>>;

const module = {
  image: `team.azurecr.io/churn@sha256:${"a".repeat(64)}`,
  createOptions: { HostConfig: { Memory: 1024 } },
  environment: { SERVICE_NAME: "churn" },
  restartPolicy: "always",
  imagePullPolicy: "on-create",
  status: "running",
  version: "aaaaaaaaaaaa",
};
const parts: EdgeManifestParts = {
  modules: { wine: { ...module, startupOrder: 2 }, churn: module },
  routes: {
    rows: { route: "FROM /messages/modules/camera/outputs/* INTO $upstream" },
    first: { route: "FROM /messages/* INTO $upstream", priority: 0, timeToLiveSeconds: 60 },
  },
  registryCredentials: { team: { address: "team.azurecr.io", username: "edge", password: "canary" } },
};
const base = { modules: {}, routes: {}, registryCredentials: {}, runtimeVersion: "1.6", timeToLiveSeconds: 7200 };

/** Does not prove: that a device takes them. The schemas are the published ones: test/fixtures/iot-edge. */
describe("a manifest of an IoT Edge deployment", () => {
  it("layered: has its own modules, routes and logins as properties of their own, and nothing else", () => {
    const content = renderLayeredManifest(parts) as Tree;
    assert.deepEqual(
      Object.entries(content).map(([twin, properties]) => [twin, Object.keys(properties)]),
      [
        [
          "$edgeAgent",
          [
            "properties.desired.runtime.settings.registryCredentials.team",
            "properties.desired.modules.churn",
            "properties.desired.modules.wine",
          ],
        ],
        ["$edgeHub", ["properties.desired.routes.first", "properties.desired.routes.rows"]],
      ],
    );
    assert.deepEqual(content["$edgeAgent"]?.["properties.desired.modules.churn"], {
      type: "docker",
      version: "aaaaaaaaaaaa",
      status: "running",
      restartPolicy: "always",
      imagePullPolicy: "on-create",
      settings: { image: module.image, createOptions: '{"HostConfig":{"Memory":1024}}' },
      env: { SERVICE_NAME: { value: "churn" } },
    });
    assert.deepEqual(content["$edgeHub"]?.["properties.desired.routes.first"], {
      route: "FROM /messages/* INTO $upstream",
      priority: 0,
      timeToLiveSecs: 60,
    });
  });

  it("layered: leaves the device's hub alone without routes", () => {
    assert.deepEqual(Object.keys(renderLayeredManifest({ ...parts, routes: {} })), ["$edgeAgent"]);
  });

  it("of a base, and with layers on it, is as the published schemas want it", () => {
    const whole = renderBaseManifest({ ...base, ...parts }) as Tree;
    assert.deepEqual(schemaFaults(whole), []);
    const layered = layeredOn(renderBaseManifest(base), renderLayeredManifest(parts));
    assert.deepEqual(schemaFaults(layered), []);
    assert.deepEqual(layered, whole);
    const long = { ...module, createOptions: { Labels: { text: "é".repeat(400) } }, status: "running" };
    const other = renderLayeredManifest({ ...parts, modules: { churn: long } }) as Tree;
    assert.deepEqual(schemaFaults(layeredOn(renderBaseManifest(base) as Tree, other)), []);
  });

  it("is checked by schemas that refuse what is wrong", () => {
    const wrong = { ...module, restartPolicy: "sometimes" };
    const content = renderBaseManifest({ ...base, modules: { "a.b": module, churn: wrong } }) as Tree;
    assert.equal(schemaFaults(content).length, 2);
    assert.equal(schemaFaults({ $edgeAgent: {}, $edgeHub: {} }).length, 2);
  });

  it("runs agent and hub of the version that is asked for", () => {
    const text = JSON.stringify(renderBaseManifest({ ...base, runtimeVersion: "1.6" }));
    assert.match(text, /azureiotedge-agent:1\.6"/);
    assert.match(text, /azureiotedge-hub:1\.6"/);
  });

  it("is the same whatever order its parts come in", () => {
    const other = { ...parts, modules: { churn: module, wine: { ...module, startupOrder: 2 } } };
    assert.equal(JSON.stringify(renderLayeredManifest(parts)), JSON.stringify(renderLayeredManifest(other)));
  });

  it("cuts options into pieces that are the text again, none too long for a twin", () => {
    const options = fc.dictionary(fc.string(), fc.string({ unit: "binary", maxLength: 300 }), { maxKeys: 8 });
    fc.assert(
      fc.property(options, (given) => {
        const pieces = splitCreateOptions(given);
        const text = Object.values(pieces).join("");
        assert.equal(text, createOptionsText(given));
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(given)));
        assert.ok(Object.values(pieces).every((piece) => Buffer.byteLength(piece) <= createOptionsLimit.bytes));
        assert.deepEqual(Object.keys(pieces), [...Object.keys(pieces)].sort());
      }),
    );
  });
});
