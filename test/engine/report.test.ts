import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import type { Report } from "../../cli/report/model";
import { previewWithReport } from "../../cli/report/preview";
import { Clone } from "../support/clone";
import { DevPlace, type DevStack } from "../support/dev-stack";

interface Written {
  readonly markdown: string;
  readonly html: string;
  readonly report: Report;
}

const endings = ["md", "html", "json"] as const;

/** Previews, and reads what was written. */
async function written(root: string, stackName: string, base?: string): Promise<Written> {
  const files = endings.map((ending) => `.scorestack/report/preview.${ending}`);
  const request = { root, stackName, rehearsal: stackName !== "local", files, base, onLine: () => undefined };
  await previewWithReport(request);
  const [markdown = "", html = "", json = ""] = files.map((file) => fs.readFileSync(path.join(root, file), "utf8"));
  return { markdown, html, report: JSON.parse(json) as Report };
}

function commit(clone: Clone): void {
  const author = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...author, "commit", "-qm", "base"],
    ["tag", "base"],
  ]) {
    execFileSync("git", args, { cwd: clone.folder });
  }
}

const arrows = ({ edges }: Report): string[] => edges.map(({ from, to }) => `${from} → ${to}`);

/** Reports of previews on the real engine, of a stack on the stand-in for Azure. Does not prove what Azure would do. */
describe("reports of stack dev on the real engine", function () {
  this.timeout(300_000);
  let place: DevPlace;
  let dev: DevStack;
  const settings = (services: object): void => {
    const config = { "scorestack:location": "westeurope", "scorestack:services": services };
    fs.writeFileSync(place.clone.path("Pulumi.dev.yaml"), stringify({ config }));
  };
  const preview = async (): Promise<Written> => {
    Object.assign(process.env, place.standIn.env);
    return written(place.clone.folder, "dev", "base").finally(() => {
      Object.keys(place.standIn.env).forEach((key) => Reflect.deleteProperty(process.env, key));
    });
  };

  before(async () => {
    place = await DevPlace.make("report", ["diabetes", "wine"]);
    dev = await place.stack("dev");
    commit(place.clone);
    await dev.run("up");
  });
  after(async () => {
    await place.remove();
  });

  it("say in one line that nothing moves", async () => {
    fs.appendFileSync(place.clone.path("scorers/wine/README.md"), "A remark.\n");
    const { markdown, report } = await preview();
    const [line, ...rest] = markdown.split("\n");
    assert.equal(line, "Nothing moves: the edited file is no part of what this stack runs.");
    assert.equal(report.outcome, "nothing");
    // The one warning there can be, where there is no Azure CLI, is folded.
    assert.ok(rest.join("\n").trim() === "" || rest.join("\n").trim().startsWith("<details>"), markdown);
  });

  it("name the file, its image and its service for an edited score.py, and nothing else", async () => {
    place.clone.edit("scorers/wine/score.py", (text) => `${text}# edited\n`);
    const { report, markdown } = await preview();
    assert.equal(report.summary, "1 service moves, interrupted by a restart; 1 image rebuilt; nothing is deleted.");
    assert.ok(markdown.startsWith(`**${report.summary}**\n`));
    assert.deepEqual(arrows(report), ["file/scorers/wine/score.py → image/wine", "image/wine → service/wine"]);
    assert.deepEqual(report.files.moving, [
      { path: "scorers/wine/score.py", moves: ["image/wine"], evidence: "build context", sinceBase: true },
    ]);
    assert.deepEqual(report.files.idle, ["scorers/wine/README.md"]);
    const size = fs.statSync(place.clone.path("scorers/wine/score.py")).size;
    assert.deepEqual(report.push.items, [{ unit: "image/wine", layer: "app", bytes: size }]);
    assert.equal(report.cost.monthlyChange, 0);
    assert.ok(report.unaffected.names.includes("Service diabetes"));
    assert.deepEqual(report.addresses, []);
  });

  it("have git say it where there is no old build context, as in a fresh clone", async () => {
    const contexts = place.clone.path(".scorestack/contexts");
    fs.rmSync(contexts, { recursive: true });
    const { report } = await preview();
    assert.deepEqual(
      report.files.moving.map(({ path: at, evidence }) => [at, evidence]),
      [["scorers/wine/score.py", "git"]],
    );
    assert.ok(report.push.isMost);
    await dev.run("up");
  });

  it("follow a model to the service", async () => {
    fs.appendFileSync(place.clone.path("scorers/diabetes/model/diabetes-ridge.joblib"), "more");
    const { report } = await preview();
    assert.deepEqual(arrows(report), [
      "file/scorers/diabetes/model/diabetes-ridge.joblib → model/diabetes-ridge",
      "image/diabetes → service/diabetes",
      "model/diabetes-ridge → image/diabetes",
    ]);
    assert.match(report.summary, /; 1 image rebuilt; 1 model in a new version; nothing is deleted\.$/);
    await dev.run("up");
  });

  it("put a replacement by the settings first, with the time and the cost", async () => {
    settings({ wine: { cpuCores: 2 } });
    const { report, markdown } = await preview();
    assert.equal(report.summary, "1 service moves, away for 1 to 5 minutes; 1 resource is deleted and made anew.");
    assert.deepEqual(arrows(report), ["settings/service/wine → service/wine"]);
    assert.equal(report.cost.monthlyChange, 29.56);
    assert.deepEqual(report.addresses, []);
    assert.match(markdown, /\| Service wine \| deleted and made anew \| 1 to 5 minutes \| cpuCores: default → 2 \|/);
    assert.deepEqual(
      report.files.moving.map(({ path: at, moves }) => [at, moves]),
      [["Pulumi.dev.yaml", ["service/wine"]]],
    );
  });

  it("tell a changed address", async () => {
    settings({ wine: { port: 8080 } });
    const { report } = await preview();
    assert.deepEqual(
      report.addresses.map(({ unit, status }) => [unit, status]),
      [["service/wine", "changes"]],
    );
  });

  it("are the same bytes each time", async () => {
    const [one, two] = [await preview(), await preview()];
    assert.deepEqual(two, one);
    for (const text of [one.markdown, one.html, JSON.stringify(one.report)]) {
      assert.ok(!text.includes(place.clone.folder) && !text.includes("04da6b54-80e4"), text);
    }
  });

  it("say why a preview failed, all at once, and leave nothing else behind", async () => {
    settings({ wine: { cpuCores: 200 }, tea: {} });
    Object.assign(process.env, place.standIn.env);
    const files = ["preview.md", "preview.json"];
    const asked = files.flatMap((file) => ["--report", file]);
    const { code, stderr } = await place.clone.run("preview", "--stack", "dev", ...asked).finally(() => {
      Object.keys(place.standIn.env).forEach((key) => Reflect.deleteProperty(process.env, key));
    });
    const [markdown = "", json = ""] = files.map((file) => fs.readFileSync(place.clone.path(file), "utf8"));
    const report = JSON.parse(json) as Report;
    files.forEach((file) => fs.rmSync(place.clone.path(file)));
    assert.equal(code, 1);
    assert.equal(report.outcome, "failed");
    assert.match(report.summary, /^The preview failed, and so would the update: \d problems\.$/);
    assert.match(stderr, /'scorestack:services.wine.cpuCores' must be/);
    assert.match(markdown, /^- 'scorestack:services\.wine\.cpuCores' must be/m);
    assert.match(markdown, /^- 'scorestack:services\.tea\.scorer' must be/m);
    assert.deepEqual(
      fs.readdirSync(place.clone.path(".scorestack")).filter((name) => name.startsWith("plan-")),
      [],
    );
  });

  it("say so when the program can't even be read", async () => {
    settings({});
    place.clone.edit("index.ts", (text) => `${text}\n}`);
    await assert.rejects(preview(), /index\.ts:\d+:\d+: /);
    const report = JSON.parse(fs.readFileSync(place.clone.path(".scorestack/report/preview.json"), "utf8")) as Report;
    assert.match(report.summary, /^The preview failed, and so would the update: index\.ts:\d+:\d+: /);
    place.clone.edit("index.ts", (text) => text.slice(0, -2));
  });

  it("have no secret in them, nor a variable's value", async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    settings({ wine: { environmentVariables: { PLAIN: `plain-${canary}` } } });
    const set = [
      "pulumi",
      "config",
      "set",
      "--secret",
      "--path",
      "scorestack:services.wine.environmentVariables.TOKEN",
    ];
    assert.equal((await place.clone.run(...set, canary, "--stack", "dev")).code, 0);
    const { markdown, html, report } = await preview();
    assert.deepEqual(
      report.units.map(({ title }) => title),
      ["Service wine"],
    );
    for (const text of [markdown, html, JSON.stringify(report)]) {
      assert.ok(!text.includes(canary));
    }
  });
});

/** Reports of the stack on this machine. */
describe("reports of stack local on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;

  before(async () => {
    clone = Clone.make("report-local").keepScorers("diabetes");
    process.env.SCORESTACK_ROOT = clone.folder;
    const { code, stderr } = await clone.run("up", "--yes");
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  it("are one line where nothing moves", async () => {
    assert.equal((await written(clone.folder, "local")).markdown, "Nothing moves.\n");
  });

  it("know edited files by the state, and no service stops answering", async () => {
    clone.edit("scorers/diabetes/score.py", (text) => `${text}# edited\n`);
    const { report, html } = await written(clone.folder, "local");
    assert.equal(report.summary, "2 services move, none with downtime; 1 image rebuilt; nothing is deleted.");
    assert.deepEqual(report.files.moving, [
      { path: "scorers/diabetes/score.py", moves: ["image/diabetes"], evidence: "state", sinceBase: true },
    ]);
    assert.equal(report.push.isPushed, false);
    assert.ok(html.includes(report.summary));
  });
});
