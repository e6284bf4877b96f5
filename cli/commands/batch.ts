import type { Command } from "commander";
import type { GivenOptions } from "../batch/options";
import { type Context, describe, withJson } from "./common";

const help = `
Rows: each line of a CSV file or of JSON lines, each row of a Parquet file, each file of a folder of
files. Every row is in the output once, in the order of the input, with the columns 'input' and 'row'
that say where it comes from; failed rows are in failures.jsonl, with the reason.
The same command again continues a run that was interrupted. docs/batch-local.md has more.

Exit codes: 0 done, 1 more rows failed than --error-threshold allows, 2 wrong options or input,
3 the scorer's init() failed, 130 interrupted.`;

/** `batch`: a scorer over files. */
export function batchCommand(context: Context): Command {
  const command = describe(
    "batch",
    "Score files on this machine with a scorer, in its own environment and by its own run().\n" +
      "What is missing is built first; services are not touched.",
    "npm run batch -- --scorer wine --input wines.csv --output scored",
  )
    .option("--scorer <name>", "scorer to run, as it is on the disk now")
    .option("--image <name:version>", "image to run in its place, from npm run images")
    .option("--identity <hex>", "or the image of this identity, or the beginning of one")
    .option("--input <paths...>", "files, folders or quoted patterns such as 'data/**/*.csv'")
    .option("--output <folder>", "where the results go; the same folder again continues the run");
  return withJson(withSettings(command), "the summary")
    .addHelpText("after", help)
    .action(async (options: GivenOptions) => {
      const { runBatch } = await import("../batch");
      await runBatch(context, options);
    });
}

function withSettings(command: Command): Command {
  return command
    .option("--format <format>", "of the input: csv, jsonl, parquet or files (default: auto, by the files' names)")
    .option("--output-format <format>", "of the predictions: csv, jsonl or parquet (default: csv)")
    .option("--columns <names>", "columns that the scorer is given, in this order, with commas between (default: all)")
    .option("--mini-batch-size <count>", "rows that run() gets at a time (default: 8192; 16 files)")
    .option("--workers <count>", "processes that score (default: one for each core)")
    .option("--retries <count>", "how often a mini-batch whose worker failed is tried again (default: 3)")
    .option("--timeout-seconds <s>", "longest call of run(), in seconds (default: 60)")
    .option("--error-threshold <rows>", "failed rows above which the run ends; -1 for none (default: -1)")
    .option("--restart", "forget what an earlier run left in the output folder")
    .option(
      "--env <name>",
      "environment variable that the scorer is given, again for more; its value is hidden in all that is shown",
      (name: string, names: string[] | undefined) => [...(names ?? []), name],
    );
}
