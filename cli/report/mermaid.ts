import type { Graph, Tone } from "./graph";

const classes: Readonly<Record<Tone, string>> = {
  cause: "fill:#eef2f6,stroke:#59636e,color:#1f2328",
  moved: "fill:#d6ebf8,stroke:#0072b2,color:#1f2328",
  new: "fill:#d5f0e6,stroke:#009e73,color:#1f2328",
  grave: "fill:#fbe3d3,stroke:#d55e00,color:#1f2328,stroke-width:3px",
};
const shapes: Readonly<Record<Tone, readonly [string, string]>> = {
  cause: ["(", ")"],
  moved: ["[", "]"],
  new: ["[", "]"],
  grave: ["[[", "]]"],
};
const longestLabel = 80;

/** A graph as Mermaid, which GitHub draws. At most `most` edges: more than 500 are not drawn there. */
export function renderMermaid({ nodes, edges }: Graph, most: number): string {
  const drawn = edges.slice(0, Math.min(most, 200));
  const ids = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const isLone = (id: string): boolean => !edges.some(({ from, to }) => from === id || to === id);
  const shown = nodes.filter(({ id }) => ids.has(id) || (isLone(id) && drawn.length === edges.length));
  const number = new Map(shown.map(({ id }, index) => [id, `n${index}`]));
  const left = edges.length - drawn.length;
  const lines = [
    "```mermaid",
    "flowchart LR",
    ...shown.map(({ id, label, detail, tone }) => {
      const [open, close] = shapes[tone];
      const text = [label, detail]
        .filter((part) => part !== "")
        .map(escapeLabel)
        .join("<br/>");
      return `  ${number.get(id) ?? ""}${open}"${text}"${close}:::${tone}`;
    }),
    ...drawn.map(({ from, to }) => `  ${number.get(from) ?? ""} --> ${number.get(to) ?? ""}`),
    ...Object.entries(classes).map(([name, style]) => `  classDef ${name} ${style}`),
    "```",
  ];
  return [lines.join("\n"), ...(left > 0 ? [`${left} more arrows are left out.`] : [])].join("\n\n");
}

/** Everything but plain letters goes in as its number, of which Mermaid makes no markup. */
function escapeLabel(text: string): string {
  const short = text.length <= longestLabel ? text : `${text.slice(0, longestLabel - 1)}…`;
  return short.replaceAll(/[^A-Za-z0-9 .,:/()_→-]/gu, (letter) => `#${letter.codePointAt(0) ?? 63};`);
}
