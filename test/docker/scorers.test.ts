import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readScorers, type Scorer } from "../../stacks/scorers";
import { assertReply } from "../contract/case";
import { projectRoot } from "../contract/environment";
import { ask } from "../contract/http";
import { badInputs } from "../scorers/bad-input";
import { askSample, readSamples } from "../scorers/sample";
import { temporaryFolder } from "../support/folder";
import type { Container } from "./container";
import { Engine } from "./engine";
import { whyNoEngine } from "./host";
import { type BuiltImage, buildParts } from "./images";

const reason = whyNoEngine();

/**
 * Each scorer as a container: the rendered Dockerfile, built and run by a real engine. Proves nothing of the base images of Azure
 * Machine Learning, which can't be had here: Debian 12 stands in for them.
 */
(reason ? describe.skip : describe)(`scorers in containers${reason ? ` (${reason})` : ""}`, function () {
  this.timeout(120_000);
  const home = reason ? undefined : temporaryFolder("docker-scorers");
  let engine: Engine;

  before(async () => {
    engine = await Engine.start();
  });
  after(async function () {
    this.timeout(60_000);
    await (engine as Engine | undefined)?.stop();
    home?.remove();
  });

  for (const scorer of readScorers()) {
    describe(scorer.name, () => {
      scorerSuite(scorer, () => ({ engine, folder: home?.folder ?? "" }));
    });
  }
});

function scorerSuite(scorer: Scorer, place: () => { engine: Engine; folder: string }): void {
  const samples = path.join(projectRoot, "scorers", scorer.name, "requests");
  let built: BuiltImage;
  let container: Container;
  let url: string;

  before(async function () {
    this.timeout(1_200_000);
    const { engine, folder } = place();
    built = await buildParts(engine, scorer.name, scorer, folder);
    const cached = built.result.steps.filter(({ isCached }) => isCached).length;
    const bytes = Number(await engine.docker("image", "inspect", "--format", "{{.Size}}", built.tag));
    console.log(
      `      built in ${built.result.seconds.toFixed(1)} s (${cached} of ${built.result.steps.length} steps cached), ${(bytes / 1e6).toFixed(0)} MB`,
    );
    container = await engine.run(built.tag);
    url = await container.url();
  });
  after(async () => {
    await (container as Container | undefined)?.remove();
  });

  for (const sample of readSamples(samples)) {
    it(`${sample.name}: ${sample.description ?? ""}`, async () => {
      await askSample(url, samples, sample);
    });
  }

  for (const { name, ask: request, reply } of badInputs[scorer.name] ?? []) {
    it(`bad input: ${name}`, async () => {
      assertReply(await ask(url, request), reply);
    });
  }

  it("says which image it is, with nobody telling it", async () => {
    assertReply(await ask(url, { path: "/version" }), { status: 200, json: { imageIdentity: built.identity } });
  });

  it("runs as a user without rights, who can change nothing that serves", async () => {
    const { engine } = place();
    assert.equal(await container.exec("id", "-u"), "10001");
    for (const folder of ["/var/azureml-app", "/opt/scorestack", "/opt/environment"]) {
      await assert.rejects(container.exec("touch", `${folder}/x`), /Permission denied/, folder);
    }
    const format = "{{.Config.User}} {{json .Config.Entrypoint}} {{json .Config.ExposedPorts}}";
    assert.equal(
      await engine.docker("image", "inspect", "--format", format, built.tag),
      '10001:10001 null {"5001/tcp":{}}',
    );
  });

  it("runs with no right and a file system that cannot be written, but for /tmp", async function () {
    this.timeout(180_000);
    // Spark unpacks a library there.
    const closed = ["--read-only", "--tmpfs", "/tmp:exec", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    const other = await place().engine.run(built.tag, closed);
    try {
      const [sample] = readSamples(samples);
      await askSample(await other.url(), samples, sample ?? assert.fail());
    } finally {
      await other.remove();
    }
  });

  it("has a label with its identity, and no index or password in its history", async () => {
    const { engine } = place();
    const labels = await engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", built.tag);
    const label = (JSON.parse(labels) as Record<string, string>)["org.opencontainers.image.version"];
    assert.equal(label, built.identity);
  });

  it("is healthy to Docker", async function () {
    for (let tries = 0; tries < 90 && (await container.state("Health.Status")) !== "healthy"; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.equal(await container.state("Health.Status"), "healthy");
  });

  it("does not serve when a sample is answered otherwise", async function () {
    this.timeout(180_000);
    const { engine, folder } = place();
    const [first] = readSamples(samples);
    const wrong = path.join(folder, `${scorer.name}-wrong`);
    fs.cpSync(samples, wrong, { recursive: true });
    fs.chmodSync(wrong, 0o755);
    fs.writeFileSync(path.join(wrong, "wrong.json"), JSON.stringify({ ...first, reply: { status: 418 } }));
    const other = await engine.run(built.tag, ["--volume", `${wrong}:/opt/scorestack/samples:ro`]);
    try {
      await assert.rejects(other.url(), /has ended with 3\n[^]*sample wrong\.json: expected status 418, got /);
    } finally {
      await other.remove();
    }
  });

  it("ends by itself, soon, when it is told to", async () => {
    const { engine } = place();
    const other = await engine.run(built.tag);
    await other.url();
    await engine.docker("stop", "--time", "60", other.id);
    assert.equal(await other.state("ExitCode"), "0");
    await other.remove();
  });
}
