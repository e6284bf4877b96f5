import { costText, pushText } from "./expenses";
import { type Graph, graphOf } from "./graph";
import type { Finding, Report, Unit } from "./model";
import { many } from "./summary";
import { byteText, cut, dollars } from "./words";

/** Text as it is, or a name that is set as code. */
export type Cell = string | { readonly code: string };

export type Block =
  | { readonly kind: "text"; readonly cells: readonly Cell[] }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: "quotes"; readonly quotes: readonly { readonly about: string; readonly text: string }[] }
  | { readonly kind: "graph"; readonly graph: Graph };

/** A part of a report for people. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Shown as a title that opens. */
  readonly isFolded: boolean;
  /** Where there is no room, what has less goes first. */
  readonly importance: number;
  readonly blocks: readonly Block[];
}

/**
 * The parts of a report, in the order that people read them. What else is known of a change, such as what it does to predictions, is
 * one more function here.
 */
const makers: readonly ((report: Report) => Section[])[] = [
  errors,
  grave,
  picture,
  moving,
  files,
  expenses,
  warnings,
  everything,
  unaffected,
];

export function sectionsOf(report: Report): Section[] {
  return makers.flatMap((make) => make(report));
}

/** Few are shown at once. */
const few = 12;

function errors({ findings, outcome }: Report): Section[] {
  const all = findings.filter(({ severity }) => severity === "error");
  const title = outcome === "failed" ? "What stops it" : "What would stop the update";
  return all.length === 0 ? [] : [section("errors", title, 100, [quotes(all)])];
}

function grave(report: Report): Section[] {
  const { units, addresses } = report;
  const hard = units.filter(
    ({ effect, interruption, kind }) =>
      kind !== "resource" && (effect === "replace" || effect === "delete" || interruption.kind === "away"),
  );
  const rest = units.filter(({ kind, effect }) => kind === "resource" && (effect === "replace" || effect === "delete"));
  const rows = [...hard, ...rest].map((unit) => [unit.title, unit.happens, waits(unit), becauseCells(unit, report)]);
  const moved = addresses
    .filter(({ status }) => status !== "new")
    .map(({ unit, old, new: next, status }) => [
      titleIn(report, unit),
      status,
      old === null ? "" : { code: old },
      next === null ? (status === "gone" ? "" : "known after the update") : { code: next },
    ]);
  const tables: Block[] = [
    ...(rows.length > 0 ? [table(["Replaced or deleted", "What happens", "Callers wait", "Because"], rows)] : []),
    ...(moved.length > 0 ? [table(["Address of", "It", "Was", "Will be"], moved)] : []),
  ];
  return tables.length === 0 ? [] : [section("grave", "Look at these first", 95, tables)];
}

function picture(report: Report): Section[] {
  const graph = graphOf(report);
  return graph.edges.length === 0 ? [] : [section("graph", "What moves what", 60, [{ kind: "graph", graph }])];
}

function moving(report: Report): Section[] {
  const rows = report.units
    .filter(({ kind }) => kind !== "resource")
    .map((unit) => [unit.title, happens(unit), waits(unit), becauseCells(unit, report)]);
  const parts = [table(["", "What happens", "Callers wait", "Because"], rows)];
  return rows.length === 0 ? [] : [section("units", "What moves", 90, parts, rows.length > few)];
}

function files(report: Report): Section[] {
  const { moving: found, idle, program, unexplained } = report.files;
  const rows = found.map(({ path, moves, evidence, sinceBase }) => [
    { code: path },
    cut(moves.map((id) => titleIn(report, id))),
    sinceBase ? evidence : `${evidence}; edited before ${report.base ?? ""}, not brought up since`,
  ]);
  const remedy =
    report.base === null
      ? "give --base to have git asked"
      : "none that git says was edited; it may be a setting of the image, or the stack is older than the base";
  const lost = unexplained.map((id) => titleIn(report, id));
  const known = report.outcome !== "failed";
  const nowhere = report.files.areBuiltHere
    ? "in nothing that moves"
    : "not asked here, for this stack runs images of another one";
  const lines = [
    lost.length > 0 ? `By which file is not known here: ${cut(lost)} (${remedy}).` : "",
    program.length > 0 ? `Edited in the program itself, which may move anything: ${cut(program)}.` : "",
    known && idle.length > 0 ? `Edited, and ${nowhere}: ${cut(idle)}.` : "",
  ].filter((line) => line !== "");
  const blocks = [...(rows.length > 0 ? [table(["File", "Moves", "Known by"], rows)] : []), ...lines.map(text)];
  const isTold = report.outcome !== "nothing" && blocks.length > 0;
  return isTold ? [section("files", "Edited files", 80, blocks, rows.length > few)] : [];
}

