import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkScoringScript } from "../../components/internal/python-source";
import { temporaryFolder } from "../support/folder";

/**
 * The machine's own Python judges: whatever it compiles must have no syntax problem here. Does not prove that every error is
 * found: about one in thirty of the mutations that Python refuses passes.
 */
describe("scoring scripts against Python itself", function () {
  this.timeout(120_000);
  const seen = new Set<string>();

  const flagged = (source: string): string[] =>
    checkScoringScript(source).flatMap(({ rule, got, line }) =>
      rule === "must be valid Python" ? [`line ${line ?? 0}: ${got}`] : [],
    );

  it("takes 300 modules of its standard library and every script here", () => {
    const library = execFileSync("python3", ["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], {
      encoding: "utf8",
    });
    const own = files(path.resolve(__dirname, "../../scorers")).concat(files(path.resolve(__dirname, "../../runtime")));
    const modules = files(library.trim()).filter(
      (file) => !/site-packages|dist-packages|lib2to3|[/\\]tests?[/\\]/.test(file),
    );
    const step = Math.max(1, Math.floor(modules.length / 300));
    for (const file of [...own, ...modules.filter((_, index) => index % step === 0)]) {
      seen.add(file);
      assert.deepEqual([file, flagged(fs.readFileSync(file, "utf8"))], [file, []]);
    }
    assert.ok(own.length >= 6 && seen.size > 250, `${own.length} own files, ${seen.size} in all`);
  });

  it("takes every mutation that it compiles, and finds nearly all that it refuses", () => {
    const { folder, remove } = temporaryFolder("mutations");
    const cases = mutations([...seen].slice(0, 60), 1500);
    fs.writeFileSync(path.join(folder, "cases.json"), JSON.stringify(cases));
    const judged = execFileSync("python3", ["-c", judge, path.join(folder, "cases.json")], { encoding: "utf8" });
    remove();
    const valid = JSON.parse(judged) as boolean[];
    const wrong = cases.filter((source, index) => valid[index] === true && flagged(source).length > 0);
    assert.deepEqual(wrong, []);
    const refused = cases.filter((_, index) => valid[index] === false);
    const found = refused.filter((source) => flagged(source).length > 0);
    assert.ok(refused.length > 500 && found.length / refused.length > 0.9, `${found.length} of ${refused.length}`);
  });
});

const judge = `
import json, sys, warnings
warnings.simplefilter("ignore")
def compiles(text):
    try:
        compile(text, "case", "exec")
        return True
    except (SyntaxError, ValueError):
        return False
print(json.dumps([compiles(text) for text in json.load(open(sys.argv[1], encoding="utf-8"))]))
`;

function files(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .sort()
    .map((name) => path.join(folder, name));
}

const pieces = [
  "(",
  ")",
  "[",
  "]",
  ":",
  "=",
  '"',
  "'",
  "\n",
  "    ",
  "\t",
  ",",
  " if ",
  "def ",
  "return ",
  "print ",
  "\\",
  "*",
  "#",
  "try:\n",
];

/** The same ones in every run. */
function mutations(sources: readonly string[], count: number): string[] {
  let state = 42;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  return Array.from({ length: count }, () => {
    const lines = fs.readFileSync(sources[random(sources.length)] ?? "", "utf8").split("\n");
    const from = random(Math.max(1, lines.length - 40));
    const text = lines.slice(from, from + 40).join("\n");
    const at = random(text.length + 1);
    const insert = random(3) > 0 ? (pieces[random(pieces.length)] ?? "") : "";
    return text.slice(0, at) + insert + text.slice(at + (insert === "" ? 1 + random(3) : 0));
  });
}
