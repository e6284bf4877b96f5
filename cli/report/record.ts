import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { nameOf } from "../output/changes";

export type Json = Readonly<Record<string, unknown>>;

/** A resource as one preview saw it. */
export interface SeenResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly custom: boolean;
  /** The engine's words, in its order. */
  readonly ops: readonly string[];
  readonly oldInputs: Json;
  readonly newInputs: Json;
  readonly oldOutputs: Json;
  readonly newOutputs: Json;
  /** Property path → `add`, `update-replace` …, of all its steps. */
  readonly changes: Readonly<Record<string, string>>;
}

export interface Said {
  readonly severity: "error" | "warning";
  readonly source: "program" | "policy";
  readonly urn: string | undefined;
  readonly message: string;
}

/** What the events of a preview tell, in an order of its own: the engine works on many things at once. */
export interface EngineRecord {
  /** By URN. */
  readonly resources: ReadonlyMap<string, SeenResource>;
  readonly said: readonly Said[];
}

type Draft = { -readonly [K in keyof SeenResource]: SeenResource[K] } & { ops: string[] };

/** Reads a preview's events. */
export function recordOf(events: readonly EngineEvent[]): EngineRecord {
  const drafts = new Map<string, Draft>();
  const said: Said[] = [];
  for (const event of events) {
    const { resourcePreEvent, resOutputsEvent, diagnosticEvent, policyEvent } = event;
    if (resourcePreEvent) {
      addStep(drafts, resourcePreEvent.metadata);
    }
    const done = resOutputsEvent?.metadata;
    const draft = done && drafts.get(done.urn);
    if (draft) {
      draft.newOutputs = { ...draft.newOutputs, ...done.new?.outputs };
    }
    if (diagnosticEvent && (diagnosticEvent.severity === "error" || diagnosticEvent.severity === "warning")) {
      const { severity, urn, message } = diagnosticEvent;
      said.push({ severity, source: "program", urn, message });
    }
    if (policyEvent) {
      const { enforcementLevel, resourceUrn, policyName, message } = policyEvent;
      const severity = enforcementLevel === "mandatory" ? "error" : "warning";
      said.push({ severity, source: "policy", urn: resourceUrn, message: `${policyName}: ${message}` });
    }
  }
  return { resources: new Map([...drafts].sort(([a], [b]) => (a < b ? -1 : 1))), said };
}

function addStep(drafts: Map<string, Draft>, step: StepEventMetadata): void {
  const state = step.new ?? step.old;
  const draft = drafts.get(step.urn) ?? {
    urn: step.urn,
    type: step.type,
    name: nameOf(step.urn),
    parent: state?.parent || undefined,
    custom: state?.custom ?? false,
    ops: [],
    oldInputs: {},
    newInputs: {},
    oldOutputs: {},
    newOutputs: {},
    changes: {},
  };
  draft.ops.push(step.op);
  draft.oldInputs = step.old?.inputs ?? draft.oldInputs;
  draft.oldOutputs = step.old?.outputs ?? draft.oldOutputs;
  draft.newInputs = step.new?.inputs ?? draft.newInputs;
  draft.changes = { ...draft.changes, ...changesOf(step) };
  drafts.set(step.urn, draft);
}

function changesOf({ detailedDiff, diffs }: StepEventMetadata): Record<string, string> {
  const detailed = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind as string]);
  const listed = (diffs ?? []).map((path) => [path, "update"]);
  return Object.fromEntries(detailed.length > 0 ? detailed : listed) as Record<string, string>;
}
