import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

/** What a process prints that has loaded the SDK as the command line does. */
function inProcess(code: string, env: Readonly<Record<string, string>> = {}): unknown {
  const load = `require("./cli/lean-sdk.cjs"); const pulumi = require("@pulumi/pulumi"); ${code}`;
  const options = { cwd: root, env: { ...process.env, ...env }, encoding: "utf8" } as const;
  return JSON.parse(execFileSync(process.execPath, ["-e", load], options));
}

const traces = `
  const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
  const promise = Promise.resolve(7);
  debuggablePromise(promise, "context").then((value) => console.log(JSON.stringify(
    { value, trace: promise._debugStackTrace.split("\\n").length, limit: Error.stackTraceLimit })));`;

/** That an SDK of another version has not put back what takes its time; how much that is is for the bench. */
describe("the SDK in our processes", () => {
  it("loads no TypeScript and no npm", () => {
    const loaded = inProcess(`console.log(JSON.stringify(Object.keys(require.cache)))`) as string[];
    assert.ok(loaded.some((file) => file.includes(path.join("@pulumi", "pulumi", "index.js"))));
    assert.deepEqual(
      loaded.filter((file) => /node_modules\/(typescript|@npmcli)\//.test(file)),
      [],
    );
  });

  it("takes no stack trace of a promise, and leaves those of errors as they are", () => {
    assert.deepEqual(inProcess(traces), { value: 7, trace: 1, limit: 10 });
  });

  it("takes them where somebody looks for promises that never end", () => {
    const { trace } = inProcess(traces, { PULUMI_DEBUG_PROMISE_LEAKS: "1" }) as { trace: number };
    assert.ok(trace > 1);
  });

  it("sends no debug message", () => {
    const code = `
      const monitor = require("@pulumi/pulumi/runtime/settings");
      const sent = [];
      monitor.getEngine = () => ({ log: (request, done) => (sent.push(request.getMessage()), done()) });
      pulumi.log.debug("one").then(() => pulumi.log.info("two")).then(() => console.log(JSON.stringify(sent)));`;
    assert.deepEqual(inProcess(code), ["two"]);
  });
});
