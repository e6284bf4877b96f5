import * as fs from "node:fs";
import { freeBytes } from "../provider/store/files";
import { CliError, errorCode } from "./errors";
import type { Project } from "./project";
import { stackStateFile } from "./state";

const leastFreeBytes = 1e6;
/** The state, the copy before it, and one in the history. */
const copies = 3;

/** Finds before anything is begun that nothing can be written: the engine and the stores would stop at some step in the middle. */
export function requireSpace(project: Project, stackName: string): void {
  const { stateFolder } = project;
  if (!stateFolder) {
    return;
  }
  try {
    fs.mkdirSync(stateFolder, { recursive: true });
    fs.accessSync(stateFolder, fs.constants.W_OK);
  } catch (problem) {
    throw new CliError(
      `'${stateFolder}' must be writable, got ${errorCode(problem) ?? String(problem)}; nothing was changed, and status, score and logs work without`,
    );
  }
  const free = freeBytes(stateFolder);
  const state = fs.statSync(stackStateFile(project, stackName) ?? "", { throwIfNoEntry: false });
  const needed = leastFreeBytes + copies * (state?.size ?? 0);
  if (free < needed) {
    throw new CliError(
      `the disk of '${stateFolder}' must have ${(needed / 1e6).toFixed(1)} MB free, got ${(free / 1e6).toFixed(1)} MB; free some, for instance with npm run prune, then run the command again: nothing was changed`,
    );
  }
}
