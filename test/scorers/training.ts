import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { ensureUv } from "../../provider/uv";
import { projectRoot, pythonOf } from "../contract/environment";

/** Why a scorer isn't trained in this run; undefined when it is. */
export function whyNotTrained(scorer: string): string | undefined {
  return process.env.SCORESTACK_TRAIN === "1" || isServable(scorer)
    ? undefined
    : "train.py needs packages of its own; SCORESTACK_TRAIN=1 installs them";
}

/** Runs `train.py` in a copy of the scorer's folder without its model, the others beside it; returns what it printed. */
export async function train(scorer: string, copy: string): Promise<string> {
  fs.cpSync(path.join(projectRoot, "scorers"), path.dirname(copy), { recursive: true });
  fs.rmSync(path.join(copy, "model"), { recursive: true });
  const script = path.join(copy, "train.py");
  const [program, ...argv] = isServable(scorer)
    ? [await pythonOf(scorer), script]
    : [await ensureUv(projectRoot, () => undefined), "run", "--quiet", "--no-project", script];
  const { stdout } = await promisify(execFile)(program, argv, { cwd: copy });
  return stdout;
}

/** Whether the environment that the scorer is served in holds all that its training needs. */
function isServable(scorer: string): boolean {
  const read = (file: string): string => fs.readFileSync(path.join(projectRoot, "scorers", scorer, file), "utf8");
  const header = read("train.py").split("# ///")[1] ?? "";
  const wanted = [...header.matchAll(/"([\w.-]+==[\w.-]+)"/g)].map(([, requirement = ""]) => requirement);
  const locked = read("conda.lock");
  return wanted.length > 0 && wanted.every((requirement) => locked.includes(`\n${requirement} `));
}
