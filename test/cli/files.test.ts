import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { LogReader } from "../../cli/log-reader";
import { createScorer } from "../../cli/new-scorer";
import { keepSettingsClean, passphraseEnvironment, removeBareSettings } from "../../cli/passphrase";
import { folderOf, openProject, type Project } from "../../cli/project";
import { readSetting, withSetting, writeSetting } from "../../cli/stack-settings";
import { stacksWithResources, stackStateFile } from "../../cli/state";
import { temporaryFolder, writeFiles } from "../support/folder";

let folder: string;
let remove: () => void;

function inFolder(label: string): void {
  beforeEach(() => {
    ({ folder, remove } = temporaryFolder(label));
  });
  afterEach(() => {
    remove();
  });
}

const read = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");

describe("a new scorer", () => {
  inFolder("scorer");
  beforeEach(() => {
    writeFiles(folder, {
      "cli/templates/scorer/score.py": '"""{{name}}: {{name}}."""\n',
      "cli/templates/scorer/model/{{name}}.txt": "{{name}}",
      "cli/templates/scorer/__pycache__/score.pyc": "x",
      "scorers/wine/score.py": "",
    });
    fs.writeFileSync(
      path.join(folder, "cli/templates/scorer/model/weights.bin"),
      Buffer.from([0, ...Buffer.from("{{name}}")]),
    );
  });

  it("has its name in files and file names, and binary files as they are", () => {
    const files = createScorer(folder, "churn-1");
    assert.deepEqual(files, [
      "scorers/churn-1/model/weights.bin",
      "scorers/churn-1/model/churn-1.txt",
      "scorers/churn-1/score.py",
    ]);
    assert.equal(read("scorers/churn-1/score.py"), '"""churn-1: churn-1."""\n');
    assert.equal(read("scorers/churn-1/model/churn-1.txt"), "churn-1");
    assert.ok(read("scorers/churn-1/model/weights.bin").includes("{{name}}"));
  });

  for (const name of ["ab", "Churn", "1churn", "churn-", "chürn", "a".repeat(33), "../x", ""]) {
    it(`is refused by the name '${name}'`, () => {
      assert.throws(() => createScorer(folder, name), /'name' must be 3 to 32 of/);
      assert.deepEqual(fs.readdirSync(path.join(folder, "scorers")), ["wine"]);
    });
  }

  it("does not take the place of one that is there", () => {
    assert.throws(() => createScorer(folder, "wine"), /'name' must be new, got 'wine'/);
    assert.equal(read("scorers/wine/score.py"), "");
  });
});

describe("the log reader", () => {
  inFolder("log");
  const append = (text: string): void => {
    fs.appendFileSync(path.join(folder, "log"), text);
  };

  it("gives the last lines, however long the log", () => {
    append(Array.from({ length: 30_000 }, (_, line) => `line ${line} ${"é".repeat(10)}\n`).join(""));
    const lines = new LogReader(path.join(folder, "log")).last(3);
    assert.deepEqual(
      lines.map((line) => line.slice(0, 10)),
      ["line 29997", "line 29998", "line 29999"],
    );
  });

  it("gives all there is of a short one, none where none are asked for, and nothing of a log that is not there", () => {
    append("one\ntwo\nhalf");
    assert.deepEqual(new LogReader(path.join(folder, "log")).last(100), ["one", "two"]);
    assert.deepEqual(new LogReader(path.join(folder, "log")).last(0), []);
    assert.deepEqual(new LogReader(path.join(folder, "none")).last(5), []);
  });

  it("goes on with whole lines, over a rotation and a truncation", () => {
    append("one\nha");
    const reader = new LogReader(path.join(folder, "log"));
    reader.last(10);
    append("lf\nthree\n");
    assert.deepEqual(reader.fresh(), ["half", "three"]);
    append("four\n");
    fs.renameSync(path.join(folder, "log"), path.join(folder, "log.1"));
    append("five\n");
    assert.deepEqual(reader.fresh(), ["four", "five"]);
    fs.truncateSync(path.join(folder, "log"));
    append("6\n");
    assert.deepEqual(reader.fresh(), ["6"]);
    assert.deepEqual(reader.fresh(), []);
  });

  it("picks up a log that comes later", () => {
    const reader = new LogReader(path.join(folder, "log"));
    assert.deepEqual([reader.last(10), reader.fresh()], [[], []]);
    append("one\n");
    assert.deepEqual(reader.fresh(), ["one"]);
  });
});

