import type { Graph, GraphNode } from "./graph";

/** A node with its place. */
export interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly placed: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

export const boxWidth = 208;
export const boxHeight = 46;
const [gapX, gapY, margin] = [56, 16, 8];
const rounds = 4;

/** Places a graph in columns from left to right, each node right of all that move it, near the middle of its neighbours. */
export function layOut({ nodes, edges }: Graph): Layout {
  const column = columnsOf(nodes, edges);
  const count = Math.max(0, ...column.values()) + 1;
  const columns = Array.from({ length: count }, (_, at) => nodes.filter(({ id }) => column.get(id) === at));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? columns.keys() : [...columns.keys()].reverse();
    for (const at of order) {
      sortByNeighbours(columns, at, edges);
    }
  }
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  const height = tallest * (boxHeight + gapY) - gapY + 2 * margin;
  const placed = columns.flatMap((column_, at) => {
    const top = (height - column_.length * (boxHeight + gapY) + gapY) / 2;
    return column_.map((node, row) => ({
      node,
      x: margin + at * (boxWidth + gapX),
      y: top + row * (boxHeight + gapY),
    }));
  });
  return { placed, width: count * (boxWidth + gapX) - gapX + 2 * margin, height };
}

/** The longest way to each node, but what nothing moves stands right before what it moves. A circle ends where it was met. */
function columnsOf(nodes: Graph["nodes"], edges: Graph["edges"]): Map<string, number> {
  const column = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      const least = Math.min((column.get(from) ?? 0) + 1, nodes.length);
      if ((column.get(to) ?? 0) < least) {
        column.set(to, least);
        moved = true;
      }
    }
    if (!moved) {
      break;
    }
  }
  for (const { id } of nodes.filter((node) => !edges.some(({ to }) => to === node.id))) {
    const targets = edges.filter(({ from }) => from === id).map(({ to }) => column.get(to) ?? 0);
    column.set(id, Math.max(0, Math.min(...targets, nodes.length) - (targets.length > 0 ? 1 : nodes.length)));
  }
  return column;
}

function sortByNeighbours(columns: GraphNode[][], at: number, edges: Graph["edges"]): void {
  const row = new Map(
    columns.flatMap((nodes) => nodes.map(({ id }, index) => [id, (index + 0.5) / nodes.length] as const)),
  );
  const middle = ({ id }: GraphNode): number => {
    const near = edges
      .filter(({ from, to }) => from === id || to === id)
      .map(({ from, to }) => row.get(from === id ? to : from) ?? 0);
    return near.length === 0 ? (row.get(id) ?? 0) : near.reduce((sum, value) => sum + value, 0) / near.length;
  };
  const ranked = (columns[at] ?? []).map((node, index) => ({ node, index, middle: middle(node) }));
  columns[at] = ranked.sort((a, b) => a.middle - b.middle || a.index - b.index).map(({ node }) => node);
}
