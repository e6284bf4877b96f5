import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { editedSince, sourcesOf } from "../../../cli/report/sources";
import { temporaryFolder, writeFiles } from "../../support/folder";

/** What git says of a project that lies in a folder of a repository. */
describe("files edited since a revision", () => {
  let home: { folder: string; remove: () => void };
  let project: string;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], {
      cwd: home.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const commit = (files: Readonly<Record<string, string>>): void => {
    writeFiles(home.folder, files);
    git("add", "-A");
    git("commit", "-qm", "a change");
  };

  before(() => {
    home = temporaryFolder("sources");
    project = path.join(home.folder, "project");
    git("init", "-q", "-b", "main");
    commit({
      "project/score.py": "1",
      "project/old.py": "1",
      "project/gone.py": "1",
      "outside.py": "1",
      ".gitignore": "*.log\n",
    });
    git("checkout", "-qb", "branch");
    commit({ "project/score.py": "2", "outside.py": "2" });
    git("checkout", "-q", "main");
    commit({ "project/of-main.py": "1" });
    git("checkout", "-q", "branch");
    git("mv", "project/old.py", "project/new name.py");
    fs.rmSync(path.join(project, "gone.py"));
    writeFiles(project, { "ünïcode.py": "1", "x.log": "1" });
  });
  after(() => {
    home.remove();
  });

  it("are those of this branch, committed or not, under both names where they moved, and new ones", () => {
    const edited = ["gone.py", "new name.py", "old.py", "score.py", "ünïcode.py"];
    assert.deepEqual(editedSince(project, "main"), edited);
    assert.deepEqual(sourcesOf(project, "main").edited, edited);
  });

  it("are not asked for without a base", () => {
    assert.equal(sourcesOf(project, undefined).edited, undefined);
    assert.equal(sourcesOf(project, undefined).sizeOf("score.py"), 1);
    assert.equal(sourcesOf(project, undefined).context("0".repeat(64)), undefined);
  });

  for (const base of ["no-such-branch", "--output=x", "main:project/score.py", ""]) {
    it(`are refused for a base '${base}', which is no revision`, () => {
      assert.throws(() => editedSince(project, base), /'--base' must be a revision that git knows here, got '/);
    });
  }
});
