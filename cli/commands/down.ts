import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import {
  type ChangeOptions,
  confirm,
  type Context,
  describe,
  requireConsent,
  withCloud,
  withJson,
  withYes,
} from "./common";
import { onCloud, rehearsalFolder } from "../rehearsal";

interface DownOptions extends ChangeOptions {
  readonly all?: boolean;
}

/** `down`: stops the services and removes the stack's resources. */
export function downCommand(context: Context): Command {
  const command = describe(
    "down",
    "Stop the services and remove what the stack has made. Models and images stay in their stores.",
    "npm run down -- --yes --all",
  );
  return withJson(withYes(withCloud(command)), "counts and resources")
    .option(
      "--all",
      "remove .scorestack/ as well: models, images, environments, state of every stack in it, and its container images; of a rehearsal, what it has left",
    )
    .action(async (options: DownOptions) => {
      requireConsent(options.yes, "'down'");
      await onCloud({ ...context, ...options }, () => runDown(context, options));
    });
}

async function runDown({ root }: Context, options: DownOptions): Promise<void> {
  const { stack: stackName, cloud, yes, json, all } = options;
  const { openStack } = await import("../stack");
  const { stackExists } = await import("../state");
  const { Store } = await import("../../provider/store");
  const { stopUnknown } = await import("../services");
  const { openProject } = await import("../project");
  const { removeBareSettings } = await import("../passphrase");
  const { runOperation, countsLine, toJson } = await import("../operation");
  const { print, printBlock, printJson, say } = await import("../output/messages");
  const { Changes } = await import("../output/changes");
  if (all) {
    await refuseOtherStacks(root, stackName, cloud);
  }
  let changes = new Changes();
  if (stackExists(root, stackName)) {
    const open = await openStack({ root, stackName, clear: true });
    if (!yes) {
      await confirm(`Stop and remove everything in stack '${stackName}'${all && !cloud ? ", and .scorestack/" : ""}?`);
    }
    changes = await runOperation(open, "destroy", { onLine: json ? say : print });
  }
  for (const name of cloud ? [] : await stopUnknown(root, new Store(root), stackName)) {
    say(`Stopped service '${name}', which an update that was ended had begun.`);
  }
  if (all && cloud) {
    fs.rmSync(rehearsalFolder(root), { recursive: true, force: true });
  } else if (all) {
    await removeContainerImages(root);
    fs.rmSync(path.join(root, ".scorestack"), { recursive: true, force: true });
    // They held the salt of a passphrase that is gone now.
    removeBareSettings(openProject(root), stackName);
  }
  if (json) {
    printJson(toJson(changes));
  } else {
    printBlock(
      changes.moved ? `${countsLine(changes.counts)}.` : `Stack '${stackName}' has nothing that could be removed.`,
    );
  }
  if (!cloud) {
    say(await leftovers(root));
  }
}

/** With `--all` the state goes too, which must not forget what other stacks still run. */
async function refuseOtherStacks(root: string, stackName: string, cloud?: string): Promise<void> {
  const { CliError } = await import("../errors");
  const { stacksWithResources } = await import("../state");
  const others = stacksWithResources(root).filter((name) => name !== stackName);
  if (others.length > 0) {
    const away = (name: string): string => `npm run down -- --stack ${name}${cloud ? ` --cloud ${cloud}` : ""}`;
    throw new CliError(
      `'--all' removes the state of every stack, and ${others.join(", ")} still ${others.length === 1 ? "has" : "have"} ` +
        `resources; first: ${others.map(away).join(" && ")}`,
    );
  }
}

async function removeContainerImages(root: string): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { containerImages, removeContainerImage } = await import("../../provider/docker/images");
  for (const image of await containerImages(new Store(root))) {
    await removeContainerImage(image);
  }
}

async function leftovers(root: string): Promise<string> {
  const { Store } = await import("../../provider/store");
  const { formatBytes } = await import("../output/table");
  if (!fs.existsSync(path.join(root, ".scorestack"))) {
    return "Nothing is left in .scorestack/.";
  }
  const store = new Store(root);
  const [models, images] = [store.models(), store.images()];
  const bytes = [...models, ...images].reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0);
  return [
    `Left in .scorestack/: ${models.length} model versions and ${images.length} image versions (${formatBytes(bytes)}), Python environments, build contexts, state.`,
    "  npm run prune -- --keep 0     removes what nothing uses",
    "  npm run down -- --all         removes .scorestack/ altogether",
  ].join("\n");
}
