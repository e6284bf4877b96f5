import { execFileSync } from "node:child_process";
import { UserError } from "./rpc/handler";

const candidates = ["python3", "python3.12", "python3.11", "python3.10", "python3.9", "python3.13", "python"];
const probe = "import sys; print(sys.version.split()[0]); print(sys.executable)";

export interface Interpreter {
  /** Absolute path. */
  readonly executable: string;
  readonly version: string;
}

let found: Interpreter | undefined;

/**
 * The Python that starts tools and supervisors: the first on PATH that is 3.9 or later.
 *
 * @throws {@link UserError} naming what was found instead
 */
export function findPython(): Interpreter {
  found ??= searchPython();
  return found;
}

/** As {@link findPython}, without remembering. */
export function searchPython(): Interpreter {
  const tooOld: string[] = [];
  for (const candidate of candidates) {
    const [version, executable] = ask(candidate);
    if (version === undefined || executable === undefined) {
      continue;
    }
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major === 3 && minor >= 9) {
      return { executable, version };
    }
    tooOld.push(`${executable} (${version})`);
  }
  const got = tooOld.length > 0 ? `got ${[...new Set(tooOld)].join(", ")}` : "got none on PATH";
  throw new UserError(`'python3' must be Python 3.9 or later, ${got}; install Python 3.11 and put it on PATH`);
}

function ask(command: string): string[] {
  try {
    return execFileSync(command, ["-c", probe], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 20_000,
    })
      .trim()
      .split("\n");
  } catch {
    return [];
  }
}
