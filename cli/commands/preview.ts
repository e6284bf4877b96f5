import type { Command } from "commander";
import { type Context, describe, type StackOptions, withJson, withStack } from "./common";

interface PreviewOptions extends StackOptions {
  readonly json?: boolean;
}

/** `preview`: tells what `up` would do, and changes nothing. */
export function previewCommand(context: Context): Command {
  const command = describe("preview", "Tell what up would do, and why. Changes nothing.", "npm run preview -- --json");
  return withJson(withStack(command), "counts and resources").action(async (options: PreviewOptions) => {
    await runPreview(context, options);
  });
}

async function runPreview({ root }: Context, { stack: stackName, json }: PreviewOptions): Promise<void> {
  const { openStack, discardIfNew } = await import("../stack");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printJson, say } = await import("../output/messages");
  const open = await openStack({ root, stackName, create: true });
  try {
    const changes = await runOperation(open, "preview", { onLine: json ? say : print });
    if (json) {
      printJson(toJson(changes));
    } else {
      print(changes.moved ? `${countsLine(changes.counts)}.` : `Nothing would change (${countsLine(changes.counts)}).`);
    }
  } finally {
    await discardIfNew(open);
  }
}
