import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import { Clone } from "../support/clone";
import { type StandIn, startStandIn } from "./stand-in";

const group = "/subscriptions/any/resourceGroups/team";

/** Does not prove that a cluster that is refused is left alone by the real provider: it is told of an address that is none. */
describe("attaching a cluster that will not do", function () {
  this.timeout(60_000);
  let clone: Clone;
  let standIn: StandIn;

  before(async () => {
    clone = Clone.make("attach").keepScorers();
    const existing = [group, `${group}/providers/Microsoft.ContainerService/managedClusters/theirs`];
    standIn = await startStandIn(clone.path(".scorestack/stand-in/dev"), { existing });
    Object.assign(process.env, standIn.env);
  });
  after(async () => {
    Object.keys(standIn.env).forEach((key) => Reflect.deleteProperty(process.env, key));
    await standIn.stop();
    await clone.remove();
  });

  it("ends a preview with a kubeconfig that is none, and shows nothing of it", async () => {
    const program = `import * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { KubernetesCluster } from "./components";
module.exports = () => {
  const home = new KubernetesCluster("home", { kubeconfig: pulumi.secret("canary-4711") });
  new ConfigMap("service", { data: {} }, { provider: home.provider });
  return Promise.resolve({});
};
`;
    fs.writeFileSync(clone.path("index.ts"), program);
    const { code, stdout, stderr } = await clone.run("preview", "--stack", "dev");
    assert.equal(code, 1);
    assert.match(stdout + stderr, /'kubeconfig' must be the text of a kubeconfig/);
    assert.doesNotMatch(stdout + stderr, /canary-4711/);
  });

  for (const [what, args, said] of [
    [
      "says one thing of it that is not so",
      '"theirs", { keda: true }',
      /'existing\.keda' must be left out, as 'theirs'/,
    ],
    ["names one that is not there", '"none"', /managedClusters\/none' was not found/],
  ] as const) {
    it(`ends a preview that ${what}, and does not wait for ever`, async () => {
      const program = `import { attachedProgram } from "./test/support/aks-program";\nmodule.exports = () => Promise.resolve(attachedProgram(${args}));\n`;
      fs.writeFileSync(clone.path("index.ts"), program);
      const { code, stdout, stderr } = await clone.run("preview", "--stack", "dev");
      assert.equal(code, 1);
      assert.match(stdout + stderr, said);
    });
  }
});
