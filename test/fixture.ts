import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder, writeFiles } from "./support/folder";

/** A small scoring script that keeps every rule. */
export const script = "def init():\n    pass\n\n\ndef run(data):\n    return data\n";
/** A small conda file that keeps every rule. */
export const conda = `name: small
dependencies:
  - python>=3.9,<3.13
  - numpy=2.0.2
  - pip:
      - azureml-inference-server-http==1.5.1
`;
/** A sample request that keeps every rule. */
export const sample = JSON.stringify({ request: { json: { data: 1 } }, reply: { json: 1 } });

const files: Readonly<Record<string, string>> = {
  "Pulumi.yaml": "name: scorestack\nruntime: nodejs\n",
  "runtime/front.py": "# front\n",
  "runtime/gunicorn_conf.py": "# settings\n",
  "work/score.py": script,
  "work/conda.yml": conda,
  "work/model/weights.txt": "1",
  "work/requests/one.json": sample,
};

/** A project of the test's own, that all paths are relative to until it is removed. */
export class Project {
  readonly folder: string;
  private readonly removeFolder: () => void;

  constructor(more: Readonly<Record<string, string>> = {}) {
    const { folder, remove } = temporaryFolder("project");
    this.folder = folder;
    this.removeFolder = remove;
    this.write({ ...files, ...more });
    this.use();
  }

  /** Makes this the project that paths are relative to. */
  use(): this {
    process.env["SCORESTACK_ROOT"] = this.folder;
    return this;
  }

  write(content: Readonly<Record<string, string>>): this {
    writeFiles(this.folder, content);
    return this;
  }

  delete(file: string): this {
    fs.rmSync(this.path(file), { recursive: true });
    return this;
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  remove(): void {
    Reflect.deleteProperty(process.env, "SCORESTACK_ROOT");
    this.removeFolder();
  }
}
