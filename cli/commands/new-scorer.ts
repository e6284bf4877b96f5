import type { Command } from "commander";
import { type Context, describe } from "./common";

/** `new-scorer`: a working scorer to start from. */
export function newScorerCommand({ root }: Context): Command {
  return describe(
    "new-scorer",
    "Make scorers/<name> from the template: a working scorer to put your own model into.",
    "npm run new-scorer -- churn",
  )
    .argument("<name>", "3 to 32 of the characters a-z 0-9 -, first a letter, last a letter or digit")
    .action(async (name: string) => {
      const { createScorer } = await import("../new-scorer");
      const { say } = await import("../output/messages");
      const files = createScorer(root, name);
      say(`Made scorers/${name} (${files.length} files).`);
      say(
        [
          "Next:",
          `  1. put your model into scorers/${name}/model, or make one with scorers/${name}/train.py`,
          `  2. load and use it in scorers/${name}/score.py; list what it needs in conda.yml`,
          `  3. say what goes in and comes out in scorers/${name}/requests/*.json`,
          "  4. serve it: npm start",
        ].join("\n"),
      );
    });
}
