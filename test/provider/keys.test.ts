import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import type { ServiceKeysInputs } from "../../components/internal/local-contract";
import { ServiceFolder } from "../../provider/service/files";
import { keptKeys, keysFor, writeKeys } from "../../provider/service/keys";
import { temporaryFolder } from "../support/folder";

const inputs = (more: ServiceKeysInputs = {}): ServiceKeysInputs => more;
const held = { primaryKey: "first", secondaryKey: "second" };

/** Does not prove: that a server takes new keys over; `test/runtime` and `test/local/rotate-key.test.ts` do. */
describe("keys of a service", () => {
  it("are made when it has none, and differ", () => {
    const { primaryKey, secondaryKey } = keysFor(inputs(), undefined);
    assert.match(primaryKey, /^[\w-]{32}$/);
    assert.match(secondaryKey, /^[\w-]{32}$/);
    assert.notEqual(primaryKey, secondaryKey);
  });

  it("stay, with a rotation too, as long as its text does", () => {
    assert.deepEqual(keysFor(inputs(), held), held);
    const keyRotation = { primary: "2026-11-22", secondary: "one" };
    assert.deepEqual(keysFor(inputs({ keyRotation }), { ...held, keyRotation }), held);
    assert.deepEqual(keysFor(inputs(), { ...held, keyRotation }), held, "a rotation that is taken out makes no key");
  });

  it("are made anew when their text changes, and only those", () => {
    const before = { ...held, keyRotation: { primary: "one" } };
    const primary = keysFor(inputs({ keyRotation: { primary: "two" } }), before);
    assert.deepEqual([primary.primaryKey === "first", primary.secondaryKey], [false, "second"]);
    const secondary = keysFor(inputs({ keyRotation: { primary: "one", secondary: "x" } }), before);
    assert.deepEqual([secondary.primaryKey, secondary.secondaryKey === "second"], ["first", false]);
    assert.deepEqual(keptKeys(inputs({ keyRotation: { primary: "two" } }), before), {
      primaryKey: undefined,
      secondaryKey: "second",
    });
  });

  it("are those that are given, whatever else", () => {
    const given = { primaryKey: "given", keyRotation: { primary: "two" } };
    assert.deepEqual(keysFor(inputs(given), held), { primaryKey: "given", secondaryKey: "second" });
  });

  it("stand on disk as digests that only their owner can read", () => {
    const { folder, remove } = temporaryFolder("keys");
    try {
      const service = new ServiceFolder(folder);
      writeKeys(service, held);
      const digest = (key: string): string => createHash("sha256").update(key).digest("hex");
      const text = fs.readFileSync(service.keysFile, "utf8");
      assert.deepEqual(JSON.parse(text), [digest("first"), digest("second")]);
      assert.equal(fs.statSync(service.keysFile).mode & 0o777, 0o600);
    } finally {
      remove();
    }
  });
});
