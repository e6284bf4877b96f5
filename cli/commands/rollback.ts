import type { Command } from "commander";
import type { ServiceRecord } from "../../provider/store/records";
import type { ShownRelease } from "../releases";
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

interface RollbackOptions extends ChangeOptions {
  readonly to?: number;
  readonly list?: boolean;
  readonly undo?: boolean;
}

/** `rollback`: returns a service to a kept release. */
export function rollbackCommand(context: Context): Command {
  const command = describe(
    "rollback",
    "Return a service to a release that is kept: nothing is built, nothing else moves, and no request is lost.\n" +
      "The service is pinned to that image until --undo lets it follow its scorer again.",
    "npm run rollback -- diabetes --to 3",
  );
  return withJson(withYes(withStack(command)), "the release, or the list of them,")
    .argument("[service]", "name of the service, if there are several")
    .option("--to <revision>", "release to return to (default: the newest with another image)", wholeNumber("--to", 1))
    .option("--list", "only show the releases that are kept")
    .option("--undo", "let the service follow its scorer again; its image is built if it is not")
    .action(async (service: string | undefined, options: RollbackOptions) => {
      await runRollback(context, service, options);
    });
}

async function runRollback(context: Context, given: string | undefined, options: RollbackOptions): Promise<void> {
  const { UsageError } = await import("../errors");
  const { to, list, undo, yes } = options;
  if ([to, list, undo].filter(Boolean).length > 1) {
    throw new UsageError("only one of '--to', '--list' and '--undo' can be given; leave out the others");
  }
  if (!list) {
    requireConsent(yes, "'rollback'");
  }
  if (undo) {
    await undoPin(context, given, options);
    return;
  }
  const { Store } = await import("../../provider/store");
  const { oneService } = await import("../services");
  const { chooseRelease, pinsOf, releasesOf } = await import("../releases");
  const { openProject } = await import("../project");
  const store = new Store(context.root);
  const service = await oneService(context.root, store, options.stack, given);
  const releases = releasesOf(store, service, pinsOf(openProject(context.root), options.stack)[service.name]);
  if (list) {
    await showReleases(releases, options);
  } else {
    await goBack(context, service, chooseRelease(store, service, releases, to), options);
  }
}

async function showReleases(releases: readonly ShownRelease[], { json }: RollbackOptions): Promise<void> {
  const { print, printJson } = await import("../output/messages");
  const { renderTable, shortDate } = await import("../output/table");
  if (json) {
    printJson(releases);
    return;
  }
  const notes = ({ answers, pinned }: ShownRelease): string[] => [
    ...(answers ? ["answers"] : []),
    ...(pinned ? ["pinned"] : []),
  ];
  print(
    renderTable(releases, [
      { title: "REVISION", value: ({ revision }) => String(revision), align: "right" },
      { title: "IMAGE", value: ({ imageId }) => imageId },
      { title: "IDENTITY", value: ({ imageIdentity }) => imageIdentity.slice(0, 12) },
      { title: "MODELS", value: ({ modelIds }) => modelIds.join(",") || "-" },
      { title: "SINCE", value: ({ createdAt }) => shortDate(createdAt) },
      { title: "NOTE", value: (release) => notes(release).join(", ") || "-" },
    ]),
  );
}

async function goBack(
  { root }: Context,
  service: ServiceRecord,
  release: ShownRelease,
  { stack, yes, json }: RollbackOptions,
): Promise<void> {
  const { rollBack } = await import("../rollback");
  const { print, printJson, say } = await import("../output/messages");
  const { name } = service;
  if (!yes) {
    await confirm(
      `Return service '${name}' from ${service.imageId} to ${release.imageId} (revision ${release.revision})?`,
    );
  }
  const changes = await rollBack({ root, stackName: stack, name, onLine: json ? say : print }, release);
  if (json) {
    const { imageId, imageIdentity, modelIds, revision } = release;
    printJson({ service: name, moved: changes.moved, to: revision, imageId, imageIdentity, modelIds, pinned: true });
    return;
  }
  print(`${name} answers with ${release.imageId}, the image of revision ${release.revision}; it is pinned to it.`);
  print(`To let it follow its scorer again: npm run rollback -- ${name} --undo${ofStack(stack)}`);
}

async function undoPin({ root }: Context, given: string | undefined, options: RollbackOptions): Promise<void> {
  const { undoRollback } = await import("../rollback");
  const { pinnedService } = await import("../releases");
  const { openProject } = await import("../project");
  const { countsLine, toJson } = await import("../operation");
  const { print, printJson, say } = await import("../output/messages");
  const { stack, yes, json } = options;
  const name = pinnedService(openProject(root), stack, given);
  const agree = async (plan: readonly string[]): Promise<void> => {
    if (!yes) {
      plan.forEach(say);
      await confirm(`Let service '${name}' follow its scorer again${plan.length > 0 ? ", as above" : ""}?`);
    }
  };
  const onLine = yes && !json ? print : () => undefined;
  const changes = await undoRollback({ root, stackName: stack, name, onLine }, agree);
  if (json) {
    printJson({ service: name, pinned: false, ...(changes ? toJson(changes) : {}) });
  } else if (changes) {
    print(`${name} follows its scorer again: ${changes.moved ? countsLine(changes.counts) : "nothing had to move"}.`);
  } else {
    print(`${name} is pinned no more. The program has no such service; npm start makes the stack what it says.`);
  }
}

function ofStack(stack: string): string {
  return stack === "local" ? "" : ` --stack ${stack}`;
}
