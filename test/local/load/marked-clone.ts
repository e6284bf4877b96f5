import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { parseDocument, type YAMLMap } from "yaml";
import type { SampleRequest } from "../../../components/internal/samples";
import type { ImageRecord } from "../../../provider/store/records";
import type { Clone } from "../../support/clone";
import { releaseVariables } from "../../support/target";
import { type Scorer, scorers } from "./scorers";

const settingsFile = "Pulumi.local.yaml";
const modelMark = 1000;

/** A clone whose services say with each reply which edits it comes from: scripts and models have marks, settings a release. */
export class MarkedClone {
  private readonly samples: ReadonlyMap<string, SampleRequest>;
  private readonly marks: Record<Scorer, number> = { diabetes: 0, digits: 0, wine: 0 };
  private readonly modelMarks = { diabetes: 0, digits: 0, wine: 0 };

  constructor(readonly clone: Clone) {
    for (const [name, { replaced, addition }] of Object.entries(scorers)) {
      clone.edit(`scorers/${name}/score.py`, (text) => `${text.replace(...replaced)}\n\nMARK = 0\n${addition}`);
    }
    const files = Object.keys(scorers).flatMap((name) =>
      fs.readdirSync(clone.path("scorers", name, "requests")).map((file) => `scorers/${name}/requests/${file}`),
    );
    const read = (file: string): SampleRequest =>
      JSON.parse(fs.readFileSync(clone.path(file), "utf8")) as SampleRequest;
    this.samples = new Map(files.filter((file) => file.endsWith(".json")).map((file) => [file, read(file)]));
    Object.keys(scorers).forEach((name) => this.writeSamples(name as Scorer));
    const services = { "diabetes-keyed": { scorer: "diabetes" }, diabetes: {}, digits: {}, wine: {} };
    fs.writeFileSync(clone.path(settingsFile), JSON.stringify({ config: { "scorestack:services": services } }));
    this.setOptions("diabetes", 0, () => ({ maxBatchSize: 8 }));
    this.setOptions("diabetes-keyed", 0, () => ({ authEnabled: true }));
    this.setOptions("digits", 0, () => ({ workers: 2 }));
    this.setOptions("wine", 0, () => ({ server: "azmlinfsrv" }));
  }

  /** Changes the scorer's script, and its sample requests with it. */
  markScript(scorer: Scorer, mark: number): void {
    this.clone.edit(`scorers/${scorer}/score.py`, (text) => text.replace(/^MARK = .*$/m, `MARK = ${mark}`));
    this.marks[scorer] = mark;
    this.writeSamples(scorer);
  }

  /** Changes the scorer's model, and its sample requests with it. */
  markModel(scorer: "diabetes" | "digits"): void {
    const mark = (this.modelMarks[scorer] += modelMark);
    const name = scorer === "digits" ? "digits-mlp.onnx" : "diabetes-ridge.joblib";
    const file = this.clone.path("scorers", scorer, "model", name);
    if (scorer === "digits") {
      // A protocol buffer may repeat a field, and the last one counts: this one is the model's description.
      fs.appendFileSync(file, Buffer.concat([Buffer.of(6 * 8 + 2, String(mark).length), Buffer.from(String(mark))]));
    } else {
      fs.copyFileSync(`${file}.${mark}`, file);
    }
    this.writeSamples(scorer);
  }

  /** Makes the models that `markModel("diabetes")` takes, with Python, which would hold up the clients then. */
  async prepareModels(count: number): Promise<void> {
    const images = await this.clone.json<ImageRecord[]>("images");
    const environment = images.find(({ name }) => name === "diabetes")?.environment ?? "";
    const program = `import joblib, sys
model, step, count = joblib.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for mark in range(step, step * (count + 1), step):
    model[-1].intercept_ += step
    joblib.dump(model, f"{sys.argv[1]}.{mark}")`;
    const file = this.clone.path("scorers/diabetes/model/diabetes-ridge.joblib");
    const python = this.clone.path(".scorestack/environments", environment, "bin/python");
    execFileSync(python, ["-c", program, file, String(modelMark), String(count)]);
  }

  /** Changes a service's settings, its release with them. */
  setOptions(
    service: string,
    release: number,
    change: (options: Record<string, unknown>) => object = () => ({}),
  ): void {
    this.clone.edit(settingsFile, (text) => {
      const document = parseDocument(text);
      const place = ["config", "scorestack:services", service];
      const options = (document.getIn(place) as YAMLMap).toJSON() as Record<string, unknown>;
      const environmentVariables = releaseVariables(String(release));
      document.setIn(place, document.createNode({ ...options, ...change(options), environmentVariables }));
      return String(document);
    });
  }

  private writeSamples(scorer: Scorer): void {
    const mark = this.marks[scorer] + this.modelMarks[scorer];
    for (const [file, sample] of this.samples) {
      const { reply = {} } = sample;
      if (file.startsWith(`scorers/${scorer}/`) && reply.json !== undefined && reply.status === undefined) {
        const marked = { ...sample, reply: { ...reply, json: scorers[scorer].reply(reply.json, mark) } };
        fs.writeFileSync(this.clone.path(file), JSON.stringify(marked));
      }
    }
  }
}
