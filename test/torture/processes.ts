import * as fs from "node:fs";
import * as path from "node:path";

/** A process that works in or for the sandbox. */
export interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** Leader of its session. */
  readonly session: number;
  readonly args: readonly string[];
}

const strangerMs = 1000;

/** The processes of a folder, by their arguments and working directories. Reads /proc: Linux only. */
export class ProcessTable {
  /** Processes of others, and until when they need not be looked at again. */
  private readonly strangers = new Map<number, number>();

  constructor(private readonly folder: string) {}

  look(): Seen[] {
    const now = performance.now();
    return fs.readdirSync("/proc").flatMap((name) => {
      const pid = Number(name);
      if (!(pid > 0) || pid === process.pid || (this.strangers.get(pid) ?? 0) > now) {
        return [];
      }
      const found = this.read(pid);
      if (!found) {
        this.strangers.set(pid, now + strangerMs);
      }
      return found ?? [];
    });
  }

  private read(pid: number): Seen | undefined {
    try {
      const args = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
      const isOurs =
        args.some((arg) => arg.includes(this.folder)) || this.isInside(fs.readlinkSync(`/proc/${pid}/cwd`));
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return isOurs && state !== "Z" ? { pid, parent: Number(parent), session: Number(session), args } : undefined;
    } catch {
      return undefined; // It has ended, or is another user's.
    }
  }

  private isInside(cwd: string): boolean {
    return cwd === this.folder || cwd.startsWith(`${this.folder}/`);
  }
}

export function isEngine({ args }: Seen): boolean {
  return path.basename(args[0] ?? "") === "pulumi";
}

export function isProvider({ args }: Seen): boolean {
  return args.some((arg) => arg.endsWith("provider/launch.cjs") || arg.endsWith("pulumi-resource-scorestack"));
}

export function isUv({ args }: Seen): boolean {
  return path.basename(args[0] ?? "") === "uv";
}

export function isSupervisor({ args }: Seen): boolean {
  return args.some((arg) => arg.endsWith("supervisor/supervisor.py"));
}

export function isServer({ args }: Seen): boolean {
  return args.includes("azureml_inference_server_http");
}
