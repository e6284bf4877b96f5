import { Store } from "../../provider/store";
import type { Context } from "../commands/common";
import { exitCodes, Interrupted } from "../errors";
import { isInterrupted } from "../interruption";
import { print, printJson } from "../output/messages";
import { runEngine } from "./engine";
import { prepareImage } from "./image";
import { type GivenOptions, readOptions } from "./options";
import { renderSummary, Report } from "./report";

/** Runs an image over files; the exit code is the engine's. Services, their images and the stack's state stay as they are. */
export async function runBatch({ root, setExitCode }: Context, given: GivenOptions): Promise<void> {
  const from = process.env.INIT_CWD ?? process.cwd();
  const options = readOptions(given, from, process.env);
  const image = await prepareImage(root, new Store(root), options.wanted);
  const report = new Report(image.imageId, image.modelIds);
  let code: number;
  try {
    code = await runEngine(root, image, options, (event) => {
      report.take(event);
    });
  } finally {
    report.close();
  }
  if (code === exitCodes.interrupted || isInterrupted()) {
    throw new Interrupted(`${report.soFar()}; the same command goes on from there`);
  }
  const summary = report.summary();
  if (summary) {
    if (options.json) {
      printJson(summary);
    } else {
      print(renderSummary(summary, from));
    }
  }
  setExitCode(code);
}
