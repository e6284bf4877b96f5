import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../support/folder";

const projectRoot = path.resolve(__dirname, "../..");
const exitPort = 5;

/** Runs the supervisor until this process lets go of it, or is gone in whatever way: then nobody else would end it. */
const leash = `
import os, signal, subprocess, sys, threading
signal.signal(signal.SIGINT, signal.SIG_IGN)
supervisor = subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.DEVNULL)
threading.Thread(target=lambda: (os.read(0, 1), supervisor.terminate()), daemon=True).start()
sys.exit(supervisor.wait())
`;
import { freePort } from "../support/free-port";

/** A model where the serving environment puts it. */
export interface PlacedModel {
  readonly name: string;
  /** File or folder. */
  readonly source: string;
}

/** What a server is started from: as an image and a service would say it. */
export interface ServerSpec {
  /** The scoring script, and what it needs beside it. */
  readonly files: readonly string[];
  readonly models?: readonly PlacedModel[];
  /** Folder of sample requests. */
  readonly samples?: string;
  /** Interpreter of the environment. */
  readonly python: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workers?: number;
  readonly startTimeoutSeconds?: number;
}

/** What the supervisor says; see `provider/supervisor/supervisor.py`. */
export interface SupervisorStatus {
  readonly pid: number;
  readonly state: "starting" | "running" | "restarting" | "failed";
  readonly serial: number;
  readonly revision: number;
  readonly server: { readonly pid: number } | null;
  readonly candidate: { readonly pid: number; readonly revision: number } | null;
  readonly restarts: number;
  readonly failure: { readonly serial: number; readonly problem: string; readonly log: readonly string[] } | null;
}

/**
 * A service on 127.0.0.1: the real `azmlinfsrv` in an app root laid out as Azure ML does, under the supervisor and the hooks
 * that serve in every image.
 */
export class TestServer {
  private constructor(
    private readonly home: { folder: string; remove: () => void },
    private readonly supervisor: ChildProcess,
    readonly port: number,
  ) {}

  /** Resolves once it answers; rejects with its log when it can't. */
  static async start(spec: ServerSpec): Promise<TestServer> {
    for (;;) {
      const home = temporaryFolder("contract");
      const port = await freePort();
      layOut(home.folder, spec);
      writeJson(path.join(home.folder, "desired.json"), desiredOf(home.folder, spec, port));
      const script = path.join(projectRoot, "provider/supervisor/supervisor.py");
      const supervisor = spawn(spec.python, ["-c", leash, script, home.folder], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      const server = new TestServer(home, supervisor, port);
      const status = await server.settled();
      if (status?.state === "running") {
        return server;
      }
      const problem = `${status?.failure?.problem ?? "no status"}\n${server.log()}`;
      await server.stop();
      if (supervisor.exitCode !== exitPort) {
        throw new Error(`the server of ${spec.files.join(", ")} did not start: ${problem}`);
      }
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get folder(): string {
    return this.home.folder;
  }

  status(): SupervisorStatus | undefined {
    try {
      return JSON.parse(fs.readFileSync(path.join(this.folder, "status.json"), "utf8")) as SupervisorStatus;
    } catch {
      return undefined;
    }
  }

  log(): string {
    const file = path.join(this.folder, "log/service.log");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  }

  async stop(): Promise<void> {
    if (this.supervisor.exitCode === null && this.supervisor.signalCode === null) {
      const ended = once(this.supervisor, "exit");
      this.supervisor.stdin?.end();
      await ended;
    }
    this.home.remove();
  }

  private async settled(): Promise<SupervisorStatus | undefined> {
    for (;;) {
      const status = this.status();
      if (this.supervisor.exitCode !== null || (status && (status.serial > 0 || status.state === "failed"))) {
        return status;
      }
      await sleep(20);
    }
  }
}

/** The app root as in every image: scorer files, and models at `azureml-models/<name>/<version>/<file or folder name>`. */
function layOut(folder: string, { files, models = [] }: ServerSpec): void {
  const app = path.join(folder, "app");
  for (const file of files) {
    fs.cpSync(file, path.join(app, path.basename(file)), { recursive: true });
  }
  for (const { name, source } of models) {
    fs.cpSync(source, path.join(app, "azureml-models", name, "1", path.basename(source)), { recursive: true });
  }
}

function desiredOf(folder: string, spec: ServerSpec, port: number): object {
  const workers = spec.workers ?? 1;
  const server = ["-m", "azureml_inference_server_http", "--entry_script", "score.py"];
  return {
    serial: 1,
    port,
    revision: 1,
    argv: [spec.python, ...server, "--port", String(port), "--worker_count", String(workers)],
    env: { ...azureMl(path.join(folder, "app"), spec.models ?? []), ...scorestack(spec), ...spec.environment },
    cwd: path.join(folder, "app"),
    workers,
    startTimeoutSeconds: spec.startTimeoutSeconds ?? 120,
    drainSeconds: 15,
  };
}

function azureMl(app: string, models: readonly PlacedModel[]): Record<string, string> {
  const [only, ...others] = models;
  const root = path.join(app, "azureml-models");
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    AML_APP_ROOT: app,
    AZUREML_ENTRY_SCRIPT: "score.py",
    AZUREML_MODEL_DIR: only && others.length === 0 ? path.join(root, only.name, "1") : root,
    SCORING_TIMEOUT_MS: "60000",
  };
}

function scorestack({ samples }: ServerSpec): Record<string, string> {
  return {
    GUNICORN_CMD_ARGS: `-c '${path.join(projectRoot, "runtime/gunicorn_conf.py")}'`,
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    ...(samples ? { SCORESTACK_SAMPLES_DIR: samples } : {}),
  };
}

function writeJson(file: string, content: object): void {
  fs.writeFileSync(`${file}.new`, JSON.stringify(content));
  fs.renameSync(`${file}.new`, file);
}
