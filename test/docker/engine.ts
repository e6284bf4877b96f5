import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answerOf } from "../support/clone";
import { temporaryFolder } from "../support/folder";
import { Container } from "./container";
import { baseTar, bootstrap, cache, dockerFile } from "./host";

/** What scorers are built on here, where Azure's base images can't be had: Debian 12 as its mirror has it. */
export const baseImage = "scorestack-test-base:bookworm";

/** What containers are connected to. */
export const network = "scorestack-test";
const startSeconds = 30;

/** How one step of a build ended. */
export interface Step {
  /** As in the Dockerfile, cut off. */
  readonly instruction: string;
  readonly isCached: boolean;
}

export interface BuildResult {
  readonly steps: readonly Step[];
  readonly seconds: number;
}

export interface BuildRequest {
  readonly folder: string;
  readonly tag: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Docker's classic builder, as ACR Tasks has it. */
  readonly classic?: boolean;
  readonly noCache?: boolean;
}

/** A real Docker Engine of the tests' own. */
export class Engine {
  private constructor(
    private readonly home: { folder: string; remove: () => void },
    private daemon: ChildProcess,
  ) {}

  static async start(): Promise<Engine> {
    fs.mkdirSync(cache, { recursive: true });
    const home = temporaryFolder("docker");
    const engine = new Engine(home, launch(home.folder));
    try {
      await engine.ready();
      await engine.makeBase();
      await engine.removeLeftOvers();
      await engine.docker("network", "create", network);
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  /** Kills the daemon, which leaves containers as they are, and starts another one in its place. */
  async restart(): Promise<void> {
    const ended = once(this.daemon, "exit");
    this.daemon.kill("SIGKILL");
    await ended;
    // Its containerd ends with it; a daemon that takes what is left of that for alive would wait for it.
    fs.rmSync(path.join(this.home.folder, "exec", "containerd", "containerd.pid"), { force: true });
    this.daemon = launch(this.home.folder);
    await this.ready();
  }

  async stop(): Promise<void> {
    if (this.daemon.exitCode === null && this.daemon.signalCode === null) {
      await this.removeLeftOvers().catch(() => undefined);
      const ended = once(this.daemon, "exit");
      this.daemon.kill("SIGTERM");
      await ended;
    }
    unmountBelow(this.home.folder);
    unmountBelow(path.join(cache, "data"));
    this.home.remove();
  }

  /** Runs a command of the docker client; resolves with what it printed on stdout. */
  async docker(...words: string[]): Promise<string> {
    return (await this.said(...words)).stdout.trim();
  }

  /** As `docker`, with what it printed on stderr. */
  async said(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await answerOf(this.client(words));
    if (code !== 0) {
      throw new Error(`docker ${words.slice(0, 2).join(" ")} ended with ${code}\n${stdout}${stderr}`);
    }
    return { stdout, stderr };
  }

  async build({ folder, tag, arguments: given, classic, noCache }: BuildRequest): Promise<BuildResult> {
    const flags = Object.entries({ ...indexArguments(), ...given }).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ]);
    const style = classic ? [] : ["--progress", "plain"];
    const words = [
      "build",
      ...style,
      ...(noCache ? ["--no-cache"] : []),
      "--network",
      "host",
      "--tag",
      tag,
      ...flags,
      folder,
    ];
    const started = Date.now();
    const { code, stdout, stderr } = await answerOf(this.client(words, { DOCKER_BUILDKIT: classic ? "0" : "1" }));
    if (code !== 0) {
      throw new Error(
        `docker build of ${tag} ended with ${code}\n${`${stdout}${stderr}`.split("\n").slice(-40).join("\n")}`,
      );
    }
    const seconds = (Date.now() - started) / 1000;
    return { steps: classic ? classicSteps(stdout) : buildKitSteps(stderr), seconds };
  }

