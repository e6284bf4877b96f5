import * as fs from "node:fs";
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
function rehearsalFolder(root: string, stackName: string): string {
  return path.join(root, ".scorestack", "stand-in", stackName);
}

/** Folder of the state of all rehearsals: one stack may take over what another has deployed. */
function stateFolder(root: string): string {
  return path.join(root, ".scorestack", "stand-in-state");
}

/** Removes what a stack's rehearsals have left; the state of all goes with the last of them. */
export function removeRehearsal(root: string, stackName: string): void {
  const folder = rehearsalFolder(root, stackName);
  fs.rmSync(folder, { recursive: true, force: true });
  const home = path.dirname(folder);
  if (!fs.existsSync(home) || fs.readdirSync(home).length === 0) {
    fs.rmSync(home, { recursive: true, force: true });
    fs.rmSync(stateFolder(root), { recursive: true, force: true });
  }
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
  const folder = rehearsalFolder(root, stack);
  process.env.PULUMI_BACKEND_URL = pathToFileURL(stateFolder(root)).href;
  const standIn = needsCloud ? await startStandInProcess({ root, folder }) : undefined;
  Object.assign(process.env, standIn?.environment);
  try {
    return await work(standIn);
  } finally {
    await standIn?.stop();
    say(label);
  }
}
