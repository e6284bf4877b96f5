import { strict as assert } from "node:assert";
import type { OpMap, Stack } from "@pulumi/pulumi/automation";
import { openProject } from "../../cli/project";
import { openStack } from "../../cli/stack";
import { readState } from "../../cli/state";
import type { startStandIn } from "../engine/stand-in";
import type { Clone } from "./clone";
import { cloudService, serviceSettings } from "./cloud-program";

export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** How many resources `cloudService` has. */
export const resourceCount = 6;

/** A stack of `cloudService` in a stand-in cloud, in which things go wrong. */
export class FaultyStack {
  private constructor(
    private readonly clone: Clone,
    private readonly standIn: StandIn,
    readonly name: string,
    readonly stack: Stack,
  ) {}

  static async make(clone: Clone, standIn: StandIn, name: string): Promise<FaultyStack> {
    const program = () => Promise.resolve(cloudService(serviceSettings()));
    const where = { root: clone.folder, stackName: name, create: true, environment: standIn.env };
    const { stack } = await openStack({ ...where, program });
    return new FaultyStack(clone, standIn, name, stack);
  }

  /** Brings it up, and returns the counts. */
  async up(): Promise<OpMap> {
    let counts: OpMap = {};
    await this.stack.up({ onEvent: ({ summaryEvent }) => (counts = summaryEvent?.resourceChanges ?? counts) });
    return counts;
  }

  /** What it has in the cloud. */
  inCloud(): string[] {
    const group = `/resourcegroups/${this.name}`;
    return this.standIn
      .resources()
      .map(({ id }) => id)
      .filter((id) => `${id.toLowerCase()}/`.includes(`${group}/`))
      .sort();
  }

  /** Every resource is in the cloud once, the state knows each by its id, and there is nothing to do. */
  async assertWhole(): Promise<void> {
    const known = (readState(openProject(this.clone.folder), this.name)?.resources ?? []) as readonly {
      type: string;
      id?: string;
    }[];
    const ids = known.filter(({ type }) => type.startsWith("azure-native:")).map(({ id = "" }) => id);
    assert.deepEqual(this.inCloud(), ids.sort());
    assert.equal(ids.length, resourceCount - 1);
    assert.equal(new Set(ids.map((id) => id.toLowerCase())).size, ids.length);
    assert.deepEqual((await this.stack.preview()).changeSummary, { same: resourceCount + 1 });
  }
}
