import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { smokeTest, type SmokeTestParts } from "../../components/internal/smoke-test";
import { only, runProgram } from "../harness";

const type = "command:local:Command";
const identity = "a".repeat(64);
const parts: SmokeTestParts = {
  url: "https://churn.example.com",
  identity,
  timeoutSeconds: 60,
  logs: "kubectl logs deploy/churn",
  settings: "0123456789ab",
};

/** The resource alone; what it runs is proven in `test/local/smoke.test.ts`. */
describe("a smoke test in the graph", () => {
  const made = async (more: Partial<SmokeTestParts> = {}) =>
    only(await runProgram(() => smokeTest("churn-smoke-test", { ...parts, ...more }, {})), type);

  it("runs one command of ours, and again when what it is about changes", async () => {
    const { inputs, secrets } = await made();
    assert.deepEqual(inputs, {
      create: `node cli/launch.cjs smoke --url https://churn.example.com --identity ${identity} --deadline 60 --logs "kubectl logs deploy/churn"`,
      environment: { INIT_CWD: "." },
      triggers: [identity, parts.url, parts.settings],
      addPreviousOutputInEnv: false,
      logging: "stdoutAndStderr",
    });
    assert.deepEqual(secrets, []);
  });

  it("has the key in its environment alone, and secret", async () => {
    const { inputs, secrets } = await made({ key: "canary-key-0123456789" });
    assert.deepEqual(inputs["environment"], { INIT_CWD: ".", SCORESTACK_KEY: "canary-key-0123456789" });
    assert.doesNotMatch(JSON.stringify([inputs["create"], inputs["triggers"]]), /canary/);
    assert.deepEqual(secrets, ["environment"]);
  });

  it("writes words as a shell takes them", async () => {
    const { inputs } = await made({
      samples: 'scorers/my "$HOME"/requests',
      connect: pulumi.output("10.0.0.4"),
      header: "x-a: b",
    });
    assert.match(
      String(inputs["create"]),
      / --samples "scorers\/my \\"\\\$HOME\\"\/requests" --deadline 60 --connect 10\.0\.0\.4 --header "x-a: b" --logs /,
    );
  });
});
