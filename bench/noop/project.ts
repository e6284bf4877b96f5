import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { findEngine } from "../../cli/engine";
import { ServiceFolder } from "../../provider/service/files";
import { isAlive } from "../../provider/service/process";
import { Clone } from "../../test/support/clone";
import { timed } from "../timed";

const state = ".scorestack/state/.pulumi/stacks/scorestack/local.json";
/** The engine then writes the state once, at the end, and not around each step: making it is not what is measured. */
const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A clone with so many services, which a stand-in answers for, and the same resources in a program of their own. */
export class NoopProject {
  private constructor(
    private readonly clone: Clone,
    private readonly rawFolder: string,
  ) {}

  static make(): NoopProject {
    const clone = Clone.make("bench-noop").keepScorers("diabetes");
    fs.copyFileSync(path.join(__dirname, "stand_in.py"), clone.path("provider/supervisor/supervisor.py"));
    return new NoopProject(clone, clone.path(".scorestack/raw"));
  }

  /** Makes both states. */
  async fill(size: number): Promise<void> {
    const names = Array.from({ length: size - 1 }, (_, index) => `service-${String(index + 2).padStart(4, "0")}`);
    const services = Object.fromEntries(names.map((name) => [name, { scorer: "diabetes" }]));
    fs.writeFileSync(this.clone.path("Pulumi.local.yaml"), stringify({ config: { "scorestack:services": services } }));
    await timed(this.command("up"), this.clone.folder, withoutCheckpoints);
    const { file } = await findEngine(this.clone.folder);
    this.writeRaw(path.dirname(path.dirname(file)));
    await timed(this.rawCommand("up"), this.rawFolder, { ...this.rawEnvironment, ...withoutCheckpoints });
  }

  get folder(): string {
    return this.clone.folder;
  }

  command(operation: Operation): string[] {
    const launch = this.clone.path("cli/launch.cjs");
    return [process.execPath, launch, operation, ...(operation === "up" ? ["--yes"] : [])];
  }

  rawCommand(operation: Operation, ...options: string[]): string[] {
    return [process.execPath, path.join(__dirname, "raw.cjs"), operation, this.rawFolder, ...options];
  }

  /** The provider finds the clone's stores, and the engine a backend of the raw program's own. */
  get rawEnvironment(): Record<string, string> {
    return {
      SCORESTACK_ROOT: this.clone.folder,
      PULUMI_BACKEND_URL: `file://${this.rawFolder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /** One process answers for all services, so that ending the first one's is enough. */
  async remove(): Promise<void> {
    const status = new ServiceFolder(this.clone.path(".scorestack/services/diabetes")).status();
    if (status && isAlive(status)) {
      process.kill(status.pid, "SIGTERM");
      while (isAlive(status)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    this.clone.discard();
  }

  private writeRaw(engineRoot: string): void {
    const { checkpoint } = JSON.parse(fs.readFileSync(this.clone.path(state), "utf8")) as {
      checkpoint: { latest: { resources: StateResource[] } };
    };
    const resources = checkpoint.latest.resources
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ urn, type, custom, parent, inputs }) => ({
        urn,
        type,
        name: urn.split("::").pop(),
        custom,
        parent,
        inputs: custom ? inputs : {},
        outputs: {},
      }));
    const provider = { name: "scorestack", path: "../../provider" };
    const project = { name: "raw", runtime: "nodejs", plugins: { providers: [provider] } };
    fs.mkdirSync(path.join(this.rawFolder, "state"), { recursive: true });
    fs.writeFileSync(path.join(this.rawFolder, "Pulumi.yaml"), stringify(project));
    fs.writeFileSync(
      path.join(this.rawFolder, "resources.json"),
      JSON.stringify({ engineRoot, stackName: "local", resources }),
    );
  }
}

export type Operation = "up" | "preview";
