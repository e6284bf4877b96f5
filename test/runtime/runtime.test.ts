import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { batchPackages, commonPython } from "../contract/environment";
import { widePython } from "./environment";

type Outcomes = Readonly<Record<string, string>>;

/** Tests with packages that scorers bring only where they are asked to. */
const wideFiles = ["test_edge_feed.py", "test_grpc_front.py"];
const files = fs.readdirSync(__dirname).filter((name) => /^test_\w+\.py$/.test(name));

/**
 * The unit tests of `runtime/*.py` and `provider/supervisor/*.py`, run by the Python of the shared environment. The files run
 * at the same time: most of what they do is wait.
 */
describe("runtime", function () {
  this.timeout(300_000);
  const outcomes = new Map<string, Outcomes>();

  before(async function () {
    // The first run on a machine builds the environment.
    this.timeout(900_000);
    const [common, wide, packages] = [await commonPython(), await widePython(), await batchPackages()];
    const python = (file: string): string => (wideFiles.includes(file) ? wide : common);
    await Promise.all(files.map(async (file) => outcomes.set(file, await run(python(file), packages, file))));
  });

  for (const file of files) {
    describe(file, () => {
      for (const name of testNames(file)) {
        it(name.replaceAll("_", " "), function () {
          const outcome = outcomes.get(file)?.[`test_${name}`];
          if (outcome?.startsWith("skipped: ")) {
            this.skip();
          }
          assert.ok(outcome === "ok", outcome ?? "it did not run");
        });
      }
    });
  }
});

async function run(python: string, packages: string, file: string): Promise<Outcomes> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", SCORESTACK_BATCH_PACKAGES: packages };
  const options = { env, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(python, [path.join(__dirname, "run.py"), file], options);
  return JSON.parse(stdout.trim().split("\n").pop() ?? "") as Outcomes;
}

function testNames(file: string): string[] {
  const text = fs.readFileSync(path.join(__dirname, file), "utf8");
  return [...text.matchAll(/^ {4}(?:async )?def test_(\w+)\(self\)/gm)].map(([, name = ""]) => name);
}
