import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import {
  ModelImage,
  type ModelImageArgs,
  RegisteredModel,
  type RegisteredModelArgs,
  Runtime,
  type Workspace,
} from "../components";
import { checkModelImage } from "../components/checks/model-image";
import { byCodeUnits } from "../components/internal/canonical-json";
import { serviceName } from "../components/internal/names";
import { oneOf, type Rule, shown } from "../components/internal/problems";
import { fromRoot } from "../components/internal/project";
import { Problems } from "../components/internal/validate";
import { checkRegisteredModel } from "../components/registered-model";
import { anything, checkFields, isRecord, map, text, texts } from "./settings/shape";

/** A scorer folder as the components take it, with what is wrong with it. */
export interface Scorer {
  readonly name: string;
  readonly models: readonly (RegisteredModelArgs & { readonly modelName: string })[];
  /** Without the models. */
  readonly image: Omit<ModelImageArgs, "models">;
  /** Whether it is left out unless settings name it. */
  readonly onDemand: boolean;
  /** Whether a `conda.lock` that fits says which packages are in it. */
  readonly isLocked: boolean;
  /** One problem a line; with problems nothing is to be made of it. */
  readonly problems: readonly string[];
}

const scorersFolder = "scorers";
const fields: ReadonlyMap<string, Rule<unknown>> = new Map<string, Rule<unknown>>([
  ["description", text],
  ["runtime", oneOf(Object.values(Runtime)) as Rule<unknown>],
  ["executionScript", text],
  ["condaFile", text],
  ["sampleRequests", text],
  ["schemaFile", text],
  ["dependencies", texts],
  ["tags", map],
  ["onDemand", { must: "must be true or false", holds: (value) => typeof value === "boolean" }],
  ["models", { must: "must be a list of maps", holds: (value) => Array.isArray(value) && value.every(isRecord) }],
]);
const modelFields = new Map<string, Rule<unknown>>([
  ["modelName", text],
  ["path", text],
  ...["description", "tags", "properties", "modelFramework", "modelFrameworkVersion"].map(
    (key) => [key, anything] as const,
  ),
]);

/** What is asked of where images are built. */
export type BuildRules = Pick<Workspace, "imageFaults">;

/** Reads the scorer folders of the project: those with a `score.py` or a `scorer.yml`, by name. */
export function readScorers(workspace?: BuildRules): Scorer[] {
  const home = fromRoot(scorersFolder);
  const folders = fs.existsSync(home) ? fs.readdirSync(home, { withFileTypes: true }) : [];
  return folders
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => ["score.py", "scorer.yml"].some((file) => fs.existsSync(path.join(home, name, file))))
    .sort(byCodeUnits)
    .map((name) => readScorer(name, workspace));
}

/** The scorers that a stack makes something of: those on demand only where a service, or the list of scorers, names them. */
export function wantedScorers(
  all: readonly Scorer[],
  settings: {
    readonly spark: boolean;
    readonly services: Readonly<Record<string, { readonly scorer?: string }>>;
    readonly scorers?: readonly string[] | undefined;
  },
): Scorer[] {
  const { spark, services, scorers } = settings;
  const named = Object.entries(services).map(([name, { scorer = name }]) => scorer);
  const isWanted = ({ name, onDemand }: Scorer): boolean =>
    scorers === undefined ? !onDemand || named.includes(name) : scorers.includes(name);
  return all.filter((scorer) => isWanted(scorer) && (spark || scorer.image.runtime !== "spark-py"));
}

/** Makes a scorer's models and its image; their names in the program are the models' and the scorer's. */
export function makeScorer(
  scorer: Scorer,
  workspace?: Workspace,
): { models: Record<string, RegisteredModel>; image: ModelImage } {
  const models = scorer.models.map(
    (model) => [model.modelName, new RegisteredModel(model.modelName, { ...model, workspace })] as const,
  );
  const image = new ModelImage(scorer.name, { ...scorer.image, models: models.map(([, model]) => model), workspace });
  return { models: Object.fromEntries(models), image };
}

function readScorer(name: string, workspace?: BuildRules): Scorer {
  const problems = new Problems(`${scorersFolder}/${name}: `);
  // A scorer's name is that of its image and of a service.
  problems.plain("folder name", name, serviceName);
  const given = readSettings(problems, name);
  const within = (file: string): string => path.posix.join(scorersFolder, name, file);
  const optional = (key: string, fallback?: string): string | undefined => {
    const value =
      given[key] ?? (fallback !== undefined && fs.existsSync(fromRoot(within(fallback))) ? fallback : undefined);
    return value === undefined ? undefined : within(value as string);
  };
  const image = {
    executionScript: within((given["executionScript"] as string | undefined) ?? "score.py"),
    condaFile: within((given["condaFile"] as string | undefined) ?? "conda.yml"),
    runtime: given["runtime"] as Runtime | undefined,
    sampleRequests: optional("sampleRequests", "requests"),
    schemaFile: optional("schemaFile"),
    dependencies: ((given["dependencies"] ?? []) as string[]).map(within),
    tags: given["tags"] as Record<string, string> | undefined,
    description: given["description"] as string | undefined,
  };
  const models = readModels(problems, given["models"], fromRoot(within("model"))).map((model) => ({
    ...model,
    path: within(model.path),
  }));
  const isLocked = checkParts(problems, name, models, image, workspace);
  return { name, models, image, onDemand: given["onDemand"] === true, isLocked, problems: problems.lines };
}

function checkParts(
  problems: Problems,
  name: string,
  models: Scorer["models"],
  image: Scorer["image"],
  workspace?: BuildRules,
): boolean {
  for (const model of models) {
    checkRegisteredModel(problems, model.modelName, model);
  }
  // The real versions and digests come from the resources that are not made yet.
  const references = models.map(({ modelName, path: at }) => ({
    modelName,
    version: 1,
    digest: "0".repeat(64),
    path: at,
  }));
  // A name that is wrong for the folder is not told a second time for the image.
  const imageName = serviceName.holds(name) ? name : "image";
  return checkModelImage(problems, name, { ...image, imageName, models: references }, workspace).reading.lockFits;
}

function readSettings(problems: Problems, name: string): Record<string, unknown> {
  const file = fromRoot(path.join(scorersFolder, name, "scorer.yml"));
  if (!fs.existsSync(file)) {
    return {};
  }
  const document = parseDocument(fs.readFileSync(file, "utf8"), { prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    problems.add("scorer.yml", "must be YAML", error.message);
    return {};
  }
  return checkFields(problems, "scorer.yml", document.toJS() ?? {}, fields);
}

function readModels(problems: Problems, given: unknown, folder: string): Scorer["models"][number][] {
  if (!Array.isArray(given)) {
    return given === undefined ? conventionalModels(folder) : [];
  }
  return given.flatMap((item: unknown, index) => {
    const model = checkFields(problems, `scorer.yml.models[${index}]`, item, modelFields);
    const missing = ["modelName", "path"].filter((key) => !(key in model));
    missing.forEach((key) => {
      problems.add(`scorer.yml.models[${index}]`, `must have '${key}'`, shown(item));
    });
    return missing.length > 0 ? [] : [model as unknown as Scorer["models"][number]];
  });
}

/** Every file and folder in `model/`, named after it without its extension. */
function conventionalModels(folder: string): Scorer["models"][number][] {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
  return found.sort(byCodeUnits).map((name) => ({ modelName: path.parse(name).name, path: `model/${name}` }));
}
