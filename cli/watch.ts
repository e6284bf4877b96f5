import type { EngineEvent } from "@pulumi/pulumi/automation";
import { localTokens } from "../components/internal/local-contract";
import { CliError, describeError, Interrupted } from "./errors";
import { isInterrupted } from "./interruption";
import { clearDeadLocks, inTurn } from "./locks";
import { runOperation } from "./operation";
import type { Changes } from "./output/changes";
import { nameOf } from "./output/changes";
import { print, say } from "./output/messages";
import { bundleProgram } from "./program";
import type { OpenStack } from "./stack";
import { type Saved, Watcher } from "./watcher";

const lockMs = 500;
const shownFiles = 3;

/**
 * Updates the stack now, and again after each save, until Ctrl-C. `present` is told of the first update that has worked. What
 * fails is told, and the revisions that answer go on.
 */
export async function watchStack(open: OpenStack, present: (changes: Changes) => Promise<void>): Promise<never> {
  const { root } = open.project;
  const watcher = await Watcher.start(root, open.stack.name);
  let presented = false;
  for (let saved: Saved | undefined; ; saved = await watcher.next()) {
    const changes = await attempt(open, saved);
    // An update that was past its last step when Ctrl-C came has ended well.
    if (isInterrupted()) {
      throw new Interrupted();
    }
    if (changes && !presented) {
      await present(changes);
      presented = true;
    }
    print("Watching for saves; Ctrl-C ends it, and the services go on.");
  }
}

/** Undefined when the update has failed. */
async function attempt(open: OpenStack, saved: Saved | undefined): Promise<Changes | undefined> {
  if (saved) {
    print(`\n${clock()} ${namesOf(saved)} saved`);
  }
  try {
    return await inTurn(open.project, open.stack.name, async () => {
      await waitForOthers(open);
      return update(open, saved);
    });
  } catch (error) {
    if (error instanceof Interrupted) {
      throw error;
    }
    say(describeError(error));
    print("The update has failed; what answered before goes on. Correct the cause and save.");
    return undefined;
  }
}

async function update(open: OpenStack, saved: Saved | undefined): Promise<Changes> {
  const served: string[] = [];
  const onEvent = ({ resOutputsEvent }: EngineEvent): void => {
    const step = resOutputsEvent?.metadata;
    if (saved && step?.type === localTokens.service && step.op !== "same") {
      served.push(`  ${nameOf(step.urn)}: ${step.op === "delete" ? "gone" : "served"} ${since(saved)} after the save`);
    }
  };
  // Faults of the sources are told by line; in the engine's words they would be told as the program's.
  bundleProgram(open.project.root);
  const changes = await runOperation(open, "up", { onLine: print, onEvent });
  served.forEach(print);
  if (saved && !changes.moved) {
    print(`  nothing had to move (${since(saved)})`);
  }
  return changes;
}

/** Another command may be at work on the stack. */
async function waitForOthers({ project, stack }: OpenStack): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      await clearDeadLocks(project, stack.name);
      return;
    } catch (error) {
      if (!(error instanceof CliError)) {
        throw error;
      }
      if (!told) {
        say(error.message);
      }
      await new Promise((resolve) => setTimeout(resolve, lockMs));
    }
  }
}

function namesOf({ files }: Saved): string {
  const more = files.length - shownFiles;
  return [...files.slice(0, shownFiles), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function since(saved: Saved): string {
  return `${((Date.now() - saved.since) / 1000).toFixed(1)} s`;
}

/** `09:05:31`, in the time zone of this machine. */
function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
