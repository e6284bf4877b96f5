import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { reasonsOf } from "./reasons";
import { signatureKey } from "../../provider/rpc/marks";

/** A resource that an operation moves. */
export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The engine's word: `create`, `update`, `replace`, `delete` … */
  readonly op: string;
  /** Property paths that differ. */
  readonly diffs: readonly string[];
  /** The same in words. */
  readonly reasons: readonly string[];
  /** Whether a provider manages it; components only hold others. */
  readonly custom: boolean;
  readonly parent: string | undefined;
}

/** How many resources of each kind of step there are, by the engine's words. */
export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

const stackType = "pulumi:pulumi:Stack";
// Halves of a replacement, as `replace` itself is told, and what is only looked at.
const partOps = new Set(["same", "read", "create-replacement", "delete-replaced", "discard-replaced", "refresh"]);

/** Gathers what the events of one operation say. */
export class Changes {
  readonly resources: ResourceChange[] = [];
  counts: Counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  outputs: Record<string, unknown> = {};

  /** Takes an event in, and gives the resource back that it shows for the first time. */
  add(event: EngineEvent): ResourceChange | undefined {
    if (event.summaryEvent) {
      const { create = 0, update = 0, replace = 0, delete: deleted = 0, same = 0 } = event.summaryEvent.resourceChanges;
      this.counts = { create, update, replace, delete: deleted, same };
    }
    const finished = event.resOutputsEvent?.metadata;
    if (finished?.type === stackType) {
      this.outputs = withoutSecrets(finished.new?.outputs ?? {}) as Record<string, unknown>;
    }
    const step = event.resourcePreEvent?.metadata ?? refreshed(finished);
    if (
      !step ||
      partOps.has(step.op) ||
      step.type === stackType ||
      this.resources.some(({ urn, op }) => urn === step.urn && op === step.op)
    ) {
      return undefined;
    }
    const change = changeOf(step);
    this.resources.push(change);
    return change;
  }

  get moved(): boolean {
    const { create, update, replace, delete: deleted } = this.counts;
    return create + update + replace + deleted > 0;
  }
}

/** A refresh tells only at its end what it has found. */
function refreshed(metadata: StepEventMetadata | undefined): StepEventMetadata | undefined {
  return metadata?.op === "refresh" ? undefined : metadata;
}

function changeOf(step: StepEventMetadata): ResourceChange {
  const state = step.new ?? step.old;
  const detailed = Object.fromEntries(
    Object.entries(step.detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind as string]),
  );
  const changes =
    Object.keys(detailed).length > 0
      ? detailed
      : Object.fromEntries((step.diffs ?? []).map((path) => [path, "update"]));
  const told = step.op === "update" || step.op === "replace";
  return {
    urn: step.urn,
    type: step.type,
    name: nameOf(step.urn),
    op: step.op,
    diffs: Object.keys(changes),
    reasons: told
      ? reasonsOf({ type: step.type, oldInputs: step.old?.inputs ?? {}, newInputs: step.new?.inputs ?? {}, changes })
      : [],
    custom: state?.custom ?? false,
    parent: state?.parent || undefined,
  };
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `ModelImage wine` for what has its component's name, `AciService wine: keys` for another part of one, `Image wine` elsewhere. */
export function labelOf(change: Pick<ResourceChange, "urn" | "type" | "name" | "parent">): string {
  const parentTypes = change.parent?.split("::")[2] ?? "";
  const parentType = parentTypes.split("$").pop() ?? "";
  if (!change.parent || !parentType.startsWith("scorestack:index:")) {
    return `${change.type.split(":").pop() ?? change.type} ${change.name}`;
  }
  const parentName = nameOf(change.parent);
  const part = change.name.startsWith(`${parentName}-`) ? `: ${change.name.slice(parentName.length + 1)}` : "";
  return `${parentType.split(":").pop() ?? ""} ${parentName}${part}`;
}

/** The value with `[secret]` in the place of each secret. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutSecrets);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return signatureKey in value
    ? "[secret]"
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSecrets(member)]));
}
