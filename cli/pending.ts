import type { Stack } from "@pulumi/pulumi/automation";
import { nameOf } from "./output/changes";
import { say } from "./output/messages";
import type { Project } from "./project";
import { type PendingOperation, readState, type StackState } from "./state";

/** Whether all the operations are of resources that recognise and adopt what a killed run has made. */
export function canBeRepeated(operations: readonly PendingOperation[]): boolean {
  return operations.every(({ resource }) => /^(scorestack|pulumi):/.test(resource.type));
}

/**
 * Forgets the operations of a run that was killed, when all are of our own local resources: those can be done again. For
 * others, such as a cloud's, the engine's own warning stands, as something may have been made that nobody knows of.
 */
export async function clearPendingOperations(project: Project, stack: Stack): Promise<void> {
  const pending = readState(project, stack.name)?.pending_operations ?? [];
  if (pending.length === 0 || !canBeRepeated(pending)) {
    return;
  }
  const exported = await stack.exportStack();
  const state = exported.deployment as StackState;
  await stack.importStack({ ...exported, deployment: { ...state, pending_operations: [] } });
  const names = pending.map(
    ({ type, resource }) => `${type} ${resource.type.split(":").pop() ?? ""} ${nameOf(resource.urn)}`,
  );
  say(`A run was ended in the middle of: ${names.join(", ")}; it is done again now.`);
}
