import { byCodeUnits } from "../../components/internal/canonical-json";
import type { Edge, Report, Unit } from "./model";
import { many } from "./summary";

/** How a node stands out. */
export type Tone = "cause" | "moved" | "new" | "grave";

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Second line. */
  readonly detail: string;
  readonly tone: Tone;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

/** More of the same are drawn as one. */
const fewest = 4;
const named = 3;

/** The picture of what moves what: files and settings, then what they move. What moves alike is one node. */
export function graphOf(report: Report): Graph {
  const units = new Map(report.units.map((unit) => [unit.id, unit]));
  const drawn = report.edges.filter(({ from, to }) => isDrawn(from, units) && units.has(to));
  const ids = [...new Set(drawn.flatMap(({ from, to }) => [from, to]))];
  const lone = report.units.filter(({ id, kind }) => !ids.includes(id) && kind !== "resource").map(({ id }) => id);
  const nodes = [...ids, ...lone].map((id) => nodeOf(id, units));
  return merged({ nodes, edges: drawn });
}

function isDrawn(id: string, units: ReadonlyMap<string, Unit>): boolean {
  return units.has(id) || id.startsWith("file/") || id.startsWith("settings/");
}

function nodeOf(id: string, units: ReadonlyMap<string, Unit>): GraphNode {
  const unit = units.get(id);
  if (unit) {
    return { id, label: unit.title, detail: detailOf(unit), tone: toneOf(unit) };
  }
  const of = units.get(id.slice("settings/".length));
  if (of) {
    const settings = of.reasons.filter(({ isSetting }) => isSetting).map(({ text }) => text);
    const more = settings.length > 2 ? `, ${settings.length - 2} more` : "";
    return { id, label: "settings", detail: settings.slice(0, 2).join(", ") + more, tone: "cause" };
  }
  const path = id.slice("file/".length);
  const name = path.split("/").pop() ?? path;
  return { id, label: name, detail: path === name ? "" : path.slice(0, -name.length), tone: "cause" };
}

function detailOf({ happens, interruption: { kind, text } }: Unit): string {
  return kind === "away" ? `away ${waitText(text)}` : kind === "restart" ? "restarts" : (happens.split(";")[0] ?? "");
}

function waitText(text: string): string {
  return /^\d/.test(text) ? `for ${text}` : text;
}

function toneOf({ effect, interruption }: Unit): Tone {
  if (effect === "delete" || effect === "replace" || interruption.kind === "away") {
    return "grave";
  }
  return effect === "create" ? "new" : "moved";
}

/** Joins nodes that have the same neighbours and look the same. */
function merged({ nodes, edges }: Graph): Graph {
  const groups = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const near = edges
      .filter(({ from, to }) => from === node.id || to === node.id)
      .map(({ from, to }) => (from === node.id ? `to ${to}` : `from ${from}`));
    const kind = node.id.split("/")[0] ?? "";
    const detail = kind === "file" ? "" : node.detail;
    const key = JSON.stringify([kind, node.tone, detail, near.sort(byCodeUnits)]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const place = new Map<string, string>();
  const joined = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < fewest) {
      return group;
    }
    group.forEach(({ id }) => place.set(id, first.id));
    return [{ ...first, label: groupLabel(group), detail: groupDetail(group) }];
  });
  const moved = edges.map(({ from, to }) => ({ from: place.get(from) ?? from, to: place.get(to) ?? to }));
  const once = new Map(moved.map((edge) => [`${edge.from}\n${edge.to}`, edge]));
  return { nodes: joined, edges: [...once.values()] };
}

function groupLabel(group: readonly GraphNode[]): string {
  const [first] = group;
  const kind = first?.id.split("/")[0]?.replaceAll("-", " ") ?? "thing";
  return many(group.length, kind);
}

function groupDetail(group: readonly GraphNode[]): string {
  const names = group
    .slice(0, named)
    .map(({ id, label }) => (id.startsWith("file/") ? label : id.slice(id.indexOf("/") + 1)));
  return `${names.join(", ")} and ${group.length - named} more`;
}
