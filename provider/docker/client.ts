import { execFile, type ExecFileException, spawn } from "node:child_process";
import { promisify } from "node:util";
import { UserError } from "../rpc/handler";

const run = promisify(execFile);

const askMs = 15_000;
const maxBuffer = 64 * 1024 * 1024;

/** Runs a short command of the docker client; resolves with what it printed. */
export async function docker(...words: string[]): Promise<string> {
  return (await run("docker", words, { maxBuffer, timeout: askMs })).stdout.trim();
}

/** As `docker`, but undefined where it fails: Docker is not here, does not answer, or has no such thing. */
export async function askDocker(...words: string[]): Promise<string | undefined> {
  return docker(...words).catch(() => undefined);
}

/** What a long command has said on both its outputs, line by line; resolves with its exit code. */
export function runDocker(
  words: readonly string[],
  options: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal },
  onLine: (line: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { environment: env, signal } = options;
    const child = spawn("docker", words, { env, signal, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
      });
      stream.on("end", () => {
        onLine(rest);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? -1);
    });
  });
}

/**
 * Makes sure of a Docker that can run a service of this machine.
 *
 * @throws {@link UserError} that says what to do
 */
export async function requireDocker(serviceName: string): Promise<void> {
  const refused = (got: string, remedy: string): UserError =>
    new UserError(
      `'engine' of service '${serviceName}' must be one that can run here, got 'docker' and ${got}; ${remedy}, or set 'engine' to 'process'`,
    );
  let host = "";
  try {
    host = await docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}");
    await docker("version", "--format", "{{.Server.Version}}");
  } catch (problem) {
    throw (problem as ExecFileException).code === "ENOENT"
      ? refused("no docker on PATH", "install it (https://docs.docker.com/get-docker)")
      : refused(`no answer of its daemon (${whatItSaid(problem)})`, remedyOf(problem));
  }
  if (!/^(unix|npipe):/.test(host)) {
    throw refused(`a daemon on another machine (${host})`, "unset DOCKER_HOST, choose another docker context");
  }
}

/** The last line of what the client said, which has the cause. */
function whatItSaid(problem: unknown): string {
  const { killed, stderr, message } = problem as ExecFileException & { stderr?: string };
  const lines = (stderr ?? message).trim().split("\n");
  return killed === true ? `none in ${askMs / 1000} s` : (lines.at(-1) ?? "no word");
}

function remedyOf(problem: unknown): string {
  return /permission denied/i.test(whatItSaid(problem))
    ? "add yourself to the group 'docker' and log in anew"
    : "start it";
}
