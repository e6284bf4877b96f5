import type { Command } from "commander";
import { type Context, describe } from "./common";

/** `lock`: pins a scorer's whole environment. */
export function lockCommand({ root }: Context): Command {
  return describe(
    "lock",
    "Write conda.lock beside a scorer's conda.yml: every package of its environment, pinned with hashes.",
    "npm run lock -- churn",
  )
    .argument("[scorer]", "folder below scorers/; all of them without it")
    .option("--upgrade", "take the newest versions, not those of the lock that is there")
    .action(async (scorer: string | undefined, { upgrade }: { upgrade?: boolean }) => {
      const { lockScorer, scorersWithConda } = await import("../lock");
      const { Progress, say } = await import("../output/messages");
      for (const name of scorer === undefined ? scorersWithConda(root) : [scorer]) {
        const progress = new Progress(`Locking ${name}`);
        const log = { progress: (text: string) => progress.update(`Locking ${name}`, text), info: say };
        const packages = await lockScorer(root, name, upgrade ?? false, log).finally(() => {
          progress.end();
        });
        say(`scorers/${name}/conda.lock pins ${packages} packages.`);
      }
    });
}
