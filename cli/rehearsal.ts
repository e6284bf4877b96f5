import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "./errors";
import { labelOutput, say } from "./output/messages";
import { isLocalStack } from "./stack-name";
import { type StandInProcess, startStandInProcess } from "./stand-in";

/** Clouds that a stack can be rehearsed on. */
export const clouds = ["stand-in"] as const;
export type RehearsalCloud = (typeof clouds)[number];

const label = "REHEARSAL on the stand-in cloud: nothing is made in Azure";

/** Reads `--cloud`. */
export function cloudOption(text: string): RehearsalCloud {
  const found = clouds.find((name) => name === text);
  if (!found) {
    throw new UsageError(`'--cloud' must be 'stand-in', got '${text}'; leave it out for the real cloud`);
  }
  return found;
}

/** Folder of a stack's stand-in cloud. */
export function rehearsalFolder(root: string, stackName: string): string {
  return path.join(root, ".scorestack", "stand-in", stackName);
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
 * Does a command's work on the cloud that was asked for. A rehearsal has a state of its own, beside the stand-in's resources, so
 * that the real stack's is not touched; the stand-in's process ends with the work, however that ends.
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
  const folder = rehearsalFolder(root, stack);
  process.env.PULUMI_BACKEND_URL = pathToFileURL(path.join(folder, "state")).href;
  const standIn = needsCloud ? await startStandInProcess({ root, folder }) : undefined;
  Object.assign(process.env, standIn?.environment);
  try {
    return await work(standIn);
  } finally {
    await standIn?.stop();
    say(label);
  }
}
