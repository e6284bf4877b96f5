import { strict as assert } from "node:assert";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, answerOf } from "../support/clone";
import { temporaryFolder, writeFiles } from "../support/folder";

const root = path.resolve(__dirname, "../..");
const lock = { packages: { "": { name: "demo" }, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } } };

/** Stands in for npm: makes `node_modules` as `npm ci` would, or does what `npm-does` in the folder says. */
const npm = `
const fs = require("node:fs");
fs.appendFileSync("npm-ran", process.argv[2] + "\\n");
console.log("npm's own words");
fs.rmSync("node_modules", { recursive: true, force: true });
fs.mkdirSync("node_modules");
const does = fs.existsSync("npm-does") ? fs.readFileSync("npm-does", "utf8") : "";
if (does === "fail") { console.error("npm error no such package"); process.exit(1); }
if (does === "hang") { setTimeout(() => {}, 60000); return; }
for (const name of ["esbuild", "@esbuild"]) fs.symlinkSync(${JSON.stringify(root)} + "/node_modules/" + name, "node_modules/" + name);
const { packages: { "": _, ...packages } } = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
`;

describe("the launcher", function () {
  this.timeout(30_000);
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("launch"));
    writeFiles(folder, {
      "package-lock.json": JSON.stringify(lock),
      "npm.js": npm,
      "cli/main.ts":
        "export function main(root: string, args: string[]): number {\n  console.log(JSON.stringify([root, args, process.cwd(), process.env.INIT_CWD]));\n  return args.length;\n}\n",
    });
    for (const name of ["launch.cjs", "bundle.cjs", "lean-sdk.cjs"]) {
      fs.copyFileSync(path.join(root, "cli", name), path.join(folder, "cli", name));
    }
  });
  afterEach(() => {
    remove();
  });

  function start(args: string[], cwd = folder): ChildProcess {
    const env = { ...process.env, npm_execpath: path.join(folder, "npm.js"), INIT_CWD: path.join(folder, "below") };
    return spawn(process.execPath, [path.join(folder, "cli/launch.cjs"), ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
  const launch = (...args: string[]): Promise<Answer> => answerOf(start(args));
  const npmRuns = (): number =>
    fs.existsSync(path.join(folder, "npm-ran"))
      ? fs.readFileSync(path.join(folder, "npm-ran"), "utf8").split("\n").length - 1
      : 0;

  it("installs the packages once, shows nothing of npm's own, and passes arguments and exit code on", async () => {
    const first = await launch("up", "--yes");
    assert.equal(first.code, 2, first.stderr);
    assert.match(first.stderr, /^Installing npm packages \.\.\.\nInstalling npm packages: \d+ s\n$/);
    assert.deepEqual((JSON.parse(first.stdout) as unknown[]).slice(0, 2), [folder, ["up", "--yes"]]);
    const second = await launch("x");
    assert.deepEqual([second.code, second.stderr, npmRuns()], [1, "", 1]);
  });

  it("installs again when the lock has changed, but not when they are there already", async () => {
    await launch();
    writeFiles(folder, { "package-lock.json": JSON.stringify({ ...lock, name: "same packages" }) });
    await launch();
    assert.equal(npmRuns(), 1);
    const next = { packages: { ...lock.packages, "node_modules/a": { version: "1.0.1", integrity: "sha512-b" } } };
    writeFiles(folder, { "package-lock.json": JSON.stringify(next) });
    await launch();
    assert.equal(npmRuns(), 2);
  });

  it("shows what npm said when it fails, and tries again the next time", async () => {
    writeFiles(folder, { "npm-does": "fail" });
    const failed = await launch();
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /npm ci failed \(exit code 1\):\nnpm's own words\nnpm error no such package\n/);
    fs.rmSync(path.join(folder, "npm-does"));
    assert.equal((await launch()).code, 0);
  });

  it("repairs an installation that was interrupted", async () => {
    await launch();
    writeFiles(folder, { "npm-does": "hang", "package-lock.json": JSON.stringify({ packages: {} }) });
    const child = start([]);
    const ended = answerOf(child);
    while (npmRuns() < 2) {
      await sleep(50);
    }
    child.kill("SIGINT");
    assert.equal((await ended).code, 130);
    fs.rmSync(path.join(folder, "npm-does"));
    assert.equal((await launch()).code, 0);
    assert.equal(npmRuns(), 3);
  });

  it("lets one of two that start together install", async () => {
    const [one, other] = await Promise.all([launch(), launch()]);
    assert.deepEqual([one.code, other.code, npmRuns()], [0, 0, 1], one.stderr + other.stderr);
  });

  it("leaves its guard to one that has just begun to write it", async () => {
    const guard = path.join(folder, ".scorestack/npm-ci.lock");
    writeFiles(folder, { ".scorestack/npm-ci.lock": "" });
    const ended = launch();
    // Longer than that is a guard that was cut off.
    await sleep(400);
    fs.writeFileSync(guard, String(process.pid));
    await sleep(1000);
    assert.equal(npmRuns(), 0);
    fs.rmSync(guard);
    const { code, stderr } = await ended;
    assert.deepEqual([code, npmRuns()], [0, 1]);
    assert.match(stderr, new RegExp(`^Waiting for process ${process.pid}, which installs npm packages`));
  });

  it("takes over a guard that was never written to its end", async () => {
    writeFiles(folder, { ".scorestack/npm-ci.lock": "" });
    assert.equal((await launch()).code, 0);
    assert.equal(npmRuns(), 1);
  });

  it("takes over from one that was killed", async () => {
    const { pid } = start([]);
    process.kill(pid ?? 0, "SIGKILL");
    writeFiles(folder, { ".scorestack/npm-ci.lock": String(pid) });
    assert.equal((await launch()).code, 0);
    assert.equal(fs.existsSync(path.join(folder, ".scorestack/npm-ci.lock")), false);
  });

  it("works from any folder, and remembers from which", async () => {
    fs.mkdirSync(path.join(folder, "elsewhere"));
    const answer = await answerOf(start([], path.join(folder, "elsewhere")));
    assert.deepEqual(JSON.parse(answer.stdout), [folder, [], folder, path.join(folder, "elsewhere")]);
    const fromNpm = await launch();
    assert.deepEqual(JSON.parse(fromNpm.stdout), [folder, [], folder, path.join(folder, "below")]);
  });

  it("tells file and line of a source that does not parse", async () => {
    writeFiles(folder, { "cli/main.ts": "export const x: = 1;\n" });
    const { code, stderr } = await launch();
    assert.equal(code, 1);
    assert.match(stderr, /cli\/main\.ts:1:16: ERROR: Unexpected "="/);
    assert.doesNotMatch(stderr, /node_modules/);
  });
});
