import { strict as assert } from "node:assert";
import { AksCluster, type AksClusterArgs } from "../../components";
import { only, runProgram } from "../harness";
import { aksHost } from "../support/aks-host";
import { inputs, needs } from "../support/azure-run";

const make = (args: Partial<AksClusterArgs> = {}) =>
  runProgram(() => new AksCluster("prod", { host: aksHost, apiServer: "public", ...args }));
const nameOf = async (args: Partial<AksClusterArgs>, key = "agents"): Promise<unknown> =>
  inputs(await make(args), "containerservice:AgentPool", `prod-pool-${key}`)["agentPoolName"];

/** Does not prove: that Azure makes or drains nodes. That a new pool comes before the old one goes is the engine test's. */
describe("pools of AksCluster", () => {
  it("has three nodes for services by default, with a name that its shape decides", async () => {
    const { agentPoolName, ...pool } = inputs(await make(), "containerservice:AgentPool");
    assert.match(String(agentPoolName), /^agents[0-9a-f]{6}$/);
    assert.deepEqual(pool, {
      resourceGroupName: "team",
      resourceName: "scorestack-local-prod",
      mode: "User",
      type: "VirtualMachineScaleSets",
      osType: "Linux",
      vmSize: "Standard_D4s_v5",
      count: 3,
      enableAutoScaling: false,
      maxPods: 110,
      nodeLabels: { "scorestack/pool": "agents" },
      nodeTaints: [],
      upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 },
    });
  });

  it("has another name for each shape, and the same for what changes in place", async () => {
    const names = async (key: string, each: readonly Partial<AksClusterArgs>[]) => {
      const found: unknown[] = [];
      for (const args of each) {
        found.push(await nameOf(args, key));
      }
      return new Set(found).size;
    };
    assert.equal(await names("agents", [{}, { agentCount: 7 }, { autoscale: { minCount: 3, maxCount: 9 } }]), 1);
    const gpu = { vmSize: "Standard_NC4as_T4_v3" };
    const inPlace = [{}, { labels: { team: "growth" } }, { count: 2 }, { taints: [] }];
    assert.equal(
      await names(
        "gpu",
        inPlace.map((more) => ({ pools: { gpu: { ...gpu, ...more } } })),
      ),
      1,
    );
    const shapes = [{}, { zones: ["1"] }, { spot: true }, { maxPods: 30 }, { osDiskSizeInGb: 256 }];
    assert.equal(
      await names(
        "gpu",
        shapes.map((more) => ({ pools: { gpu: { ...gpu, ...more } } })),
      ),
      shapes.length,
    );
  });

  it("leaves the number of nodes to the autoscaler where it is on", async () => {
    const run = await make({ autoscale: { minCount: 3, maxCount: 9 } });
    const pool = only(run, "azure-native:containerservice:AgentPool");
    const { count, minCount, maxCount, enableAutoScaling } = pool.inputs;
    assert.deepEqual([count, minCount, maxCount, enableAutoScaling], [3, 3, 9, true]);
    assert.deepEqual(pool.ignoreChanges, ["count"]);
    assert.deepEqual(only(await make(), "azure-native:containerservice:AgentPool").ignoreChanges, []);
  });

  it("makes the new pool before the old one goes, for everything that Azure changes in none", async () => {
    const pool = only(await make(), "azure-native:containerservice:AgentPool");
    assert.equal(pool.deleteBeforeReplace, false);
    assert.deepEqual(pool.replaceOnChanges, [
      "vmSize",
      "gpuInstanceProfile",
      "availabilityZones",
      "maxPods",
      "osDiskSizeGB",
      "osDiskType",
      "podSubnetID",
      "scaleSetPriority",
      "vnetSubnetID",
    ]);
  });

  it("keeps nodes with GPUs for those who ask for them, and tells Kubernetes of the GPUs", async () => {
    const run = await make({ pools: { gpu: { vmSize: "Standard_NC4as_T4_v3", spot: true } } });
    const pool = inputs(run, "containerservice:AgentPool", "prod-pool-gpu");
    assert.deepEqual(
      [pool["nodeTaints"], pool["nodeLabels"], pool["scaleSetPriority"], pool["spotMaxPrice"], pool["upgradeSettings"]],
      [
        ["sku=gpu:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
        { "scorestack/pool": "gpu", "kubernetes.azure.com/scalesetpriority": "spot" },
        "Spot",
        -1,
        undefined,
      ],
    );
    assert.deepEqual(run.result.nodeSizes?.[1], {
      name: "gpu",
      cpuCores: 3.86,
      memoryInGb: 25.7,
      gpus: 1,
      labels: { "scorestack/pool": "gpu" },
      taints: [
        { key: "sku", value: "gpu", effect: "NoSchedule" },
        { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" },
      ],
    });
    const plugin = only(run, "kubernetes:apps/v1:DaemonSet");
    assert.match(JSON.stringify(plugin.inputs), /"key":"scorestack\/pool","operator":"In","values":\["gpu"\]/);
    assert.ok(needs(plugin).includes("prod-pool-gpu"));
    assert.match(plugin.provider, /prod-kubernetes/);
  });

  it("checks nothing of what services ask for where a size is not known", async () => {
    const run = await make({ pools: { big: { vmSize: "Standard_D999s_v9" } } });
    assert.equal(run.result.nodeSizes, undefined);
  });

  it("does not offer pools of the mode System to services", async () => {
    const run = await make({ pools: { second: { vmSize: "Standard_D8s_v5", mode: "System", count: 2 } } });
    assert.deepEqual(
      run.result.nodeSizes?.map(({ name }) => name),
      ["agents"],
    );
    assert.equal(inputs(run, "containerservice:AgentPool", "prod-pool-second")["mode"], "System");
  });
});
