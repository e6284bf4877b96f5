import { type Column, renderTable } from "../output/table";
import type { Goal, Proposal } from "./proposal";
import { hoursPerMonth } from "./price";
import type { Outcome } from "./outcome";
import type { RouterSettings } from "./router";
import type { Stretch } from "./timeline";

/** All that a simulation has to say; what `--json` prints. */
export interface Report {
  /** What came in, in words. */
  readonly load: string;
  readonly durationSeconds: number;
  /** What `replicasFor` says to the greatest rate of the load. */
  readonly replicasForPeak: number;
  readonly secondsPerRequest: number;
  readonly settings: RouterSettings;
  readonly outcome: Outcome;
  readonly pricePerReplicaHour: number;
  readonly goal: Goal;
  /** None where no number of replicas keeps to the goal. */
  readonly proposal?: Proposal;
  readonly timeline: readonly Stretch[];
}

interface Line {
  readonly what: string;
  readonly simulated: string;
  readonly proposed: string;
}

/** The report as text. */
export function renderReport(report: Report): string {
  const { load, settings, proposal, replicasForPeak } = report;
  const { maxConcurrentRequestsPerReplica: each, startSeconds, maxRequestWaitTimeMs } = settings;
  const columns: Column<Line>[] = [
    { title: "", value: ({ what }) => what },
    { title: "simulated", value: ({ simulated }) => simulated, align: "right" },
    ...(proposal ? [{ title: "proposed", value: ({ proposed }: Line) => proposed, align: "right" } as const] : []),
  ];
  return [
    load,
    `Replicas take ${each} at a time and start in ${startSeconds} s; requests wait ${maxRequestWaitTimeMs} ms at most.`,
    "",
    renderTable(linesOf(report), columns),
    "",
    `At the greatest rate the formula (replicasFor) gives ${replicasForPeak} replicas.`,
    verdict(report),
  ].join("\n");
}

function linesOf({ settings, outcome, pricePerReplicaHour, proposal, durationSeconds }: Report): Line[] {
  const line = (what: string, shown: (given: Proposal) => string): Line => ({
    what,
    simulated: shown({ ...settings, outcome }),
    proposed: proposal ? shown(proposal) : "",
  });
  const ofLatency = (name: keyof Outcome["latencyMs"]) =>
    line(`${name}, ms`, (given) => threeDigits(given.outcome.latencyMs[name]));
  const dollars = (hours: number): string => (hours * pricePerReplicaHour).toFixed(2);
  return [
    line("minReplicas", ({ minReplicas }) => String(minReplicas)),
    line("maxReplicas", ({ maxReplicas }) => String(maxReplicas)),
    line("targetUtilization, %", ({ targetUtilization }) => String(targetUtilization)),
    line("requests", (given) => given.outcome.requests.toLocaleString("en")),
    line("answered 503", ({ outcome: { refused, refusedShare } }) => `${refused} (${percent(refusedShare)})`),
    ...(["mean", "p50", "p95", "p99"] as const).map(ofLatency),
    line("replicas, mean", (given) => given.outcome.replicas.mean.toFixed(1)),
    line("replicas, most", (given) => String(given.outcome.replicas.most)),
    line("busy", (given) => percent(given.outcome.utilization)),
    line("replica hours", (given) => given.outcome.replicaHours.toFixed(2)),
    line("cost, USD", (given) => dollars(given.outcome.replicaHours)),
    line("a month like this, USD", (given) =>
      dollars((given.outcome.replicaHours * 3600 * hoursPerMonth) / durationSeconds),
    ),
  ];
}

function verdict({ goal, proposal, secondsPerRequest }: Report): string {
  const asked = goalText(goal);
  if (!proposal) {
    return `No number of replicas keeps to the goal (${asked}): a request alone takes ${threeDigits(secondsPerRequest * 1000)} ms in the mean; ask for less, or make it quicker.`;
  }
  const { minReplicas, maxReplicas, targetUtilization } = proposal;
  return (
    `Goal: ${asked}. The least replica hours that were found to keep to it: minReplicas ${minReplicas}, maxReplicas ${maxReplicas}, ` +
    `targetUtilization ${targetUtilization}. This is for this very load: leave room for a greater one.`
  );
}

/** `at most 0.1 % answered 503, p95 at most 200 ms`. */
export function goalText({ refusedShare, p95Ms }: Goal): string {
  return `at most ${percent(refusedShare)} answered 503${p95Ms === undefined ? "" : `, p95 at most ${p95Ms} ms`}`;
}

/** Two digits: `0.1 %`, `12 %`. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "-" : `${Number((share * 100).toPrecision(2))} %`;
}

/** Three digits, whole numbers in full. */
export function threeDigits(value: number): string {
  return Number.isNaN(value) ? "-" : value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
