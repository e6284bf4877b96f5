import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ContextPlan, planContext } from "../../components/internal/build-context";
import {
  contextsFolder,
  ensureContext,
  isIntact,
  readModelFiles,
  writeContext,
} from "../../components/internal/context-folder";
import { hashContent, hashFile } from "../../components/internal/content-hash";
import { Project } from "../fixture";

const identity = "1".repeat(64);

/** The context of a small image whose model is a folder; it reads what lies in the project now. */
function planned(id = identity): ContextPlan {
  const { digest } = hashContent(path.join(process.env["SCORESTACK_ROOT"] ?? "", "work/model"));
  const score = {
    source: "work/score.py",
    sha256: hashFile(path.join(process.env["SCORESTACK_ROOT"] ?? "", "work/score.py")),
  };
  const environment = { python: "", requirements: [], lock: "lock\n" };
  const image = { identity: id, dockerfile: "FROM x\n", environment, files: { "app/score.py": score } };
  return planContext(image, [readModelFiles({ modelName: "churn", digest }, "work/model")]);
}

/** All that a builder sees of a folder: names, bytes, modes and times, in order. */
function seen(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.map((name) => {
    const file = path.join(folder, name);
    const { mode, mtimeMs } = fs.statSync(file);
    return [name, mode.toString(8), mtimeMs, fs.statSync(file).isFile() ? hashFile(file) : ""].join(" ");
  });
}

describe("folder of a build context", () => {
  let project: Project;
  const folder = (): string => project.path(path.join(contextsFolder, identity));

  beforeEach(() => {
    project = new Project({ "work/model/deep/more.txt": "2" });
  });
  afterEach(() => {
    project.remove();
  });

  it("has the same bytes, modes and times from another folder, on another day, under another umask", () => {
    writeContext(planned(), folder());
    const first = seen(folder());
    const other = new Project({ "work/model/deep/more.txt": "2" });
    const umask = process.umask(0o077);
    try {
      const when = new Date("2011-11-11");
      fs.chmodSync(other.path("work/score.py"), 0o600);
      fs.utimesSync(other.path("work/score.py"), when, when);
      fs.utimesSync(other.path("work/model/weights.txt"), when, when);
      const place = other.path(path.join(contextsFolder, identity));
      writeContext(planned(), place);
      assert.deepEqual(seen(place), first);
    } finally {
      process.umask(umask);
      other.remove();
      project.use();
    }
    assert.match(first.join("\n"), /^Dockerfile 100644 /m);
    assert.match(first.join("\n"), /^app\/azureml-models\/churn\/[0-9a-f]{12}\/model\/deep\/more\.txt 100644 /m);
  });

  it("keeps executable bits", () => {
    fs.chmodSync(project.path("work/model/weights.txt"), 0o711);
    writeContext(planned(), folder());
    assert.match(seen(folder()).join("\n"), /model\/weights\.txt 100755 /);
  });

  it("gives other bytes another time, so that BuildKit reads them even at the same size", () => {
    writeContext(planned(), folder());
    const time = (): number => fs.statSync(path.join(folder(), "app/score.py")).mtimeMs;
    const before = time();
    const text = fs.readFileSync(project.path("work/score.py"), "utf8");
    project.write({ "work/score.py": text.replace("data", "dota") });
    writeContext(planned(), folder());
    assert.notEqual(time(), before);
  });

  it("is written once, and read no more", () => {
    let plans = 0;
    const plan = (): ContextPlan => {
      plans += 1;
      return planned();
    };
    const place = ensureContext(identity, plan);
    assert.equal(place, `${contextsFolder}/${identity}`);
    ensureContext(identity, plan);
    assert.equal(plans, 1);
  });

  for (const [what, damage] of Object.entries<(home: string) => void>({
    "edited file": (home) => fs.appendFileSync(path.join(home, "Dockerfile"), "RUN x\n"),
    "file that is gone": (home) => fs.rmSync(path.join(home, "requirements.txt")),
    "file too many": (home) => fs.writeFileSync(path.join(home, "app/more.py"), ""),
    "file made executable": (home) => fs.chmodSync(path.join(home, "app/score.py"), 0o755),
    "link in place of a file": (home) => {
      fs.rmSync(path.join(home, "app/score.py"));
      fs.symlinkSync("/etc/hostname", path.join(home, "app/score.py"));
    },
    "record that is gone": (home) => fs.rmSync(path.join(home, "context.json")),
  })) {
    it(`is written anew after damage: ${what}`, () => {
      ensureContext(identity, planned);
      const before = seen(folder());
      damage(folder());
      assert.equal(isIntact(folder(), identity), false);
      ensureContext(identity, planned);
      assert.deepEqual(seen(folder()), before);
      assert.deepEqual(fs.readdirSync(path.dirname(folder())), [identity]);
    });
  }

  it("is not there when a file changes between its hash and its copy", () => {
    const plan = planned();
    project.write({ "work/score.py": "# other\n" });
    assert.throws(
      () => writeContext(plan, folder()),
      new RegExp(
        "^Error: 'app/score.py' changed while the build context was written, from '.*work/score.py'; run the command again$",
      ),
    );
    assert.deepEqual(fs.readdirSync(path.dirname(folder())), []);
  });

  it("does not follow an edit of its source", () => {
    writeContext(planned(), folder());
    fs.appendFileSync(project.path("work/model/weights.txt"), "edited");
    assert.equal(isIntact(folder(), identity), true);
  });

  it("is whole or not there, whenever its writer is killed", async function () {
    this.timeout(60_000);
    project.write({ "work/model/large.bin": "x".repeat(4 << 20) });
    const home = project.path(contextsFolder);
    const script = `
      const { planContext } = require("./components/internal/build-context");
      const { readModelFiles, writeContext } = require("./components/internal/context-folder");
      const { hashContent } = require("./components/internal/content-hash");
      const digest = hashContent(${JSON.stringify(project.path("work/model"))}).digest;
      const environment = { python: "", requirements: [], lock: "lock" };
      for (let n = 0; ; n++) {
        const identity = String(n).padStart(64, "0");
        const image = { identity, dockerfile: "FROM x", environment, files: {} };
        writeContext(planContext(image, [readModelFiles({ modelName: "churn", digest }, "work/model")]), ${JSON.stringify(home)} + "/" + identity);
        process.stdout.write(".");
      }`;
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    for (let dots = 0; dots < 3;) {
      const [data] = (await once(child.stdout, "data")) as [Buffer];
      dots += data.length;
    }
    await sleep(5);
    child.kill("SIGKILL");
    await once(child, "exit");
    const names = fs.readdirSync(home);
    const whole = names.filter((name) => !name.endsWith(".partial"));
    assert.ok(whole.length >= 3);
    assert.deepEqual(
      whole.filter((name) => !isIntact(path.join(home, name), name)),
      [],
    );
    // What the killed one has left goes with the next that is written there.
    const [left] = names.filter((name) => name.endsWith(".partial"));
    const next = left?.slice(0, 64) ?? identity;
    writeContext(planned(next), path.join(home, next));
    assert.deepEqual(
      fs.readdirSync(home).filter((name) => name.endsWith(".partial")),
      [],
    );
  });
});
