import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { isIntact } from "../../components/internal/context-folder";
import { writeScorerContext } from "../../stacks/contexts";
import { makeScorer, readScorers } from "../../stacks/scorers";
import { lock } from "../components/azure-place";
import { Project } from "../fixture";
import { runProgram, value } from "../harness";

describe("build context of a scorer", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
    for (const name of ["score.py", "conda.yml", "requests", "model"]) {
      fs.cpSync(project.path(`work/${name}`), project.path(`scorers/churn/${name}`), { recursive: true });
    }
    project.write({ "scorers/churn/conda.lock": lock });
  });
  afterEach(() => {
    project.remove();
  });

  const write = (): string => writeScorerContext("churn", project.path("contexts/churn")).identity;

  it("has the identity that the stack gives its image, and is replaced by the next", async () => {
    const identity = write();
    const run = await runProgram(() => readScorers().map((scorer) => makeScorer(scorer)));
    assert.equal(identity, await value(run.result[0]?.image.identity ?? assert.fail()));
    assert.ok(isIntact(project.path("contexts/churn"), identity));
    fs.appendFileSync(project.path("scorers/churn/score.py"), "# edited\n");
    const next = write();
    assert.notEqual(next, identity);
    assert.ok(isIntact(project.path("contexts/churn"), next));
    assert.deepEqual(fs.readdirSync(project.path("contexts")), ["churn"]);
  });

  it("replaces nothing but a context", () => {
    project.write({ "contexts/churn/notes.txt": "mine" });
    assert.throws(
      write,
      /^Error: 'out' must be a new folder, or one with an earlier context, got '.*contexts\/churn'$/,
    );
    assert.deepEqual(fs.readdirSync(project.path("contexts/churn")), ["notes.txt"]);
  });

  it("needs a scorer, and its lock", () => {
    const out = project.path("contexts/churn");
    assert.throws(() => writeScorerContext("chrun", out), /^Error: 'scorer' must be one of churn, got 'chrun'$/);
    project.delete("scorers/churn/conda.lock");
    assert.throws(write, /^Error: 'condaFile' must have a conda\.lock that fits; npm run lock makes it$/);
    project.write({ "scorers/churn/score.py": "def init():\n    pass\n" });
    assert.throws(write, /^Error: 'scorers\/churn: executionScript' must define run/);
    assert.ok(!fs.existsSync(path.dirname(out)));
  });
});
