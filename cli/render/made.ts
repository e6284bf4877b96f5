import * as pulumi from "@pulumi/pulumi";
import type { Project } from "../project";
import { readState, type StateResource } from "../state";
import { placeholderMark } from "./settings";
import { signatureKey } from "../../provider/rpc/marks";

/** What a resource had when the stack was made, if it is still the same resource. */
export type MadeBefore = (
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
) => { readonly id: string | undefined; readonly outputs: Readonly<Record<string, unknown>> } | undefined;

/**
 * Looks resources up in the state of the stack itself, such as the client id of an identity that it has made; nothing where the stack
 * was never made, or its state is not in a folder. Values that are secret are placeholders.
 */
export function madeBefore(project: Project, stack: string): MadeBefore {
  const all = (readState(project, stack)?.resources ?? []) as readonly (StateResource & { readonly id?: string })[];
  return (type, name, inputs) => {
    const found = all.find((one) => one.type === type && one.urn.endsWith(`::${name}`));
    return found && isSame(inputs, found.inputs ?? {})
      ? { id: found.id, outputs: sealed(found.outputs ?? {}, name) as Record<string, unknown> }
      : undefined;
  };
}

/** Whether what the program says now is what was made; of what is no text or number nothing is asked. */
function isSame(now: Readonly<Record<string, unknown>>, then: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(now).every(
    ([key, value]) => !["string", "number", "boolean"].includes(typeof value) || then[key] === value,
  );
}

function sealed(value: unknown, name: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => sealed(item, name));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (signatureKey in value) {
    return pulumi.secret(`${placeholderMark}:${name}`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sealed(item, name)]));
}
