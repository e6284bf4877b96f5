import * as fs from "node:fs";
import * as path from "node:path";
import { errorCode } from "../errors";
import { Progress } from "../output/messages";
import { runProgram } from "./process";
import { enginePath, engineVersion, installRoot, versionsFolder } from "./versions";

/** Where `PulumiCommand.install` gets its script from. */
const installer = "https://get.pulumi.com/install.sh";
const probeMs = 10_000;
const downloadMs = 15 * 60_000;

// A process of its own: the Automation API's installation can be neither timed nor stopped from outside. It installs the
// version of the SDK, which is `engineVersion`.
const script = `
const { PulumiCommand } = require("@pulumi/pulumi/automation");
PulumiCommand.install({ root: process.argv[1] }).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;

/**
 * Downloads the CLI with `PulumiCommand.install()` of the Automation API and returns its root. Throws an `Error` that says
 * why it can't, within `probeMs` when the host is out of reach. It is whole or not there: the folder gets its name last.
 */
export async function downloadEngine(projectRoot: string): Promise<string> {
  const progress = new Progress(`Downloading Pulumi ${engineVersion} from get.pulumi.com`);
  const root = installRoot(engineVersion);
  const temporary = path.join(versionsFolder(), `.${engineVersion}-download-${process.pid}`);
  try {
    await probe(installer);
    fs.mkdirSync(versionsFolder(), { recursive: true });
    const { code, stderr } = await runProgram(process.execPath, ["-e", script, temporary], {
      cwd: projectRoot,
      timeoutMs: downloadMs,
    });
    if (code !== 0 || !fs.existsSync(enginePath(temporary))) {
      throw new Error(stderr.trim().split("\n").slice(-3).join(" ") || `the installer ended with code ${code ?? "?"}`);
    }
    fs.rmSync(root, { recursive: true, force: true });
    fs.renameSync(temporary, root);
    progress.end(`Downloaded Pulumi ${engineVersion}`);
    return root;
  } finally {
    progress.end();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Fails soon where the host can't be reached, which the installer itself would take minutes to find out. */
async function probe(url: string): Promise<void> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(probeMs) });
    if (!response.ok) {
      throw new Error(`${url} answered ${response.status}`);
    }
  } catch (error) {
    if (!(error instanceof Error)) {
      throw error;
    }
    if (error.name === "TimeoutError") {
      throw new Error(`${new URL(url).host} did not answer within ${probeMs / 1000} seconds`, { cause: error });
    }
    const code = errorCode(error.cause);
    throw code ? new Error(`${new URL(url).host} can't be reached (${code})`, { cause: error }) : error;
  }
}
