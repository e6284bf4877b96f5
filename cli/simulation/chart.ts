import { chartStyle } from "./chart-style";
import { tickText, ticksTo, timeTicks, timeUnit } from "./axis";
import { goalText, threeDigits, percent, type Report } from "./report";
import type { Stretch } from "./timeline";

const [width, left, right] = [960, 72, 24];
const plotWidth = width - left - right;
const [firstTop, panelHeight, panelPitch] = [124, 128, 184];
const panelCount = 3;
const bottom = firstTop + (panelCount - 1) * panelPitch + panelHeight;
const height = bottom + 56;

/** A quantity over time. */
interface Series {
  readonly name: string;
  /** Class that paints it. */
  readonly paint: string;
  readonly filled: boolean;
  readonly value: (stretch: Stretch) => number;
}

/** A value that holds all the time. */
interface Mark {
  readonly name: string;
  readonly value: number;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
}

/** The report as a picture: load, replicas and latency over time, to be read on a light ground and on a dark one. */
export function renderChart(report: Report): string {
  const panels = panelsOf(report).map((panel, index) => renderPanel(panel, firstTop + index * panelPitch, report));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title summary">
  <title id="title">${escaped(titleOf(report))}</title>
  <desc id="summary">${escaped(summaryOf(report).join(" "))}</desc>
  <style>${chartStyle}
  </style>
  <rect class="ground" width="${width}" height="${height}"/>
  ${text(left, 34, "title", titleOf(report))}
  ${summaryOf(report)
    .map((line, index) => text(left, 57 + index * 18, "soft", line))
    .join("\n  ")}
${panels.join("\n")}
${renderTimes(report.durationSeconds)}
</svg>
`;
}

function titleOf({ load }: Report): string {
  return load;
}

function summaryOf({ settings, outcome, goal, pricePerReplicaHour }: Report): string[] {
  const { minReplicas, maxReplicas, targetUtilization } = settings;
  const { refusedShare, latencyMs, replicas, replicaHours } = outcome;
  return [
    `${minReplicas} to ${maxReplicas} replicas, target utilisation ${targetUtilization} %. Goal: ${goalText(goal)}.`,
    `Answered 503: ${percent(refusedShare)}. p50 ${threeDigits(latencyMs.p50)} ms, p95 ${threeDigits(latencyMs.p95)} ms, p99 ${threeDigits(latencyMs.p99)} ms. ` +
      `${replicas.mean.toFixed(1)} replicas in the mean, ${(replicaHours * pricePerReplicaHour).toFixed(2)} USD.`,
  ];
}

function panelsOf({ settings, goal }: Report): Panel[] {
  return [
    {
      title: "Requests per second",
      series: [
        { name: "came", paint: "blue", filled: true, value: ({ requestsPerSecond }) => requestsPerSecond },
        { name: "answered 503", paint: "red", filled: true, value: ({ refusedPerSecond }) => refusedPerSecond || NaN },
      ],
      marks: [],
    },
    {
      title: "Replicas",
      series: [
        { name: "there", paint: "green", filled: true, value: ({ replicas }) => replicas },
        { name: "busy", paint: "blue", filled: false, value: ({ busy }) => busy },
      ],
      marks: [{ name: "maxReplicas", value: settings.maxReplicas }],
    },
    {
      title: "Latency, ms",
      series: [{ name: "95th percentile of the answers", paint: "blue", filled: false, value: ({ p95Ms }) => p95Ms }],
      marks: goal.p95Ms === undefined ? [] : [{ name: "goal", value: goal.p95Ms }],
    },
  ];
}

function renderPanel({ title, series, marks }: Panel, top: number, { timeline, durationSeconds }: Report): string {
  const values = series.flatMap(({ value }) => timeline.map(value)).filter((value) => !Number.isNaN(value));
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  // A mark far above all values would press them to the ground.
  const shown = marks.filter(({ value }) => value <= greatest * 2.5);
  const ticks = ticksTo(Math.max(greatest, ...shown.map(({ value }) => value)));
  const scale = panelHeight / (ticks.at(-1) ?? 1);
  const y = (value: number): number => top + panelHeight - value * scale;
  const x = (seconds: number): number => left + (seconds / durationSeconds) * plotWidth;
  return [
    `  <g aria-label="${escaped(title)}">`,
    `    ${text(left, top - 14, "heading", title)}`,
    ...legend(series, top - 14),
    ...ticks.flatMap((tick) => [
      `    <line class="${tick === 0 ? "axis" : "grid"}" x1="${left}" y1="${round(y(tick))}" x2="${width - right}" y2="${round(y(tick))}"/>`,
      `    ${text(left - 10, y(tick) + 4, "soft end", tickText(tick))}`,
    ]),
    ...series.flatMap((one) => [
      ...(one.filled ? [`    <path class="area ${one.paint}" d="${pathOf(one, true, timeline, x, y)}"/>`] : []),
      `    <path class="line ${one.paint}" d="${pathOf(one, false, timeline, x, y)}"/>`,
    ]),
    ...shown.flatMap((mark) => [
      `    <line class="mark" x1="${left}" y1="${round(y(mark.value))}" x2="${width - right}" y2="${round(y(mark.value))}"/>`,
      `    ${text(width - right - 4, y(mark.value) - 5, "soft end", `${mark.name} ${tickText(mark.value)}`)}`,
    ]),
    "  </g>",
  ].join("\n");
}

/** Steps: a value holds for its stretch. What has none is left out. */
function pathOf({ value }: Series, closed: boolean, timeline: readonly Stretch[], x: Scale, y: Scale): string {
  const runs: Stretch[][] = [[]];
  for (const stretch of timeline) {
    if (Number.isNaN(value(stretch))) {
      runs.push([]);
    } else {
      runs.at(-1)?.push(stretch);
    }
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const [from, to] = [run[0]?.fromSeconds ?? 0, run.at(-1)?.toSeconds ?? 0];
      const steps = run.map((stretch) => `V${round(y(value(stretch)))}H${round(x(stretch.toSeconds))}`).join("");
      const start = closed ? y(0) : y(run[0] ? value(run[0]) : 0);
      const close = closed ? `V${round(y(0))}H${round(x(from))}Z` : "";
      return to > from ? `M${round(x(from))} ${round(start)}${steps}${close}` : "";
    })
    .join("");
}

type Scale = (value: number) => number;

/** From the right, each with room for its name: some seven pixels a letter. */
function legend(series: readonly Series[], baseline: number): string[] {
  let x = width - right + 12;
  return [...series].reverse().flatMap(({ name, paint }) => {
    x -= name.length * 7 + 36;
    const place = `x="${round(x)}" y="${baseline - 10}" width="11" height="11" rx="2"`;
    return [`    <rect class="swatch ${paint}" ${place}/>`, `    ${text(x + 17, baseline, "soft", name)}`];
  });
}

function renderTimes(seconds: number): string {
  const unit = timeUnit(seconds);
  const ticks = timeTicks(seconds).flatMap((tick) => {
    const x = left + (tick / seconds) * plotWidth;
    return [
      `  <line class="axis" x1="${round(x)}" y1="${bottom}" x2="${round(x)}" y2="${bottom + 5}"/>`,
      `  ${text(x, bottom + 20, "soft middle", tickText(tick / unit.seconds))}`,
    ];
  });
  return [...ticks, `  ${text(left + plotWidth / 2, bottom + 42, "soft middle", `Time, ${unit.name}`)}`].join("\n");
}

function text(x: number, y: number, paint: string, content: string): string {
  return `<text class="${paint}" x="${round(x)}" y="${round(y)}">${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
