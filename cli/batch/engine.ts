import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable } from "node:stream";
import { azureMl, surroundings } from "../../provider/service/launch";
import { CliError, exitCodes } from "../errors";
import { isInterrupted, whileStoppable } from "../interruption";
import { hider } from "../output/hider";
import { say } from "../output/messages";
import { type BatchEvent, readEvent } from "./events";
import { type BatchImage, engineFolder } from "./image";
import type { BatchOptions } from "./options";

/** The descriptor that the engine writes its events to. */
export const eventsDescriptor = 3;

/**
 * Runs the batch engine in the image's environment, to its end; returns its exit code. Everything that the scorer prints is
 * shown, without the values of the variables that it was given. Ctrl-C lets the engine end in order, a second one ends it at once.
 */
export async function runEngine(
  root: string,
  image: BatchImage,
  options: BatchOptions,
  onEvent: (event: BatchEvent) => void,
): Promise<number> {
  const { command, args, cwd, env } = engineCommand(root, image, options);
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // In a group of its own: a terminal's Ctrl-C comes to this process alone, which passes it on once.
    detached: true,
  });
  const hide = hider(Object.values(options.environment));
  const streams = [
    ...[child.stdout, child.stderr].map((stream) => lines(stream, (line) => say(hide(line)))),
    lines(child.stdio[eventsDescriptor] as Readable, (line) => {
      const event = readEvent(line, hide);
      if (event) {
        onEvent(event);
      }
    }),
  ];
  return whileStoppable(stopping(child), ended(child, streams));
}

/** How the engine is started. */
export function engineCommand(root: string, image: BatchImage, options: BatchOptions) {
  const { inputs, output, settings, from } = options;
  const events = ["--events", String(eventsDescriptor)];
  const args = [engineFolder(root, image), "--input", ...inputs, "--output", output, ...settings, ...events];
  return { command: image.python, args, cwd: from, env: environmentOf(image, options) };
}

function environmentOf(image: BatchImage, options: BatchOptions): Record<string, string> {
  return {
    ...surroundings(image),
    ...options.environment,
    ...azureMl(image),
    SCORESTACK_IMAGE_IDENTITY: image.bundle.identity,
    SCORESTACK_SUPERVISOR_PID: String(process.pid),
    ...(image.packages === undefined ? {} : { SCORESTACK_BATCH_PACKAGES: image.packages }),
  };
}

function stopping(child: ChildProcess): { stop: () => void; kill: () => void } {
  return {
    stop: () => child.kill("SIGINT"),
    kill: () => {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It ended just now.
      }
    },
  };
}

function lines(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (!stream) {
    return Promise.resolve();
  }
  const reader = readline.createInterface({ input: stream });
  reader.on("line", onLine);
  return new Promise((resolve) => {
    reader.on("close", resolve);
  });
}

function ended(child: ChildProcess, streams: readonly Promise<void>[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      const python = path.basename(child.spawnfile);
      reject(new CliError(`the image's ${python} could not be started (${error.message}); run the command again`));
    });
    child.on("exit", (code, signal) => {
      void Promise.all(streams).then(() => {
        if (code === null && !isInterrupted()) {
          reject(new CliError(`the batch engine was ended by ${signal ?? "?"}; run the same command again to go on`));
        } else {
          resolve(code ?? exitCodes.interrupted);
        }
      });
    });
  });
}
