import type { Command } from "commander";
import {
  type ChangeOptions,
  confirm,
  type Context,
  describe,
  requireConsent,
  wholeNumber,
  withJson,
  withStack,
  withYes,
} from "./common";

interface PruneOptions extends ChangeOptions {
  readonly keep: number;
  readonly dryRun?: boolean;
}

/** `prune`: removes old versions. */
export function pruneCommand(context: Context): Command {
  const command = describe(
    "prune",
    "Remove old versions of models and images, environments and container images that no image needs, and build contexts. Never what a service or a stack uses.",
    "npm run prune -- --keep 3 --dry-run",
  );
  return withJson(withYes(withStack(command)), "what was removed")
    .option("--keep <number>", "newest versions of each name that stay", wholeNumber("--keep", 0), 10)
    .option("--dry-run", "only tell what would be removed")
    .action(async (options: PruneOptions) => {
      if (!options.dryRun) {
        requireConsent(options.yes, "'prune'");
      }
      await runPrune(context, options);
    });
}

async function runPrune({ root }: Context, { keep, dryRun, yes, json }: PruneOptions): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { heldByStacks } = await import("../state");
  const { print, printJson } = await import("../output/messages");
  const { formatBytes, renderTable } = await import("../output/table");
  const store = new Store(root);
  const held = heldByStacks(root);
  let { removed } = await store.prune({ keep, dryRun: true, held });
  const bytes = (): string => formatBytes(removed.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0));
  if (removed.length > 0 && !json) {
    print(
      renderTable(removed, [
        { title: "KIND", value: ({ kind }) => kind },
        { title: "ID", value: ({ id }) => id },
        { title: "SIZE", value: ({ sizeInBytes }) => formatBytes(sizeInBytes), align: "right" },
      ]),
    );
  }
  if (!dryRun && removed.length > 0) {
    if (!yes) {
      await confirm(`Remove these ${removed.length} (${bytes()})?`);
    }
    ({ removed } = await store.prune({ keep, dryRun: false, held }));
  }
  if (json) {
    printJson({ removed, dryRun: dryRun ?? false });
  } else {
    print(removed.length === 0 ? "Nothing to remove." : `${dryRun ? "Would free" : "Freed"} ${bytes()}.`);
  }
}
