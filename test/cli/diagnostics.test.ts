import { strict as assert } from "node:assert";
import { Diagnostics } from "../../cli/output/diagnostics";

const urn = "urn:pulumi:local::scorestack::scorestack:index:LocalService::wine";

function rendered(...events: { message: string; urn?: string }[]): string {
  const diagnostics = new Diagnostics();
  for (const event of events) {
    diagnostics.add({ ...event, color: "never", severity: "error" });
  }
  return diagnostics.render();
}

/** The messages are those that the real engine sends. */
describe("failures", () => {
  it("of a component are shown once, by name, all lines of them", () => {
    const message = "'port' must be an integer from 1 to 65535, got 0\n'workers' must be at least 1, got 0\n";
    assert.equal(
      rendered({ message, urn }, { message: `One or more errors occurred: ${message}` }, { message }),
      "error: wine:\n  'port' must be an integer from 1 to 65535, got 0\n  'workers' must be at least 1, got 0",
    );
  });

  it("of a component that the program tells first belong to the component", () => {
    const message = "'port' must be free";
    assert.equal(
      rendered({ message: `One or more errors occurred: ${message}` }, { message, urn }),
      "error: wine: 'port' must be free",
    );
  });

  it("of the program keep the lines of this project, and lose those of Node and packages", () => {
    const message = [
      "Unhandled exception: TypeError: x is not a function",
      "    at module.exports (/clone/index.ts:11:45)",
      "    at Stack.initialize (/clone/node_modules/@pulumi/pulumi/runtime/stack.js:75:39)",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    ].join("\n");
    assert.equal(
      rendered({ message }, { message: "x is not a function\n" }),
      "error: TypeError: x is not a function\n    at module.exports (/clone/index.ts:11:45)",
    );
  });

  it("that are different are all shown", () => {
    assert.equal(rendered({ message: "one", urn }, { message: "two", urn }), "error: wine: one\nerror: wine: two");
  });

  it("that only say that something failed add nothing", () => {
    assert.equal(rendered({ message: "one", urn }, { message: "update failed\n" }), "error: wine: one");
  });
});
