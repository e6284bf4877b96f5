import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { allowedSources, findEngine, type Steps } from "../../cli/engine";
import { goFits } from "../../cli/engine/build";
import { engineFits, enginePath, engineVersion, installRoot } from "../../cli/engine/versions";
import { temporaryFolder } from "../support/folder";

const root = path.resolve(__dirname, "../..");

/** Where the engine is looked for. The executables here only tell a version; the real one is in `engine.test.ts`. */
describe("the search for the engine", function () {
  this.timeout(60_000);
  let folder: string;
  let remove: () => void;
  let environment: NodeJS.ProcessEnv;
  const tried: string[] = [];

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("sources"));
    environment = { ...process.env };
    tried.length = 0;
    fs.mkdirSync(path.join(folder, "path"));
    process.env.PATH = `${path.join(folder, "path")}${path.delimiter}/usr/bin${path.delimiter}/bin`;
    process.env.PULUMI_HOME = path.join(folder, "home");
    delete process.env.SCORESTACK_ENGINE_SOURCES;
  });
  afterEach(() => {
    process.env = environment;
    remove();
  });

  /** An executable that answers `pulumi version`, and nothing else. */
  function put(file: string, version: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n[ "$1" = version ] && echo ${version}\n`, { mode: 0o755 });
  }

  const onPath = (version: string): void => {
    put(path.join(folder, "path/pulumi"), version);
  };
  const installed = (version: string): void => {
    put(enginePath(installRoot(version)), `v${version}`);
  };
  const fails = (name: string) => (): Promise<string> => {
    tried.push(name);
    return Promise.reject(new Error(`${name} is out of reach`));
  };
  const gives = (name: string) => (): Promise<string> => {
    tried.push(name);
    installed(engineVersion);
    return Promise.resolve(installRoot(engineVersion));
  };
  const search = async (steps: Partial<Steps> = {}): Promise<string> => {
    const engine = await findEngine(root, { download: fails("download"), build: fails("build"), ...steps });
    return `${engine.source} ${engine.version}`;
  };

  it("takes the one on PATH first", async () => {
    onPath("v3.210.0");
    installed(engineVersion);
    assert.equal(await search(), "path 3.210.0");
  });

  it("passes over one on PATH that is too old, too new or does not work", async () => {
    installed(engineVersion);
    for (const version of ["v3.199.0", "v4.0.0", "nonsense"]) {
      onPath(version);
      assert.equal(await search(), `versions ${engineVersion}`);
    }
  });

  it("takes the known version first, then the newest that will do", async () => {
    for (const version of ["3.99.0", "3.201.0", "3.230.1", "4.1.0"]) {
      installed(version);
    }
    assert.equal(await search(), "versions 3.230.1");
    installed(engineVersion);
    assert.equal(await search(), `versions ${engineVersion}`);
  });

  it("downloads where none is there, and builds where that fails", async () => {
    assert.equal(await search({ download: gives("download") }), `download ${engineVersion}`);
    fs.rmSync(process.env.PULUMI_HOME ?? "", { recursive: true });
    assert.equal(await search({ build: gives("build") }), `build ${engineVersion}`);
    assert.deepEqual(tried, ["download", "download", "build"]);
  });

  it("says all that was tried, why it failed, and what to install", async () => {
    onPath("v3.100.0");
    await assert.rejects(search(), (error: Error) => {
      assert.match(error.message, /pulumi is version 3\.100\.0, not 3\.200 or later/);
      assert.match(error.message, /download: download is out of reach/);
      assert.match(error.message, /build: build is out of reach/);
      assert.match(error.message, /Install the Pulumi CLI/);
      return true;
    });
  });

  it("keeps to the places it is allowed", async () => {
    onPath("v3.210.0");
    process.env.SCORESTACK_ENGINE_SOURCES = "versions, build";
    await assert.rejects(search());
    assert.deepEqual(tried, ["build"]);
    assert.throws(() => allowedSources("path,moon"), /must be some of path,versions,download,build, got moon/);
    assert.deepEqual(allowedSources(undefined), ["path", "versions", "download", "build"]);
  });

  it("knows which one can't run Node programs by itself", async () => {
    installed(engineVersion);
    assert.equal((await findEngine(root)).whole, false);
    put(path.join(installRoot(engineVersion), "bin/pulumi-language-nodejs"), "");
    assert.equal((await findEngine(root)).whole, true);
  });

  it("removes what a killed installation has left, and leaves nothing half made", async () => {
    const versions = path.dirname(installRoot(engineVersion));
    fs.mkdirSync(path.join(versions, `.${engineVersion}-download-1/bin`), { recursive: true });
    fs.writeFileSync(path.join(versions, `.${engineVersion}-build-1`), "half");
    await assert.rejects(search());
    assert.deepEqual(fs.readdirSync(versions), []);
  });

  it("installs once when two look for it at the same time", async () => {
    const slow = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return gives("download")();
    };
    const [one, other] = await Promise.all([search({ download: slow }), search({ download: slow })]);
    assert.deepEqual(tried, ["download"]);
    assert.deepEqual([one, other].sort(), [`download ${engineVersion}`, `versions ${engineVersion}`]);
  });
});

describe("versions", () => {
  it("of the engine are the same wherever they stand", () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    assert.equal(manifest.dependencies["@pulumi/pulumi"], engineVersion);
    const modules = fs.readFileSync(path.join(root, "cli/engine/go/go.mod"), "utf8");
    for (const part of ["pkg", "sdk"]) {
      assert.match(
        modules,
        new RegExp(`github.com/pulumi/pulumi/${part}/v3 v${engineVersion.replaceAll(".", "\\.")}\\b`),
      );
    }
  });

  for (const [version, fits] of [
    ["v3.245.0", true],
    ["3.200.0", true],
    ["v3.300.0-alpha.1", true],
    ["v3.199.9", false],
    ["v4.0.0", false],
    ["v2.300.0", false],
    ["dev", false],
  ] as const) {
    it(`${version} of the engine ${fits ? "will do" : "will not do"}`, () => {
      assert.equal(engineFits(version), fits);
    });
  }

  for (const [said, fits] of [
    ["go version go1.25.0 linux/amd64", true],
    ["go version go1.26.8 linux/amd64", true],
    ["go version go2.0 linux/amd64", true],
    ["go version go1.24.9 linux/amd64", false],
    ["go version devel", false],
  ] as const) {
    it(`'${said}' ${fits ? "can" : "can't"} build it`, () => {
      assert.equal(goFits(said), fits);
    });
  }
});
