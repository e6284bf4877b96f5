import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import type { EngineEvent, OpMap, Stack } from "@pulumi/pulumi/automation";
import { openStack } from "../../cli/stack";
import type { AksClusterArgs } from "../../components";
import { aksProgram, attachedProgram } from "../support/aks-program";
import { Clone } from "../support/clone";
import { type StandIn, startStandIn } from "./stand-in";

/**
 * An `AksCluster` on the real engine with the stand-in for Azure, which refuses what Azure would: pools that are put into the cluster,
 * changes in place of what is fixed. Does not prove Azure itself, nor that pods move: the stand-in has no nodes.
 */
describe("AksCluster on the real engine", function () {
  this.timeout(240_000);
  let clone: Clone;
  let standIn: StandIn;
  let stack: Stack;
  let args: Partial<AksClusterArgs> = { pools: { gpu: { vmSize: "Standard_NC4as_T4_v3" } } };
  let resources = 0;

  before(async () => {
    clone = Clone.make("aks").keepScorers();
    process.env.SCORESTACK_ROOT = clone.folder;
    standIn = await startStandIn(clone.path(".scorestack/stand-in/prod"));
    const program = () => Promise.resolve(aksProgram(args));
    const where = { root: clone.folder, stackName: "prod", create: true, environment: standIn.env };
    ({ stack } = await openStack({ ...where, program }));
  });
  after(async () => {
    await standIn.stop();
    await clone.remove();
    delete process.env.SCORESTACK_ROOT;
  });

  /** Runs an operation; returns its counts, its steps by resource, and what changed in the cloud, in order. */
  async function run(operation: "up" | "preview" | "refresh" | "destroy") {
    standIn.clearLog();
    let counts: OpMap = {};
    const steps: Record<string, string> = {};
    let shown = "";
    const onEvent = ({ summaryEvent, resourcePreEvent }: EngineEvent): void => {
      counts = summaryEvent?.resourceChanges ?? counts;
      const step = resourcePreEvent?.metadata;
      // A component's own step tells of its arguments alone.
      const isCustom = (step?.new ?? step?.old)?.custom === true;
      if (step && isCustom && step.op !== "same" && !step.type.startsWith("pulumi:")) {
        const paths = Object.entries(step.detailedDiff ?? {}).map(([path, { diffKind }]) => `${diffKind} ${path}`);
        steps[`${step.op} ${step.urn.split("::").at(-1) ?? ""}`] = paths.sort().join(", ");
      }
    };
    await stack[operation]({ onEvent, onOutput: (text: string) => (shown += text) });
    const changed = standIn.log().map(({ method, name }) => `${method} ${name}`);
    return { counts, steps, shown, changed };
  }

  const poolNames = (): string[] =>
    standIn
      .resources("containerservice:AgentPool")
      .map(({ id }) => id.split("/").at(-1) ?? "")
      .sort();

  it("is made with its pools, then its gateway, and then there is nothing to do", async () => {
    const { counts, changed } = await run("up");
    const order = ["prod-identity", "prod", "prod-pool-gpu", "prod-gateway-api", "service"];
    const at = order.map((name) => changed.indexOf(`create ${name}`));
    assert.ok(
      at.every((place, index) => place > (at[index - 1] ?? -1)),
      changed.join("\n"),
    );
    resources = counts["create"] ?? 0;
    assert.deepEqual((await run("preview")).counts, { same: resources });
    assert.deepEqual(
      poolNames().map((name) => name.replace(/[0-9a-f]{6}$/, "")),
      ["agents", "gpu"],
    );
  });

  it("changes the number of nodes alone, and touches nothing else", async () => {
    args = { ...args, agentCount: 5 };
    const { steps, changed } = await run("up");
    assert.deepEqual([steps, changed], [{ "update prod-pool-agents": "update count" }, ["update prod-pool-agents"]]);
  });

  it("makes a pool of another size before the old one goes, and touches nothing else", async () => {
    const [before = ""] = poolNames();
    args = { ...args, agentCount: 3, vmSize: "Standard_D8s_v5" };
    const preview = await run("preview");
    assert.match(preview.steps["replace prod-pool-agents"] ?? "", /update-replace vmSize/);
    assert.deepEqual(preview.changed, []);
    const { changed } = await run("up");
    assert.deepEqual(changed, ["create prod-pool-agents", "delete prod-pool-agents"]);
    assert.ok(!poolNames().includes(before));
    assert.deepEqual((await run("preview")).counts, { same: resources });
  });

  it("leaves the number of nodes to the autoscaler, also after a refresh", async () => {
    args = { ...args, autoscale: { minCount: 3, maxCount: 9 }, agentCount: undefined };
    assert.deepEqual((await run("up")).changed, ["update prod-pool-agents"]);
    standIn.edit(({ resources: all }) => {
      const pool = Object.values(all).find(({ id }) => /agentPools\/agents/i.test(id));
      assert.ok(pool);
      pool.inputs.count = 7;
    });
    await run("refresh");
    assert.deepEqual((await run("preview")).counts, { same: resources });
    assert.deepEqual((await run("up")).changed, []);
  });

  it("adds a pool and takes it away again, beside the cluster", async () => {
    const { pools } = args;
    args = { ...args, pools: { ...pools, spot: { vmSize: "Standard_D4s_v5", spot: true, count: 0 } } };
    assert.deepEqual((await run("up")).changed, ["create prod-pool-spot"]);
    args = { ...args, pools };
    assert.deepEqual((await run("up")).changed, ["delete prod-pool-spot"]);
  });

  it("changes the cluster's own settings in place, and turns its gateway on again", async () => {
    args = { ...args, apiServer: { authorizedIpRanges: ["203.0.113.0/24"] } };
    const { changed } = await run("up");
    assert.deepEqual(changed.sort(), ["create prod-gateway-api", "delete prod-gateway-api", "update prod"]);
  });

  it("adds the gateway that all services share, and changes nothing else", async () => {
    args = { ...args, tls: { leafDomainLabel: "team-models", clusterIssuer: "letsencrypt" } };
    assert.deepEqual((await run("up")).changed, ["create prod-gateway-namespace", "create prod-gateway"]);
  });

  it("is attached by another stack, which changes nothing of it", async () => {
    const open = async () => {
      const claims = { keda: true, workloadIdentity: true };
      const program = () => Promise.resolve(attachedProgram("scorestack-prod-prod", claims));
      const where = { root: clone.folder, stackName: "other", create: true, environment: standIn.env };
      return (await openStack({ ...where, program })).stack;
    };
    standIn.clearLog();
    const other = await open();
    await other.up();
    assert.deepEqual(await clone.json("outputs", "--stack", "other"), { version: "1.36.2" });
    assert.deepEqual(
      standIn.log().map(({ method, name }) => `${method} ${name}`),
      ["create other-service"],
    );
    await other.destroy();
  });

  it("shows no credentials: not in output, state, cloud or call log", async () => {
    const { kubeconfig } = await clone.json<{ kubeconfig: string }>("outputs", "--stack", "prod", "--show-secrets");
    const token =
      /token: (\S+)|"token":"([^"]+)"/
        .exec(kubeconfig)
        ?.slice(1)
        .find((part) => part) ?? "";
    assert.ok(token.length > 40, kubeconfig);
    const { shown } = await run("preview");
    for (const text of [token, Buffer.from(kubeconfig).toString("base64"), "canary-4711-logs"]) {
      const grep = spawnSync("grep", ["-rlF", "--", text, clone.path(".scorestack")], { encoding: "utf8" });
      assert.deepEqual([grep.stdout, shown.includes(text)], ["", false]);
    }
  });

  it("goes whole", async () => {
    await run("destroy");
    assert.deepEqual(standIn.resources(), []);
  });
});
