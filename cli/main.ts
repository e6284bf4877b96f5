import { Command, CommanderError } from "commander";
import { addCommands } from "./commands";
import { helpStyle } from "./commands/common";
import { describeError, CliError, exitCodes, isEngineGone } from "./errors";
import { handleSignals, isInterrupted } from "./interruption";
import { say } from "./output/messages";
import { UserError } from "../provider/rpc/handler";

/** Runs the command line and returns its exit code: 0 ok, 1 failed, 2 wrong usage, 130 interrupted. */
export async function main(root: string, args: readonly string[]): Promise<number> {
  handleSignals((code) => process.exit(code));
  process.on("unhandledRejection", (error) => {
    // While a program runs the SDK has a handler of its own, which has the engine end the run with the error. Calls to an engine
    // that has ended fail where nobody can catch it; that it ended is told by who waits for it.
    if (process.listenerCount("unhandledRejection") === 1 && !isEngineGone(error)) {
      say(describeError(error));
      process.exit(exitCodes.failed);
    }
  });
  const program = new Command("npm run")
    .description("Declare a model, a scorer and where it should run; start does the rest.")
    .helpCommand("help [command]", "explain a command")
    .enablePositionalOptions()
    .configureHelp(helpStyle)
    .exitOverride()
    .showHelpAfterError("(--help explains the options)");
  let code: number = exitCodes.ok;
  addCommands(program, {
    root,
    setExitCode: (value) => {
      code = value;
    },
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return isInterrupted() ? exitCodes.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    say(error instanceof UserError ? error.message : describeError(error));
    return error instanceof CliError ? error.exitCode : exitCodes.failed;
  }
}
