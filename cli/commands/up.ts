import type { Command } from "commander";
import {
  type ChangeOptions,
  confirm,
  type Context,
  describe,
  requireConsent,
  withJson,
  withStack,
  withYes,
} from "./common";

/** `up`: makes the stack what the program says. */
export function upCommand(context: Context): Command {
  const command = describe(
    "up",
    "Make the stack what the program says: show what would change, ask, and do it.",
    "npm run up -- --yes --json",
  );
  return withJson(withYes(withStack(command)), "counts, resources and outputs").action(
    async (options: ChangeOptions) => {
      requireConsent(options.yes, "'up'");
      await runUp(context, options);
    },
  );
}

async function runUp({ root }: Context, { stack: stackName, yes, json }: ChangeOptions): Promise<void> {
  const { openStack } = await import("../stack");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printJson, say } = await import("../output/messages");
  const { renderOutputs } = await import("../output/outputs");
  const open = await openStack({ root, stackName, create: true, clear: true });
  const onLine = json ? say : print;
  if (!yes) {
    const planned = await runOperation(open, "preview", { onLine: say });
    if (planned.moved) {
      await confirm(`${countsLine(planned.counts)}. Do it?`);
    }
  }
  const changes = await runOperation(open, "up", { onLine: yes ? onLine : () => undefined });
  if (json) {
    printJson({ ...toJson(changes), outputs: changes.outputs });
    return;
  }
  print(changes.moved ? `${countsLine(changes.counts)}.` : `Nothing has changed (${countsLine(changes.counts)}).`);
  print(renderOutputs(changes.outputs));
}
