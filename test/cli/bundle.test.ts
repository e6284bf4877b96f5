import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { bundle } from "../../cli/bundle.cjs";
import { bundleProgram, projectProgram } from "../../cli/program";
import { temporaryFolder, writeFiles } from "../support/folder";

const root = path.resolve(__dirname, "../..");

describe("bundles of the sources", () => {
  let folder: string;
  let remove: () => void;
  const cache = (): string => path.join(folder, "node_modules/.cache/scorestack");

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("bundle"));
    fs.mkdirSync(path.join(folder, "node_modules"));
    for (const name of ["esbuild", "@esbuild", "yaml"]) {
      fs.symlinkSync(path.join(root, "node_modules", name), path.join(folder, "node_modules", name));
    }
    writeFiles(folder, {
      "cli/main.ts":
        'import { parse } from "yaml";\nimport { two } from "../components/two";\nexport const sum = (): number => parse("1") + two();\n',
      "components/two.ts": "interface Unused { a: string }\n\nexport function two(): number {\n  return 2;\n}\n",
      "index.ts": "export = () => ({ runs: 1 });\n",
    });
  });
  afterEach(() => {
    remove();
  });

  function run(file: string, code: string): string {
    return execFileSync(
      process.execPath,
      ["-e", `process.setSourceMapsEnabled(true); const m = require(${JSON.stringify(file)}); ${code}`],
      {
        encoding: "utf8",
      },
    );
  }

  it("run with the packages of the project", () => {
    assert.equal(run(bundle(folder, "cli/main.ts"), "console.log(m.sum())").trim(), "3");
  });

  it("are made once, and again when a source changes, comes or goes", () => {
    const first = bundle(folder, "cli/main.ts");
    const made = fs.statSync(first).ino;
    assert.equal(bundle(folder, "cli/main.ts"), first);
    assert.equal(fs.statSync(first).ino, made);
    writeFiles(folder, { "components/two.ts": "export const two = (): number => 20;\n" });
    const changed = bundle(folder, "cli/main.ts");
    assert.notEqual(changed, first);
    assert.equal(run(changed, "console.log(m.sum())").trim(), "21");
    writeFiles(folder, { "stacks/new.ts": "" });
    assert.notEqual(bundle(folder, "cli/main.ts"), changed);
    fs.rmSync(path.join(folder, "stacks/new.ts"));
    assert.equal(bundle(folder, "cli/main.ts"), changed);
  });

  it("do not depend on files that they can't hold", () => {
    const first = bundle(folder, "cli/main.ts");
    writeFiles(folder, { "components/notes.md": "x", "scorers/x/score.py": "x" });
    assert.equal(bundle(folder, "cli/main.ts"), first);
  });

  it("name the TypeScript source in stack traces", () => {
    writeFiles(folder, {
      "components/two.ts": 'interface A { a: 1 }\n\nexport const two = (): number => {\n  throw new Error("no");\n};\n',
    });
    const trace = run(bundle(folder, "cli/main.ts"), "try { m.sum() } catch (error) { console.log(error.stack) }");
    assert.ok(trace.includes(`${path.join(folder, "components/two.ts")}:4:9`), trace);
  });

  it("of sources that have long changed are removed, those looked up lately stay", () => {
    const old = bundle(folder, "cli/main.ts");
    const hour = Date.now() / 1000 - 3600;
    writeFiles(folder, { "components/two.ts": "export const two = (): number => 3;\n" });
    const lately = bundle(folder, "cli/main.ts");
    fs.utimesSync(old, hour, hour);
    writeFiles(folder, { "components/two.ts": "export const two = (): number => 44;\n" });
    const now = bundle(folder, "cli/main.ts");
    assert.deepEqual(fs.readdirSync(cache()).sort(), [lately, now].map((file) => path.basename(file)).sort());
  });

  it("are not left half made when a source does not parse, and the place is told", () => {
    writeFiles(folder, { "index.ts": "export const x: = 3;\n" });
    assert.throws(() => bundleProgram(folder), /^Error: index\.ts:1:17: Unexpected "="$/);
    assert.deepEqual(fs.readdirSync(cache()), []);
  });

  it("of the program are evaluated anew at each run", async () => {
    writeFiles(folder, { "index.ts": "let runs = 0;\nexport = async () => ({ runs: ++runs });\n" });
    const program = projectProgram(folder);
    assert.deepEqual([await program(), await program()], [{ runs: 1 }, { runs: 1 }]);
  });

  it("of a program that exports its outputs give them as they are", async () => {
    writeFiles(folder, { "index.ts": 'export const address = "http://x";\nexport const count = 2;\n' });
    assert.deepEqual(await projectProgram(folder)(), { address: "http://x", count: 2 });
  });
});
