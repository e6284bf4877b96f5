import { strict as assert } from "node:assert";
import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { EdgeModuleDeployment, type EdgeModuleDeploymentArgs } from "../../components";
import { checkEdge } from "../../components/edge/checks";
import { daysLeft } from "../../components/edge/registry-token";
import { edgeWarnings } from "../../components/edge/warnings";
import { isTargetCondition } from "../../components/internal/edge-conditions";
import { edgeReleases, route, supportDaysLeft } from "../../components/internal/edge-rules";
import { Problems } from "../../components/internal/validate";
import { runProgram } from "../harness";
import { takeRejections } from "../rejections";
import { containerImage as image } from "../support/aci-host";
import { edgeErrorRows } from "../support/edge-error-rows";
import { authority, enrollmentErrorRows } from "../support/enrollment-error-rows";
import { edgeArgs } from "../support/edge-host";
import { refused } from "../support/refused";
import { assertTableOf } from "../support/rules-table";

const table = "docs/validation-edge.md";
const long = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`NAME_${index}`, "x".repeat(1000)]));
const errorRows = [...edgeErrorRows, ...enrollmentErrorRows];
const clockRules = [
  "'runtimeVersion' must be a version of IoT Edge that is supported, got '1.5'; its support ended on 2026-11-10",
  "'modules' must make desired properties of at most 32768 bytes",
  "'provisioning.groups.press.certificatePem' must be valid",
  "'provisioning.groups.press.secondaryCertificatePem' must be valid",
];

/** What is wrong at a moment. */
function linesAt(args: Partial<EdgeModuleDeploymentArgs>, now: string): readonly string[] {
  const problems = new Problems("");
  checkEdge(problems, "edge", { ...edgeArgs, ...args }, new Date(now));
  return problems.lines;
}

/** Does not prove: that IoT Hub and devices refuse the same; each rule's source is in docs/validation-edge.md. */
describe("EdgeModuleDeployment: errors", () => {
  for (const [args, error] of errorRows) {
    it(error.slice(0, 110), async () => {
      const program = () => new EdgeModuleDeployment("edge", { ...edgeArgs, ...args } as EdgeModuleDeploymentArgs);
      await refused(program, error);
    });
  }

  it(`each rule stands in ${table} with its source, and no other`, () => {
    assertTableOf(table, [...errorRows.map(([, error]) => error), ...clockRules]);
  });

  it("all come at once, in one error", async () => {
    const args = { ...edgeArgs, modules: { churn: { image, hostPort: 0, cpuCores: 0 } }, platform: "x" };
    await assert.rejects(
      runProgram(() => new EdgeModuleDeployment("edge", args as unknown as EdgeModuleDeploymentArgs)),
      (error: Error) => {
        assert.equal(error.message.split("\n").length, 3);
        return true;
      },
    );
  });

  it("a value that is known later is refused when it is, by its place", async () => {
    const ref = pulumi.output("team.azurecr.io/churn:latest");
    const program = () =>
      new EdgeModuleDeployment("edge", { ...edgeArgs, modules: { churn: { image: { ...image, ref } } } });
    await assert.rejects(runProgram(program));
    assert.match(
      (await takeRejections()).join("\n"),
      /'modules\.churn\.image\.ref' must be 'registry\/repository@sha256/,
    );
  });

  it("too much for a device's twin is refused, and none of it shown", async () => {
    const environmentVariables = pulumi.secret(long);
    const program = () =>
      new EdgeModuleDeployment("edge", { ...edgeArgs, modules: { churn: { image, environmentVariables } } });
    await assert.rejects(runProgram(program));
    const told = (await takeRejections()).join("\n");
    assert.match(told, /'modules' must make desired properties of at most 32768 bytes, got \d+ bytes; split/);
    assert.doesNotMatch(told, /xxx/);
  });
});

