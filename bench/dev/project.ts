import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { findEngine } from "../../cli/engine";
import { type StandIn, startStandIn } from "../../test/engine/stand-in";
import { Clone } from "../../test/support/clone";
import type { Operation } from "../noop/project";
import { timed } from "../timed";

const stackName = "dev";
const settings = {
  "scorestack:location": "westeurope",
  "scorestack:services": {},
};

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly inputs?: object;
  readonly outputs?: object;
  /** `urn:…::default_3_28_0::id`. */
  readonly provider?: string;
}

/** The stack dev on the stand-in cloud, and its resources in a program of their own on a copy of its state. */
export class DevProject {
  private standIn: StandIn | undefined;

  private constructor(private readonly clone: Clone) {}

  static make(): DevProject {
    const clone = Clone.make("bench-dev").keepScorers("diabetes", "digits", "wine");
    fs.writeFileSync(clone.path(`Pulumi.${stackName}.yaml`), stringify({ config: settings }));
    return new DevProject(clone);
  }

  async fill(): Promise<void> {
    this.standIn = await startStandIn(this.clone.path(".scorestack/stand-in"));
    await timed(this.command("up"), this.folder, this.environment);
    const { file } = await findEngine(this.folder);
    const open = ["pulumi", "stack", "export", "--show-secrets", "--stack", stackName];
    const { stdout } = await this.clone.run(...open);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: StateResource[] } };
    this.writeRaw(path.dirname(path.dirname(file)), deployment.resources);
  }

  get folder(): string {
    return this.clone.folder;
  }

  get environment(): Record<string, string> {
    return this.standIn?.env ?? {};
  }

  command(operation: Operation): string[] {
    const launch = this.clone.path("cli/launch.cjs");
    const yes = operation === "up" ? ["--yes"] : [];
    return [process.execPath, launch, operation, "--stack", stackName, ...yes];
  }

  rawCommand(operation: Operation, ...options: string[]): string[] {
    return [process.execPath, path.join(__dirname, "../noop/raw.cjs"), operation, this.rawFolder, ...options];
  }

  get rawEnvironment(): Record<string, string> {
    return {
      ...this.environment,
      SCORESTACK_ROOT: this.folder,
      PULUMI_BACKEND_URL: `file://${this.rawFolder}/state`,
      PULUMI_CONFIG_PASSPHRASE_FILE: this.clone.path(".scorestack/passphrase"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  async remove(): Promise<void> {
    await this.standIn?.stop();
    this.clone.discard();
  }

  private get rawFolder(): string {
    return this.clone.path(".scorestack/raw");
  }

  private writeRaw(engineRoot: string, all: readonly StateResource[]): void {
    const resources = all
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ urn, type, custom, parent, inputs = {}, outputs = {}, provider }) => ({
        urn,
        type,
        name: urn.split("::").pop(),
        custom,
        parent,
        inputs,
        outputs: custom ? {} : outputs,
        version: /::default_([\d_]+)::/.exec(provider ?? "")?.[1]?.replaceAll("_", "."),
      }));
    const provider = { name: "scorestack", path: "../../provider" };
    const project = { name: "scorestack", runtime: "nodejs", plugins: { providers: [provider] } };
    fs.cpSync(this.clone.path(".scorestack/state"), path.join(this.rawFolder, "state"), { recursive: true });
    fs.writeFileSync(path.join(this.rawFolder, "Pulumi.yaml"), stringify(project));
    fs.copyFileSync(this.clone.path(`Pulumi.${stackName}.yaml`), path.join(this.rawFolder, `Pulumi.${stackName}.yaml`));
    const content = JSON.stringify({ engineRoot, stackName, resources });
    fs.writeFileSync(path.join(this.rawFolder, "resources.json"), content, { mode: 0o600 });
  }
}
