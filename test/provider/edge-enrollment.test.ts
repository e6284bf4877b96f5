import { strict as assert } from "node:assert";
import { type EdgeEnrollmentInputs, edgeTokens } from "../../components/internal/edge-contract";
import { enrollmentHandler } from "../../provider/edge/enrollment";
import { Hub } from "../../provider/edge/hub";
import { unknown } from "../../provider/rpc/values";
import { deviceKey } from "../engine/stand-in/iot-hub/provisioning";
import { recordOf, textOf } from "../engine/stand-in/values";
import { makeAuthority } from "../support/authority";
import { base, hub as host, layer, hubAndDesk } from "../support/edge-hub";
import { secret } from "../support/provider-desk";

const token = edgeTokens.enrollment;
const service = "team.azure-devices-provisioning.net";
const owner = "scorestack/edge/line";

/** Does not prove: that a Device Provisioning Service in Azure answers as the stand-in's does, or how devices speak to it. */
describe("scorestack:edge:Enrollment", () => {
  const { hub, desk } = hubAndDesk([enrollmentHandler()]);
  const authority = makeAuthority("factory", "press-7");
  const next = makeAuthority("factory 2", "press-8");
  const x509 = { type: "x509", certificatePem: authority.certificate } as const;

  const inputs = (more: Partial<EdgeEnrollmentInputs> = {}): EdgeEnrollmentInputs => ({
    service,
    enrollmentGroupId: "line",
    attestation: { type: "symmetricKey" },
    iotHub: host,
    iotEdge: true,
    tags: { ring: "canary" },
    enabled: true,
    owner,
    ...more,
  });
  const group = () => hub.groups["line"] ?? assert.fail("no group");
  const keyOf = () => textOf(recordOf(recordOf(group()["attestation"])["symmetricKey"])["primaryKey"]);
  const tagsOf = () => recordOf(recordOf(group()["initialTwin"])["tags"]);
  const written = () => hub.server.requests.filter((request) => /^(PUT|DELETE)/.test(request));

  it("knows what it can in a preview, and asks the service for nothing", async () => {
    const { outputs } = await desk.create(token, inputs(), true);
    assert.deepEqual([outputs["primaryKey"], outputs["secondaryKey"]], [secret(unknown), secret(unknown)]);
    const { outputs: other } = await desk.create(token, inputs({ attestation: x509 }), true);
    assert.equal("primaryKey" in other, false);
    assert.deepEqual(hub.server.requests, []);
  });

  it("makes a group for edge devices of the hub, with keys that are secrets, and reads it back as it was made", async () => {
    const { id, outputs } = await desk.create(token, inputs());
    const { attestation, capabilities, iotHubs, allocationPolicy, provisioningStatus } = group();
    const { primaryKey, secondaryKey } = recordOf(recordOf(attestation)["symmetricKey"]) as Record<string, string>;
    assert.deepEqual(
      [id, capabilities, iotHubs, allocationPolicy, provisioningStatus],
      ["line", { iotEdge: true }, [host], "static", "enabled"],
    );
    assert.equal(Buffer.from(primaryKey ?? "", "base64").length, 64);
    const keys = { primaryKey: secret(primaryKey), secondaryKey: secret(secondaryKey) };
    assert.deepEqual(outputs, { ...inputs(), ...keys });
    assert.deepEqual(tagsOf(), { ring: "canary", scorestackEnrollment: owner });
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
  });

  it("lets a device in by a key that is derived from the group's, into its ring, with the ring's modules", async () => {
    await hub.deploy("base", base(), "tags.ring='canary'", 0);
    await hub.deploy("churn", layer("churn", "churn:1"), "tags.ring='canary'", 10);
    await desk.create(token, inputs());
    assert.equal(await hub.register("press-1", { key: deviceKey(keyOf(), "press-1") }), 200);
    assert.deepEqual(hub.images("press-1"), { churn: "churn:1" });
    assert.equal(hub.state.devices["press-1"]?.capabilities.iotEdge, true);
    assert.equal(await hub.register("press-2", { key: deviceKey(keyOf(), "press-1") }), 401);
  });

  it("x509: lets a device in by a certificate that the group's has signed, and no other; a second one can come before the first goes", async () => {
    const { id, outputs } = await desk.create(token, inputs({ attestation: x509 }));
    assert.equal("primaryKey" in outputs, false);
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
    assert.equal(await hub.register("press-7", { certificate: authority.device }), 200);
    assert.equal(await hub.register("press-8", { certificate: next.device }), 401);
    const both = { ...x509, secondaryCertificatePem: next.certificate };
    const changed = await desk.update(token, outputs, inputs({ attestation: both }));
    assert.equal(await hub.register("press-8", { certificate: next.device }), 200);
    assert.deepEqual(await desk.read(token, id, changed), changed);
  });

  it("names an authority that the service has verified", async () => {
    const attestation = { type: "verifiedCertificate", certificateName: "factory" } as const;
    const { id, outputs } = await desk.create(token, inputs({ attestation }));
    assert.deepEqual(group()["attestation"], { type: "x509", x509: { caReferences: { primary: "factory" } } });
    assert.deepEqual(await desk.read(token, id, outputs), outputs);
  });

  it("changes in place and keeps its keys; a device that has come keeps its tags", async () => {
    const { outputs } = await desk.create(token, inputs());
    const key = keyOf();
    await hub.register("press-1", { key: deviceKey(key, "press-1") });
    const changed = await desk.update(token, outputs, inputs({ tags: { ring: "all" }, enabled: false }));
    assert.deepEqual([keyOf(), changed["primaryKey"]], [key, outputs["primaryKey"]]);
    assert.equal(tagsOf()["ring"], "all");
    assert.equal(hub.state.devices["press-1"]?.tags["ring"], "canary");
    assert.equal(await hub.register("press-2", { key: deviceKey(key, "press-2") }), 401);
  });

  it("writes only what it has just read: what changes meanwhile is read again", async () => {
    const { outputs } = await desk.create(token, inputs());
    let once = true;
    hub.server.fault = ({ verb }) => {
      if (verb === "PUT" && once) {
        once = false;
        hub.editGroups((groups) => (recordOf(groups["line"])["etag"] = "another"));
      }
      return undefined;
    };
    const before = written().length;
    await desk.update(token, outputs, inputs({ tags: { ring: "all" } }));
    assert.equal(tagsOf()["ring"], "all");
    assert.equal(written().length - before, 2);
  });

  it("is another group in another service, of another id or another kind; the same while its service is not known", async () => {
    const diff = (more: Partial<EdgeEnrollmentInputs>) => desk.diff(token, inputs(), inputs(), inputs(more));
    assert.deepEqual(await diff({ service: "other.azure-devices-provisioning.net" }), { service: "replace" });
    assert.deepEqual(await diff({ enrollmentGroupId: "line-2" }), { enrollmentGroupId: "replace" });
    assert.deepEqual(await diff({ service: unknown }), { service: "update" });
    assert.deepEqual(await diff({ iotHub: "other.azure-devices.net" }), { iotHub: "update" });
    assert.equal((await diff({ attestation: x509 }))["attestation.type"], "replace");
  });

  it("finds in a refresh what somebody has changed, and that it is gone; made again it has new keys", async () => {
    const { id, outputs } = await desk.create(token, inputs({ attestation: x509 }));
    hub.editGroups((groups) => {
      Object.assign(recordOf(groups["line"]), {
        provisioningStatus: "disabled",
        capabilities: { iotEdge: false },
        initialTwin: { tags: { ring: "all", scorestackEnrollment: owner } },
        attestation: { type: "x509", x509: { signingCertificates: { primary: { certificate: next.certificate } } } },
      });
    });
    const seen = (await desk.read(token, id, outputs)) ?? assert.fail();
    assert.deepEqual(
      await desk.diff(token, seen, inputs({ attestation: x509 }), inputs({ attestation: x509 })),
      Object.fromEntries(["attestation.certificatePem", "enabled", "iotEdge", "tags.ring"].map((at) => [at, "update"])),
    );
    hub.editGroups((groups) => Reflect.deleteProperty(groups, "line"));
    assert.equal(await desk.read(token, id, outputs), undefined);
    const again = await desk.update(token, outputs, inputs());
    assert.notEqual(again["primaryKey"], undefined);
  });

  it("takes over what a run that died has made, with its keys; refuses a group that is another's", async () => {
    const first = await desk.create(token, inputs());
    const second = await desk.create(token, inputs({ tags: { ring: "all" } }));
    assert.deepEqual(second.outputs["primaryKey"], first.outputs["primaryKey"]);
    hub.editGroups((groups) => (recordOf(recordOf(groups["line"])["initialTwin"])["tags"] = { ring: "theirs" }));
    const refused =
      /'line' in 'team.azure-devices-provisioning.net' must be this stack's own \(scorestack\/edge\/line\), got one that was made by hand or another program; choose another id/;
    await assert.rejects(desk.create(token, inputs()), refused);
    await assert.rejects(desk.update(token, second.outputs, inputs()), refused);
    await desk.delete(token, "line", second.outputs);
    assert.deepEqual(tagsOf(), { ring: "theirs" });
  });

  it("deletes its own and what is gone already; devices that have come stay in the hub", async () => {
    const { id, outputs } = await desk.create(token, inputs());
    await hub.register("press-1", { key: deviceKey(keyOf(), "press-1") });
    await desk.delete(token, id, outputs);
    assert.deepEqual(hub.groups, {});
    await desk.delete(token, id, outputs);
    assert.deepEqual(Object.keys(hub.state.devices), ["press-1"]);
  });

  it("is made once when the answer to the first try is lost", async () => {
    let lost = false;
    hub.server.fault = ({ verb }) => {
      const isFirst = verb === "PUT" && !lost;
      lost ||= isFirst;
      return isFirst ? { when: "after", strike: () => ({ status: 503, body: {} }) } : undefined;
    };
    const { outputs } = await desk.create(token, inputs());
    assert.deepEqual(outputs["primaryKey"], secret(keyOf()));
  });

  it("names the role of the service when it may not, and says what the service says", async () => {
    const reply = (status: number) => ({ status, body: { errorCode: 401002, message: "Unauthorized" } });
    hub.server.fault = () => ({ when: "before", strike: () => reply(401) });
    await assert.rejects(
      new Hub(service).call({ method: "GET", path: "enrollmentGroups/line" }),
      /must have the role Device Provisioning Service Data Contributor on 'team.azure-devices-provisioning.net', got 401; have an owner assign it on the service/,
    );
    hub.server.fault = () => undefined;
    await assert.rejects(
      desk.create(token, inputs({ iotHub: "other.azure-devices.net" })),
      /answered 400 400009: The IoT hub other.azure-devices.net is not linked to the service/,
    );
  });

  for (const [what, more, said] of [
    [
      "service",
      { service: "team.azure-devices.net" },
      "'service' must be the host name of a Device Provisioning Service, got 'team.azure-devices.net'; such as team.azure-devices-provisioning.net",
    ],
    [
      "id",
      { enrollmentGroupId: "line." },
      "'enrollmentGroupId' must be 1 to 128 of letters, digits and - . _ :, a letter, digit or dash last, got 'line.'; choose another id",
    ],
    ["hub", { iotHub: "x" }, "'iotHub' must be the host name of an IoT Hub, got 'x'; such as team.azure-devices.net"],
    [
      "own tag",
      { tags: { scorestackEnrollment: "x" } },
      "'tags.scorestackEnrollment' must be another tag, got 'scorestackEnrollment'; that one tells whose a device is",
    ],
  ] as const) {
    it(`checks: ${what}`, async () => {
      assert.deepEqual(await desk.check(token, { ...inputs(), ...more }), [said]);
    });
  }
});
