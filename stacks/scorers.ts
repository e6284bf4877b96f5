import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ModelImage, RegisteredModel, type Runtime, type Workspace } from "../components";
import { fromRoot } from "../components/internal/project";

/** A model of a scorer folder. */
export interface ScorerModel {
  readonly modelName: string;
  /** Relative to the scorer's folder. */
  readonly path: string;
  readonly description?: string;
  readonly tags?: Record<string, string>;
  readonly properties?: Record<string, string>;
  readonly modelFramework?: string;
  readonly modelFrameworkVersion?: string;
}

/** What `scorer.yml` says, with the conventions filled in. Paths are relative to the scorer's folder. */
export interface Scorer {
  readonly name: string;
  readonly description?: string;
  readonly runtime: Runtime;
  readonly executionScript: string;
  readonly condaFile: string;
  readonly sampleRequests?: string;
  readonly schemaFile?: string;
  readonly dependencies: readonly string[];
  readonly tags?: Record<string, string>;
  readonly models: readonly ScorerModel[];
}

const scorersFolder = "scorers";
const keys = [
  "description",
  "runtime",
  "executionScript",
  "condaFile",
  "sampleRequests",
  "schemaFile",
  "dependencies",
  "tags",
  "models",
];

/** The scorer folders of the project: those with a `score.py` or a `scorer.yml`. */
export function scorerNames(): string[] {
  const home = fromRoot(scorersFolder);
  const folders = fs.existsSync(home) ? fs.readdirSync(home, { withFileTypes: true }) : [];
  return folders
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => ["score.py", "scorer.yml"].some((file) => fs.existsSync(path.join(home, name, file))))
    .sort();
}

/**
 * Reads a scorer folder.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function readScorer(name: string): Scorer {
  const folder = fromRoot(path.join(scorersFolder, name));
  const file = path.join(scorersFolder, name, "scorer.yml");
  const text = fs.existsSync(fromRoot(file)) ? fs.readFileSync(fromRoot(file), "utf8") : "";
  const given = parseSettings(file, text);
  const samples = given.sampleRequests ?? (fs.existsSync(path.join(folder, "requests")) ? "requests" : undefined);
  return {
    name,
    ...given,
    runtime: given.runtime ?? "python",
    executionScript: given.executionScript ?? "score.py",
    condaFile: given.condaFile ?? "conda.yml",
    sampleRequests: samples,
    dependencies: given.dependencies ?? [],
    models: given.models ?? conventionalModels(folder),
  };
}

/** The models and the image of a scorer folder. */
export function scorerImage(scorer: Scorer, workspace?: Workspace): { models: RegisteredModel[]; image: ModelImage } {
  const within = (file: string): string => path.posix.join(scorersFolder, scorer.name, file);
  const models = scorer.models.map(
    (model) => new RegisteredModel(model.modelName, { ...model, path: within(model.path), workspace }),
  );
  const image = new ModelImage(scorer.name, {
    executionScript: within(scorer.executionScript),
    condaFile: within(scorer.condaFile),
    runtime: scorer.runtime,
    models,
    dependencies: scorer.dependencies.map(within),
    schemaFile: scorer.schemaFile && within(scorer.schemaFile),
    sampleRequests: scorer.sampleRequests && within(scorer.sampleRequests),
    description: scorer.description,
    tags: scorer.tags,
    workspace,
  });
  return { models, image };
}

function parseSettings(file: string, text: string): Partial<Omit<Scorer, "name">> {
  let given: unknown;
  try {
    given = parse(text) ?? {};
  } catch (problem) {
    throw new Error(`'${file}' must be YAML, got: ${(problem as Error).message.split("\n", 1)[0] ?? ""}; correct it`);
  }
  if (typeof given !== "object" || Array.isArray(given) || given === null) {
    throw new Error(`'${file}' must hold settings by name, got ${JSON.stringify(given)}; write 'description: …' for a start`);
  }
  const strange = Object.keys(given).filter((key) => !keys.includes(key));
  if (strange.length > 0) {
    throw new Error(`'${file}' must hold only ${keys.join(", ")}, got '${strange.join("', '")}'; remove or correct it`);
  }
  // `schemaFile:` with nothing behind it is null.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function conventionalModels(folder: string): ScorerModel[] {
  const home = path.join(folder, "model");
  const found = fs.existsSync(home) ? fs.readdirSync(home).filter((name) => !name.startsWith(".")) : [];
  return found.sort().map((name) => ({ modelName: path.parse(name).name, path: `model/${name}` }));
}
