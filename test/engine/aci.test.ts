import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { openStack } from "../../cli/stack";
import type { AciServiceArgs } from "../../components";
import { aciProgram } from "../support/aci-program";
import { makeCertificate } from "../support/certificates";
import { Clone } from "../support/clone";
import { type StandIn, startStandIn } from "./stand-in";

interface Keys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

/**
 * An `AciService` on the real engine with the stand-in for Azure, which refuses what Azure would: changes in place of what is fixed,
 * images that nobody may pull. Does not prove Azure itself, nor that a service answers: the stand-in runs no container.
 */
describe("AciService on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let identity = "a".repeat(64);
  let args: Partial<AciServiceArgs> = { environmentVariables: { TOKEN: pulumi.secret("canary-4711-token") } };

  before(async () => {
    clone = Clone.make("aci").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    standIn = await startStandIn(clone.path(".scorestack/stand-in"));
    const program = () => Promise.resolve(aciProgram(identity, args));
    const where = { root: clone.folder, stackName: "dev", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  /** Runs an operation; returns its counts, its steps by resource, what was warned of, and all that was shown. */
  async function run(operation: "up" | "preview" | "destroy") {
    standIn.clearLog();
    let counts: OpMap = {};
    const steps: Record<string, string> = {};
    const warnings: string[] = [];
    let shown = "";
    const onEvent = ({ summaryEvent, resourcePreEvent, diagnosticEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      if (step && step.op !== "same" && !step.type.startsWith("pulumi:")) {
        const paths = Object.entries(step.detailedDiff ?? {}).map(([path, { diffKind }]) => `${diffKind} ${path}`);
        steps[`${step.op} ${step.urn.split("::").at(-1) ?? ""}`] = paths.sort().join(", ");
      }
      if (diagnosticEvent?.severity === "warning") {
        warnings.push(diagnosticEvent.message.trim());
      }
    };
    await stack[operation]({ onEvent, onOutput: (text: string) => (shown += text) });
    const changed = standIn.log().map(({ method, name }) => `${method} ${name}`);
    return { counts, steps, warnings, shown, changed };
  }

  const keys = (): Promise<Keys> => clone.json("outputs", "--stack", "dev", "--show-secrets");
  const filesWith = (text: string): string =>
    spawnSync("grep", ["-rlF", "--", text, clone.path(".scorestack")], { encoding: "utf8" }).stdout;

  it("is made after the pull identity's role, then proven, and then there is nothing to do", async () => {
    const { counts, changed, warnings } = await run("up");
    assert.deepEqual(counts, { create: 11 });
    assert.ok(changed.indexOf("create role") < changed.indexOf("create churn"));
    assert.equal(changed.at(-1), "create churn-smoke-test");
    assert.deepEqual(warnings, []);
    assert.deepEqual(await run("preview").then((seen) => [seen.counts, seen.warnings]), [{ same: 11 }, []]);
  });

  it("moves with a new image in place, and is proven again; nothing else moves", async () => {
    identity = "b".repeat(64);
    const { steps, changed, warnings } = await run("up");
    assert.equal(
      steps["update churn"],
      "update containers[0].environmentVariables[2].value, update containers[0].image",
    );
    const moved = changed.filter((change) => !change.endsWith(" image"));
    assert.deepEqual(moved, ["update churn", "create churn-smoke-test", "delete churn-smoke-test"]);
    assert.deepEqual(warnings, []);
  });

  it("changes labels in place, with no proof: who answers is the same", async () => {
    args = { ...args, tags: { team: "growth" } };
    const { steps, changed } = await run("up");
    assert.deepEqual([steps, changed], [{ "update churn": "add tags.team" }, ["update churn"]]);
  });

  it("takes a rotated key over, and is proven with it", async () => {
    const before = await keys();
    args = { ...args, keyRotation: { primary: "2026-11-24" } };
    const { steps } = await run("up");
    assert.deepEqual(Object.keys(steps).sort(), ["update churn", "update churn-keys", "update churn-smoke-test"]);
    const now = await keys();
    assert.notEqual(now.primaryKey, before.primaryKey);
    assert.equal(now.secondaryKey, before.secondaryKey);
  });

  for (const [what, change, reason] of [
    ["a new size", { cpuCores: 2 }, "'cpuCores' (1 → 2)"],
    ["another port", { port: 8080 }, "'port' (5001 → 8080)"],
    ["another restart policy", { restartPolicy: "OnFailure" }, "'restartPolicy' (Always → OnFailure)"],
    ["a zone", { zone: "1" }, "'zone' (none → 1)"],
    ["another region", { location: "northeurope" }, "'location' (westeurope → northeurope)"],
    ["TLS", { tls: tlsOf("churn.example.com") }, "'tls' (none → with a certificate of its own)"],
  ] as const satisfies readonly (readonly [string, Partial<AciServiceArgs>, string])[]) {
    it(`is deleted and made anew for ${what}, which the preview says, and for how long`, async () => {
      args = { ...args, ...change };
      const warning = `service 'churn' will not answer for 1 to 5 minutes: it is deleted and made anew, for these can't change in place: ${reason}`;
      const preview = await run("preview");
      assert.deepEqual(preview.warnings, [warning]);
      const { changed, warnings } = await run("up");
      assert.deepEqual(warnings, [warning]);
      const group = changed.filter((call) => call.endsWith(" churn"));
      assert.deepEqual(group, ["delete churn", "create churn"]);
      assert.deepEqual(await run("preview").then((seen) => [seen.counts, seen.warnings]), [{ same: 11 }, []]);
    });
  }

  it("shows no secret: not in output, state, cloud or call log", async () => {
    const { primaryKey, secondaryKey } = await keys();
    args = { ...args, environmentVariables: { TOKEN: pulumi.secret("canary-4712-token") } };
    const { shown } = await run("up");
    for (const text of [primaryKey, secondaryKey, "canary-471", "PRIVATE KEY"]) {
      assert.deepEqual([filesWith(text), shown.includes(text)], ["", false], text);
    }
  });

  it("goes whole", async () => {
    await run("destroy");
    assert.deepEqual(standIn.resources(), []);
  });
});

function tlsOf(cname: string) {
  const { certificate, key } = makeCertificate(cname);
  return { certPem: certificate, keyPem: key, cname };
}
