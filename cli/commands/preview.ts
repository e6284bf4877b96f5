import type { Command } from "commander";
import { type CloudOptions, type Context, describe, withCloud, withJson } from "./common";
import { UsageError } from "../errors";
import type { Changes } from "../output/changes";
import { onCloud } from "../rehearsal";
import { reportFile } from "../report/formats";
import type { ReportRequest } from "../report/preview";

interface PreviewOptions extends CloudOptions {
  readonly json?: boolean;
  readonly report?: string[];
  readonly base?: string;
}

/** `preview`: tells what `up` would do, and changes nothing. */
export function previewCommand(context: Context): Command {
  const command = describe(
    "preview",
    "Tell what up would do, and why. Changes nothing.",
    "npm run preview -- --stack dev --report preview.md --base origin/main",
  )
    .option(
      "--report <file>",
      "write a report to a file that ends in .md, .html or .json; may be given again (docs/pull-requests.md)",
      reportFile,
    )
    .option("--base <revision>", "have git say in the report which files were edited since");
  return withJson(withCloud(command), "counts and resources").action(async (options: PreviewOptions) => {
    if (options.base !== undefined && options.report === undefined) {
      throw new UsageError("'--base' must come with '--report', which tells what was edited since");
    }
    await onCloud({ ...context, ...options }, () => runPreview(context, options));
  });
}

async function runPreview({ root }: Context, { stack, json, report, base, cloud }: PreviewOptions): Promise<void> {
  const { countsLine, toJson } = await import("../operation");
  const { print, printBlock, printJson, say } = await import("../output/messages");
  const onLine = json ? say : print;
  const changes = report
    ? await reported({ root, stackName: stack, files: report, base, rehearsal: cloud !== undefined, onLine })
    : await previewed(root, stack, onLine);
  if (json) {
    printJson(toJson(changes));
  } else {
    printBlock(
      changes.moved ? `${countsLine(changes.counts)}.` : `Nothing would change (${countsLine(changes.counts)}).`,
    );
  }
}

async function previewed(root: string, stackName: string, onLine: (line: string) => void): Promise<Changes> {
  const { openStack, discardIfNew } = await import("../stack");
  const { runOperation } = await import("../operation");
  const open = await openStack({ root, stackName, create: true });
  try {
    return await runOperation(open, "preview", { onLine });
  } finally {
    await discardIfNew(open);
  }
}

async function reported(request: ReportRequest): Promise<Changes> {
  const { previewWithReport } = await import("../report/preview");
  return previewWithReport(request);
}
