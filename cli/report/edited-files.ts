import { byCodeUnits } from "../../components/internal/canonical-json";
import { type Content, isOther } from "./content";
import type { Edge, EditedFile, EditedFiles, Evidence, Unit } from "./model";
import type { ContentPart } from "./sources";

/** What the program is made of; `runtime/` is in the images. */
const programFiles = /^(index\.ts|package(-lock)?\.json|Pulumi\.yaml|(components|stacks|provider|policies)\/.*)$/;

interface Found {
  readonly path: string;
  readonly unit: string;
  readonly evidence: Evidence;
}

/**
 * Which files moved the identity of which image or model. The hashes that were recorded say it where they are at hand: those of the
 * state, then those of the old image's build context on this machine. Elsewhere it is what git says was edited since the base.
 *
 * @param contents by id of their unit: those whose identity is another one
 * @param edges between units: an image that moves with a model needs no file
 * @param edited undefined where there is no base
 */
export function editedFiles(
  contents: ReadonlyMap<string, Content>,
  edges: readonly Edge[],
  edited?: readonly string[],
): Omit<EditedFiles, "areBuiltHere"> {
  const moved = [...contents].filter(([, content]) => isOther(content) && content.oldIdentity !== undefined);
  const found = moved.flatMap(([unit, content]) => foundIn(unit, content, edited));
  const byPath = new Map<string, Found[]>();
  for (const one of found) {
    byPath.set(one.path, [...(byPath.get(one.path) ?? []), one]);
  }
  const isNew = [...contents.values()].filter(({ oldIdentity }) => oldIdentity === undefined);
  const places = isNew.flatMap((content) => content.places);
  const moving = [...byPath].map(([path, uses]) => fileOf(path, uses, edited));
  const idle = (edited ?? []).filter((file) => !byPath.has(file) && !isWithin(file, [...byPath.keys(), ...places]));
  const explained = new Set([...found.map(({ unit }) => unit), ...edges.map(({ to }) => to)]);
  return {
    moving: moving.sort((a, b) => byCodeUnits(a.path, b.path)),
    program: idle.filter((file) => programFiles.test(file)).sort(byCodeUnits),
    idle: idle.filter((file) => !programFiles.test(file)).sort(byCodeUnits),
    unexplained: moved
      .map(([unit]) => unit)
      .filter((unit) => !explained.has(unit))
      .sort(byCodeUnits),
  };
}

function fileOf(path: string, uses: readonly Found[], edited: readonly string[] | undefined): EditedFile {
  const evidence = uses.map((use) => use.evidence);
  return {
    path,
    moves: [...new Set(uses.map(({ unit }) => unit))].sort(byCodeUnits),
    evidence: (["state", "build context", "git"] as const).find((one) => evidence.includes(one)) ?? "git",
    sinceBase: edited === undefined || edited.some((file) => isWithin(file, [path])),
  };
}

function foundIn(unit: string, content: Content, edited: readonly string[] | undefined): Found[] {
  const { oldParts, newParts, placeOf, evidence, places } = content;
  if (oldParts && newParts) {
    return differing(oldParts, newParts).map((at) => ({ path: placeOf(at), unit, evidence }));
  }
  if (unit.startsWith("model/")) {
    // Its digest is recorded, its files are not: git may know which of a folder's.
    const inside = (edited ?? []).filter((file) => isWithin(file, places));
    return inside.length > 0
      ? inside.map((path) => ({ path, unit, evidence: places.includes(path) ? evidence : ("git" as const) }))
      : places.map((path) => ({ path, unit, evidence }));
  }
  const files = (edited ?? []).filter((file) => isWithin(file, places) || /^runtime\/[^/]+\.py$/.test(file));
  return files.map((path) => ({ path, unit, evidence: "git" as const }));
}

/** Bundle paths whose content differs, but for models, which are told by themselves, and what is made from the rest. */
function differing(olds: ReadonlyMap<string, ContentPart>, news: ReadonlyMap<string, ContentPart>): string[] {
  const all = [...new Set([...olds.keys(), ...news.keys()])].sort(byCodeUnits);
  return all.filter(
    (at) =>
      olds.get(at)?.sha256 !== news.get(at)?.sha256 && at !== "Dockerfile" && !at.startsWith("app/azureml-models/"),
  );
}

function isWithin(file: string, places: readonly string[]): boolean {
  return places.some((place) => file === place || file.startsWith(`${place}/`));
}

/** With the settings' own file among those that move something, where somebody has set something. */
export function withSettings(files: EditedFiles, stack: string, units: readonly Unit[]): EditedFiles {
  const set = units.filter(({ reasons }) => reasons.some(({ isSetting }) => isSetting)).map(({ id }) => id);
  const moves = new Map<string, readonly string[]>([
    [`Pulumi.${stack}.yaml`, set],
    ...set.filter((id) => id.startsWith("image/")).map((id) => [`scorers/${id.slice(6)}/scorer.yml`, [id]] as const),
  ]);
  const isMoving = (path: string): boolean => (moves.get(path) ?? []).length > 0;
  const added = files.idle.filter(isMoving).map((path) => ({
    path,
    moves: [...(moves.get(path) ?? [])].sort(byCodeUnits),
    evidence: "git" as const,
    sinceBase: true,
  }));
  const moving = [...files.moving, ...added].sort((a, b) => byCodeUnits(a.path, b.path));
  return { ...files, moving, idle: files.idle.filter((path) => !isMoving(path)) };
}
