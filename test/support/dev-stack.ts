import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { stringify } from "yaml";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import { labelOf } from "../../cli/output/changes";
import { openProject } from "../../cli/project";
import { openStack } from "../../cli/stack";
import { readState } from "../../cli/state";
import { type StandIn, startStandIn } from "../engine/stand-in";
import { type Answer, Clone } from "./clone";

/** What an operation of the engine did. */
export interface Seen {
  readonly counts: OpMap;
  /** `update AciService diabetes` and the like, sorted; what stays is left out. */
  readonly steps: readonly string[];
  /** Everything that was shown. */
  readonly shown: string;
}

/** What stays, and the halves of a replacement. */
const quietOps = new Set(["same", "create-replacement", "delete-replaced"]);

/** A clone with some of the scorers, and a stand-in cloud for its stacks. */
export class DevPlace {
  private constructor(
    readonly clone: Clone,
    readonly standIn: StandIn,
  ) {}

  /** `adoptsOwn`: take over what an unanswered call of the same resource has made, which azure-native would refuse. */
  static async make(label: string, scorers: readonly string[], adoptsOwn = false): Promise<DevPlace> {
    const clone = Clone.make(label).keepScorers(...scorers);
    process.env.SCORESTACK_ROOT = clone.folder;
    return new DevPlace(clone, await startStandIn(clone.path(".scorestack/stand-in"), { adoptsOwn }));
  }

  /** A stack `dev` or `dev-…`, by the project's own program. */
  async stack(name: string, settings: Readonly<Record<string, unknown>> = {}): Promise<DevStack> {
    const config = { "scorestack:location": "westeurope", "scorestack:services": {}, ...settings };
    fs.writeFileSync(this.clone.path(`Pulumi.${name}.yaml`), stringify({ config }));
    const where = { root: this.clone.folder, stackName: name, create: true, environment: this.standIn.env };
    return new DevStack(this, name, (await openStack(where)).stack);
  }

  /** Brings a stack up from the command line. */
  up(name: string): Promise<Answer> {
    Object.assign(process.env, this.standIn.env);
    return this.clone.run("up", "--yes", "--stack", name).finally(() => {
      Object.keys(this.standIn.env).forEach((key) => Reflect.deleteProperty(process.env, key));
    });
  }

  /** The services' keys, and these other secrets, stand open neither in a file nor in what was shown. */
  async assertSealed(stack: string, secrets: readonly string[], seen: readonly Seen[]): Promise<void> {
    const outputs = await this.clone.json<{ services: Record<string, { primaryKey: string; secondaryKey: string }> }>(
      "outputs",
      "--stack",
      stack,
      "--show-secrets",
    );
    const keys = Object.values(outputs.services).flatMap(({ primaryKey, secondaryKey }) => [primaryKey, secondaryKey]);
    assert.equal(new Set(keys).size, 2 * Object.keys(outputs.services).length);
    const settings = this.clone.path(`Pulumi.${stack}.yaml`);
    for (const secret of [...secrets, ...keys]) {
      const coded = Buffer.from(secret).toString("base64").replace(/=+$/, "");
      seen.forEach(({ shown }) => {
        assert.ok(!shown.includes(secret));
      });
      const words = ["-rlF", "-e", secret, "-e", coded, this.clone.path(".scorestack"), settings];
      assert.equal(spawnSync("grep", words, { encoding: "utf8" }).stdout, "");
    }
  }

  async remove(): Promise<void> {
    await this.standIn.stop();
    await this.clone.remove();
    delete process.env.SCORESTACK_ROOT;
  }
}

/** A dev stack on the stand-in cloud. */
export class DevStack {
  constructor(
    private readonly place: DevPlace,
    private readonly name: string,
    private readonly stack: Stack,
  ) {}

  async run(operation: "up" | "preview" | "destroy" | "refresh"): Promise<Seen> {
    let counts: OpMap = {};
    let shown = "";
    const steps = new Set<string>();
    const onEvent = ({ summaryEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      const state = step?.new ?? step?.old;
      if (step && state?.custom && !quietOps.has(step.op) && !step.type.startsWith("pulumi:")) {
        const name = step.urn.split("::").at(-1) ?? "";
        steps.add(`${step.op} ${labelOf({ urn: step.urn, type: step.type, name, parent: state.parent })}`);
      }
    };
    await this.stack[operation]({ onEvent, onOutput: (text: string) => (shown += text) });
    return { counts, steps: [...steps].sort(), shown };
  }

  /** Each resource is in the cloud once, the state knows it by its id, and there is nothing to do. */
  async assertWhole(): Promise<void> {
    const { clone, standIn } = this.place;
    const known = (readState(openProject(clone.folder), this.name)?.resources ?? []) as readonly {
      type: string;
      id?: string;
    }[];
    const ids = known.filter(({ type }) => type.startsWith("azure-native:")).map(({ id = "" }) => id.toLowerCase());
    assert.equal(new Set(ids).size, ids.length);
    const owned = standIn.resources().filter(({ urn, deployed }) => urn?.includes(`:${this.name}::`) && !deployed);
    const inAzure = owned.map(({ id }) => id.toLowerCase()).filter((id) => id.startsWith("/subscriptions/"));
    assert.deepEqual(inAzure.sort(), ids.sort());
    const objects = known.filter(({ type }) => type.startsWith("kubernetes:")).map(({ type, id }) => `${type}/${id}`);
    const inClusters = owned.filter(({ token }) => token.startsWith("kubernetes:"));
    assert.deepEqual(inClusters.map(({ id }) => id.slice(id.indexOf("/") + 1)).sort(), objects.sort());
    assert.deepEqual(Object.keys((await this.run("preview")).counts), ["same"]);
  }
}
