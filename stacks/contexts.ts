import * as fs from "node:fs";
import * as path from "node:path";
import { contentOf } from "../components/checks/model-image";
import { planContext } from "../components/internal/build-context";
import { hashContent } from "../components/internal/content-hash";
import { readModelFiles, readRecord, writeContext } from "../components/internal/context-folder";
import { imageIdentity } from "../components/internal/identity";
import { readImage } from "../components/internal/image-plan";
import { problemLine, shown } from "../components/internal/problems";
import { fromRoot } from "../components/internal/project";
import { buildArguments } from "../components/render/dockerfile";
import { readScorers, type Scorer } from "./scorers";

/** A build context that was written. */
export interface WrittenContext {
  readonly identity: string;
  readonly folder: string;
  /** What a build of it is to be told. */
  readonly buildArguments: Readonly<Record<string, string>>;
}

/**
 * Writes the build context of a scorer's image, as the builder `acr-git` finds it in a commit.
 *
 * @param out folder that is not there, is empty, or holds an earlier context
 * @throws Error with everything that is wrong, one problem a line.
 */
export function writeScorerContext(name: string, out: string): WrittenContext {
  const scorers = readScorers();
  const scorer = scorers.find((one) => one.name === name);
  if (!scorer) {
    const known = scorers.map((one) => one.name).join(", ");
    throw new Error(problemLine("scorer", `must be one of ${known}`, shown(name)));
  }
  checkPlace(out);
  const folder = path.resolve(out);
  const { context, models } = planOf(scorer);
  writeContext(context, folder);
  return { identity: context.identity, folder, buildArguments: buildArguments(context.identity, models) };
}

function planOf({ models: given, image, problems }: Scorer) {
  if (problems.length > 0) {
    throw new Error(problems.join("\n"));
  }
  const { runtime = "python", dependencies = [], enableGpu = false } = image;
  const plan = readImage({ ...image, runtime, dependencies, enableGpu }).plan();
  if (plan.environment.lock === undefined || plan.staleLock !== undefined) {
    throw new Error(problemLine("condaFile", "must have a conda.lock that fits", undefined, "npm run lock makes it"));
  }
  const models = given.map(({ modelName, path: at }) =>
    readModelFiles({ modelName, digest: hashContent(fromRoot(at)).digest }, at),
  );
  const context = planContext({ ...plan, identity: imageIdentity({ ...contentOf(plan, image), models }) }, models);
  return { context, models };
}

/** Nothing but an earlier context is replaced. */
function checkPlace(out: string): void {
  const there = fs.existsSync(out) ? fs.readdirSync(out) : [];
  if (there.length > 0 && !readRecord(out)) {
    throw new Error(problemLine("out", "must be a new folder, or one with an earlier context", shown(out)));
  }
}