describe("the passphrase", () => {
  inFolder("passphrase");
  let environment: NodeJS.ProcessEnv;
  let project: Project;
  const salt = "encryptionsalt: v1:abc=:v1:def:ghi==\n";

  beforeEach(() => {
    environment = { ...process.env };
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
    delete process.env.PULUMI_BACKEND_URL;
    writeFiles(folder, { "Pulumi.yaml": "name: demo\nruntime: nodejs\n" });
    project = openProject(folder);
  });
  afterEach(() => {
    process.env = environment;
  });

  it("is made once, long and random, for this user's eyes only", () => {
    assert.deepEqual(passphraseEnvironment(project, "local"), {
      PULUMI_CONFIG_PASSPHRASE_FILE: project.passphraseFile,
    });
    const first = fs.readFileSync(project.passphraseFile, "utf8");
    passphraseEnvironment(project, "local");
    assert.equal(fs.readFileSync(project.passphraseFile, "utf8"), first);
    assert.match(first, /^[\w-]{43}$/);
    assert.equal(fs.statSync(project.passphraseFile).mode & 0o777, 0o600);
    assert.deepEqual(fs.readdirSync(project.home), ["passphrase"]);
  });

  it("of the user's own counts, an empty one as well", () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "";
    assert.deepEqual(passphraseEnvironment(project, "local"), {});
    assert.equal(fs.existsSync(project.passphraseFile), false);
  });

  it("is not made anew for a state that was encrypted with the one before", () => {
    const file = stackStateFile(project, "local") ?? "";
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "{}");
    assert.throws(
      () => passphraseEnvironment(project, "local"),
      /passphrase' must be there, as stack 'local' is encrypted/,
    );
  });

  it("that is gone takes its salt with it, and nothing else", () => {
    writeFiles(folder, {
      "Pulumi.local.yaml": salt,
      "Pulumi.dev.yaml": `${salt}# workers of all services\nconfig:\n  demo:workers: 2\n`,
    });
    passphraseEnvironment(project, "local");
    assert.equal(fs.existsSync(path.join(folder, "Pulumi.local.yaml")), false);
    fs.rmSync(project.passphraseFile);
    passphraseEnvironment(project, "dev");
    assert.equal(read("Pulumi.dev.yaml"), "# workers of all services\nconfig:\n  demo:workers: 2\n");
  });

  it("that is gone is asked for where settings hold secrets", () => {
    writeFiles(folder, { "Pulumi.dev.yaml": `${salt}config:\n  demo:key:\n    secure: v1:xyz\n` });
    assert.throws(
      () => passphraseEnvironment(project, "dev"),
      /has secrets that are encrypted with a passphrase that is not there/,
    );
    assert.match(read("Pulumi.dev.yaml"), /encryptionsalt/);
  });

  it("leaves no salt in settings that are committed", () => {
    const settings = "# two of them\nconfig:\n  demo:workers: 2\n";
    writeFiles(folder, { "Pulumi.dev.yaml": settings });
    const before = process.listeners("exit");
    keepSettingsClean(project, "dev");
    const [atExit] = process.listeners("exit").filter((listener) => !before.includes(listener));
    assert.ok(atExit);
    process.removeListener("exit", atExit);
    writeFiles(folder, { "Pulumi.dev.yaml": `${salt}${settings}` });
    atExit(0);
    assert.equal(read("Pulumi.dev.yaml"), settings);
    writeFiles(folder, { "Pulumi.dev.yaml": `${salt}config:\n  demo:workers: 3\n` });
    atExit(0);
    assert.equal(read("Pulumi.dev.yaml"), "config:\n  demo:workers: 3\n");
    const secret = `${salt}config:\n  demo:key:\n    secure: v1:xyz\n`;
    writeFiles(folder, { "Pulumi.dev.yaml": secret });
    atExit(0);
    assert.equal(read("Pulumi.dev.yaml"), secret);
  });

  it("goes with settings that say nothing else", () => {
    writeFiles(folder, { "Pulumi.local.yaml": salt, "Pulumi.dev.yaml": `${salt}config: {}\n` });
    removeBareSettings(project, "local");
    removeBareSettings(project, "dev");
    assert.deepEqual(fs.readdirSync(folder).sort(), ["Pulumi.dev.yaml", "Pulumi.yaml"]);
  });

  it("is looked for beside the backend, wherever that is", () => {
    assert.equal(project.stateFolder, path.join(folder, ".scorestack/state"));
    process.env.PULUMI_BACKEND_URL = "azblob://states";
    assert.equal(openProject(folder).stateFolder, undefined);
  });
});

