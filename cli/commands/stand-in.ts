import type { Command } from "commander";
import { type Context, describe, type StackOptions, withStack } from "./common";

/** `stand-in`: serves the stand-in cloud of a stack, for the plain Pulumi CLI. */
export function standInCommand(context: Context): Command {
  const command = describe(
    "stand-in",
    "Serve a stack's stand-in cloud until Ctrl-C, and print what makes 'pulumi' in another shell use it.\n" +
      "The commands of this project need it not: they have --cloud stand-in.",
    "npm run -s stand-in -- --stack dev",
  );
  return withStack(command).action(async ({ stack }: StackOptions) => {
    await serveStandIn(context, stack);
  });
}

async function serveStandIn({ root }: Context, stack: string): Promise<void> {
  const { onCloud } = await import("../rehearsal");
  const { openProject } = await import("../project");
  const { passphraseEnvironment } = await import("../passphrase");
  const { untilInterrupted } = await import("../interruption");
  const { print, say } = await import("../output/messages");
  await onCloud({ root, stack, cloud: "stand-in" }, async (standIn) => {
    const project = openProject(root);
    const variables = {
      PULUMI_BACKEND_URL: project.backendUrl,
      ...passphraseEnvironment(project, stack),
      ...standIn?.environment,
    };
    print(
      Object.entries(variables)
        .map(([name, value]) => `export ${name}='${value}'`)
        .join("\n"),
    );
    say("Serving until Ctrl-C.");
    await untilInterrupted();
  });
}
