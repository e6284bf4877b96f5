import type { Command } from "commander";
import { type Context, describe } from "./common";

/** `setup`: what a first run lacks, and nothing else. */
export function setupCommand({ root }: Context): Command {
  return describe(
    "setup",
    "Set up what is missing, and nothing else: npm packages, the engine, uv.",
    "npm run setup",
  ).action(async () => {
    const { setUp } = await import("../set-up");
    const { say } = await import("../output/messages");
    const engine = await setUp(root);
    say(`Pulumi ${engine.version} (${engine.file})`);
  });
}
