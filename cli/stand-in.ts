import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { bundle } from "./bundle.cjs";
import { CliError } from "./errors";

/** The process that serves the stand-in cloud, and how the engine finds it. */
export interface StandInProcess {
  readonly pid: number;
  /** Ports on 127.0.0.1, by package, and `blobs` and `iotHubs`. */
  readonly ports: Readonly<Record<string, number>>;
  /** What the engine gets in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves once it has ended, however. */
  readonly ended: Promise<void>;
  /** Ends the process, if it has not ended, and waits for that. */
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** The project's folder. */
  readonly root: string;
  /** Where the cloud's resources, faults and calls are kept. */
  readonly folder: string;
  /** @default - free ones */
  readonly ports?: Readonly<Record<string, number>>;
  /** Take over what a call that was never answered has made, where azure-native would refuse. @default false */
  readonly adoptsOwn?: boolean;
}

const entry = "test/engine/stand-in/main.ts";

/** Starts the stand-in cloud; it ends with this process at the latest. */
export async function startStandInProcess(options: StandInOptions): Promise<StandInProcess> {
  const { root, folder, ports = {}, adoptsOwn = false } = options;
  const words = [bundle(root, entry), JSON.stringify({ root, folder: path.resolve(folder), ports, adoptsOwn })];
  // In a process group of its own: a Ctrl-C must reach it after the engine, which asks it to stop.
  const child = spawn(process.execPath, words, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      process.off("exit", kill);
      resolve();
    });
  });
  const bound = await portsOf(child);
  return {
    pid: child.pid ?? 0,
    ports: bound,
    environment: environmentOf(bound),
    ended,
    stop: () => {
      kill();
      return ended;
    },
  };
}

/** The ports, which it tells on its first line. */
function portsOf(child: ChildProcess): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    let said = "";
    let told = "";
    child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    child.stdout?.on("data", (data: Buffer) => {
      told += data.toString();
      if (told.endsWith("\n")) {
        resolve(JSON.parse(told) as Record<string, number>);
      }
    });
    child.once("error", reject);
    child.once("close", (code) => {
      reject(new CliError(`the stand-in cloud ended with code ${code ?? -1}: ${said.trim()}`));
    });
  });
}

function environmentOf({ blobs, iotHubs, ...packages }: Readonly<Record<string, number>>): Record<string, string> {
  const address = `http://127.0.0.1:${blobs ?? 0}`;
  return {
    PULUMI_DEBUG_PROVIDERS: Object.entries(packages)
      .map(([name, port]) => `${name}:${port}`)
      .join(","),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Where the in-project provider puts what it would put into Azure itself.
    SCORESTACK_BLOB_ENDPOINT: address,
    SCORESTACK_ARM_ENDPOINT: address,
    SCORESTACK_IOT_HUB_ENDPOINT: `http://127.0.0.1:${iotHubs ?? 0}`,
  };
}
