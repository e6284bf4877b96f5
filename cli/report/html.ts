import { countsText, escapeHtml } from "./markdown";
import { pageStyle } from "./page-style";
import { renderPicture } from "./picture";
import type { Report } from "./model";
import { type Block, type Cell, type Section, sectionsOf } from "./sections";

/** The report as a page that needs nothing else: no script, no network, light or dark as its reader has chosen. */
export function renderHtml(report: Report): string {
  const { stack, summary, counts, outcome, rehearsal } = report;
  const title = `Preview of stack ${stack}`;
  const note = rehearsal ? `<p class="note">Rehearsed on the stand-in cloud: nothing was asked of Azure.</p>\n` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<p class="kicker">${escapeHtml(title)}</p>
<h1 class="${outcome}">${escapeHtml(summary)}</h1>
${outcome === "changes" ? `<p class="note">${escapeHtml(`Resources: ${countsText(counts)}.`)}</p>\n` : ""}${note}${sectionsOf(report).map(renderSection).join("\n")}
</main>
</body>
</html>
`;
}

function renderSection({ id, title, isFolded, blocks }: Section): string {
  const body = blocks.map((block) => renderBlock(block, title)).join("\n");
  if (isFolded) {
    return `<details id="${id}"><summary>${escapeHtml(title)}</summary>\n${body}\n</details>`;
  }
  return title === ""
    ? `<section id="${id}">\n${body}\n</section>`
    : `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(title)}</h2>\n${body}\n</section>`;
}

function renderBlock(block: Block, title: string): string {
  switch (block.kind) {
    case "text":
      return `<p>${block.cells.map(renderCell).join(" ")}</p>`;
    case "graph":
      return `<div class="graph" tabindex="0" role="region" aria-label="${escapeHtml(title)}">${renderPicture(block.graph, title)}</div>`;
    case "quotes":
      return `<ul class="quotes">${block.quotes.map(({ about, text }) => renderQuote(about, text)).join("\n")}</ul>`;
    case "table":
      return renderTable(block.head, block.rows, title);
  }
}

function renderQuote(about: string, text: string): string {
  const head = about === "" ? "" : `<strong>${escapeHtml(about)}</strong> `;
  return text.includes("\n") ? `<li>${head}<pre>${escapeHtml(text)}</pre></li>` : `<li>${head}${escapeHtml(text)}</li>`;
}

function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[], title: string): string {
  const names = head.map((name) => (name === "" ? "<td></td>" : `<th scope="col">${escapeHtml(name)}</th>`)).join("");
  const body = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => `<td>${renderCell(cell)}</td>`).join("");
    return `<tr><th scope="row">${renderCell(first)}</th>${cells}</tr>`;
  });
  return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><table>
<thead><tr>${names}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>`;
}

function renderCell(cell: Cell): string {
  return typeof cell === "string" ? escapeHtml(cell) : `<code>${escapeHtml(cell.code)}</code>`;
}
