import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { EnvironmentStore } from "../../provider/store/environments";
import { temporaryFolder } from "../support/folder";

/** Small environments that are built by the real uv, and what becomes of damaged ones. */
describe("a Python environment", function () {
  this.timeout(120_000);
  let root: string;
  let remove: () => void;
  let store: EnvironmentStore;
  let said: string[];
  const spec = { python: ">=3.9,<3.13", requirements: ["blinker==1.9.0"] };
  const log = {
    progress: () => undefined,
    info: (message: string) => {
      said.push(message);
    },
  };

  before(async () => {
    ({ folder: root, remove } = temporaryFolder("environments"));
    fs.mkdirSync(path.join(root, ".scorestack"));
    const tools = path.resolve(".scorestack/tools");
    if (fs.existsSync(tools)) {
      fs.symlinkSync(tools, path.join(root, ".scorestack/tools"));
    }
    store = new EnvironmentStore(path.join(root, ".scorestack/environments"), root);
    said = [];
    await store.ensure(spec, log);
  });
  beforeEach(() => {
    said = [];
  });
  after(() => {
    remove();
  });

  /** Kills our own child of that name, `afterMs` after it has come. */
  function killWhenThere(name: string, afterMs: number): void {
    const listed = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
    const child = listed
      .map((line) => line.trim().split(/\s+/))
      .find(([, parent, command]) => parent === String(process.pid) && command === name);
    setTimeout(
      () => {
        if (child) {
          process.kill(Number(child[0]), "SIGKILL");
        } else {
          killWhenThere(name, afterMs);
        }
      },
      child ? afterMs : 1,
    );
  }

  const home = (): string => store.folderOf(store.key(spec));
  const file = (...parts: string[]): string => path.join(home(), ...parts);
  const python = (): string => store.python(store.key(spec));
  const imports = (): string =>
    execFileSync(python(), ["-c", "import blinker; print(blinker.Signal)"], { encoding: "utf8" }).trim();

  it("is left alone when it is whole", async () => {
    await store.ensure(spec, log, "thorough");
    assert.deepEqual(said, []);
  });

  it("is mended where it lies when its interpreter is gone: who runs from it goes on", async () => {
    const runs = spawn(python(), ["-c", "input(); import blinker.base, blinker; print('on')"]);
    let answer = "";
    runs.stdout.on("data", (data: Buffer) => (answer += data.toString()));
    fs.rmSync(python());
    const key = store.key(spec);
    assert.equal(store.has(key, "quick"), false);
    await store.ensure(spec, log);
    assert.match(
      said.join("\n"),
      new RegExp(`Python environment ${key} is damaged \\(bin/python or environment\\.json\\)`),
    );
    assert.match(imports(), /Signal/);
    runs.stdin.end("\n");
    await new Promise((resolve) => runs.once("close", resolve));
    assert.equal(answer, "on\n");
  });

  it("is mended when its record is damaged", async () => {
    fs.truncateSync(file("environment.json"), 10);
    const { pythonVersion } = await store.ensure(spec, log);
    assert.match(pythonVersion, /^3\.\d+\.\d+/);
  });

  it("is mended when files of a package are gone, which a thorough look finds and names", async () => {
    const [site] = fs.readdirSync(file("lib")).map((name) => file("lib", name, "site-packages"));
    fs.rmSync(path.join(site ?? "", "blinker/base.py"));
    const key = store.key(spec);
    assert.deepEqual([store.has(key, "quick"), store.has(key, "thorough")], [true, false]);
    await store.ensure(spec, log, "thorough");
    assert.match(said.join("\n"), /site-packages\/blinker\/base\.py/);
    assert.match(imports(), /Signal/);
    assert.equal(store.has(key, "thorough"), true);
  });

  it("is not there when uv is killed while it installs; that is said, and the next run builds it", async () => {
    const larger = { ...spec, requirements: ["numpy==2.0.2"] };
    const key = store.key(larger);
    const killing = {
      ...log,
      progress: (stage: string) => {
        if (stage.startsWith("installing")) {
          killWhenThere("uv", 15);
        }
      },
    };
    await assert.rejects(
      store.ensure(larger, killing),
      /installing 1 Python packages: uv was ended by SIGKILL; run the command again to begin anew/,
    );
    assert.equal(store.has(key, "quick"), false);
    await store.ensure(larger, log);
    assert.equal(store.has(key, "thorough"), true);
  });

  it("is built from nothing when uv was killed in the middle", async () => {
    const key = store.key(spec);
    fs.rmSync(file("environment.json"));
    fs.writeFileSync(file("left-over"), "");
    await store.ensure(spec, log);
    assert.equal(fs.existsSync(file("left-over")), false);
    assert.equal(store.has(key, "thorough"), true);
  });
});
