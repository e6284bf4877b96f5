import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { LocalService, type LocalServiceArgs, ModelImage } from "../../components";
import { localTokens } from "../../components/internal/local-contract";
import { Project } from "../fixture";
import { only, runProgram } from "../harness";
import { takeRejections } from "../rejections";
import { lock } from "./azure-place";

const identity = "a".repeat(64);
const size = "in steps of 0.1";
const engine = "docker";

/** What a user gets wrong, and the whole error. */
const rows: readonly (readonly [args: Partial<Record<keyof LocalServiceArgs, unknown>>, error: string])[] = [
  [{ engine: "podman" }, "'engine' must be 'process' or 'docker', got 'podman'"],
  [
    { engine, image: { identity, isLocked: false } },
    "'image' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
  ],
  [
    { engine, image: { identity, enableGpu: true } },
    "'image' must be without 'enableGpu' for the engine 'docker', which gives a container no GPU; set 'engine' to 'process'",
  ],
  [{ cpuCores: 1 }, "'cpuCores' must come with the engine 'docker'; set it or leave this out"],
  [{ memoryInGb: 1 }, "'memoryInGb' must come with the engine 'docker'; set it or leave this out"],
  [{ engine: "process", memoryInGb: 1 }, "'memoryInGb' must come with the engine 'docker'; set it or leave this out"],
  ...[0, 0.25, 256.1, "1"].map(
    (cpuCores) =>
      [
        { engine, cpuCores },
        `'cpuCores' must be a number from 0.1 to 256 ${size}, got ${JSON.stringify(cpuCores).replaceAll('"', "'")}`,
      ] as const,
  ),
  ...[0, 1.55, 4097].map(
    (memoryInGb) =>
      [{ engine, memoryInGb }, `'memoryInGb' must be a number from 0.1 to 4096 ${size}, got ${memoryInGb}`] as const,
  ),
];

/** Does not prove: that a container answers; `test/docker` does. */
describe("the engine of a LocalService", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => {
    project.remove();
  });

  const run = (args: Partial<LocalServiceArgs> = {}) =>
    runProgram(() => new LocalService("churn", { image: { identity }, ...args }));

  it("is processes, unless it is named", async () => {
    const { engine: chosen, cpuCores, memoryInGb } = only(await run(), localTokens.service).inputs;
    assert.deepEqual([chosen, cpuCores, memoryInGb], ["process", undefined, undefined]);
  });

  it("is passed on with what a container may use", async () => {
    const { inputs } = only(await run({ engine, cpuCores: 0.5, memoryInGb: 1.5 }), localTokens.service);
    assert.deepEqual([inputs["engine"], inputs["cpuCores"], inputs["memoryInGb"]], ["docker", 0.5, 1.5]);
  });

  it("may be known later, with what a container may use", async () => {
    const { inputs } = only(await run({ engine: pulumi.output(engine), cpuCores: 2 }), localTokens.service);
    assert.deepEqual([inputs["engine"], inputs["cpuCores"]], ["docker", 2]);
  });

  for (const [args, error] of rows) {
    it(`is checked: ${error}`, async () => {
      await assert.rejects(
        runProgram(() => new LocalService("churn", { image: { identity }, ...args } as LocalServiceArgs)),
        (problem) => problem instanceof pulumi.ResourceError && problem.message === error,
      );
    });
  }

  it("is checked when it is known later", async () => {
    await assert.rejects(run({ engine: pulumi.output("podman") as never }), /failed after it had returned/);
    assert.deepEqual(await takeRejections(), ["'engine' must be 'process' or 'docker', got 'podman'"]);
  });

  it("is told by a ModelImage whether a container can be made of it", async () => {
    const ofImage = async (enableGpu: boolean): Promise<ModelImage> =>
      (
        await runProgram(
          () =>
            new ModelImage("churn", {
              executionScript: "work/score.py",
              condaFile: "work/conda.yml",
              models: { modelName: "churn", version: 1, digest: identity },
              enableGpu,
            }),
        )
      ).result;
    const unlocked = await ofImage(false);
    project.write({ "work/conda.lock": lock });
    const locked = await ofImage(true);
    assert.deepEqual([unlocked.isLocked, unlocked.enableGpu], [false, false]);
    assert.deepEqual([locked.isLocked, locked.enableGpu], [true, true]);
  });
});
