import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import type { Profile } from "../../cli/profiling/profile-file";
import type { Report } from "../../cli/simulation/report";
import { Clone } from "../support/clone";

/** With real servers and the real engine. Does not prove any figure: `npm run bench -- simulate` is for that. */
describe("npm run profile and simulate", function () {
  this.timeout(240_000);
  let clone: Clone;
  // Names of files would count from where npm was called.
  let [file, chart] = ["", ""];
  const few = ["--requests", "20", "--concurrency", "2"];

  before(() => {
    clone = Clone.make("profile").keepScorers("diabetes");
    [file, chart] = [clone.path("diabetes.profile.json"), clone.path("x.svg")];
  });
  after(() => clone.remove());

  it("measure a scorer whose service does not run, and leave nothing of it running, in the state or in the settings", async () => {
    const profile = await clone.json<Profile>("profile", "diabetes", ...few, "--out", file);
    const { service, imageId, sample, levels, serviceTimesMs, memoryInBytes = 0 } = profile;
    assert.deepEqual([service, imageId, sample], ["diabetes", "diabetes:1", "one-patient"]);
    assert.deepEqual([levels.map(({ concurrency }) => concurrency), serviceTimesMs.length], [[1, 2], 201]);
    assert.ok(process.platform !== "linux" || memoryInBytes > 1e7, String(memoryInBytes));
    assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), profile);
    assert.deepEqual(fs.readdirSync(clone.path(".scorestack/services")), []);
    assert.equal(fs.existsSync(clone.path("Pulumi.local-profile.yaml")), false);
    assert.deepEqual(await clone.json("pulumi", "stack", "ls"), []);
    assert.deepEqual(
      clone.processes().filter((line) => line.includes("supervisor")),
      [],
    );
  });

  it("measure a service that runs, with its key, and leave it running", async () => {
    await clone.run("up", "--yes");
    const { service, imageId } = await clone.json<Profile>(
      "profile",
      "diabetes-keyed",
      ...few,
      "--out",
      clone.path("keyed.json"),
    );
    assert.deepEqual([service, imageId], ["diabetes-keyed", "diabetes:1"]);
    const status = await clone.json<{ name: string; state: string }[]>("status");
    assert.deepEqual(
      status.map(({ name, state }) => [name, state]),
      [
        ["diabetes", "running"],
        ["diabetes-keyed", "running"],
      ],
    );
  });

  it("simulate what was measured: the same numbers for the same seed, and a picture", async () => {
    const args = ["simulate", "--rps", "50", "--duration", "60", "--profile", file];
    const [one, other] = [await clone.json<Report>(...args), await clone.json<Report>(...args, "--out", chart)];
    assert.deepEqual(one, other);
    assert.equal(one.timeline.at(-1)?.toSeconds, 60);
    assert.ok(one.outcome.requests > 2500 && one.outcome.requests < 3500, String(one.outcome.requests));
    assert.match(fs.readFileSync(chart, "utf8"), /^<svg /);
    assert.notDeepEqual(one.outcome, (await clone.json<Report>(...args, "--seed", "2")).outcome);
  });
});
