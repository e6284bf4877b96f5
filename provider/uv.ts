import { execFile, type ExecFileException, type PromiseWithChild } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { findPython } from "./python";
import { UserError } from "./rpc/handler";
import { exclusively, type HelpedBy } from "./store/exclusive";
import { assemble, freeBytes } from "./store/files";
import type { Progress } from "./store/environments";

const run = promisify(execFile);

/** uv as published on PyPI; builds the Python environments. */
const uvVersion = "0.13.9";
const oldestUv = [0, 5];
const leastFreeBytes = 500e6;

/** The uv to use: our own, the one on PATH if it is new enough, or one installed from PyPI into `.scorestack/tools`. */
export async function ensureUv(projectRoot: string, report: (message: string) => void): Promise<string> {
  const home = path.join(projectRoot, ".scorestack", "tools", `uv-${uvVersion}`);
  const own = path.join(home, "bin", "uv");
  if (fs.existsSync(own)) {
    return own;
  }
  if (await isUsable("uv")) {
    return "uv";
  }
  return exclusively(path.join(path.dirname(home), "locks"), async (helpedBy) => {
    if (!fs.existsSync(own)) {
      report(`installing uv ${uvVersion} from PyPI`);
      await assemble(home, (folder) => install(folder, helpedBy));
    }
    return own;
  });
}

/** Runs uv; tells the stage and elapsed time while it lasts. On failure the error holds what uv said. */
export async function runUv(
  projectRoot: string,
  stage: string,
  args: readonly string[],
  log: Progress,
  helpedBy: HelpedBy = () => undefined,
  remedy = "correct the conda file",
): Promise<string> {
  const uv = await ensureUv(projectRoot, (message) => {
    log.progress(message);
  });
  fs.mkdirSync(path.join(projectRoot, ".scorestack"), { recursive: true });
  requireSpace(stage, freeBytes(path.join(projectRoot, ".scorestack")));
  const started = performance.now();
  log.progress(`${stage} …`);
  const clock = setInterval(() => {
    log.progress(`${stage} … ${Math.round((performance.now() - started) / 1000)} s`);
  }, 2000);
  try {
    const options = { maxBuffer: 64 * 1024 * 1024, signal: log.cancelled, env: uvEnvironment() };
    return (await helped(run(uv, [...args], options), helpedBy)).stdout;
  } catch (problem) {
    throw explain(stage, problem as ExecFileException & { stderr?: string }, remedy);
  } finally {
    clearInterval(clock);
  }
}

/** Waits for a process of which its starter's lock takes note. */
function helped<T>(running: PromiseWithChild<T>, helpedBy: HelpedBy): Promise<T> {
  if (running.child.pid !== undefined) {
    helpedBy(running.child.pid);
  }
  return running;
}

/** @throws {@link UserError} if a disk with so many bytes free is too full to build an environment on */
export function requireSpace(stage: string, free: number): void {
  if (free < leastFreeBytes) {
    const got = `got ${Math.floor(free / 1e6)} MB`;
    throw new UserError(`${stage}: the disk must have 500 MB free, ${got}; free some, or run npm run prune`);
  }
}

async function isUsable(uv: string): Promise<boolean> {
  try {
    const [major = 0, minor = 0] = (await run(uv, ["--version"])).stdout.replace(/^uv /, "").split(".").map(Number);
    const [oldestMajor = 0, oldestMinor = 0] = oldestUv;
    return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  } catch {
    return false;
  }
}

async function install(folder: string, helpedBy: HelpedBy): Promise<void> {
  const python = findPython().executable;
  const wanted = [`uv==${uvVersion}`, "--quiet", "--disable-pip-version-check", "--no-cache-dir"];
  try {
    // Outside any environment, so that it works on distributions that leave out `venv` or guard their own packages.
    const args = ["-m", "pip", "install", "--target", folder, "--no-warn-script-location", ...wanted];
    await helped(run(python, args), helpedBy);
  } catch (first) {
    try {
      const temporary = path.join(folder, "venv");
      await run(python, ["-m", "venv", temporary]);
      await run(path.join(temporary, "bin", "python"), ["-m", "pip", "install", "--target", folder, ...wanted]);
      fs.rmSync(temporary, { recursive: true, force: true });
    } catch {
      const cause = ((first as { stderr?: string }).stderr ?? String(first)).trim().split("\n").pop() ?? "";
      throw new UserError(
        `uv could not be installed with ${python} -m pip (${cause}); install uv (https://docs.astral.sh/uv) and put it on PATH`,
      );
    }
  }
}

function uvEnvironment(): NodeJS.ProcessEnv {
  const { VIRTUAL_ENV: _active, PYTHONHOME: _home, PYTHONPATH: _path, ...rest } = process.env;
  return { ...rest, UV_NO_PROGRESS: "1", NO_COLOR: "1" };
}

function explain(stage: string, problem: ExecFileException & { stderr?: string }, otherwise: string): Error {
  if (problem.name === "AbortError") {
    return new UserError(`${stage}: stopped; run the command again to go on`);
  }
  if (problem.signal) {
    return new UserError(`${stage}: uv was ended by ${problem.signal}; run the command again to begin anew`);
  }
  const said = (problem.stderr ?? problem.message).trim();
  if (/No space left on device|os error 28/.test(said)) {
    return new UserError(
      `${stage}: the disk is full; free some, or run npm run prune, and run the command again\n${said}`,
    );
  }
  const remedy = /No interpreter found|No download|python-build-standalone/i.test(said)
    ? "install that version of Python and put it on PATH, or change 'python' in the conda file"
    : otherwise;
  return new UserError(`${stage} failed; ${remedy}\n${said}`);
}
