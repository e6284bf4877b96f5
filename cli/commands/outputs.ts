import type { Command } from "commander";
import { type CloudOptions, type Context, describe, withCloud, withJson } from "./common";
import { onCloud } from "../rehearsal";

interface OutputsOptions extends CloudOptions {
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

/** `outputs`: what the stack tells the world. */
export function outputsCommand(context: Context): Command {
  const command = describe(
    "outputs",
    "Print the stack's outputs, or the one at a path. A text is printed bare.",
    "npm run -s outputs -- services.wine.scoringUri",
  );
  return withJson(withCloud(command), "them")
    .argument("[path]", "members joined by dots, such as services.wine.scoringUri")
    .option("--show-secrets", "print secrets as they are, not as [secret]")
    .action(async (path: string | undefined, options: OutputsOptions) => {
      await onCloud({ ...context, ...options, needsCloud: false }, () => runOutputs(context, path, options));
    });
}

async function runOutputs({ root }: Context, path: string | undefined, options: OutputsOptions): Promise<void> {
  const { openStack, stackOutputs } = await import("../stack");
  const { CliError } = await import("../errors");
  const { print, printBlock, printJson } = await import("../output/messages");
  const { outputAt, renderOutputs } = await import("../output/outputs");
  const outputs = await stackOutputs(await openStack({ root, stackName: options.stack }), options.showSecrets ?? false);
  const value = path === undefined ? outputs : outputAt(outputs, path);
  if (value === undefined) {
    throw new CliError(`there is no output '${path ?? ""}'; there are: ${Object.keys(outputs).join(", ") || "none"}`);
  }
  if (options.json) {
    printJson(value);
  } else if (typeof value === "object" && value !== null) {
    printBlock(renderOutputs(value as Record<string, unknown>));
  } else {
    print(typeof value === "string" ? value : JSON.stringify(value));
  }
}
