import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { commonPython } from "../contract/environment";

const files = fs.readdirSync(__dirname).filter((name) => /^test_\w+\.py$/.test(name));

/** The unit tests of `runtime/*.py` and `provider/supervisor/*.py`, run by the Python of the shared environment. */
describe("runtime", function () {
  this.timeout(180_000);

  for (const file of files) {
    describe(file, () => {
      let outcomes: Record<string, string> = {};

      before(async function () {
        // The first run on a machine builds the environment.
        this.timeout(900_000);
        const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
        const options = { env: environment, maxBuffer: 16 * 1024 * 1024 };
        const { stdout } = await promisify(execFile)(
          await commonPython(),
          [path.join(__dirname, "run.py"), file],
          options,
        );
        outcomes = JSON.parse(stdout.trim().split("\n").pop() ?? "") as Record<string, string>;
      });

      for (const name of testNames(file)) {
        it(name.replaceAll("_", " "), function () {
          const outcome = outcomes[`test_${name}`];
          if (outcome?.startsWith("skipped: ")) {
            this.skip();
          }
          assert.ok(outcome === "ok", outcome ?? "it did not run");
        });
      }
    });
  }
});

function testNames(file: string): string[] {
  const text = fs.readFileSync(path.join(__dirname, file), "utf8");
  return [...text.matchAll(/^ {4}def test_(\w+)\(self\)/gm)].map(([, name = ""]) => name);
}
