import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "../support/folder";

const script = path.resolve(__dirname, "../../components/azure/acr-build.cjs");
const digest = `sha256:${"5".repeat(64)}`;
const show = "acr repository show --name team --image churn:abc --query digest --output tsv";
const build =
  "acr build --registry team --image churn:abc --platform linux/amd64 --timeout 3600 --build-arg IMAGE_IDENTITY=abc --build-arg A=b c --file ctx/Dockerfile ctx";

/** Does not prove that the Azure CLI takes these words; they were read in its source (azure-cli 2.91). */
describe("acr-build.cjs", () => {
  let home: { folder: string; remove: () => void };

  beforeEach(() => {
    home = temporaryFolder("acr");
  });
  afterEach(() => {
    home.remove();
  });

  /** Runs the script with an `az` that notes its arguments; `answers` is shell that decides by `$2`. */
  function run(answers: string) {
    const az = path.join(home.folder, "az");
    fs.writeFileSync(az, `#!/bin/sh\necho "$*" >> ${home.folder}/calls\n${answers}\n`);
    fs.chmodSync(az, 0o755);
    return start(`${home.folder}:${process.env["PATH"] ?? ""}`);
  }

  function start(programs: string) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
      encoding: "utf8",
      env: {
        PATH: programs,
        ACR_NAME: "team",
        ACR_IMAGE: "churn:abc",
        ACR_PLATFORM: "linux/amd64",
        ACR_CONTEXT: "ctx",
        ACR_ARGUMENTS: JSON.stringify({ IMAGE_IDENTITY: "abc", A: "b c" }),
      },
    });
    const file = path.join(home.folder, "calls");
    const calls = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
    return { status, stdout, stderr, calls };
  }

  it("builds what the registry does not have, and prints its digest", () => {
    const { status, stdout, stderr, calls } = run(
      `case $2 in build) echo the log; touch ${home.folder}/built;; repository) [ -f ${home.folder}/built ] && echo ${digest};; esac`,
    );
    assert.deepEqual([status, stdout], [0, digest]);
    assert.match(stderr, /^the log$/m);
    assert.deepEqual(calls, [show, build, show]);
  });

  it("builds nothing that the registry has", () => {
    const { status, stdout, stderr, calls } = run(`echo ${digest}`);
    assert.deepEqual([status, stdout, stderr, calls], [0, digest, "churn:abc is in team already\n", [show]]);
  });

  it("fails with the build", () => {
    const { status, stdout, stderr } = run("echo no >&2; exit 1");
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^no\naz acr build of churn:abc in team failed; its log is above\n$/);
  });

  it("fails when the registry does not have what was built", () => {
    const { status, stdout, stderr } = run("[ $2 = build ]");
    assert.deepEqual([status, stdout, stderr], [1, "", "az acr build ended well, but team has no churn:abc\n"]);
  });

  it("says what to do without the Azure CLI", () => {
    const { status, stderr } = start("/nowhere");
    assert.equal(status, 1);
    assert.equal(
      stderr,
      "the Azure CLI (az) must be on PATH; install it and run az login, or set the workspace's 'images.builder' to another one\n",
    );
  });
});
