import { byCodeUnits } from "../../components/internal/canonical-json";
import { reasonsOf } from "../output/reasons";
import type { Effect, Reason } from "./model";
import type { Json, SeenResource } from "./record";
import { effectOf, type SeenUnit } from "./units";
import { isDelicate, isSecret, isUnknown, showable } from "./values";

/** Why a resource moves, as a report may tell it. */
export function resourceReasons(resource: SeenResource): string[] {
  const effect = effectOf(resource);
  if (effect === "create" || effect === "delete") {
    return [];
  }
  const { type, oldInputs, newInputs, changes } = resource;
  const reasons = reasonsOf({
    type,
    oldInputs: showable(oldInputs) as Json,
    newInputs: showable(newInputs) as Json,
    changes,
  });
  return reasons.sort(byCodeUnits);
}

/** References to other resources. */
const notSettings = new Set(["models", "image", "host", "cluster", "workspace"]);

/** The arguments of a unit's component that were set to something else; for those without, what the engine found. */
export function unitReasons(unit: SeenUnit, effect: Effect, isCaused: boolean): Reason[] {
  if (effect === "create" || effect === "delete") {
    return [];
  }
  const { holder } = unit;
  const set = holder?.ops.includes("update") ? settingsBetween(holder.oldInputs, holder.newInputs) : [];
  const settings = [...set, ...secretSettings(unit, set)].map((text) => ({ text, isSetting: true }));
  const image = otherImage(unit);
  if (settings.length > 0 || isCaused || image !== undefined) {
    return [...(image === undefined || isCaused ? [] : [{ text: image, isSetting: false }]), ...settings];
  }
  const found = unit.resources.filter((one) => effectOf(one) !== undefined).flatMap((one) => resourceReasons(one));
  return [...new Set(found)].sort(byCodeUnits).map((text) => ({ text, isSetting: false }));
}

/** Where the image comes from another stack, nothing here moves it. */
function otherImage({ holder }: SeenUnit): string | undefined {
  const [old, next] = [holder?.oldOutputs["imageIdentity"], holder?.newOutputs["imageIdentity"]];
  const isKnown = typeof old === "string" && typeof next === "string" && !isUnknown(next);
  return isKnown && old !== next ? `image ${old.slice(0, 12)} → ${next.slice(0, 12)}` : undefined;
}

function settingsBetween(old: Json, next: Json): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter((name) => !notSettings.has(name));
  return names.sort(byCodeUnits).flatMap((name) => leaves(name, old[name], next[name]));
}

/** `cpuCores: 1 → 2` for each leaf that differs. */
function leaves(path: string, old: unknown, next: unknown): string[] {
  if (isRecord(old) && isRecord(next) && !isSecret(old) && !isSecret(next)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort(byCodeUnits);
    return names.flatMap((name) => leaves(`${path}.${name}`, old[name], next[name]));
  }
  if (JSON.stringify(old) === JSON.stringify(next)) {
    return [];
  }
  const isHeld = path.split(".").some(isDelicate) || isSecret(old) || isSecret(next);
  const verb = old === undefined ? "is set" : next === undefined ? "is no longer set" : "changed";
  return [isHeld ? `${path} ${verb}` : `${path}: ${show(old)} → ${show(next)}`];
}

/** The values of secrets are held back, so that only the resource that got them tells of a change. */
function secretSettings({ holder, resources }: SeenUnit, told: readonly string[]): string[] {
  const given = Object.entries(holder?.newInputs ?? {}).filter(([, value]) => hasSecret(value));
  const names = given.map(([name]) => name).filter((name) => !told.some((text) => text.startsWith(name)));
  const changed = resources.flatMap(({ changes }) => Object.keys(changes));
  return names.filter((name) => changed.some((path) => path.startsWith(name))).map((name) => `${name} changed`);
}

function hasSecret(value: unknown): boolean {
  return isRecord(value) && (isSecret(value) || Object.values(value).some(hasSecret));
}

function show(value: unknown): string {
  const text = value === undefined || value === null ? "default" : JSON.stringify(showable(value));
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
