import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readScorers, type Scorer } from "../../stacks/scorers";
import { assertReply } from "../contract/case";
import { projectRoot, pythonOf } from "../contract/environment";
import { ask } from "../contract/http";
import { hasJava } from "../contract/local-target";
import { type PlacedModel, TestServer } from "../contract/server";
import { temporaryFolder } from "../support/folder";
import { badInputs } from "./bad-input";
import { askSample, readSamples } from "./sample";
import { train, whyNotTrained } from "./training";

/** Each scorer of the project through the real server. Proves nothing about its image, which the local tier builds. */
describe("scorers", function () {
  this.timeout(120_000);
  const scorers = readScorers().map((scorer) => ({ scorer, reason: whyNotServed(scorer) }));
  const servers = new Map<string, TestServer>();

  before(async function () {
    // The first run on a machine builds the environments.
    this.timeout(900_000);
    const served = scorers.filter(({ reason }) => reason === undefined);
    const started = await Promise.allSettled(
      served.map(async ({ scorer }) => servers.set(scorer.name, await serve(scorer, scorer.models.map(placed)))),
    );
    for (const outcome of started) {
      assert.equal(outcome.status, "fulfilled", outcome.status === "rejected" ? String(outcome.reason) : "");
    }
  });

  after(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });

  it("digits-int8 has the very environment of digits, and so shares it", () => {
    for (const file of ["conda.yml", "conda.lock"]) {
      const [one, other] = ["digits-int8", "digits"].map((name) =>
        fs.readFileSync(path.join(projectRoot, "scorers", name, file), "utf8"),
      );
      assert.equal(one, other, file);
    }
  });

  for (const { scorer, reason } of scorers) {
    (reason ? describe.skip : describe)(reason ? `${scorer.name} (${reason})` : scorer.name, () => {
      scorerSuite(scorer, () => servers.get(scorer.name)?.url ?? "");
    });
  }
});

function whyNotServed({ image }: Scorer): string | undefined {
  return image.runtime === "spark-py" && !hasJava() ? "no Java is found" : undefined;
}

function scorerSuite(scorer: Scorer, url: () => string): void {
  const samples = path.join(projectRoot, "scorers", scorer.name, "requests");

  for (const sample of readSamples(samples)) {
    it(`${sample.name}: ${sample.description ?? ""}`, async () => {
      await askSample(url(), samples, sample);
    });
  }

  for (const { name, ask: request, reply } of badInputs[scorer.name] ?? []) {
    it(`bad input: ${name}`, async () => {
      assertReply(await ask(url(), request), reply);
    });
  }

  it("swagger: its example is answered", async () => {
    const reply = await ask(url(), { path: "/swagger.json" });
    const { definitions } = JSON.parse(reply.text) as { definitions: { ServiceInput: { example: object } } };
    const { example } = definitions.ServiceInput;
    // A scorer without a schema has an empty one.
    if (Object.keys(example).length > 0) {
      assert.equal((await ask(url(), { json: example })).status, 200);
    }
  });

  const reason = whyNotTrained(scorer.name);
  (reason ? it.skip : it)(`train.py makes the same model${reason ? ` (${reason})` : ""}`, async function () {
    this.timeout(900_000);
    const { folder, remove } = temporaryFolder("train");
    try {
      await assertTrained(scorer, path.join(folder, scorer.name), samples);
    } finally {
      remove();
    }
  });
}

/** The README's metric is printed, and the samples have their replies from the new model. */
async function assertTrained(scorer: Scorer, copy: string, samples: string): Promise<void> {
  const printed = await train(scorer.name, copy);
  const metrics = printed.match(/\d+\.\d+(?= |,|$)/gm) ?? [];
  const readme = fs.readFileSync(path.join(projectRoot, "scorers", scorer.name, "README.md"), "utf8");
  assert.ok(metrics.length > 0 && metrics.every((metric) => readme.includes(metric)), `not in the README: ${printed}`);
  const inCopy = (file: string): string => path.join(copy, path.relative(`scorers/${scorer.name}`, file));
  const models = scorer.models.map((model) => ({ name: model.modelName, source: inCopy(model.path) }));
  const server = await serve(scorer, models);
  try {
    for (const sample of readSamples(samples)) {
      await askSample(server.url, samples, sample);
    }
  } finally {
    await server.stop();
  }
}

async function serve({ name, image }: Scorer, models: readonly PlacedModel[]): Promise<TestServer> {
  const beside = [image.executionScript, image.schemaFile, ...(image.dependencies as string[])];
  return TestServer.start({
    files: beside.flatMap((file) => (file === undefined ? [] : [path.join(projectRoot, file)])),
    models,
    samples: path.join(projectRoot, "scorers", name, "requests"),
    python: await pythonOf(name),
    environment: { SERVICE_NAME: name, HOME: process.env.HOME ?? "/", JAVA_HOME: process.env.JAVA_HOME ?? "" },
  });
}

function placed({ modelName, path: source }: Scorer["models"][number]): PlacedModel {
  return { name: modelName, source: path.join(projectRoot, source) };
}
