import { renderMermaid } from "./mermaid";
import type { Counts, Report } from "./model";
import { type Block, type Cell, type Section, sectionsOf } from "./sections";

/** As many bytes as a comment on GitHub has characters. */
export const commentLimit = 65_536;
const longestCell = 400;
/** Rows of a section that are shown, while the report does not fit. */
const steps = [Infinity, 100, 30, 10, 3, 0] as const;
const rehearsed = "Rehearsed on the stand-in cloud: nothing was asked of Azure.";

/** The report as a comment: all in the first line, then what it rests on. Cut to `limit`, with a word on what was left out. */
export function renderMarkdown(report: Report, limit = commentLimit): string {
  const sections = sectionsOf(report);
  const shares = new Map(sections.map(({ id }) => [id, 0]));
  const order = [...sections].sort((a, b) => a.importance - b.importance);
  let text = rendered(report, sections, shares);
  while (Buffer.byteLength(text) > limit) {
    const next = order.find(({ id }) => (shares.get(id) ?? 0) < steps.length - 1);
    if (!next) {
      return `${clipped(text, limit - 64)}\n\nThe rest did not fit.\n`;
    }
    shares.set(next.id, (shares.get(next.id) ?? 0) + 1);
    text = rendered(report, sections, shares);
  }
  return text;
}

function rendered(report: Report, sections: readonly Section[], shares: ReadonlyMap<string, number>): string {
  const most = ({ id }: Section): number => steps[shares.get(id) ?? 0] ?? 0;
  const shown = sections.filter((section) => most(section) > 0);
  const out = sections.filter((section) => most(section) === 0).map(({ id, title }) => title || id);
  const parts = [
    report.outcome === "nothing" ? escapeText(report.summary) : `**${escapeText(report.summary)}**`,
    ...(report.outcome === "changes"
      ? [
          escapeText(
            `Stack ${report.stack}, resources: ${countsText(report.counts)}.${report.rehearsal ? ` ${rehearsed}` : ""}`,
          ),
        ]
      : []),
    ...shown.map((section) => renderSection(section, most(section))),
    ...(out.length > 0 ? [escapeText(`Left out, for it did not fit: ${out.join("; ")}.`)] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** `2 updated, 1 run again, 38 stay`. */
export function countsText({ create, update, replace, delete: gone, runAgain, same }: Counts): string {
  const parts: [number, string][] = [
    [replace, "replaced"],
    [gone, "deleted"],
    [create, "created"],
    [update, "updated"],
    [runAgain, "run again"],
    [same, "the same"],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return told.join(", ") || "none";
}

function renderSection({ title, isFolded, blocks }: Section, most: number): string {
  const body = blocks.map((block) => renderBlock(block, most)).join("\n\n");
  if (isFolded) {
    return `<details><summary>${escapeHtml(title)}</summary>\n\n${body}\n\n</details>`;
  }
  return title === "" ? body : `### ${escapeText(title)}\n\n${body}`;
}

function renderBlock(block: Block, most: number): string {
  switch (block.kind) {
    case "text":
      return block.cells.map(renderCell).join(" ");
    case "graph":
      return renderMermaid(block.graph, most);
    case "quotes": {
      const quotes = block.quotes.slice(0, most).map(({ about, text }) => renderQuote(about, text));
      return [...quotes, ...leftOut(block.quotes.length - most)].join("\n");
    }
    case "table": {
      const rows = block.rows.slice(0, most).map(renderRow);
      const table = [renderRow(block.head), `|${" --- |".repeat(block.head.length)}`, ...rows].join("\n");
      return [table, ...leftOut(block.rows.length - most)].join("\n\n");
    }
  }
}

function leftOut(count: number): string[] {
  return count > 0 ? [`… and ${count} more, left out for it did not fit.`] : [];
}

function renderQuote(about: string, text: string): string {
  const head = about === "" ? "" : `**${escapeText(about)}**: `;
  if (!text.includes("\n")) {
    return `- ${head}${escapeText(text)}`;
  }
  const ticks = fence(text, 3);
  const lines = text.split("\n").map((line) => `  ${line}`);
  return [`- ${head}`, `  ${ticks}text`, ...lines, `  ${ticks}`].join("\n");
}

function renderRow(cells: readonly Cell[]): string {
  return `| ${cells.map(renderCell).join(" | ")} |`;
}

function renderCell(cell: Cell): string {
  return typeof cell === "string" ? escapeText(cut(cell)) : code(cut(cell.code));
}

/** Code that ends where it should, in a table too. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line === "") {
    return "";
  }
  const ticks = fence(line, 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line.replaceAll("|", "\\|")}${pad}${ticks}`;
}

function fence(text: string, least: number): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  return "`".repeat(Math.max(least, ...runs.map((length) => length + 1)));
}

/**
 * Text that stays text: no markup, no HTML, no link, and nobody and nothing that GitHub would mention or refer to, which it looks for
 * after the markup is done.
 */
export function escapeText(text: string): string {
  return escapeHtml(text.replaceAll(/\s+/g, " "))
    .replaceAll("&quot;", '"')
    .replaceAll(/[\\`*_[\]|~{}$]/g, "\\$&")
    .replace(/^(\s*)([#+-])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, "$1\\$2")
    .replaceAll(/@(?=\w)|#(?=\d)|(?<=\bGH)-(?=\d)|:(?=\/\/)|(?<=\bwww)\./gi, "$&<!-- -->");
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function cut(text: string): string {
  return text.length <= longestCell ? text : `${text.slice(0, longestCell)}…`;
}

/** The start of a text, in whole lines. */
function clipped(text: string, bytes: number): string {
  const start = Buffer.from(text).subarray(0, bytes).toString("utf8");
  return start.slice(0, Math.max(0, start.lastIndexOf("\n")));
}
