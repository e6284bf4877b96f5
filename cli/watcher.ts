import * as fs from "node:fs";
import * as path from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** What has been saved and is in no update yet. */
export interface Saved {
  /** Paths relative to the project, sorted. */
  readonly files: readonly string[];
  /** When the first of them was saved, as `Date.now()` has it. */
  readonly since: number;
}

/** Saves come in bunches: they are taken together once nothing was saved for so long. */
const quietMs = 150;
const folders = ["scorers", "runtime", "stacks", "components"];
// What editors, Python and our own commands write beside the files they work on.
const strangers =
  /(^|[\\/])(__pycache__|\.git|\.lock-[^\\/]*|\.[^\\/]*\.sw[a-z]|4913|[^\\/]*(~|\.pyc|\.tmp|\.partial))$/;

/** Watches everything that the program reads of the project. */
export class Watcher {
  private readonly files = new Set<string>();
  private since = 0;
  private settings: string;
  private quiet: NodeJS.Timeout | undefined;
  private settled: (() => void) | undefined;

  private events: FSWatcher | undefined;

  private constructor(
    private readonly root: string,
    private readonly settingsFile: string,
  ) {
    this.settings = settingsIn(settingsFile);
  }

  /** Resolves when it sees every save from now on. */
  static async start(root: string, stackName: string): Promise<Watcher> {
    const settings = `Pulumi.${stackName}.yaml`;
    const watcher = new Watcher(root, path.join(root, settings));
    const names = [...folders, "index.ts", "Pulumi.yaml", settings];
    // From the root: of several places chokidar says that it is ready before it is, if one of them is not there yet.
    const events = watch(root, {
      ignoreInitial: true,
      ignored: (file) => !isInput(names, path.relative(root, file)),
    });
    events.on("all", (event, file) => {
      if (event !== "addDir" && event !== "unlinkDir") {
        watcher.note(file);
      }
    });
    watcher.events = events;
    await new Promise<void>((resolve, reject) => {
      events.once("ready", resolve).once("error", reject);
    });
    return watcher;
  }

  async close(): Promise<void> {
    clearTimeout(this.quiet);
    await this.events?.close();
  }

  /** Waits until something is saved, and then for the end of the bunch. */
  async next(): Promise<Saved> {
    if (this.files.size === 0 || this.quiet) {
      await new Promise<void>((resolve) => {
        this.settled = resolve;
      });
    }
    const saved = { files: [...this.files].sort(), since: this.since };
    this.files.clear();
    return saved;
  }

  private note(file: string): void {
    if (file === this.settingsFile) {
      const before = this.settings;
      this.settings = settingsIn(file);
      if (this.settings === before) {
        return;
      }
    }
    if (this.files.size === 0) {
      this.since = Date.now();
    }
    this.files.add(path.relative(this.root, file));
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      this.quiet = undefined;
      this.settled?.();
      this.settled = undefined;
    }, quietMs);
  }
}

/** What a stack's settings say, without the salt that the engine writes into them. */
function settingsIn(file: string): string {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return text.replace(/^encryptionsalt:.*$/m, "").trim();
}

/** Whether a path, relative to the project, is one of `names` or below it, and not one that nobody has saved. */
export function isInput(names: readonly string[], file: string): boolean {
  return file === "" || (names.includes(file.split(path.sep, 1)[0] ?? "") && !strangers.test(file));
}
