import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "../harness";

/** Asserts that a program ends with these words, as a problem of a component's arguments: shown without a stack. */
export async function refused(program: () => unknown, message: string): Promise<void> {
  await assert.rejects(runProgram(program), (error) => {
    assert.ok(error instanceof pulumi.ResourceError);
    assert.deepEqual([error.message, error.hideStack], [message, true]);
    return true;
  });
}
