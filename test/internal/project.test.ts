import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { fromRoot, projectRoot, toRoot } from "../../components/internal/project";
import { temporaryFolder, writeFiles } from "../support/folder";

describe("project root", () => {
  const start = process.cwd();
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("root"));
    writeFiles(folder, { "project/Pulumi.yaml": "", "project/a/b/c.txt": "" });
  });
  afterEach(() => {
    process.chdir(start);
    Reflect.deleteProperty(process.env, "SCORESTACK_ROOT");
    remove();
  });

  it("is the nearest folder upward with a Pulumi.yaml", () => {
    process.chdir(path.join(folder, "project/a/b"));
    assert.equal(projectRoot(), path.join(folder, "project"));
    fs.writeFileSync(path.join(folder, "project/a/Pulumi.yaml"), "");
    assert.equal(projectRoot(), path.join(folder, "project/a"));
  });

  it("is what SCORESTACK_ROOT says", () => {
    process.env["SCORESTACK_ROOT"] = folder;
    assert.equal(projectRoot(), folder);
  });

  it("must be there", () => {
    process.chdir("/");
    assert.throws(
      projectRoot,
      new Error("'Pulumi.yaml' must lie in the current folder or above it, got '/'; change to the project's folder"),
    );
  });

  it("is what paths are relative to; those outside stay absolute", () => {
    process.env["SCORESTACK_ROOT"] = path.join(folder, "project");
    assert.equal(fromRoot("a/b/../x"), path.join(folder, "project/a/x"));
    assert.equal(fromRoot("/x"), "/x");
    assert.equal(toRoot("a//b/../x"), "a/x");
    assert.equal(toRoot(path.join(folder, "project/a/x")), "a/x");
    assert.equal(toRoot("."), ".");
    assert.equal(toRoot("../x"), path.join(folder, "x"));
    assert.equal(toRoot("..x"), "..x");
  });
});
