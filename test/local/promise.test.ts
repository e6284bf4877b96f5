import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { promisify } from "node:util";
import type { ServiceRecord } from "../../provider/store/records";
import { Clone } from "../support/clone";

const run = promisify(execFile);

interface Moves {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
  readonly resources: readonly { type: string; name: string; op: string }[];
}

/** The embedded default end to end: real engine, real provider, real servers, real requests, through the command line. */
describe("the local stack", function () {
  this.timeout(300_000);
  let clone: Clone;

  before(() => {
    clone = Clone.make("local");
  });
  after(async () => {
    await clone.remove();
  });

  /** Whatever its exit code, which is 1 when a service does not run. */
  const services = async (): Promise<ServiceRecord[]> =>
    JSON.parse((await clone.run("status", "--json")).stdout) as ServiceRecord[];
  const pids = async (): Promise<Record<string, number | undefined>> =>
    Object.fromEntries((await services()).map(({ name, pid }) => [name, pid]));

  /** Images, services and models that a preview says would move, by their name. */
  async function previewed(): Promise<string[]> {
    const { resources } = await clone.json<Moves>("preview");
    return resources
      .filter(({ type, op }) => type.startsWith("scorestack:local:") && op !== "same")
      .map(({ type, name, op }) => `${op} ${type.split(":").pop() ?? ""} ${name}`)
      .sort();
  }

  /** Applies what was previewed, and returns the services whose server is a new process. */
  async function movedServices(): Promise<string[]> {
    const before = await pids();
    const answer = await clone.run("start");
    assert.equal(answer.code, 0, answer.stderr);
    const now = await pids();
    return Object.keys(now)
      .filter((name) => now[name] !== before[name])
      .sort();
  }

  it("comes up from nothing and prints lines that work when pasted", async () => {
    const { code, stdout, stderr } = await clone.run("start");
    assert.equal(code, 0, stderr);
    const lines = [...stdout.matchAll(/^ *try +(.+)$/gm)].map((match) => match[1] ?? "");
    assert.equal(lines.length, 4, stdout);
    for (const line of lines) {
      const pasted = await run("bash", ["-c", `${line} --fail --silent --show-error`], { cwd: clone.folder });
      assert.notEqual(pasted.stdout, "", line);
    }
    assert.ok((await services()).every(({ state }) => state === "running"));
  });

  it("finds nothing to do the second time, and says so", async () => {
    const before = await pids();
    const { stdout } = await clone.run("start");
    assert.match(stdout, /Nothing has changed/);
    assert.deepEqual(await pids(), before);
    assert.deepEqual(await previewed(), []);
  });

  it("has the identities of another clone in another folder", async () => {
    const other = Clone.make("other-clone");
    try {
      const answer = await other.run("up", "--yes");
      assert.equal(answer.code, 0, answer.stderr);
      const [here, there] = await Promise.all([services(), other.json<ServiceRecord[]>("status")]);
      const byName = (records: ServiceRecord[]) => records.map(({ name, imageIdentity }) => `${name} ${imageIdentity}`);
      assert.deepEqual(byName(there), byName(here));
      const ports = [...here, ...there].map(({ port }) => port);
      assert.equal(new Set(ports).size, ports.length);
    } finally {
      await other.remove();
    }
  });

  it("moves the image and services of an edited script, and nothing else", async () => {
    clone.edit("scorers/digits/score.py", (text) => `${text}\n# an edit\n`);
    assert.deepEqual(await previewed(), ["update Image digits", "update Service digits"]);
    assert.deepEqual(await movedServices(), ["digits"]);
  });

  it("moves the model, image and services of an edited model file, and nothing else", async () => {
    // joblib reads up to the end of the pickle, so a byte after it changes the content and not the predictions.
    const [file] = fs.readdirSync(clone.path("scorers/wine/model")).sort();
    fs.appendFileSync(clone.path("scorers/wine/model", file ?? ""), "\0");
    const moved = await previewed();
    assert.deepEqual(
      moved.filter((line) => !line.startsWith("update Model")),
      ["update Image wine", "update Service wine"],
    );
    assert.equal(moved.length, 3);
    assert.deepEqual(await movedServices(), ["wine"]);
  });

  it("moves the image and services of an edited conda file, and nothing else", async () => {
    clone.edit("scorers/diabetes/conda.yml", (text) => text.replace("python>=3.9,<3.13", "python>=3.9,<3.12"));
    const moved = await previewed();
    assert.equal(moved[0], "update Image diabetes");
    const names = moved.slice(1).map((line) => line.replace("update Service ", ""));
    assert.equal(names.length, 2, "both services of the image");
    assert.deepEqual(await movedServices(), names);
  });

  it("moves nothing for a file that no image holds", async () => {
    clone.edit("scorers/digits/README.md", (text) => `${text}\nA remark.\n`);
    clone.edit("scorers/wine/train.py", (text) => `${text}\n# a remark\n`);
    fs.writeFileSync(clone.path("NOTES.md"), "unrelated");
    assert.deepEqual(await previewed(), []);
  });

  it("serves a scorer that new-scorer has made, without more", async () => {
    assert.equal((await clone.run("new-scorer", "churn")).code, 0);
    assert.deepEqual(await movedServices(), ["churn"]);
    const { code, stdout } = await clone.run("score", "churn");
    assert.equal(code, 0);
    assert.ok(Array.isArray(JSON.parse(stdout)));
  });

  it("sees in a refresh that a service is gone, and the next update makes it again", async () => {
    const folder = clone.path(".scorestack/services/churn");
    const { pid } = JSON.parse(fs.readFileSync(`${folder}/status.json`, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    assert.equal((await clone.run("refresh", "--yes")).code, 0);
    assert.deepEqual(await previewed(), ["create Service churn"]);
    assert.deepEqual(await movedServices(), ["churn"]);
  });

  it("brings back a service whose processes are gone, on its old port", async () => {
    const [victim] = await services();
    assert.ok(victim);
    const supervisor = JSON.parse(
      fs.readFileSync(clone.path(".scorestack/services", victim.name, "status.json"), "utf8"),
    ) as { pid: number };
    process.kill(supervisor.pid, "SIGKILL");
    assert.equal((await clone.run("status")).code, 1);
    assert.deepEqual(await previewed(), [`update Service ${victim.name}`]);
    assert.equal((await clone.run("start")).code, 0);
    const back = (await services()).find(({ name }) => name === victim.name);
    assert.deepEqual([back?.state, back?.port], ["running", victim.port]);
  });

  it("goes down without leaving a process", async () => {
    const { code, stderr } = await clone.run("down", "--yes");
    assert.equal(code, 0, stderr);
    assert.deepEqual(clone.processes(), []);
  });
});
