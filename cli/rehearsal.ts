import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "./errors";
import { labelOutput, say } from "./output/messages";
import { isLocalStack } from "./stack-name";
import { type StandInProcess, startStandInProcess } from "./stand-in";

/** Clouds that a stack can be rehearsed on. */
export const clouds = ["stand-in"] as const;
export type RehearsalCloud = (typeof clouds)[number];

const tellAfterMs = 1000;
const label = "REHEARSAL on the stand-in cloud: nothing is made in Azure";

/** Reads `--cloud`. */
export function cloudOption(text: string): RehearsalCloud {
  const found = clouds.find((name) => name === text);
  if (!found) {
    throw new UsageError(`'--cloud' must be 'stand-in', got '${text}'; leave it out for the real cloud`);
  }
  return found;
}

/** Folder of the stand-in cloud, which all stacks share as they would share Azure, and of the state of their rehearsals. */
export function rehearsalFolder(root: string): string {
  return path.join(root, ".scorestack", "stand-in");
}

/** What a command was called with, as far as it says where the stack lies. */
export interface Rehearsal {
  readonly root: string;
  readonly stack: string;
  /** @default - the real cloud */
  readonly cloud?: RehearsalCloud;
  /** Whether the work asks the cloud, and not the state alone. @default true */
  readonly needsCloud?: boolean;
}

/**
 * Does a command's work on the cloud that was asked for. Rehearsals have a state of their own, so that the real stacks' is not
 * touched; the stand-in's process ends with the work, however that ends.
 */
export async function onCloud<T>(rehearsal: Rehearsal, work: (standIn?: StandInProcess) => Promise<T>): Promise<T> {
  const { root, stack, cloud, needsCloud = true } = rehearsal;
  if (cloud === undefined) {
    return work();
  }
  if (isLocalStack(stack)) {
    throw new UsageError(`'--cloud' must come with a stack that lies in a cloud, got '${stack}'; add --stack NAME`);
  }
  labelOutput(label);
  const folder = rehearsalFolder(root);
  process.env.PULUMI_BACKEND_URL = pathToFileURL(path.join(folder, "state")).href;
  try {
    return needsCloud ? await alone(folder, () => withStandIn(root, folder, work)) : await work();
  } finally {
    say(label);
  }
}

async function withStandIn<T>(root: string, folder: string, work: (standIn: StandInProcess) => Promise<T>): Promise<T> {
  const standIn = await startStandInProcess({ root, folder });
  Object.assign(process.env, standIn.environment);
  try {
    return await work(standIn);
  } finally {
    await standIn.stop();
  }
}

/** Two processes that keep one cloud would each undo what the other has noted. */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { exclusively } = await import("../provider/store/exclusive");
  const telling = setTimeout(() => {
    say("Waiting for another rehearsal to end ...");
  }, tellAfterMs);
  try {
    return await exclusively(folder, () => {
      clearTimeout(telling);
      return work();
    });
  } finally {
    clearTimeout(telling);
  }
}
