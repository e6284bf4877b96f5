import { unitKinds, type Finding, type Report, type Unit, type UnitKind } from "./model";

const longestProblem = 200;

/** What the summary is made from. */
export type Summarised = Pick<Report, "outcome" | "units" | "addresses" | "findings" | "counts" | "files" | "base">;

/** All of a report in a sentence: what moves, whether it stops answering, what is deleted. */
export function summaryOf(report: Summarised): string {
  const { outcome, units, addresses, findings } = report;
  if (outcome === "failed") {
    return `The preview failed, and so would the update: ${problems(findings)}`;
  }
  if (outcome === "nothing") {
    return nothing(report);
  }
  const parts = [
    services(units),
    ...unitKinds.filter((kind) => kind !== "service").map((kind) => kindPart(kind, units)),
    addressPart(addresses.filter(({ status }) => status === "changes" || status === "may change").length),
    deletions(report),
    policyPart(findings),
  ];
  return `${parts.filter((part) => part !== "").join("; ")}.`;
}

function nothing({ files, base }: Summarised): string {
  if (base === null) {
    return "Nothing moves.";
  }
  const { length } = [...files.idle, ...files.program];
  return length === 0
    ? `Nothing moves: no file is edited since ${base}.`
    : `Nothing moves: ${length === 1 ? "the edited file is no" : `none of the ${length} edited files is`} part of what this stack runs.`;
}

function problems(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const said = first?.message.split("\n")[0] ?? "it did not say why";
  const line = said.length <= longestProblem ? said : `${said.slice(0, longestProblem)}…`;
  return errors.length > 1 ? `${errors.length} problems.` : /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** `2 services move, none with downtime`. */
function services(units: readonly Unit[]): string {
  const all = units.filter(({ kind }) => kind === "service");
  if (all.length === 0) {
    return "no service moves";
  }
  const made = all.filter(({ effect }) => effect === "create").length;
  const gone = all.filter(({ effect }) => effect === "delete").length;
  const moved = all.length - made - gone;
  const parts = [
    moved > 0 ? `${many(moved, "service")} ${moved === 1 ? "moves" : "move"}, ${downtime(all, moved)}` : "",
    made > 0 ? `${many(made, "service")} ${made === 1 ? "is" : "are"} new` : "",
    gone > 0 ? `${many(gone, "service")} ${gone === 1 ? "is" : "are"} deleted` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function downtime(services: readonly Unit[], moved: number): string {
  const away = services.filter(({ interruption }) => interruption.kind === "away");
  const restart = services.filter(({ interruption }) => interruption.kind === "restart");
  if (away.length + restart.length === 0) {
    return moved === 1 ? "without downtime" : "none with downtime";
  }
  const texts = [...new Set(away.map(({ interruption }) => interruption.text))];
  const [only = ""] = texts.length === 1 ? texts : [];
  const long = only === "" ? "" : /^\d/.test(only) ? ` for ${only}` : ` ${only}`;
  return [
    away.length > 0 ? `${quantity(away.length, moved)}away${long}` : "",
    restart.length > 0 ? `${quantity(restart.length, moved)}interrupted by a restart` : "",
  ]
    .filter((part) => part !== "")
    .join(" and ");
}

function quantity(count: number, of: number): string {
  return of === 1 ? "" : count === of ? "all " : `${count} `;
}

const doneTo: Readonly<Partial<Record<UnitKind, readonly [create: string, update: string]>>> = {
  image: ["built", "rebuilt"],
  model: ["registered", "in a new version"],
};

function kindPart(kind: UnitKind, units: readonly Unit[]): string {
  const all = units.filter((unit) => unit.kind === kind);
  const [create, update] = doneTo[kind] ?? ["new", "changed"];
  const words = { create, update, runAgain: update, delete: "deleted" } as const;
  const groups = new Map<string, number>();
  for (const { effect, identity, happens } of all) {
    const isSame = identity !== null && identity.old === identity.new && effect !== "delete" && effect !== "create";
    const word = isSame ? "changed" : effect === "replace" ? happens.split(";")[0] : words[effect];
    groups.set(word ?? happens, (groups.get(word ?? happens) ?? 0) + 1);
  }
  return [...groups].map(([word, count]) => `${many(count, kind)} ${word}`).join(", ");
}

function addressPart(count: number): string {
  return count === 0 ? "" : `${many(count, "address")} ${count === 1 ? "changes" : "change"}`;
}

function deletions({ counts, units }: Summarised): string {
  const anew = units.flatMap(({ resources }) => resources).filter(({ oldGoesFirst }) => oldGoesFirst).length;
  const others = counts.replace - anew;
  const are = (count: number): string => `${many(count, "resource")} ${count === 1 ? "is" : "are"}`;
  const parts = [
    counts.delete > 0 ? `${are(counts.delete)} deleted` : "",
    anew > 0 ? `${are(anew)} deleted and made anew` : "",
    others > 0 ? `${are(others)} replaced, the new one first` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing is deleted" : parts.join(", ");
}

function policyPart(findings: readonly Finding[]): string {
  const count = findings.filter(({ severity }) => severity === "error").length;
  return count === 0 ? "" : `${many(count, "finding")} would stop the update`;
}

/** `1 service`, `2 services`. */
export function many(count: number, noun: string): string {
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}
