import { strict as assert } from "node:assert";
import { takeRejections } from "../rejections";
import { setClock } from "../support/clock";
import { DevPlace, type DevStack } from "../support/dev-stack";
import { before as day } from "../support/fpga-host";

/**
 * The stack `fpga` on the real engine with the stand-in for Azure and Kubernetes, after the stack `dev` whose images it runs: which edit
 * moves what, and what goes in which order when the accelerator changes. Does not prove Azure, Kubernetes or an accelerator: objects are
 * kept as they are asked for, and are ready at once.
 */
describe("stack fpga on the real engine", function () {
  this.timeout(300_000);
  const onFpga = {
    accelerator: "fpga",
    acknowledgeRetirement: true,
    fpga: { resourceName: "amd.com/u250", bitstream: { modelName: "diabetes-ridge" } },
  };
  let place: DevPlace;
  let dev: DevStack;
  let stack: DevStack;
  let resetClock: () => void;

  const set = async (diabetes: object, more: object = {}): Promise<void> => {
    stack = await place.stack("fpga", { "scorestack:services": { diabetes, wine: { numReplicas: 2 } }, ...more });
  };
  const calls = (): string[] =>
    place.standIn
      .log()
      .filter(({ method }) => ["create", "update", "delete"].includes(method))
      .map(({ method, name }) => `${method} ${name}`);

  before(async () => {
    resetClock = setClock(day);
    place = await DevPlace.make("fpga", ["diabetes", "wine"]);
    dev = await place.stack("dev");
    await dev.run("up");
    await set(onFpga);
  });
  after(async () => {
    resetClock();
    await place.remove();
  });

  it("comes up, and then there is nothing to do", async () => {
    const { steps } = await stack.run("up");
    assert.ok(steps.includes("create FpgaService diabetes: pool"), steps.join(", "));
    await stack.assertWhole();
  });

  it("moves the service alone with a new image: its nodes stay", async () => {
    place.clone.edit("scorers/diabetes/score.py", (text) => `${text}# edited\n`);
    await dev.run("up");
    assert.deepEqual((await stack.run("up")).steps, [
      "replace FpgaService diabetes: config-main",
      "replace FpgaService diabetes: smoke-test",
      "update FpgaService diabetes: deployment-main",
    ]);
    await stack.assertWhole();
  });

  it("moves to GPUs by one word: new nodes first, then the service, then the old nodes go", async () => {
    await set({ ...onFpga, accelerator: "gpu" });
    const steps = [
      "replace FpgaService diabetes: config-main",
      "replace FpgaService diabetes: device-plugin",
      "replace FpgaService diabetes: pool",
      "replace FpgaService diabetes: smoke-test",
      "update FpgaService diabetes: deployment-main",
    ];
    assert.deepEqual((await stack.run("preview")).steps, steps);
    place.standIn.clearLog();
    assert.deepEqual((await stack.run("up")).steps, steps);
    const order = calls();
    const at = (call: string): number => order.indexOf(call);
    const expected = [
      "create diabetes-pool",
      "create diabetes-device-plugin",
      "update diabetes-deployment-main",
      "create diabetes-smoke-test",
      "delete diabetes-pool",
    ].map(at);
    assert.ok(!expected.includes(-1), order.join(", "));
    assert.deepEqual(
      expected,
      [...expected].sort((one, other) => one - other),
      order.join(", "),
    );
    await stack.assertWhole();
  });

  it("keeps its word when Azure has stopped the FPGAs: GPUs stay, and nothing leads back", async () => {
    const reset = setClock("2027-05-31T00:00:01Z");
    try {
      await stack.assertWhole();
      await set(onFpga);
      await assert.rejects(
        stack.run("preview"),
        /must be 'gpu' from 2027-05-31 on, when Azure stops its FPGA machines/,
      );
      // The SDK has reported it to the engine.
      await takeRejections();
    } finally {
      reset();
    }
  });

  it("goes, and leaves dev as it is", async () => {
    await set({ ...onFpga, accelerator: "gpu" });
    await stack.run("destroy");
    const left = place.standIn.resources().filter(({ urn }) => urn?.includes(":fpga::"));
    assert.deepEqual(left, []);
    await dev.assertWhole();
  });
});
