import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { only, runProgram, value } from "./harness";
import { takeRejections } from "./rejections";

class Part extends pulumi.ComponentResource {
  constructor(name: string, inputs: pulumi.Inputs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:Part", name, inputs, opts);
    this.registerOutputs({ name });
  }
}

describe("test harness", () => {
  it("records inputs without secrecy, and which of them are secret", async () => {
    const inputs = { plain: 1, secret: pulumi.secret("x"), inner: [{ deep: pulumi.output(2) }] };
    const part = only(await runProgram(() => new Part("a", inputs)), "scorestack:index:Part");
    assert.deepEqual(part.inputs, { plain: 1, secret: "x", inner: [{ deep: 2 }] });
    assert.deepEqual(part.secrets, ["secret"]);
    assert.deepEqual(part.outputs, { name: "a" });
  });

  it("refuses a URN that is registered twice", async () => {
    await assert.rejects(
      runProgram(() => [new Part("a"), new Part("a")]),
      new Error("urn:pulumi:local::scorestack::scorestack:index:Part::a is registered twice"),
    );
  });

  it("refuses unknown resource types and calls", async () => {
    class Other extends pulumi.CustomResource {}
    await assert.rejects(
      runProgram(() => new Other("other:index:Thing", "a", {})),
      /failed after it had returned/,
    );
    assert.match((await takeRejections()).join(), /unknown resource type other:index:Thing/);
    const call = () => new Part("a", { b: pulumi.output(pulumi.runtime.invoke("other:index:get", {})) });
    await assert.rejects(runProgram(call), new Error("unknown call of other:index:get"));
    await takeRejections();
  });

  it("sees an assertion that fails inside an apply", async () => {
    pulumi.output(1).apply((one) => {
      assert.equal(one, 2);
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.match((await takeRejections()).join(), /1 !== 2/);
  });

  it("tells the settings to the program, and those only", async () => {
    const read = () => new pulumi.Config("scorestack").get("x") ?? "none";
    assert.equal((await runProgram(read, { config: { "scorestack:x": "y" } })).result, "y");
    assert.equal((await runProgram(read)).result, "none");
  });

  it("waits for values", async () => {
    assert.equal(await value(pulumi.output(Promise.resolve(3))), 3);
  });
});
