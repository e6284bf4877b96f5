import type { Graph } from "./graph";
import { boxHeight, boxWidth, layOut, type Placed } from "./layout";
import { escapeHtml } from "./markdown";

const [longestLabel, longestDetail] = [24, 30];

/** A graph as SVG, to stand in a page whose style sheet paints it. */
export function renderPicture(graph: Graph, title: string): string {
  const { placed, width, height } = layOut(graph);
  const place = new Map(placed.map((one) => [one.node.id, one]));
  const lines = graph.edges.flatMap(({ from, to }) => {
    const [start, end] = [place.get(from), place.get(to)];
    return start && end ? [renderEdge(start, end)] : [];
  });
  return `<svg viewBox="0 0 ${width} ${round(height)}" width="${width}" height="${round(height)}" role="img" aria-labelledby="picture-title picture-text">
<title id="picture-title">${escapeHtml(title)}</title>
<desc id="picture-text">${escapeHtml(inWords(graph))}</desc>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>
${lines.join("\n")}
${placed.map(renderNode).join("\n")}
</svg>`;
}

function renderEdge(start: Placed, end: Placed): string {
  const [x1, y1] = [start.x + boxWidth, start.y + boxHeight / 2];
  const [x2, y2] = [end.x, end.y + boxHeight / 2];
  const bend = Math.max(24, (x2 - x1) / 2);
  const path = `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2 - 1)} ${round(y2)}`;
  return `<path class="edge" marker-end="url(#tip)" d="${path}"/>`;
}

function renderNode({ node: { label, detail, tone }, x, y }: Placed): string {
  const first = detail === "" ? 28 : 20;
  const second =
    detail === "" ? "" : `<text class="detail" x="12" y="37">${escapeHtml(cut(detail, longestDetail))}</text>`;
  const whole = `<title>${escapeHtml([label, detail].filter((part) => part !== "").join(": "))}</title>`;
  return `<g class="node ${tone}" transform="translate(${round(x)} ${round(y)})">${whole}<rect width="${boxWidth}" height="${boxHeight}" rx="6"/><text x="12" y="${first}">${escapeHtml(cut(label, longestLabel))}</text>${second}</g>`;
}

function inWords({ nodes, edges }: Graph): string {
  const label = new Map(nodes.map(({ id, label: text }) => [id, text]));
  return edges.map(({ from, to }) => `${label.get(from) ?? from} moves ${label.get(to) ?? to}.`).join(" ");
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
