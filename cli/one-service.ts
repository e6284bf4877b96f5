import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { OnlyService } from "../stacks/settings";
import { CliError } from "./errors";
import { isShown, runOperation } from "./operation";
import { type Changes, labelOf } from "./output/changes";
import { projectProgram } from "./program";
import { type OpenStack, openStack } from "./stack";
import type { StackState, StateResource } from "./state";
import { secretSignature, signatureKey } from "../provider/rpc/marks";

/** A stack that is open for the update of one of its services. */
export interface OneService {
  readonly open: OpenStack;
  readonly name: string;
  readonly imageIdentity: string;
  /** URNs of the component and of its server. */
  readonly target: readonly string[];
}

type Outputs = Readonly<Record<string, unknown>>;

const componentType = "scorestack:index:LocalService";

/**
 * Opens a stack so that one service alone is updated, with an image that is built. The program makes nothing but that service
 * and the engine is told to touch nothing else: edits that wait stay waiting, and a scorer with a fault does not matter.
 */
export async function openService(root: string, stackName: string, only: OnlyService): Promise<OneService> {
  let before: Outputs = {};
  const program: PulumiFn = async () => merged(before, (await projectProgram(root, { only })()) ?? {});
  const open = await openStack({ root, stackName, clear: true, program });
  const state = (await open.stack.exportStack()).deployment as StackState;
  const target = targetsOf(state.resources ?? [], open, only.name);
  const stack = state.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  before = revived(stack?.outputs ?? {}) as Outputs;
  return { open, name: only.name, imageIdentity: only.imageIdentity, target };
}

/** Previews the update and makes it; throws a `CliError` before it if anything but the service would move. */
export async function updateService(service: OneService, onLine: (line: string) => void): Promise<Changes> {
  const { open, name, imageIdentity, target } = service;
  let planned: unknown;
  const plan = await runOperation(open, "preview", {
    target,
    onLine: () => undefined,
    onEvent: ({ resourcePreEvent: step }) => {
      if (step && step.metadata.urn === target[1]) {
        planned = step.metadata.new?.inputs.imageIdentity;
      }
    },
  });
  const strange = plan.resources.find(({ op, urn }) => op !== "update" || !target.includes(urn));
  if (strange) {
    throw new CliError(
      `the settings would ${strange.op} ${labelOf(strange)}, and this command only updates service '${name}'; ` +
        "put them back, or run npm run up",
    );
  }
  if (planned !== imageIdentity) {
    throw new CliError(`the program must serve '${name}' as stacks/local.ts does, so that its image can be chosen`);
  }
  return runOperation(open, "up", { target, onLine });
}

/** The changes that the user is told of. */
export function movedIn(changes: Changes): string[] {
  return changes.resources.filter(isShown).map((change) => labelOf(change));
}

function targetsOf(resources: readonly StateResource[], { stack, project }: OpenStack, name: string): string[] {
  const prefix = `urn:pulumi:${stack.name}::${project.name}::${componentType}`;
  const target = [`${prefix}::${name}`, `${prefix}$scorestack:local:Service::${name}`];
  if (!target.every((urn) => resources.some((resource) => resource.urn === urn))) {
    throw new CliError(
      `service '${name}' must be one that stacks/ makes, got none of that name in the state of stack '${stack.name}'; ` +
        "run npm run up, or change the program that makes it",
    );
  }
  return target;
}

/** The stack's outputs as they were, with those of the service: the engine keeps what the program returns, and no more. */
function merged(before: Outputs, after: Outputs): Record<string, unknown> {
  const kinds = Object.entries(after).map(([kind, items]) => [
    kind,
    { ...(before[kind] as object | undefined), ...(items as object) },
  ]);
  return { ...before, ...(Object.fromEntries(kinds) as object) };
}

/** Outputs in a state, with secrets as the program makes them. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(revived);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const members = value as Record<string, unknown>;
  if (members[signatureKey] === secretSignature && typeof members.plaintext === "string") {
    return pulumi.secret(JSON.parse(members.plaintext));
  }
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, revived(member)]));
}
