import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import type { Agent } from "node:http";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultBaseImage } from "../../components/render/dockerfile";
import type { Health, ServiceRecord } from "../../provider/store/records";
import { ask } from "../contract/http";
import { type Answer, Clone } from "../support/clone";
import { temporaryFolder } from "../support/folder";
import { baseImage, type Engine, network } from "./engine";
import { dockerFile } from "./host";

const settingsFile = "Pulumi.local.yaml";
const patienceMs = 60_000;

type Service = ServiceRecord & { readonly health?: Health };

/** A clone whose only service runs in containers of a test's engine, on the base image that is to be had here. */
export class DockerService {
  readonly clone: Clone;
  private readonly programs = temporaryFolder("docker-programs");
  private readonly before = process.env;

  constructor(
    readonly engine: Engine,
    /** Of its scorer, too. */
    readonly name: string,
  ) {
    this.clone = Clone.make("docker-service").keepScorers(name);
    this.clone.edit("components/render/dockerfile.ts", (text) => text.replace(defaultBaseImage, baseImage));
    fs.writeFileSync(path.join(this.programs.folder, "docker"), shim(), { mode: 0o755 });
    const PATH = `${this.programs.folder}${path.delimiter}${process.env["PATH"] ?? ""}`;
    process.env = { ...engine.environment(), PATH };
  }

  /** Gives the service options, one of which is a secret environment variable. */
  async set(options: object, variable: string, secret: string): Promise<void> {
    const services = JSON.stringify({ [this.name]: options });
    fs.writeFileSync(this.clone.path(settingsFile), `config:\n  scorestack:services: ${services}\n`);
    const made = await this.clone.run("pulumi", "stack", "init", "local", "--no-select");
    if (made.code !== 0) {
      throw new Error(made.stderr);
    }
    const key = `scorestack:services.${this.name}.environmentVariables.${variable}`;
    const args = ["pulumi", "config", "set", "--secret", "--path", key, "--stack", "local"];
    const { folder: cwd } = this.clone;
    execFileSync(process.execPath, [this.clone.path("cli/launch.cjs"), ...args], { cwd, input: secret, stdio: "pipe" });
  }

  /** Runs a command that must succeed. */
  async run(...args: string[]): Promise<Answer> {
    const answer = await this.clone.run(...args);
    if (answer.code !== 0) {
      throw new Error(`${args.join(" ")} ended with ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
    }
    return answer;
  }

  /** The service as `status` has it, whatever its health. */
  async status(): Promise<Service> {
    const [found, ...others] = JSON.parse((await this.clone.run("status", "--json")).stdout) as Service[];
    if (!found || others.length > 0) {
      throw new Error(`${others.length} services beside ${found?.name ?? "none"}`);
    }
    return found;
  }

  /** The service once it is as `holds` says: one that is brought back takes a while. */
  async until(holds: (service: Service) => boolean): Promise<Service> {
    return eventually(() => this.status(), holds);
  }

  /** Sends a request, with a key where it needs one. */
  async score(key: string, agent?: Agent): Promise<string> {
    const headers = { Authorization: `Bearer ${key}` };
    const json = { data: [[59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]] };
    const { status, text } = await ask(`http://127.0.0.1:${this.port}`, { json, headers, agent });
    return status === 200 ? text : String(status);
  }

  async keys(): Promise<{ primaryKey: string; secondaryKey: string }> {
    return this.clone.json("outputs", `services.${this.name}`, "--show-secrets");
  }

  /** Ids of all containers of the engine, running or not. */
  async containers(): Promise<string[]> {
    return (await this.engine.docker("ps", "--all", "--quiet", "--no-trunc")).split("\n").filter((id) => id !== "");
  }

  /** The only container, once those that drain or are removed are gone. */
  async container(): Promise<string> {
    const [id = ""] = await eventually(
      () => this.containers(),
      ({ length }) => length === 1,
    );
    return id;
  }

  async noContainer(): Promise<void> {
    await eventually(
      () => this.containers(),
      ({ length }) => length === 0,
    );
  }

  /** Process of the service's supervisor. */
  get supervisor(): number {
    return (this.record("status.json") as { pid: number }).pid;
  }

  async remove(): Promise<void> {
    await this.clone.run("down", "--yes", "--all");
    this.clone.discard();
    this.programs.remove();
    process.env = this.before;
  }

  private get port(): number {
    return (this.record("desired.json") as { port: number }).port;
  }

  private record(file: string): unknown {
    return JSON.parse(fs.readFileSync(this.clone.path(".scorestack/services", this.name, file), "utf8"));
  }
}

async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) {
      return seen;
    }
    if (performance.now() > end) {
      throw new Error(`not so after ${patienceMs / 1000} s: ${JSON.stringify(seen)}`);
    }
    await sleep(200);
  }
}

/** The docker client, with the network that the engine has in place of Docker's own bridge. */
function shim(): string {
  const client = dockerFile();
  return `#!/bin/sh
case "$1" in
build) shift; exec ${client} build --network host "$@" ;;
run) shift; exec ${client} run --network ${network} "$@" ;;
esac
exec ${client} "$@"
`;
}