describe("a setting", () => {
  inFolder("setting");
  let project: Project;
  beforeEach(() => {
    writeFiles(folder, { "Pulumi.yaml": "name: demo\n" });
    project = openProject(folder);
  });
  const set = (name: string, value?: string): void => {
    writeSetting(project, "dev", ["demo:pins", name], value);
  };

  it("is added and removed, and the rest of the file stays as it was", () => {
    const before = "# two of them\nconfig:\n  demo:workers: 2 # enough\n";
    writeFiles(folder, { "Pulumi.dev.yaml": before });
    set("wine", "a");
    set("wine-keyed", "b");
    assert.equal(read("Pulumi.dev.yaml"), `${before}  demo:pins:\n    wine: a\n    wine-keyed: b\n`);
    assert.equal(readSetting(project, "dev", ["demo:pins", "wine"]), "a");
    set("wine");
    assert.deepEqual(readSetting(project, "dev", ["demo:pins"]), { "wine-keyed": "b" });
    set("wine-keyed");
    assert.equal(read("Pulumi.dev.yaml"), before);
  });

  it("makes the file where there is none, and takes it along", () => {
    set("wine", "a");
    assert.equal(read("Pulumi.dev.yaml"), "config:\n  demo:pins:\n    wine: a\n");
    set("wine");
    assert.equal(fs.existsSync(path.join(folder, "Pulumi.dev.yaml")), false);
    set("wine");
  });

  it("is put back after a failure, unless the work took effect", async () => {
    set("wine", "a");
    const fail = (took: boolean) =>
      withSetting(
        project,
        "dev",
        [["demo:pins", "wine"], "b"],
        () => Promise.reject(new Error("no")),
        () => took,
      );
    await assert.rejects(fail(false), /no/);
    assert.equal(readSetting(project, "dev", ["demo:pins", "wine"]), "a");
    await assert.rejects(fail(true), /no/);
    assert.equal(readSetting(project, "dev", ["demo:pins", "wine"]), "b");
  });
});

describe("the project", () => {
  inFolder("project");

  for (const [url, place] of [
    ["file:///a/b%20c", "/a/b c"],
    ["file://./state", "/root/state"],
    ["file://~/state", path.join(process.env.HOME ?? "", "state")],
    ["file:///a?metadata=skip", "/a"],
    ["https://api.pulumi.com", undefined],
  ] as const) {
    it(`finds the folder of ${url}`, () => {
      assert.equal(folderOf(url, "/root"), place);
    });
  }

  it("needs its Pulumi.yaml", () => {
    assert.throws(() => openProject(folder), /Pulumi\.yaml' must be there and have a 'name'/);
  });

  it("knows which stacks hold something", () => {
    writeFiles(folder, { "Pulumi.yaml": "name: demo\n" });
    const state = (resources: object[]): string =>
      JSON.stringify({ version: 3, checkpoint: { latest: { resources } } });
    writeFiles(folder, {
      ".scorestack/state/.pulumi/stacks/demo/local.json": state([{ urn: "x", type: "y" }]),
      ".scorestack/state/.pulumi/stacks/demo/empty.json": state([]),
      ".scorestack/state/.pulumi/stacks/demo/new.json": '{"version":3,"checkpoint":{"latest":null}}',
    });
    assert.deepEqual(stacksWithResources(folder), ["local"]);
  });
});
