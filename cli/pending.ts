import { nameOf } from "./output/changes";
import { say } from "./output/messages";
import type { Project } from "./project";
import { type PendingOperation, readState } from "./state";

/** Whether all the operations are of resources that recognise and adopt what a killed run has made. */
export function canBeRepeated(operations: readonly PendingOperation[]): boolean {
  return operations.every(({ resource }) => /^(scorestack|pulumi):/.test(resource.type));
}

/**
 * Forgets the operations of a run that was killed, when all are of our own local resources: those can be done again. For
 * others, such as a cloud's, the engine's own warning stands, as something may have been made that nobody knows of. `run` runs a
 * command of the engine. The Automation API's own export and import would put the stack's secrets into a file, open.
 */
export async function clearPendingOperations(
  project: Project,
  stackName: string,
  run: (args: string[], input?: string) => Promise<string>,
): Promise<void> {
  const pending = readState(project, stackName)?.pending_operations ?? [];
  if (pending.length === 0 || !canBeRepeated(pending)) {
    return;
  }
  const exported = JSON.parse(await run(["stack", "export", "--stack", stackName])) as { deployment: object };
  const cleared = { ...exported, deployment: { ...exported.deployment, pending_operations: [] } };
  await run(["stack", "import", "--stack", stackName], JSON.stringify(cleared));
  const names = pending.map(
    ({ type, resource }) => `${type} ${resource.type.split(":").pop() ?? ""} ${nameOf(resource.urn)}`,
  );
  say(`A run was ended in the middle of: ${names.join(", ")}; it is done again now.`);
}
