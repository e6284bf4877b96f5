/** Everything of the scorer and its settings that the storm changes. */
export interface Content {
  /** A number in the scoring script. */
  readonly edit: number;
  /** The model: a number that is added. */
  readonly offset: number;
  /** Which of the small packages are in the environment, as bits. */
  readonly packages: number;
  /** A tag of the image, which is no part of its identity. */
  readonly tag: number;
  readonly workers: number;
}

export type Edit = "script" | "model" | "conda" | "tags" | "workers";

export const firstContent: Content = { edit: 0, offset: 0, packages: 0, tag: 0, workers: 1 };

const smallPackages = ["toml==0.10.2", "colorama==0.4.6", "wcwidth==0.2.13", "tabulate==0.9.0", "termcolor==2.4.0"];
const [edits, offsets] = [5, 4];

/** `below` draws a number below its argument. Few values, so that content comes back, which must find its old version. */
export function nextContent(content: Content, edit: Edit | undefined, below: (count: number) => number): Content {
  const other = (now: number, count: number): number => (now + 1 + below(count - 1)) % count;
  switch (edit) {
    case "script":
      return { ...content, edit: other(content.edit, edits) };
    case "model":
      return { ...content, offset: other(content.offset, offsets) };
    case "conda":
      return { ...content, packages: other(content.packages, 2 ** smallPackages.length) };
    case "tags":
      return { ...content, tag: content.tag + 1 };
    case "workers":
      return { ...content, workers: 3 - content.workers };
    default:
      return content;
  }
}

/** What decides the image; what has the same key must have the same version. */
export function imageKey({ edit, offset, packages }: Content): string {
  return `script ${edit}, model ${offset}, packages ${packages}`;
}

export const question = { data: [1, 2] };

export interface Answered {
  readonly edit: number;
  readonly packages: number;
  readonly proof: string;
  readonly sum: number;
}

/** What the service says to {@link question}; `proof` shows that it was given its secret. */
export function replyOf({ edit, offset, packages }: Content, proof: string): Answered {
  return { edit, packages, proof, sum: 3 + offset };
}

/** The content that gives a reply, as far as a reply shows it. */
export function contentOf({ edit, packages, sum }: Answered): Content {
  return { ...firstContent, edit, packages, offset: sum - 3 };
}

/** Files of the scorer, by their paths in its folder. */
export function scorerFiles(content: Content, proof: string): Record<string, string> {
  const extra = smallPackages.filter((_, bit) => (content.packages >> bit) & 1);
  return {
    "score.py": script(content),
    "model/offset.json": `${JSON.stringify({ offset: content.offset })}\n`,
    "requests/one.json": `${JSON.stringify({ request: { json: question }, reply: { json: replyOf(content, proof) } })}\n`,
    "scorer.yml": `models:\n  - modelName: offset\n    path: model/offset.json\ntags: { storm: "${content.tag}" }\n`,
    "conda.yml": conda(extra),
  };
}

function script({ edit, packages }: Content): string {
  return `import hashlib
import json
import os
from pathlib import Path


def init():
    global offset
    offset = json.loads((Path(os.environ["AZUREML_MODEL_DIR"]) / "offset.json").read_text())["offset"]


def run(data):
    proof = hashlib.sha256(os.environ["CANARY"].encode()).hexdigest()[:12]
    return {"edit": ${edit}, "packages": ${packages}, "proof": proof, "sum": sum(json.loads(data)["data"]) + offset}
`;
}

function conda(extra: readonly string[]): string {
  const server = [
    "azureml-inference-server-http==1.5.1",
    'gunicorn==27.0.1; python_version >= "3.10"',
    'gunicorn==23.0.0; python_version < "3.10"',
  ];
  const pip = [...server, ...extra].map((requirement) => `      - ${requirement}\n`).join("");
  return `name: sum\nchannels: [conda-forge]\ndependencies:\n  - python>=3.9,<3.13\n  - pip:\n${pip}`;
}
