import { type ChildProcess, execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isMap, parseDocument } from "yaml";
import { openProject } from "../../cli/project";
import { type Answer, answerOf, Clone } from "../support/clone";
import { temporaryFolder } from "../support/folder";
import { type Content, scorerFiles } from "./content";
import { ProcessTable } from "./processes";

export const serviceName = "sum";
export const stackName = "local";

/** A clone with one small scorer, and all that its commands may write to: a folder for temporary files and uv's cache too. */
export class Sandbox {
  readonly clone: Clone;
  readonly processes: ProcessTable;
  /** A secret environment variable of the service, which nobody else may see. */
  readonly canary = `canary-${randomBytes(12).toString("hex")}`;
  /** How many times as long as usual a command takes on this machine now. */
  slowness = 1;
  private isClosed = false;
  private readonly around: { folder: string; remove: () => void };

  constructor() {
    this.around = temporaryFolder("torture-around");
    for (const folder of [this.temporary, this.uvCache]) {
      fs.mkdirSync(folder);
    }
    this.clone = Clone.make("torture", { shared: ["tools"] }).keepScorers();
    Object.assign(process.env, { TMPDIR: this.temporary, UV_CACHE_DIR: this.uvCache });
    this.processes = new ProcessTable(this.clone.folder);
  }

  get temporary(): string {
    return path.join(this.around.folder, "tmp");
  }

  private get uvCache(): string {
    return path.join(this.around.folder, "uv");
  }

  /** What the service says of its secret. */
  get proof(): string {
    return createHash("sha256").update(this.canary).digest("hex").slice(0, 12);
  }

  path(...parts: string[]): string {
    return this.clone.path(...parts);
  }

  /** Starts a command of the clone. */
  spawn(...args: string[]): ChildProcess {
    if (this.isClosed) {
      throw new Error("the storm was stopped");
    }
    return this.clone.spawn(...args);
  }

  /** Runs a command of the clone to its end. */
  async run(...args: string[]): Promise<Answer> {
    return answerOf(this.spawn(...args));
  }

  /** The settings, as a person would make them who does not want the secret in the shell's history. */
  async prepare(content: Content): Promise<void> {
    fs.writeFileSync(
      this.settingsFile,
      `config:\n  scorestack:services:\n    ${serviceName}: { authEnabled: true, workers: ${content.workers} }\n`,
    );
    this.write(content);
    const made = await this.run("pulumi", "stack", "init", stackName, "--no-select");
    if (made.code !== 0) {
      throw new Error(`the stack could not be made: ${made.stderr}`);
    }
    const key = `scorestack:services.${serviceName}.environmentVariables.CANARY`;
    const args = ["pulumi", "config", "set", "--secret", "--path", key, "--stack", stackName];
    execFileSync(process.execPath, [this.path("cli/launch.cjs"), ...args], {
      cwd: this.clone.folder,
      input: this.canary,
      stdio: "pipe",
    });
  }

  /** Makes sources and settings say `content`. */
  write(content: Content): void {
    for (const [name, text] of Object.entries(scorerFiles(content, this.proof))) {
      writeIfOther(this.path("scorers", serviceName, name), text);
    }
    const document = parseDocument(fs.readFileSync(this.settingsFile, "utf8"));
    const place = ["config", "scorestack:services", serviceName];
    if (isMap(document.getIn(place)) && document.getIn([...place, "workers"]) !== content.workers) {
      document.setIn([...place, "workers"], content.workers);
      fs.writeFileSync(this.settingsFile, String(document));
    }
  }

  get settingsFile(): string {
    return this.path(`Pulumi.${stackName}.yaml`);
  }

  get stateFolder(): string {
    return openProject(this.clone.folder).stateFolder ?? "";
  }

  service(name: string): string {
    return this.path(".scorestack/services", serviceName, name);
  }

  /** An `up` that should have nothing to do; says how slow the machine is. */
  async proveNothingToDo(): Promise<Answer> {
    const start = performance.now();
    const answer = await this.run("up", "--yes");
    this.slowness = Math.max(1, (performance.now() - start) / idleUpMs);
    return answer;
  }

  /** Ends what was started here, at once, and removes the folders unless they are to be kept. */
  async remove(keep: boolean): Promise<void> {
    this.isClosed = true;
    for (let left = this.processes.look(); left.length > 0; left = this.processes.look()) {
      for (const { pid } of left) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It ended just now.
        }
      }
      await sleep(50);
    }
    if (!keep) {
      this.clone.removeFolder();
      this.around.remove();
    }
  }
}

/** How long an `up` with nothing to do takes where nothing else runs. */
const idleUpMs = 1700;

function writeIfOther(file: string, text: string): void {
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
