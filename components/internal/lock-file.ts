import * as fs from "node:fs";
import { type CondaFile, environmentRequirements, lockFits } from "./conda";
import { fromRoot } from "./project";

/** The lock file of an environment. */
export interface Lock {
  readonly file: string;
  readonly text?: string;
  readonly fits: boolean;
}

/** The lock file beside a conda file: `conda.lock` beside `conda.yml`. */
export function readLock(condaFile: string, conda: CondaFile): Lock {
  const file = fromRoot(condaFile).replace(/(\.ya?ml)?$/, ".lock");
  if (!fs.existsSync(file)) {
    return { file, fits: false };
  }
  const text = fs.readFileSync(file, "utf8");
  return { file, text, fits: lockFits(text, environmentRequirements(conda)) };
}
