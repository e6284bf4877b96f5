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

/** `refresh`: looks at what is really there. */
export function refreshCommand(context: Context): Command {
  const command = describe(
    "refresh",
    "Look at what is really there and take it into the state; the next up mends what differs.",
    "npm run refresh -- --yes",
  );
  return withJson(withYes(withCloud(command)), "counts and resources").action(async (options: ChangeOptions) => {
    requireConsent(options.yes, "'refresh'");
    await onCloud({ ...context, ...options }, () => runRefresh(context, options));
  });
}

async function runRefresh({ root }: Context, { stack: stackName, yes, json }: ChangeOptions): Promise<void> {
  const { openStack } = await import("../stack");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printBlock, printJson, say } = await import("../output/messages");
  const open = await openStack({ root, stackName, clear: true });
  if (!yes) {
    await confirm(`Take what is really there into the state of stack '${stackName}'?`);
  }
  const changes = await runOperation(open, "refresh", { onLine: json ? say : print });
  if (json) {
    printJson(toJson(changes));
  } else {
    printBlock(
      changes.moved
        ? `${countsLine(changes.counts)}.`
        : `Everything is as the state says (${countsLine(changes.counts)}).`,
    );
  }
}
