import { strict as assert } from "node:assert";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Changes, labelOf, withoutSecrets } from "../../cli/output/changes";
import { changeLine, countsLine, isShown, toJson } from "../../cli/operation";

const stack = "urn:pulumi:local::scorestack::pulumi:pulumi:Stack::scorestack-local";
const component = "urn:pulumi:local::scorestack::scorestack:index:ModelImage::wine";
const urn = "urn:pulumi:local::scorestack::scorestack:index:ModelImage$scorestack:local:Image::wine-image";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };

function event(kind: "resourcePreEvent" | "resOutputsEvent", metadata: object): EngineEvent {
  return { sequence: 1, timestamp: 1, [kind]: { metadata } };
}

const update = event("resourcePreEvent", {
  op: "update",
  urn,
  type: "scorestack:local:Image",
  old: { custom: true, parent: component, inputs: { enableGpu: false } },
  new: { custom: true, parent: component, inputs: { enableGpu: true } },
  diffs: ["enableGpu"],
  detailedDiff: { enableGpu: { diffKind: "update", inputDiff: true } },
});

describe("what an operation moves", () => {
  it("is told once for each resource, with the reason", () => {
    const changes = new Changes();
    const change = changes.add(update);
    assert.equal(changes.add(update), undefined);
    assert.ok(change);
    assert.equal(labelOf(change), "ModelImage wine: image");
    assert.equal(labelOf({ ...change, name: "wine" }), "ModelImage wine");
    assert.deepEqual([change.diffs, change.reasons], [["enableGpu"], ["enableGpu: false → true"]]);
    assert.match(changeLine(change), /~ update +ModelImage wine.* \(enableGpu: false → true\)$/);
  });

  it("leaves out what stays, the stack itself and the halves of a replacement", () => {
    const changes = new Changes();
    for (const op of ["same", "create-replacement", "delete-replaced"]) {
      changes.add(event("resourcePreEvent", { op, urn, type: "scorestack:local:Image" }));
    }
    changes.add(event("resourcePreEvent", { op: "create", urn: stack, type: "pulumi:pulumi:Stack" }));
    assert.deepEqual(changes.resources, []);
  });

  it("shows resources, not components and providers, but counts and lists all", () => {
    const changes = new Changes();
    const parts = [
      { type: "scorestack:index:ModelImage", urn: component, custom: false },
      {
        type: "pulumi:providers:scorestack",
        urn: "urn:pulumi:local::scorestack::pulumi:providers:scorestack::default",
        custom: true,
      },
      { type: "scorestack:local:Image", urn, custom: true },
    ];
    const made = parts.map(({ custom, ...part }) =>
      changes.add(
        event("resourcePreEvent", { op: "create", ...part, old: null, new: { custom, parent: stack, inputs: {} } }),
      ),
    );
    assert.deepEqual(
      made.map((change) => change && isShown(change)),
      [false, false, true],
    );
    assert.equal(changes.resources.length, 3);
  });

  it("has the engine's counts in its own words", () => {
    const changes = new Changes();
    changes.add({
      sequence: 1,
      timestamp: 1,
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: 1,
        resourceChanges: { update: 2, same: 14 },
        policyPacks: {},
      },
    });
    assert.deepEqual(toJson(changes), { create: 0, update: 2, replace: 0, delete: 0, same: 14, resources: [] });
    assert.equal(countsLine(changes.counts), "update 2, same 14");
    assert.equal(changes.moved, true);
  });

  it("has the stack's outputs, without its secrets", () => {
    const changes = new Changes();
    const outputs = { services: { wine: { key: secret, uri: "http://x" } }, list: [secret, 1] };
    changes.add(event("resOutputsEvent", { op: "same", urn: stack, type: "pulumi:pulumi:Stack", new: { outputs } }));
    assert.deepEqual(changes.outputs, {
      services: { wine: { key: "[secret]", uri: "http://x" } },
      list: ["[secret]", 1],
    });
    assert.equal(withoutSecrets(null), null);
  });
});
