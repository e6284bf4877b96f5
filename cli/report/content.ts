import * as path from "node:path";
import { azureTokens } from "../../components/internal/azure-contract";
import { localTokens } from "../../components/internal/local-contract";
import type { Json, SeenResource } from "./record";
import type { ContentPart, Sources } from "./sources";
import { effectOf, type SeenUnit } from "./units";

/** Parts of an image or a model by where they are read from: the project's path → what is there. */
export interface Content {
  /** Content identities; undefined where there is none, or it is not known. */
  readonly oldIdentity?: string;
  readonly newIdentity?: string;
  /** Bundle path → part, of before and of now; undefined where that is not known. */
  readonly oldParts?: ReadonlyMap<string, ContentPart>;
  readonly newParts?: ReadonlyMap<string, ContentPart>;
  readonly evidence: "state" | "build context";
  /** Place in the project of a bundle path. */
  readonly placeOf: (bundlePath: string) => string;
  /** Files and folders of the project that the content is read from. */
  readonly places: readonly string[];
}

/** What a conda file asks for; in a build context the lock alone says it. */
export const condaPart = "conda.yml";
const identityPattern = /^[0-9a-f]{64}$/;

/** Content of an image or a model; undefined for other units. */
export function contentOf(unit: SeenUnit, sources: Sources): Content | undefined {
  if (unit.kind === "model") {
    return modelContent(unit);
  }
  return unit.kind === "image" ? imageContent(unit, sources) : undefined;
}

/** Whether the content is another one than before. */
export function isOther({ oldIdentity, newIdentity }: Content): boolean {
  return newIdentity !== undefined && oldIdentity !== newIdentity;
}

function modelContent({ resources, holder }: SeenUnit): Content {
  const files = resources.find(({ type }) => type === localTokens.model || type === azureTokens.modelFiles);
  const source = textOf(files?.newInputs, "source") ?? textOf(holder?.newInputs, "path") ?? "";
  return {
    oldIdentity: textOf(files?.oldInputs, "digest"),
    newIdentity: textOf(files?.newInputs, "digest"),
    evidence: "state",
    placeOf: () => source,
    places: source === "" ? [] : [source],
  };
}

function imageContent(unit: SeenUnit, sources: Sources): Content {
  const local = unit.resources.find(({ type }) => type === localTokens.image);
  const args = unit.holder?.newInputs ?? {};
  const places = placesOf(args);
  if (local) {
    const files = { ...filesOf(local.oldInputs), ...filesOf(local.newInputs) };
    return {
      oldIdentity: textOf(local.oldInputs, "identity"),
      newIdentity: textOf(local.newInputs, "identity"),
      oldParts: Object.keys(local.oldInputs).length > 0 ? localParts(local.oldInputs, sources) : undefined,
      newParts: localParts(local.newInputs, sources),
      evidence: "state",
      placeOf: (at) => files[at]?.source ?? placeIn(args, at),
      places,
    };
  }
  const [oldIdentity, newIdentity] = identitiesOf(unit);
  return {
    oldIdentity,
    newIdentity,
    oldParts: oldIdentity === undefined ? undefined : sources.context(oldIdentity),
    newParts: newIdentity === undefined ? undefined : sources.context(newIdentity),
    evidence: "build context",
    placeOf: (at) => placeIn(args, at),
    places,
  };
}

/** What the component tells; a preview that failed may not have come to it. */
function identitiesOf({ holder, resources }: SeenUnit): (string | undefined)[] {
  const build = resources.find((resource) => effectOf(resource) !== undefined);
  const known = (outputs: Json | undefined, inputs: Json | undefined): string | undefined => {
    const told = textOf(outputs, "identity") ?? (inputs?.["triggers"] as unknown[] | undefined)?.[0];
    return typeof told === "string" && identityPattern.test(told) ? told : undefined;
  };
  return [known(holder?.oldOutputs, build?.oldInputs), known(holder?.newOutputs, build?.newInputs)];
}

interface LocalFile {
  readonly source: string;
  readonly sha256: string;
}

function filesOf(inputs: Json): Readonly<Record<string, LocalFile>> {
  return (inputs["files"] ?? {}) as Readonly<Record<string, LocalFile>>;
}

/** As a build context would hold it. */
function localParts(inputs: Json, sources: Sources): Map<string, ContentPart> {
  const parts = new Map<string, ContentPart>();
  for (const [at, { source, sha256 }] of Object.entries(filesOf(inputs))) {
    parts.set(at, { sha256, sizeInBytes: sources.sizeOf(source) });
  }
  const environment = (inputs["environment"] ?? {}) as Json;
  parts.set("requirements.txt", { sha256: textOf(environment, "lock") ?? "" });
  parts.set(condaPart, { sha256: JSON.stringify([environment["python"], environment["requirements"]]) });
  parts.set("Dockerfile", { sha256: textOf(inputs, "dockerfile") ?? "" });
  return parts;
}

function placesOf(args: Json): string[] {
  const condaFile = textOf(args, "condaFile");
  const lock = condaFile === undefined ? [] : [path.posix.join(path.posix.dirname(condaFile), "conda.lock")];
  const texts = ["executionScript", "condaFile", "schemaFile", "sampleRequests"].map((name) => textOf(args, name));
  const dependencies = Array.isArray(args["dependencies"]) ? (args["dependencies"] as unknown[]) : [];
  return [...texts, ...dependencies, ...lock].filter((place) => typeof place === "string");
}

/** Where a file of a build context comes from. */
function placeIn(args: Json, at: string): string {
  const [top = "", ...rest] = at.split("/");
  const inside = rest.join("/");
  if (top === "server") {
    return `runtime/${inside}`;
  }
  if (top === "samples") {
    return path.posix.join(textOf(args, "sampleRequests") ?? "samples", inside);
  }
  const condaFile = textOf(args, "condaFile");
  if (condaFile !== undefined && at === condaPart) {
    return condaFile;
  }
  if (condaFile !== undefined && at === "requirements.txt") {
    return path.posix.join(path.posix.dirname(condaFile), "conda.lock");
  }
  const named = placesOf(args).find((place) => path.posix.basename(place) === rest[0]);
  return top === "app" && named !== undefined ? path.posix.join(named, ...rest.slice(1)) : at;
}

function textOf(value: Json | undefined, name: string): string | undefined {
  const found = value?.[name];
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** A resource of a model that tells its size. */
export function sizeOfModel({ resources }: SeenUnit): number | undefined {
  const sizes = resources.map(({ newInputs }: SeenResource) => newInputs["sizeInBytes"]);
  return sizes.find((size) => typeof size === "number");
}