  /** Digests of an image's layers, the base's first. */
  async layers(tag: string): Promise<string[]> {
    return JSON.parse(await this.docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", tag)) as string[];
  }

  /** Starts a container whose port 5001 is a port of 127.0.0.1. */
  async run(tag: string, flags: readonly string[] = [], command: readonly string[] = []): Promise<Container> {
    const published = ["--network", network, "--publish", "127.0.0.1::5001"];
    const id = await this.docker("run", "--detach", ...published, ...flags, tag, ...command);
    return new Container(this, id);
  }

  /** Also what a run that was killed has left. */
  private async removeLeftOvers(): Promise<void> {
    const containers = await this.docker("ps", "--quiet", "--all");
    if (containers !== "") {
      await this.docker("rm", "--force", ...containers.split("\n"));
    }
    const images = await this.docker("image", "ls", "--quiet", "--filter", "label=scorestack.clone");
    if (images !== "") {
      await this.docker("image", "rm", "--force", ...new Set(images.split("\n")));
    }
    await this.docker("network", "prune", "--force");
  }

  private client(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const env = { ...this.environment(), ...environment };
    return spawn(dockerFile(), words, { env, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** What makes a docker client ask this engine. */
  environment(): NodeJS.ProcessEnv {
    const host = `unix://${path.join(this.home.folder, "docker.sock")}`;
    return { ...process.env, DOCKER_HOST: host, DOCKER_CONFIG: this.home.folder };
  }

  private async ready(): Promise<void> {
    const until = Date.now() + startSeconds * 1000;
    for (;;) {
      const isThere = await this.docker("version").then(
        () => true,
        () => false,
      );
      if (isThere) {
        return;
      }
      if (this.daemon.exitCode !== null || Date.now() > until) {
        const log = fs.readFileSync(path.join(this.home.folder, "dockerd.log"), "utf8");
        throw new Error(`dockerd did not start:\n${log.split("\n").slice(-15).join("\n")}`);
      }
      await sleep(200);
    }
  }

  /** Debian with this machine's certificates, which its package index may need. */
  private async makeBase(): Promise<void> {
    if ((await this.docker("images", "--quiet", baseImage)) !== "") {
      return;
    }
    if (!fs.existsSync(baseTar)) {
      await bootstrap(path.join(this.home.folder, "base"));
    }
    const certificates = "/etc/ssl/certs/ca-certificates.crt";
    const settings = `ENV PIP_CERT=${certificates} SSL_CERT_FILE=${certificates}`;
    await this.docker("import", "--change", settings, baseTar, baseImage);
  }
}

/** What a daemon has mounted, the last one first; one that was killed has left more. */
function unmountBelow(folder: string): void {
  const mounted = fs.readFileSync("/proc/mounts", "utf8").split("\n");
  const places = mounted
    .map((line) => line.split(" ")[1] ?? "")
    .filter((place) => `${place}/`.startsWith(`${folder}/`));
  for (const place of places.reverse()) {
    execFileSync("umount", [place], { stdio: "ignore" });
  }
}

/** Starts a daemon that keeps its things in a folder, but for layers. */
function launch(folder: string): ChildProcess {
  const log = fs.openSync(path.join(folder, "dockerd.log"), "a");
  const within = (name: string): string => path.join(folder, name);
  const storage = ["--data-root", path.join(cache, "data"), "--exec-root", within("exec"), "--pidfile", within("pid")];
  // Nothing of this machine's network is changed; containers are reached through Docker's own proxy on 127.0.0.1.
  const quiet = ["--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"];
  const words = ["--pdeathsig", "TERM", "dockerd", ...storage, ...quiet, "--host", `unix://${within("docker.sock")}`];
  const daemon = spawn("setpriv", words, { stdio: ["ignore", log, log], detached: true });
  fs.closeSync(log);
  return daemon;
}

function indexArguments(): Record<string, string> {
  const given = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** Lines such as `#7 [4/9] COPY …`, `#7 CACHED`. */
function buildKitSteps(log: string): Step[] {
  const named = [...log.matchAll(/^#(\d+) \[\s*\d+\/\d+\] (.+)$/gm)];
  const names = new Map(named.map(([, number = "", instruction = ""]) => [number, instruction]));
  const cached = new Set([...log.matchAll(/^#(\d+) CACHED$/gm)].map(([, number]) => number));
  // Docker 20.10 does not say that of a base.
  const steps = [...names].filter(([, instruction]) => !instruction.startsWith("FROM "));
  return steps.map(([number, instruction]) => ({ instruction, isCached: cached.has(number) }));
}

/** Lines such as `Step 3/22 : COPY …`, ` ---> Using cache`. */
function classicSteps(log: string): Step[] {
  return log
    .split(/^Step \d+\/\d+ : /m)
    .slice(1)
    .map((part) => ({ instruction: part.split("\n", 1)[0] ?? "", isCached: part.includes("---> Using cache") }));
}
