import type { Command } from "commander";
import { type Context, describe } from "./common";

const programCommands = ["up", "update", "preview", "pre", "refresh", "destroy", "watch"];

/** `pulumi`: any command of the engine, with this project's backend and passphrase. */
export function pulumiCommand(context: Context): Command {
  return describe(
    "pulumi",
    "Run any command of the engine that was found, with this project's backend and passphrase.",
    "npm run pulumi -- stack ls",
  )
    .argument("[args...]", "command and options of pulumi")
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[]) => {
      await runPulumi(context, args);
    });
}

async function runPulumi({ root, setExitCode }: Context, args: string[]): Promise<void> {
  const { findEngine } = await import("../engine");
  const { engineEnvironment } = await import("../stack");
  const { openProject } = await import("../project");
  const { say } = await import("../output/messages");
  const { runOnTerminal } = await import("../engine/process");
  const engine = await findEngine(root);
  const stackName = stackIn(args);
  if (!engine.whole && programCommands.includes(args[0] ?? "")) {
    say(
      `This engine was built without the host for Node programs, so '${args[0] ?? ""}' can't run one; use npm run ${args[0] ?? ""}.`,
    );
  }
  const environment = engineEnvironment(openProject(root), engine, stackName);
  const env = { PULUMI_STACK: stackName, ...process.env, ...environment };
  const code = await runOnTerminal(engine.file, args, { cwd: root, env });
  setExitCode(code === 0 ? 0 : 1);
}

/** The stack that the arguments name, else the local one. */
export function stackIn(args: readonly string[]): string {
  const joined = args.find((argument) => /^--stack=|^-s=/.test(argument));
  if (joined) {
    return joined.slice(joined.indexOf("=") + 1);
  }
  const place = args.findIndex((argument) => argument === "--stack" || argument === "-s");
  return (place >= 0 ? args[place + 1] : undefined) ?? "local";
}
