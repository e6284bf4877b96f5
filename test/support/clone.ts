import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "./folder";

const root = path.resolve(__dirname, "../..");

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The project as a fresh clone would have it, in a folder of its own; packages, tools and Python environments are shared. */
export class Clone {
  private constructor(
    readonly folder: string,
    /** Removes the folder alone; what runs from it goes on. */
    readonly removeFolder: () => void,
  ) {}

  /** `shared`: folders of `.scorestack/` that are those of the project that is tested. */
  static make(label: string, { shared = ["tools", "environments"] }: { shared?: readonly string[] } = {}): Clone {
    const { folder, remove } = temporaryFolder(label);
    const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
    for (const file of listed.split("\n").filter((name) => name !== "" && fs.existsSync(path.join(root, name)))) {
      fs.cpSync(path.join(root, file), path.join(folder, file), { preserveTimestamps: true });
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    for (const name of shared) {
      fs.mkdirSync(path.join(root, ".scorestack", name), { recursive: true });
      fs.mkdirSync(path.join(folder, ".scorestack"), { recursive: true });
      fs.symlinkSync(path.join(root, ".scorestack", name), path.join(folder, ".scorestack", name));
    }
    return new Clone(folder, remove);
  }

  /** Keeps only the scorers named, so that a test moves no more than it is about. */
  keepScorers(...names: string[]): this {
    for (const name of fs.readdirSync(this.path("scorers"))) {
      if (!names.includes(name)) {
        fs.rmSync(this.path("scorers", name), { recursive: true });
      }
    }
    return this;
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  edit(file: string, change: (text: string) => string): void {
    const text = fs.readFileSync(this.path(file), "utf8");
    const changed = change(text);
    if (changed === text) {
      throw new Error(`the edit of ${file} changed nothing`);
    }
    fs.writeFileSync(this.path(file), changed);
  }

  spawn(...args: string[]): ChildProcess {
    // Paths count from the clone, wherever npm was called.
    const { SCORESTACK_ROOT: _root, INIT_CWD: _cwd, ...env } = process.env;
    return spawn(process.execPath, [this.path("cli/launch.cjs"), ...args], {
      cwd: this.folder,
      env: { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Runs a command of the command line to its end. */
  async run(...args: string[]): Promise<Answer> {
    return answerOf(this.spawn(...args));
  }

  /** Runs a command that must succeed, and reads what it prints as JSON. */
  async json<T>(...args: string[]): Promise<T> {
    const answer = await this.run(...args, "--json");
    if (answer.code !== 0) {
      throw new Error(`${args.join(" ")} ended with ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
    }
    return JSON.parse(answer.stdout) as T;
  }

  /** Removes the folder of a clone that nothing runs in any more. */
  discard(): void {
    this.removeFolder();
  }

  /** Ends its services and removes the folder. */
  async remove(): Promise<void> {
    await this.run("down", "--yes");
    this.discard();
  }

  /** Processes that were started from this folder and are still there. */
  processes(): string[] {
    return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(this.folder));
  }
}

export function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const said = { stdout: "", stderr: "" };
    child.stdout?.on("data", (data: Buffer) => (said.stdout += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (said.stderr += data.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, ...said });
    });
  });
}
