interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly blue: string;
  readonly red: string;
  readonly green: string;
}

// Hues of the Okabe-Ito palette, which people with any sight tell apart; lighter ones on dark.
const light: Palette = {
  ground: "#ffffff",
  ink: "#1f2328",
  soft: "#59636e",
  grid: "#dde1e6",
  blue: "#0072b2",
  red: "#d55e00",
  green: "#009e73",
};
const dark: Palette = {
  ground: "#0d1117",
  ink: "#e6edf3",
  soft: "#9198a1",
  grid: "#2a3038",
  blue: "#56b4e9",
  red: "#ff8c42",
  green: "#2fd1a5",
};

const shapes = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
    .title { font-size: 18px; font-weight: 600; }
    .heading { font-weight: 600; }
    .soft { font-size: 12px; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .grid, .axis { stroke-width: 1; shape-rendering: crispEdges; }
    .mark { stroke-width: 1; stroke-dasharray: 5 4; }
    .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
    .area { fill-opacity: 0.22; }`;

/** Colours stand in rules of their own, not in variables, which many viewers of SVG do not know. */
function paints(palette: Palette): string {
  const series = (["blue", "red", "green"] as const).flatMap((name) => [
    `.line.${name} { stroke: ${palette[name]}; }`,
    `.area.${name}, .swatch.${name} { fill: ${palette[name]}; }`,
  ]);
  return [
    `.ground { fill: ${palette.ground}; }`,
    `text { fill: ${palette.ink}; }`,
    `.soft { fill: ${palette.soft}; }`,
    `.grid { stroke: ${palette.grid}; }`,
    `.axis, .mark { stroke: ${palette.soft}; }`,
    ...series,
  ]
    .map((rule) => `\n    ${rule}`)
    .join("");
}

/** Style sheet of the chart: as on white, and as on black for who has chosen a dark scheme. */
export const chartStyle = `${shapes}${paints(light)}
    @media (prefers-color-scheme: dark) {${paints(dark)}
    }`;
