import { strict as assert } from "node:assert";
import { type EdgeDeviceInputs, edgeTokens } from "../../components/internal/edge-contract";
import { deviceHandler } from "../../provider/edge/device";
import { unknown } from "../../provider/rpc/values";
import { hub as host, hubAndDesk } from "../support/edge-hub";
import { secret } from "../support/provider-desk";

const token = edgeTokens.device;
const thumbprint = "A".repeat(40);

/** Does not prove: that a hub in Azure answers as the stand-in's does. */
describe("scorestack:edge:Device", () => {
  const { hub, desk } = hubAndDesk([deviceHandler()]);

  const inputs = (more: Partial<EdgeDeviceInputs> = {}): EdgeDeviceInputs => ({
    hub: host,
    deviceId: "line-1",
    authentication: { type: "symmetricKey" },
    tags: { ring: "canary" },
    attach: false,
    owner: "scorestack/edge/line-1",
    ...more,
  });
  const found = () => hub.state.devices["line-1"] ?? assert.fail("no device");

  it("knows what it can in a preview, and asks the hub for nothing", async () => {
    const { outputs } = await desk.create(token, inputs(), true);
    assert.deepEqual(
      [outputs["primaryKey"], outputs["connectionString"], outputs["deviceScope"]],
      [secret(unknown), secret(unknown), unknown],
    );
    const { outputs: other } = await desk.create(
      token,
      inputs({ authentication: { type: "certificateAuthority" } }),
      true,
    );
    assert.equal("primaryKey" in other, false);
    assert.deepEqual(hub.server.requests, []);
  });

  it("registers an edge device with keys, in one step with its tags; keys are secrets", async () => {
    const { id, outputs } = await desk.create(token, inputs());
    const { authentication, tags, capabilities, deviceScope, generationId } = found();
    const { primaryKey, secondaryKey } = authentication["symmetricKey"] as Record<string, string>;
    assert.equal(id, "line-1");
    assert.deepEqual(
      [capabilities.iotEdge, tags],
      [true, { ring: "canary", scorestackOwner: "scorestack/edge/line-1" }],
    );
    assert.match(primaryKey ?? "", /^[A-Za-z0-9+/]{43}=$/);
    assert.deepEqual(outputs, {
      ...inputs(),
      primaryKey: secret(primaryKey),
      secondaryKey: secret(secondaryKey),
      connectionString: secret(`HostName=${host};DeviceId=line-1;SharedAccessKey=${primaryKey ?? ""}`),
      deviceScope,
      generationId,
    });
    assert.deepEqual(
      hub.server.requests.filter((request) => !request.startsWith("GET")),
      ["POST devices"],
    );
  });

  for (const [type, authentication, expected] of [
    [
      "selfSigned",
      { type: "selfSigned", primaryThumbprint: thumbprint },
      { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint },
    ],
    ["certificateAuthority", { type: "certificateAuthority" }, {}],
  ] as const) {
    it(`${type}: has no keys, and reads back as it was made`, async () => {
      const { id, outputs } = await desk.create(token, inputs({ authentication }));
      assert.equal("primaryKey" in outputs, false);
      assert.deepEqual([found().authentication["type"], found().authentication["x509Thumbprint"]], [type, expected]);
      assert.deepEqual(await desk.read(token, id, outputs), outputs);
    });
  }

  it("lies below its parent, and says when that is not there", async () => {
    await assert.rejects(
      desk.create(token, inputs({ parentDeviceId: "gateway" })),
      /'parentDeviceId' must be a device of 'team.azure-devices.net', got 'gateway'; register it first/,
    );
    await hub.device("gateway");
    const { id, outputs } = await desk.create(token, inputs({ parentDeviceId: "gateway" }));
    assert.deepEqual(found().parentScopes, [hub.state.devices["gateway"]?.deviceScope]);
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
  });

  it("changes tags and the way it logs in; keys stay until then; tags of others stay", async () => {
    const { outputs } = await desk.create(token, inputs());
    await hub.call("PATCH", "twins/line-1", { tags: { theirs: "kept" } });
    const moved = await desk.update(token, outputs, inputs({ tags: { site: "north" } }));
    assert.deepEqual(moved["primaryKey"], outputs["primaryKey"]);
    assert.deepEqual(found().tags, { site: "north", theirs: "kept", scorestackOwner: "scorestack/edge/line-1" });
    const authentication = { type: "selfSigned", primaryThumbprint: thumbprint } as const;
    const signed = await desk.update(token, moved, inputs({ tags: { site: "north" }, authentication }));
    assert.equal("primaryKey" in signed, false);
    assert.equal(signed["generationId"], outputs["generationId"]);
    assert.equal(found().authentication["type"], "selfSigned");
  });

  it("is another device in another hub and under another id, and the same while its hub's host name is not known", async () => {
    const olds = { ...inputs(), deviceScope: "s", generationId: "1" };
    const diff = (more: Partial<EdgeDeviceInputs>) => desk.diff(token, olds, inputs(), inputs(more));
    assert.deepEqual(await diff({ hub: "other.azure-devices.net" }), { hub: "replace" });
    assert.deepEqual(await diff({ deviceId: "line-2" }), { deviceId: "replace" });
    assert.deepEqual(await diff({ hub: unknown }), { hub: "update" });
    assert.deepEqual(await diff({ parentDeviceId: "gateway" }), { parentDeviceId: "update" });
  });

  it("finds in a refresh what somebody has changed, and that it is gone", async () => {
    const { id, outputs } = await desk.create(token, inputs());
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
    hub.edit(({ devices }) => {
      const device = devices["line-1"] ?? assert.fail();
      device.tags = { ring: "all", scorestackOwner: "scorestack/edge/line-1", theirs: "x" };
      device.authentication = { type: "certificateAuthority" };
    });
    const seen = (await desk.read(token, id, outputs)) ?? assert.fail();
    assert.deepEqual(await desk.diff(token, seen, inputs(), inputs()), {
      "authentication.type": "update",
      "tags.ring": "update",
    });
    await hub.call("DELETE", "devices/line-1");
    assert.equal(await desk.read(token, id, outputs), undefined);
  });

  it("takes over what a run that died has made, with the keys that it has", async () => {
    const first = await desk.create(token, inputs());
    const second = await desk.create(token, inputs({ tags: { ring: "all" } }));
    assert.deepEqual(second.outputs["primaryKey"], first.outputs["primaryKey"]);
    assert.equal(found().tags["ring"], "all");
  });

  it("refuses a device that is another's, and says how to attach to it", async () => {
    await hub.device("line-1", { ring: "theirs" });
    await assert.rejects(
      desk.create(token, inputs()),
      /'line-1' in 'team.azure-devices.net' must be this stack's own \(scorestack\/edge\/line-1\), got one that was made by hand or another program; set 'attach', or choose another id/,
    );
    assert.deepEqual(found().tags, { ring: "theirs" });
  });

  it("does not change a device that has become another stack's", async () => {
    const { outputs } = await desk.create(token, inputs());
    await hub.call("PATCH", "twins/line-1", { tags: { scorestackOwner: "scorestack/other/line-1" } });
    await assert.rejects(
      desk.update(token, outputs, inputs({ tags: { ring: "all" } })),
      /must be this stack's own \(scorestack\/edge\/line-1\), got that of scorestack\/other\/line-1/,
    );
    assert.equal(found().tags["ring"], "canary");
  });

  it("attached: has its tags alone, and stays when the stack goes", async () => {
    await hub.device("line-1", { theirs: "kept" });
    const before = found();
    const { id, outputs } = await desk.create(token, inputs({ attach: true }));
    assert.equal("primaryKey" in outputs, false);
    assert.deepEqual(found().tags, { theirs: "kept", ring: "canary" });
    assert.deepEqual(
      await desk.diff(
        token,
        outputs,
        inputs({ attach: true }),
        inputs({ attach: true, authentication: { type: "certificateAuthority" } }),
      ),
      {},
    );
    const changed = await desk.update(token, outputs, inputs({ attach: true, tags: { ring: "all" } }));
    assert.deepEqual(found().tags, { theirs: "kept", ring: "all" });
    assert.deepEqual(await desk.read(token, id, changed), changed);
    await desk.delete(token, id, changed);
    assert.deepEqual(found().tags, { theirs: "kept" });
    assert.deepEqual(found().authentication, before.authentication);
  });

  it("attached: says when the device is not there, or is no edge device", async () => {
    await assert.rejects(
      desk.create(token, inputs({ attach: true })),
      /'line-1' must be in .* to be attached to, got none; register it, or leave 'attach' out/,
    );
    await hub.call("PUT", "devices/line-1", { capabilities: { iotEdge: false } });
    await assert.rejects(
      desk.create(token, inputs({ attach: true })),
      /must be an IoT Edge device, got one that is not/,
    );
  });

  it("deletes its own, what is gone already, and nothing of another stack", async () => {
    const { id, outputs } = await desk.create(token, inputs());
    hub.edit(
      ({ devices }) => ((devices["line-1"] ?? assert.fail()).tags = { scorestackOwner: "scorestack/other/line-1" }),
    );
    await desk.delete(token, id, outputs);
    hub.edit(
      ({ devices }) => ((devices["line-1"] ?? assert.fail()).tags = { scorestackOwner: "scorestack/edge/line-1" }),
    );
    await desk.delete(token, id, outputs);
    assert.deepEqual(hub.state.devices, {});
    await desk.delete(token, id, outputs);
  });

  for (const [what, more, said] of [
    ["hub", { hub: "x" }, "'hub' must be the host name of an IoT Hub, got 'x'; such as team.azure-devices.net"],
    [
      "deviceId",
      { deviceId: "line 1" },
      "'deviceId' must be 1 to 128 of letters, digits and - : . + % _ # * ? ! ( ) , = @ $ ', got 'line 1'; choose another id",
    ],
    [
      "thumbprint",
      { authentication: { type: "selfSigned", primaryThumbprint: "12" } },
      "'authentication.primaryThumbprint' must be 40 or 64 hexadecimal digits, got '12'; it is the SHA-1 or SHA-256 hash of the certificate",
    ],
    ["tag", { tags: { "a.b": "x" } }, "'tags.a.b' must be a tag without . $ and blanks, got 'a.b'; rename it"],
    [
      "own tag",
      { tags: { scorestackOwner: "x" } },
      "'tags.scorestackOwner' must be another tag, got 'scorestackOwner'; that one tells whose a device is",
    ],
  ] as const) {
    it(`checks: ${what}`, async () => {
      assert.deepEqual(await desk.check(token, { ...inputs(), ...more }), [said]);
    });
  }
});
