import type { Command } from "commander";
import { type Context, describe } from "./common";

/** `context`: writes what an image is built from. */
export function contextCommand({ root }: Context): Command {
  return describe(
    "context",
    "Write the build context of a scorer's image: a folder to commit for the builder 'acr-git', or for docker build.",
    "npm run context -- --scorer diabetes --out contexts/diabetes",
  )
    .requiredOption("--scorer <name>", "folder below scorers/")
    .requiredOption("--out <folder>", "where to; an earlier context in it is replaced")
    .action(async ({ scorer, out }: { scorer: string; out: string }) => {
      const { writeScorerContext } = await import("../../stacks/contexts");
      const { CliError } = await import("../errors");
      const { say } = await import("../output/messages");
      process.env["SCORESTACK_ROOT"] = root;
      try {
        const { identity, folder, buildArguments } = writeScorerContext(scorer, out);
        say(`Wrote the build context of image ${identity.slice(0, 12)} to ${folder}.`);
        const given = Object.entries(buildArguments).map(([key, value]) => `--build-arg ${key}=${value}`);
        say(`  identity  ${identity}`);
        say(`  build     docker build ${given.join(" ")} --tag ${scorer} ${folder}`);
      } catch (error) {
        throw new CliError(error instanceof Error ? error.message : String(error));
      }
    });
}
