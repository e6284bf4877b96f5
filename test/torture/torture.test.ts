import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { answerOf } from "../support/clone";
import { temporaryFolder } from "../support/folder";
import { planOf } from "./plan";

const root = path.resolve(__dirname, "../..");

/** A few kills of a fixed seed. Does not prove what `npm run torture -- --kills 200` does: docs/reliability.md has that. */
describe("the kill storm", function () {
  it("decides the same for the same seed, however many steps are asked for", () => {
    assert.deepEqual(planOf(5, 40).slice(0, 10), planOf(5, 10));
    assert.notDeepEqual(planOf(5, 10), planOf(6, 10));
  });

  it("comes to all operations and victims", () => {
    const steps = planOf(1, 600);
    const [operations, victims] = [new Set<string>(), new Set<string>()];
    steps.forEach(({ operation, victim }) => {
      operations.add(operation);
      victims.add(victim);
    });
    assert.deepEqual([operations.size, victims.size], [17, 11]);
  });

  const ifLinux = process.platform === "linux" ? it : it.skip;
  ifLinux("leaves a service that is whole after each kill, and nothing of itself", async function () {
    this.timeout(600_000);
    const { folder, remove } = temporaryFolder("torture-smoke");
    try {
      const args = ["node_modules/tsx/dist/cli.mjs", "test/torture/main.ts", "--seed", "11", "--kills", "6"];
      const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, TMPDIR: folder } });
      const { code, stdout, stderr } = await answerOf(child);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^6 kills in \d+ steps and \d+ s: no invariant violated\.$/m);
      const left = fs.readdirSync(folder).filter((name) => name.startsWith("scorestack-"));
      assert.deepEqual(left, []);
    } finally {
      remove();
    }
  });
});
