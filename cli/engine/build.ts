import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Progress, say } from "../output/messages";
import { type Finished, runProgram } from "./process";
import { enginePath, engineVersion, findOnPath, installRoot, versionsFolder } from "./versions";

const module = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const stages = {
  modules: "Building the engine, 1 of 3: getting Go modules",
  compile: "Building the engine, 2 of 3: compiling",
  trial: "Building the engine, 3 of 3: trying it",
};
const neededGo = { major: 1, minor: 25 };

/**
 * Builds the CLI from Go modules (`cli/engine/go/`, pinned with checksums) and returns its root: six to eight minutes on
 * two cores. Throws an `Error` that says why it can't. It is whole or not there: the file gets its name last.
 */
export async function buildEngine(projectRoot: string): Promise<string> {
  const root = installRoot(engineVersion);
  const temporary = path.join(versionsFolder(), `.${engineVersion}-build-${process.pid}`);
  const built = enginePath(temporary);
  let progress: Progress | undefined;
  try {
    fs.mkdirSync(temporary, { recursive: true });
    const place = { cwd: path.join(projectRoot, "cli", "engine", "go"), env: goEnvironment(temporary) };
    const go = await findGo(place.env);
    say(`Building Pulumi ${engineVersion} from Go modules, once: some minutes.`);
    progress = new Progress(stages.modules);
    const packages = await listPackages(go, place, progress);
    await compile(go, place, built, packages, progress);
    progress.update(stages.trial);
    const said = succeeded(await runProgram(built, ["version"], { timeoutMs: 60_000 }), "pulumi version");
    if (said.trim() !== `v${engineVersion}`) {
      throw new Error(`the engine says it is ${said.trim()}, not v${engineVersion}`);
    }
    fs.mkdirSync(path.dirname(enginePath(root)), { recursive: true });
    fs.renameSync(built, enginePath(root));
    progress.end(`Built Pulumi ${engineVersion}`);
    return root;
  } finally {
    progress?.end();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Path of `go`, once its version is known to do. */
async function findGo(env: NodeJS.ProcessEnv): Promise<string> {
  const go = findOnPath("go");
  if (!go) {
    throw new Error("there is no Go on PATH");
  }
  const said = succeeded(await runProgram(go, ["version"], { env, timeoutMs: 60_000 }), "go version");
  if (!goFits(said)) {
    throw new Error(`Go ${neededGo.major}.${neededGo.minor} or later is needed, got '${said.trim()}'`);
  }
  return go;
}

/** Whether the Go that answers `go version` so can build the engine. */
export function goFits(said: string): boolean {
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(said) ?? [];
  return Number(major) > neededGo.major || (Number(major) === neededGo.major && Number(minor) >= neededGo.minor);
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The user's own Go settings, but for what would change what is built, or where; Go leaves its work behind when stopped. */
function goEnvironment(temporary: string): NodeJS.ProcessEnv {
  const { GOOS: _system, GOARCH: _processor, ...rest } = process.env;
  return { ...rest, ...countingHere(temporary, rest), GOFLAGS: "-mod=readonly", GOTMPDIR: temporary };
}

/** Go counts its own use in its configuration folder, and would leave that in a home where it was not before. */
function countingHere(temporary: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (process.platform !== "linux") {
    return {};
  }
  const configuration = env["XDG_CONFIG_HOME"] ?? path.join(os.homedir(), ".config");
  return { XDG_CONFIG_HOME: temporary, GOENV: env["GOENV"] ?? path.join(configuration, "go", "env") };
}

/** Downloads the modules that the engine is made of and returns how many packages there are to compile. */
async function listPackages(go: string, place: Place, progress: Progress): Promise<number> {
  let modules = 0;
  const finished = await runProgram(go, ["list", "-x", "-deps", module], {
    ...place,
    onStderr: (text) => {
      modules += text.match(/^# get \S+\.zip: 200/gm)?.length ?? 0;
      progress.update(stages.modules, `${modules} downloaded`);
    },
  });
  return succeeded(finished, "go list").trim().split("\n").length;
}

async function compile(go: string, place: Place, target: string, total: number, progress: Progress): Promise<void> {
  let compiled = 0;
  progress.update(stages.compile);
  const flags = `-s -w -X ${versionVariable}=v${engineVersion}`;
  const finished = await runProgram(go, ["build", "-v", "-trimpath", "-ldflags", flags, "-o", target, module], {
    ...place,
    onStderr: (text) => {
      compiled += text.match(/\n/g)?.length ?? 0;
      progress.update(stages.compile, `${compiled} of at most ${total} packages`);
    },
  });
  succeeded(finished, "go build");
}

function succeeded(finished: Finished, what: string): string {
  if (finished.code === 0) {
    return finished.stdout;
  }
  const lines = finished.stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("# get "));
  throw new Error(`${what} ended with code ${finished.code ?? "?"}:\n${lines.slice(-15).join("\n")}`);
}
