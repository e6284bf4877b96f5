import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../stacks/settings";
import { runProgram } from "../harness";

/** What a stack's settings say is proven with the stacks. */
describe("the kind of a stack", () => {
  const kindOf = async (stack: string, config: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await runProgram(() => ({ kind: readSettings().kind }), { stack, config })).result.kind;

  it("is the stack's name up to its first dash, or what the settings say", async () => {
    assert.equal(await kindOf("local"), "local");
    assert.equal(await kindOf("dev-alice"), "dev");
    assert.equal(await kindOf("alice", { "scorestack:kind": "dev" }), "dev");
  });

  it("must be one that there is", async () => {
    await assert.rejects(
      kindOf("canary-1"),
      new pulumi.RunError(
        "'scorestack:kind' must be 'local', 'dev', 'prod', 'kubernetes', 'batch', 'edge' or 'fpga', got 'canary'; without it the stack's name says so, up to its first dash",
      ),
    );
  });
});