function expenses(report: Report): Section[] {
  const { push, cost, outcome } = report;
  if (outcome !== "changes") {
    return [];
  }
  const rows = [
    ...push.items.map(({ unit, layer, bytes }) => [
      titleIn(report, unit),
      layer,
      bytes === null ? "known after the build" : byteText(bytes),
    ]),
    ...cost.items.map(({ unit, what, old, new: next }) => [
      titleIn(report, unit),
      what,
      `${dollars(old)} → ${dollars(next)} a month`,
    ]),
  ];
  const lines = [pushText(report), costText(report)];
  const blocks = lines.map((line) => text(line));
  const details =
    rows.length === 0
      ? []
      : [section("details", "Bytes and prices, one by one", 20, [table(["", "Part", ""], rows)], true)];
  return [section("expenses", "Push and cost", 70, blocks), ...details];
}

function warnings({ findings, outcome }: Report): Section[] {
  const all = findings.filter(({ severity }) => severity === "warning");
  return all.length === 0
    ? []
    : [section("warnings", many(all.length, "warning"), 50, [quotes(all)], all.length > 3 || outcome === "nothing")];
}

function everything({ units, counts }: Report): Section[] {
  const rows = units.flatMap(({ resources }) =>
    resources.map(({ name, type, effect, oldGoesFirst, reasons }) => [
      { code: name },
      { code: type },
      effect === "runAgain" ? "runs again" : effect === "replace" && !oldGoesFirst ? "replace, new one first" : effect,
      cut(reasons, 4),
    ]),
  );
  const total = rows.length;
  const title = `Every resource: ${total} of ${total + counts.same}`;
  return total === 0 ? [] : [section("resources", title, 10, [table(["Resource", "Type", "", "Because"], rows)], true)];
}

function unaffected({ unaffected: { count, names }, outcome }: Report): Section[] {
  const line = count === 0 ? "Unaffected: nothing." : `Unaffected: ${count} others: ${cut(names)}.`;
  return outcome === "changes" ? [section("unaffected", "", 85, [text(line)])] : [];
}

function section(id: string, title: string, importance: number, blocks: readonly Block[], isFolded = false): Section {
  return { id, title, importance, blocks, isFolded };
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Block {
  return { kind: "table", head, rows };
}

function text(line: string): Block {
  return { kind: "text", cells: [line] };
}

function quotes(findings: readonly Finding[]): Block {
  return {
    kind: "quotes",
    quotes: findings.map(({ unit, source, message }) => ({
      about: [source === "policy" ? "policy" : "", unit ?? ""].filter((part) => part !== "").join(", "),
      text: message,
    })),
  };
}

/** What happens to it, with the identities that people compare. */
function happens({ happens: text, identity }: Unit): string {
  const [old, next] = [identity?.old ?? null, identity?.new ?? null];
  const [first = "", ...rest] = text.split(";");
  const isOther = old !== null && next !== null && old !== next;
  return isOther ? [`${first}, ${old.slice(0, 12)} → ${next.slice(0, 12)}`, ...rest].join(";") : text;
}

function waits({ kind: what, effect, interruption: { kind, text: said } }: Unit): string {
  const answers = ["service", "pool", "device group", "cluster"].includes(what) && effect !== "create";
  return kind === "none" ? (answers ? "no" : "—") : said;
}

function becauseCells(unit: Unit, report: Report): string {
  return because(unit, report) || "—";
}

/** What moves it, in words. */
function because(unit: Unit, { edges, units }: Report): string {
  const causes = edges.filter(({ to, from }) => to === unit.id && !from.startsWith("settings/"));
  const names = causes.map(({ from }) =>
    from.startsWith("file/") ? from.slice("file/".length) : titleOf(units, from),
  );
  return cut([...names, ...unit.reasons.map(({ text: said }) => said)], 5);
}

function titleIn({ units }: Report, id: string): string {
  return titleOf(units, id);
}

function titleOf(units: readonly Unit[], id: string): string {
  return units.find((unit) => unit.id === id)?.title ?? id;
}
