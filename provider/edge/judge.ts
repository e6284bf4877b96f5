import type { EdgeJson, EdgeRingInputs } from "../../components/internal/edge-contract";
import { byCodeUnits } from "../../components/internal/canonical-json";
import { recordOf, textOf } from "./values";

/** What a device says of itself. */
export interface DeviceReport {
  readonly deviceId: string;
  readonly said: string;
}

export interface Judgement {
  readonly targeted: number;
  readonly succeeded: readonly string[];
  /** Their agent does not answer, and they are not done. */
  readonly offline: readonly string[];
  readonly failed: readonly DeviceReport[];
  /** Their agent answers, and they are not done yet. */
  readonly waiting: readonly DeviceReport[];
  /** Targeted, and the hub has not given it to them. */
  readonly notApplied: readonly string[];
  /** Whether all is as it must be for the next ring. */
  readonly isWell: boolean;
}

interface Verdict {
  readonly kind: "succeeded" | "offline" | "failed" | "waiting";
  readonly said?: string;
}

/**
 * A manifest that no agent takes. After others, such as a pull that failed, the agent tries again. Source:
 * learn.microsoft.com/azure/iot-edge/module-edgeagent-edgehub#edgeagent-reported-properties.
 */
const finalCodes = new Set([400, 412]);
/** States that the agent does not leave by itself. Source: `ModuleStatus` in Azure/iotedge. */
const failedStates = new Set(["failed", "unhealthy", "dead"]);
/** From here on a module that is started again and again counts as failed. */
const restarts = 3;

/** What the ring's devices make of a configuration, by the twins of their agents that it is applied to. */
export function judge(
  ring: Pick<EdgeRingInputs, "moduleNames" | "maximumOfflineShare" | "minimumDevices">,
  targets: readonly string[],
  agents: readonly Record<string, EdgeJson>[],
  online: ReadonlySet<string>,
): Judgement {
  const twins = new Map(agents.map((twin) => [textOf(twin.deviceId), twin]));
  const verdicts = [...targets].sort(byCodeUnits).map((deviceId) => {
    const twin = twins.get(deviceId);
    return { deviceId, verdict: twin && verdictOf(twin, ring.moduleNames, online.has(deviceId)) };
  });
  const of = (kind: string): string[] =>
    verdicts.filter(({ verdict }) => verdict?.kind === kind).map(({ deviceId }) => deviceId);
  const saidBy = (kind: string): DeviceReport[] =>
    verdicts.flatMap(({ deviceId, verdict }) =>
      verdict?.kind === kind ? [{ deviceId, said: verdict.said ?? "" }] : [],
    );
  const [succeeded, offline, failed, waiting] = [of("succeeded"), of("offline"), saidBy("failed"), saidBy("waiting")];
  const notApplied = verdicts.filter(({ verdict }) => verdict === undefined).map(({ deviceId }) => deviceId);
  const isSettled = succeeded.length + offline.length === targets.length;
  return {
    targeted: targets.length,
    succeeded,
    offline,
    failed,
    waiting,
    notApplied,
    isWell:
      isSettled &&
      succeeded.length >= ring.minimumDevices &&
      offline.length <= targets.length * ring.maximumOfflineShare,
  };
}

function verdictOf(twin: Record<string, EdgeJson>, moduleNames: readonly string[], isOnline: boolean): Verdict {
  const { desired, reported } = recordOf(twin.properties);
  const report = recordOf(reported);
  const isCurrent = report.lastDesiredVersion === recordOf(desired).$version;
  if (!isCurrent) {
    return isOnline ? { kind: "waiting", said: "it has not reported on it yet" } : { kind: "offline" };
  }
  const { code, description } = recordOf(report.lastDesiredStatus);
  if (code !== 200) {
    const said = `its agent reports ${JSON.stringify(code ?? null)}: ${textOf(description) || "no description"}`;
    return finalCodes.has(Number(code)) ? { kind: "failed", said } : { kind: isOnline ? "waiting" : "offline", said };
  }
  const problems = moduleNames.map((name) => moduleVerdict(name, recordOf(recordOf(report.modules)[name])));
  const said = problems.filter(({ kind }) => kind !== "succeeded").map((problem) => problem.said);
  const isFailed = problems.some(({ kind }) => kind === "failed");
  if (said.length === 0) {
    return { kind: "succeeded" };
  }
  return isFailed
    ? { kind: "failed", said: said.join("; ") }
    : isOnline
      ? { kind: "waiting", said: said.join("; ") }
      : { kind: "offline" };
}

function moduleVerdict(name: string, report: Record<string, EdgeJson>) {
  const status = textOf(report.runtimeStatus) || "unknown";
  const isLooping = status === "backoff" && Number(report.restartCount ?? 0) >= restarts;
  const kind = status === "running" ? "succeeded" : failedStates.has(status) || isLooping ? "failed" : "waiting";
  const exit = report.exitCode === undefined ? "" : `, exit code ${JSON.stringify(report.exitCode)}`;
  const description = textOf(report.statusDescription);
  const count = isLooping ? `, started ${String(Number(report.restartCount))} times` : "";
  return { kind, said: `module '${name}' is ${status}${exit}${count}${description === "" ? "" : `: ${description}`}` };
}

/** A line for each device; those beyond ten are counted. */
export function reportOf(reports: readonly DeviceReport[]): string {
  const shown = reports.slice(0, 10).map(({ deviceId, said }) => `  ${deviceId}: ${said}`);
  return [...shown, ...(reports.length > 10 ? [`  and ${reports.length - 10} more devices`] : [])].join("\n");
}
