import type { Command } from "commander";
import { type CloudOptions, type Context, describe, withCloud, withJson } from "./common";
import { onCloud } from "../rehearsal";

interface PreviewOptions extends CloudOptions {
  readonly json?: boolean;
}

/** `preview`: tells what `up` would do, and changes nothing. */
export function previewCommand(context: Context): Command {
  const command = describe("preview", "Tell what up would do, and why. Changes nothing.", "npm run preview -- --json");
  return withJson(withCloud(command), "counts and resources").action(async (options: PreviewOptions) => {
    await onCloud({ ...context, ...options }, () => runPreview(context, options));
  });
}

async function runPreview({ root }: Context, { stack: stackName, json }: PreviewOptions): Promise<void> {
  const { openStack, discardIfNew } = await import("../stack");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printBlock, printJson, say } = await import("../output/messages");
  const open = await openStack({ root, stackName, create: true });
  try {
    const changes = await runOperation(open, "preview", { onLine: json ? say : print });
    if (json) {
      printJson(toJson(changes));
    } else {
      printBlock(
        changes.moved ? `${countsLine(changes.counts)}.` : `Nothing would change (${countsLine(changes.counts)}).`,
      );
    }
  } finally {
    await discardIfNew(open);
  }
}