describe("EdgeModuleDeployment: dates", () => {
  it("a version of IoT Edge is taken through the last day of its support, and refused from the next one", () => {
    for (const [version, last] of Object.entries(edgeReleases)) {
      const next = new Date(Date.parse(last) + 86_400_000).toISOString();
      assert.deepEqual(linesAt({ runtimeVersion: version }, `${last}T23:59:59Z`), []);
      assert.match(linesAt({ runtimeVersion: version }, next).join(), new RegExp(`its support ended on ${last}`));
    }
    assert.deepEqual(linesAt({ runtimeVersion: "1.5" }, "2026-11-11T00:00:00Z"), [clockRules[0]]);
  });

  it("one that is not known is refused, with those that are", () => {
    assert.match(linesAt({ runtimeVersion: "1.4" }, "2026-11-01").join(), /got '1.4'; of '1.5', '1.6'$/);
    assert.match(linesAt({ runtimeVersion: "1.4" }, "2026-12-01").join(), /got '1.4'; of '1.6'$/);
  });

  it("a certificate is taken until it expires, and refused from then on", () => {
    const { certificate } = authority;
    const until = new Date(new X509Certificate(certificate).validTo);
    for (const pems of [
      { certificatePem: certificate },
      { certificateName: "x", secondaryCertificatePem: certificate },
    ]) {
      const groups = { press: { authentication: "certificateAuthority" as const, ...pems } };
      const lines = (now: number) =>
        linesAt(
          { hub: { sharedAccessKeysEnabled: true }, provisioning: { groups }, runtimeVersion: "1.6" },
          new Date(now).toISOString(),
        ).join();
      assert.equal(lines(until.getTime() - 1000), "");
      const day = until.toISOString().slice(0, 10);
      assert.match(lines(until.getTime()), new RegExp(`ertificatePem' must be valid, got one that expired on ${day}$`));
    }
  });

  it("the end of support is told half a year before, and not earlier", () => {
    assert.equal(supportDaysLeft("1.6", new Date("2028-05-18T00:00:00Z")), undefined);
    assert.equal(supportDaysLeft("1.6", new Date("2028-05-19T00:00:00Z")), 180);
    const told = { platform: "linux/amd64", runtimeVersion: "1.6" } as const;
    assert.deepEqual(edgeWarnings(edgeArgs, told, new Date("2028-01-01")), []);
    assert.match(
      edgeWarnings(edgeArgs, told, new Date("2028-11-01")).join(),
      /support of IoT Edge 1.6 ends in 14 days/,
    );
  });

  it("a password's end is told a month before, and after", () => {
    const expires = "2027-11-24T00:00:00Z";
    assert.equal(daysLeft(expires, new Date("2027-10-24T00:00:00Z")), undefined);
    assert.equal(daysLeft(expires, new Date("2027-10-25T00:00:00Z")), 30);
    assert.equal(daysLeft(expires, new Date("2027-11-25T00:00:00Z")), -1);
  });
});

describe("EdgeModuleDeployment: what is allowed and can surprise", () => {
  const told = { platform: "linux/amd64", runtimeVersion: "1.6" } as const;
  const now = new Date("2026-11-24");

  it("few packages for arm32v7, a base in a hub of others, an open door", () => {
    assert.match(edgeWarnings(edgeArgs, { ...told, platform: "linux/arm/v7" }, now).join(), /PyPI has few wheels/);
    const attached = { ...edgeArgs, hub: { hostName: "team.azure-devices.net" } };
    assert.deepEqual(edgeWarnings(attached, told, now), []);
    assert.match(edgeWarnings({ ...attached, base: {} }, told, now).join(), /'base' takes the place/);
    const open = { churn: { image, authEnabled: false, hostPort: 80, hostAddress: "0.0.0.0" } };
    assert.match(edgeWarnings({ ...edgeArgs, modules: open }, told, now).join(), /it asks for no key/);
    const own = { churn: { image, authEnabled: false, hostPort: 80 } };
    assert.deepEqual(edgeWarnings({ ...edgeArgs, modules: own }, told, now), []);
  });
});

describe("conditions and routes of IoT Edge", () => {
  it("conditions that IoT Hub's reference has are taken", () => {
    const conditions = [
      "tags.environment='prod'",
      "tags.environment = 'prod' AND tags.location.building = 43",
      "deviceId = 'linuxprod1' OR deviceId IN ['a','b']",
      "NOT (tags.a='b') and is_defined(tags.c)",
      "tags.building=9 and tags.environment='test' or properties.reported.chip != 'x'",
      "tags.operator = 'John' AND tags.environment = 'prod' NOT deviceId = 'linuxprod1'",
      "tags.a = 'it''s'",
      "tags.size >= 1.5 AND tags.on = true",
    ];
    conditions.forEach((text) => {
      assert.ok(isTargetCondition(text), text);
    });
  });

  it("routes that IoT Edge's reference has are taken", () => {
    const routes = [
      "FROM /* INTO $upstream",
      "FROM /messages/* WHERE NOT IS_DEFINED($connectionModuleId) INTO $upstream",
      'FROM /messages/modules/filter/outputs/* INTO BrokeredEndpoint("/modules/churn/inputs/rows")',
      "from /messages/modules/filter/outputs/alert where $body.t > 60 into $upstream",
      "FROM /messages/modules/* INTO $upstream",
      "FROM /messages/modules/filter/* INTO $upstream",
      "FROM /twinChangeNotifications INTO $upstream",
    ];
    routes.forEach((text) => {
      assert.ok(route.holds(text), text);
    });
  });
});
