import type { Command } from "commander";
import { type Context, describe, type StackOptions, withStack } from "./common";
import { presentedServices } from "./start";

/** `watch`: brings the stack up, and again after each save. */
export function watchCommand(context: Context): Command {
  const command = describe(
    "watch",
    "Bring the stack up as start does, then update it after each save of a scorer, model, environment or setting,\n" +
      "and say how long it took from the save until each service answered anew. Ctrl-C ends it; the services go on.",
    "npm run watch",
  );
  return withStack(command).action(async ({ stack }: StackOptions) => {
    await runWatch(context, stack);
  });
}

async function runWatch({ root }: Context, stackName: string): Promise<void> {
  const { setUp } = await import("../set-up");
  const { openStack } = await import("../stack");
  const { watchStack } = await import("../watch");
  const { renderServices } = await import("../output/summary");
  const { print, say } = await import("../output/messages");
  const engine = await setUp(root);
  say(`Pulumi ${engine.version} (${engine.file})`);
  const open = await openStack({ root, stackName, create: true, clear: true, engine });
  await watchStack(open, async (changes) => {
    print(`\n${renderServices(await presentedServices(root, stackName, changes), stackName)}\n`);
  });
}
