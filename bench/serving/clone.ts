import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDocument } from "yaml";
import type { Desired, Status } from "../../provider/service/files";
import { ServiceFolder } from "../../provider/service/files";
import { stop } from "../../provider/service/supervisor";
import { Store } from "../../provider/store";
import { Clone } from "../../test/support/clone";
import type { Scoring } from "./ask";
import { plainEnvironment } from "./peer";
import { onHeldSocket, type ServerSpec } from "./server";

/** The row that every scorer is asked about, and what a right reply holds. */
export const row = [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87];
export const replies = { diabetes: "205.51", light: "684.472" } as const;
export type Scorer = keyof typeof replies;

const path_ = "/score";

/** A clone of the project that serves scorers of the bench. */
export class ServingClone {
  private constructor(readonly clone: Clone) {}

  /** `services`: in place of the project's own; every scorer has one of its own name besides. */
  static make(scorers: readonly Scorer[], services: Readonly<Record<string, object>> = {}): ServingClone {
    const clone = Clone.make("bench").keepScorers("diabetes");
    clone.edit("Pulumi.yaml", (text) => {
      const project = parseDocument(text);
      project.setIn(["config", "services", "default"], services);
      return project.toString();
    });
    if (scorers.includes("light")) {
      fs.cpSync(path.join(__dirname, "light"), clone.path("scorers/light"), { recursive: true });
      for (const file of ["conda.yml", "conda.lock"]) {
        fs.copyFileSync(clone.path("scorers/diabetes", file), clone.path("scorers/light", file));
      }
    }
    return new ServingClone(clone);
  }

  async up(): Promise<void> {
    const { code, stderr } = await this.clone.run("up", "--yes");
    if (code !== 0) {
      throw new Error(`up ended with ${String(code)}\n${stderr}`);
    }
  }

  scoring(service: string, scorer: Scorer): Scoring {
    return { port: this.desired(service).port, ...scoringOf(scorer) };
  }

  /** Process groups of a service: its server's, and its supervisor's, which copies the log. */
  groups(service: string): number[] {
    const { pid, server } = this.folder(service).status() as Status;
    return [pid, ...(server ? [server.pid] : [])];
  }

  /** The server as the supervisor starts it, for the time that it takes to start. */
  launchSpec(service: string, scorer: Scorer): ServerSpec {
    const { argv, env, cwd } = this.desired(service);
    return { command: (port) => onHeldSocket(argv[0] ?? "", port, argv), env, cwd, scoring: scoringOf(scorer) };
  }

  /** `azmlinfsrv` on the same image and environment, with its own defaults: nothing of ours is in it. */
  bareSpec(service: string, scorer: Scorer): ServerSpec {
    const { argv, env, cwd } = this.desired(service);
    const python = argv[0] ?? "";
    const azureMl = Object.entries(env).filter(([name]) =>
      /^(AML_|AZUREML_|SCORING_TIMEOUT_MS|WORKER_TIMEOUT)/.test(name),
    );
    return {
      command: (port) => {
        const args = ["-m", "azureml_inference_server_http", "--entry_script", "score.py"];
        return onHeldSocket(python, port, [python, ...args, "--port", String(port), "--worker_count", "1"]);
      },
      // Two gunicorns of one home folder would take each other's control socket.
      env: { ...plainEnvironment(python), ...Object.fromEntries(azureMl), GUNICORN_CMD_ARGS: "--no-control-socket" },
      cwd,
      scoring: scoringOf(scorer),
    };
  }

  /** A handler that does nothing but answer, in the same environment. */
  asgiSpec(service: string): ServerSpec {
    const python = this.desired(service).argv[0] ?? "";
    const options = ["--host", "127.0.0.1", "--no-access-log", "--log-level", "warning"];
    return {
      command: (port) => [python, "-m", "uvicorn", "asgi:app", ...options, "--port", String(port)],
      env: plainEnvironment(python),
      cwd: __dirname,
      scoring: { ...scoringOf("diabetes"), contains: "[205.5]" },
    };
  }

  /** Where the run was interrupted, an update may still be ending, and holds the stack. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < 20 && (await this.clone.run("down", "--yes")).code !== 0; tries++) {
      await sleep(500);
    }
    // An update that was interrupted has started services which its state does not know of.
    await Promise.all(new Store(this.clone.folder).serviceFolders().map(stop));
    this.clone.discard();
  }

  private desired(service: string): Desired {
    return this.folder(service).desired() as Desired;
  }

  private folder(service: string): ServiceFolder {
    return new ServiceFolder(this.clone.path(".scorestack/services", service));
  }
}

function scoringOf(scorer: Scorer): Omit<Scoring, "port"> {
  return { path: path_, body: JSON.stringify({ data: [row] }), contains: replies[scorer] };
}
