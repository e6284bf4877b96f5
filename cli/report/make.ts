import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { StateResource } from "../state";
import { byCodeUnits } from "../../components/internal/canonical-json";
import { type Content, contentOf, isOther } from "./content";
import { costOf } from "./cost";
import { dependenciesOf, unitEdges } from "./edges";
import { editedFiles, withSettings } from "./edited-files";
import { findingsOf } from "./findings";
import { addressOf, interruptionOf } from "./interruption";
import type { Counts, Edge, EditedFiles, Effect, Outcome, Report, Unit } from "./model";
import { unitKinds } from "./model";
import { pushOf } from "./push";
import { resourceReasons, unitReasons } from "./reasons";
import { type EngineRecord, recordOf } from "./record";
import type { Sources } from "./sources";
import { summaryOf } from "./summary";
import { effectOf, goesFirst, type SeenUnit, unitEffect, unitIndex, unitsOf } from "./units";

/** What a report is made from. */
export interface Previewed {
  readonly stack: string;
  readonly root: string;
  readonly rehearsal: boolean;
  readonly base?: string;
  readonly events: readonly EngineEvent[];
  /** What the stack had. */
  readonly state: readonly StateResource[];
  /** The engine's plan, which has what depends on what; undefined where the preview failed. */
  readonly plan?: unknown;
  /** Why the preview failed. */
  readonly failure?: string;
}

/** Makes the report of a preview: the same input gives the same report, in whatever order the engine told it. */
export function makeReport(previewed: Previewed, sources: Sources): Report {
  const record = recordOf(previewed.events);
  const all = unitsOf(record, previewed.state);
  const index = unitIndex(all);
  const moved = all.filter((unit) => unitEffect(unit) !== undefined);
  const contents = new Map(moved.flatMap((unit) => contentEntry(unit, sources)));
  const between = unitEdges(moved, (urn) => index.get(urn), dependenciesOf(previewed.state, previewed.plan));
  const areBuiltHere = all.some(({ kind }) => kind === "image" || kind === "model");
  const files = { ...editedFiles(contents, between, sources.edited), areBuiltHere };
  const units = moved
    .map((unit) => unitFacts(unit, contents.get(unit.id), isCaused(unit, files, between)))
    .sort(gravest);
  const findings = findingsOf(record.said, (urn) => index.get(urn), previewed.root, previewed.failure);
  const outcome: Outcome = previewed.failure !== undefined ? "failed" : units.length > 0 ? "changes" : "nothing";
  const still = all.filter((unit) => !moved.includes(unit));
  const { stack, rehearsal, base = null } = previewed;
  const facts = {
    counts: countsOf(record),
    units,
    unaffected: { count: still.length, names: still.map(({ title }) => title) },
    files: withSettings(files, previewed.stack, units),
    edges: [...fileEdges(files), ...settingEdges(units), ...between],
    addresses: moved.flatMap((unit) => addressOf(unit, unitEffect(unit) ?? "update") ?? []),
    push: pushOf(moved, contents),
    cost: costOf(moved),
    findings,
  };
  const summary = summaryOf({ outcome, base, ...facts });
  return { schemaVersion: 1, stack, rehearsal, base, outcome, summary, ...facts };
}

function contentEntry(unit: SeenUnit, sources: Sources): [string, Content][] {
  const content = contentOf(unit, sources);
  return content ? [[unit.id, content]] : [];
}

function isCaused({ id }: SeenUnit, { moving }: EditedFiles, edges: readonly Edge[]): boolean {
  return edges.some(({ to }) => to === id) || moving.some(({ moves }) => moves.includes(id));
}

function unitFacts(unit: SeenUnit, content: Content | undefined, caused: boolean): Unit {
  const effect = unitEffect(unit) ?? "update";
  const { id, kind, name, title, resources } = unit;
  return {
    id,
    kind,
    name,
    title,
    effect,
    happens: happensTo(unit, effect, content),
    interruption: interruptionOf(unit, effect),
    identity: content ? { old: content.oldIdentity ?? null, new: content.newIdentity ?? null } : null,
    reasons: unitReasons(unit, effect, caused),
    resources: resources.flatMap((resource) => {
      const found = effectOf(resource);
      return found === undefined
        ? []
        : [
            {
              name: resource.name,
              type: resource.type,
              effect: found,
              oldGoesFirst: found === "replace" && goesFirst(resource),
              reasons: resourceReasons(resource),
            },
          ];
    }),
  };
}

const words: Readonly<Record<Effect, string>> = {
  create: "new",
  update: "changed in place",
  replace: "deleted and made anew",
  delete: "deleted",
  runAgain: "runs again",
};

function happensTo({ kind, resources }: SeenUnit, effect: Effect, content: Content | undefined): string {
  if (content && isOther(content) && (effect === "update" || effect === "runAgain")) {
    return kind === "model" ? "a new version; the old one stays" : "rebuilt; the old one stays";
  }
  const oldGoesFirst = resources.some((one) => effectOf(one) === "replace" && goesFirst(one));
  return effect === "replace" && !oldGoesFirst ? "replaced; the new one comes first" : words[effect];
}

const gravity: readonly Effect[] = ["replace", "delete", "create", "update", "runAgain"];

/** What is replaced and deleted first, then by kind and name. */
function gravest(a: Unit, b: Unit): number {
  const grave = ({ effect, interruption }: Unit): number =>
    interruption.kind === "away" || effect === "replace" ? 0 : Math.min(gravity.indexOf(effect), 2);
  const kind = ({ kind: one }: Unit): number => unitKinds.indexOf(one);
  return grave(a) - grave(b) || kind(a) - kind(b) || byCodeUnits(a.name, b.name) || byCodeUnits(a.id, b.id);
}

function countsOf({ resources }: EngineRecord): Counts {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, runAgain: 0, same: 0 };
  for (const resource of resources.values()) {
    if (resource.custom && !resource.type.startsWith("pulumi:")) {
      counts[effectOf(resource) ?? "same"] += 1;
    }
  }
  return counts;
}

function fileEdges({ moving }: EditedFiles): Edge[] {
  return moving.flatMap(({ path, moves }) => moves.map((to) => ({ from: `file/${path}`, to })));
}

function settingEdges(units: readonly Unit[]): Edge[] {
  return units.flatMap(({ id, reasons }) =>
    reasons.some(({ isSetting }) => isSetting) ? [{ from: `settings/${id}`, to: id }] : [],
  );
}
