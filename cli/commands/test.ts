import * as path from "node:path";
import type { Command } from "commander";
import { type Context, describe } from "./common";

/** `test`: sets up what is missing and runs the tests. */
export function testCommand(context: Context): Command {
  return describe(
    "test",
    "Set up what is missing and run every test that needs no cloud.",
    "npm test -- test/cli/table.test.ts --grep bytes",
  )
    .argument("[args...]", "options of mocha, or the files to run")
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[]) => {
      await runTests(context, args);
    });
}

async function runTests({ root, setExitCode }: Context, args: readonly string[]): Promise<void> {
  const { setUp } = await import("../set-up");
  const { runOnTerminal } = await import("../engine/process");
  await setUp(root);
  const files = args.some((argument) => argument.endsWith(".ts")) ? [] : ["test/**/*.test.ts"];
  const mocha = path.join(root, "node_modules", "mocha", "bin", "mocha.js");
  const code = await runOnTerminal(process.execPath, [mocha, ...files, ...args], { cwd: root });
  setExitCode(code === 0 ? 0 : 1);
}
