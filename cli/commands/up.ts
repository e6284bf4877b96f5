import type { Command } from "commander";
import {
  type ChangeOptions,
  confirm,
  type Context,
  describe,
  requireConsent,
  withCloud,
  withJson,
  withYes,
} from "./common";
import { onCloud } from "../rehearsal";

/** `up`: makes the stack what the program says. */
export function upCommand(context: Context): Command {
  const command = describe(
    "up",
    "Make the stack what the program says: show what would change, ask, and do it.",
    "npm run up -- --yes --json",
  );
  return withJson(withYes(withCloud(command)), "counts, resources and outputs").action(
    async (options: ChangeOptions) => {
      requireConsent(options.yes, "'up'");
      await onCloud({ ...context, ...options }, () => runUp(context, options));
    },
  );
}

async function runUp({ root }: Context, { stack: stackName, yes, json }: ChangeOptions): Promise<void> {
  const { openStack } = await import("../stack");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printBlock, printJson, say } = await import("../output/messages");
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
  const counts = countsLine(changes.counts);
  printBlock(
    [changes.moved ? `${counts}.` : `Nothing has changed (${counts}).`, renderOutputs(changes.outputs)].join("\n"),
  );
}
