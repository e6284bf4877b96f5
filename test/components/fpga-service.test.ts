import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { FpgaService, type FpgaServiceArgs } from "../../components";
import { checkFpgaService } from "../../components/fpga/checks";
import { Problems } from "../../components/internal/validate";
import { only, type Registration, type Run, runProgram, value } from "../harness";
import { containerImage } from "../support/aci-host";
import { setClock } from "../support/clock";
import { azureHost, before as day, fpga, image, onFpga } from "../support/fpga-host";

const [deployment, daemonSet, pool] = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:DaemonSet",
  "azure-native:containerservice:AgentPool",
];

interface PodSpec {
  readonly nodeSelector: unknown;
  readonly tolerations: unknown;
  readonly containers: readonly {
    readonly image: string;
    readonly resources: Record<string, Record<string, string>>;
  }[];
}

/** Does not prove: that Azure and clusters take it, nor that an FPGA or GPU calculates anything; `test/engine/fpga.test.ts` has diffs and replaces. */
describe("FpgaService", () => {
  let resetClock: () => void;

  before(() => {
    resetClock = setClock(day);
  });
  after(() => {
    resetClock();
  });

  const run = (args: Partial<FpgaServiceArgs> = {}): Promise<Run<FpgaService>> =>
    runProgram(() => new FpgaService("churn", { host: azureHost, image, ...args }));
  const podOf = (made: Run<unknown>, type = deployment): PodSpec =>
    (only(made, type).inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
  const poolOf = (made: Run<unknown>): Record<string, unknown> => only(made, pool).inputs;

  it("makes nodes with GPUs, what tells Kubernetes of them, and the service on them", async () => {
    const made = await run();
    assert.deepEqual(
      made.resources
        .slice(0, 4)
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
      [
        `${pool} churn-pool`,
        `${daemonSet} churn-device-plugin`,
        "scorestack:index:FpgaService churn",
        "scorestack:local:ServiceKeys churn-keys",
      ],
    );
    const { agentPoolName, vmSize, nodeTaints, nodeLabels, minCount, maxCount, enableAutoScaling } = poolOf(made);
    assert.match(String(agentPoolName), /^g[0-9a-f]{11}$/);
    assert.deepEqual(
      { vmSize, nodeTaints, minCount, maxCount, enableAutoScaling },
      {
        vmSize: "Standard_NC4as_T4_v3",
        nodeTaints: ["sku=gpu:NoSchedule"],
        minCount: 1,
        maxCount: 2,
        enableAutoScaling: true,
      },
    );
    const pod = podOf(made);
    assert.deepEqual(pod.nodeSelector, nodeLabels);
    assert.deepEqual(pod.tolerations, [{ key: "sku", effect: "NoSchedule", operator: "Equal", value: "gpu" }]);
    assert.deepEqual(pod.containers[0]?.resources, {
      requests: { cpu: "1", memory: "4Gi", "nvidia.com/gpu": "1" },
      limits: { memory: "4Gi", "nvidia.com/gpu": "1" },
    });
    const plugin = podOf(made, daemonSet);
    assert.deepEqual(plugin.nodeSelector, nodeLabels);
    assert.match(plugin.containers[0]?.image ?? "", /^nvcr\.io\/nvidia\/k8s-device-plugin:v/);
    assert.equal(await value(made.result.accelerator), "gpu");
  });

  it("answers gRPC as well, beside the server that alone has the device", async () => {
    const made = await run({ grpc: {}, hostname: "churn.example.com" });
    const [server, beside] = podOf(made).containers;
    assert.ok(server?.resources["limits"]?.["nvidia.com/gpu"] === "1");
    assert.deepEqual(Object.keys(beside?.resources["limits"] ?? {}), ["cpu", "memory"]);
    assert.equal(await value(made.result.grpcUri), "churn.example.com:8081");
  });

  it("makes nodes with FPGAs by one other word", async () => {
    const made = await run(onFpga);
    const { agentPoolName, vmSize, nodeTaints, nodeLabels } = poolOf(made);
    assert.match(String(agentPoolName), /^f[0-9a-f]{11}$/);
    assert.deepEqual([vmSize, nodeTaints], ["Standard_NP10s", ["sku=fpga:NoSchedule"]]);
    const pod = podOf(made);
    assert.deepEqual(pod.nodeSelector, nodeLabels);
    assert.deepEqual(pod.containers[0]?.resources["limits"], { memory: "4Gi", "amd.com/u250": "1" });
    const plugin = podOf(made, daemonSet);
    assert.equal(plugin.containers[0]?.image, "public.ecr.aws/xilinx_dcg/k8s-device-plugin:1.3.0");
    assert.equal(await value(made.result.accelerator), "fpga");
  });

  it("asks the same of callers on either accelerator", async () => {
    const [one, other] = [await run(onFpga), await run({ fpga })];
    const uris = ({ result }: Run<FpgaService>) =>
      value(pulumi.all([result.scoringUri, result.swaggerUri, result.healthUri, result.versionUri, result.primaryKey]));
    assert.deepEqual(await uris(one), await uris(other));
    const names = ({ resources }: Run<unknown>): string[] => resources.map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(names(one), names(other));
  });

  it("works on one request at a time in each replica, and tells the scoring script where it is", async () => {
    const made = await run({ ...onFpga, numReplicas: 3 });
    const config = made.resources.find(({ name }) => name === "churn-config-main")?.inputs as Record<string, object>;
    const variables = config["data"] as Record<string, string>;
    assert.deepEqual([variables["WORKER_COUNT"], variables["SCORESTACK_ACCELERATOR"]], ["1", "fpga"]);
    assert.equal(variables["SCORESTACK_MAX_BATCH_SIZE"], undefined);
    const { spec } = only(made, deployment).inputs as { spec: { replicas: number; strategy: object } };
    assert.deepEqual(
      [spec.replicas, spec.strategy],
      [3, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }],
    );
  });

  it("has nodes for all replicas and one more, by how many devices each has", async () => {
    const counts = async (args: Partial<FpgaServiceArgs>) => {
      const { minCount, maxCount } = poolOf(await run({ ...onFpga, ...args }));
      return [minCount, maxCount];
    };
    assert.deepEqual(await counts({ numReplicas: 3 }), [3, 4]);
    assert.deepEqual(await counts({ minReplicas: 2, maxReplicas: 5 }), [2, 6]);
    const two: Partial<FpgaServiceArgs> = { fpga: { ...fpga, vmSize: "Standard_NP40s" }, devicesPerReplica: 2 };
    assert.deepEqual(await counts({ ...two, numReplicas: 3 }), [2, 2]);
    assert.deepEqual(await counts({ nodes: { minNodes: 2, maxNodes: 8 } }), [2, 8]);
  });

  it("runs on nodes that there are, where it is told so", async () => {
    const labels = { "scorestack/pool": "cards" };
    const cards = { name: "cards", cpuCores: 8, memoryInGb: 64, gpus: 0, labels };
    const host = { ...azureHost, nodePools: undefined, nodeSizes: [cards] };
    const made = await run({ ...onFpga, host, nodePool: "cards" });
    assert.ok(!made.resources.some(({ type }) => type === pool));
    assert.deepEqual(podOf(made).nodeSelector, labels);
    assert.deepEqual(podOf(made, daemonSet).nodeSelector, labels);
    const gpus = await run({ host, nodePool: "cards" });
    assert.ok(!gpus.resources.some(({ type }) => type === daemonSet), "an AksCluster tells of its own GPUs");
  });

  it("runs another image where an accelerator needs one", async () => {
    const other = {
      ...containerImage,
      identity: "c".repeat(64),
      ref: `team.azurecr.io/churn@sha256:${"d".repeat(64)}`,
    };
    assert.equal(podOf(await run({ ...onFpga, gpu: { image: other } })).containers[0]?.image, image.ref);
    assert.equal(podOf(await run({ fpga, gpu: { image: other } })).containers[0]?.image, other.ref);
  });

  it("starts after its nodes and their plugin, with the host's provider", async () => {
    const made = await run(onFpga);
    const { dependencies } = only(made, deployment);
    const urn = (type: string): string => only(made, type).urn;
    assert.ok(dependencies.includes(urn(pool)) && dependencies.includes(urn(daemonSet)));
    assert.ok(only(made, daemonSet).dependencies.includes(urn(pool)));
    assert.equal(only(made, pool).deleteBeforeReplace, false);
    assert.deepEqual(only(made, pool).ignoreChanges, ["count"]);
  });

  it("gives the plugin no right but to meet the kubelet", async () => {
    const spec = podOf(await run(onFpga), daemonSet) as unknown as Record<string, unknown>;
    const [container] = spec["containers"] as Record<string, unknown>[];
    assert.deepEqual(container?.["securityContext"], {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    });
    assert.equal(spec["automountServiceAccountToken"], false);
    assert.deepEqual(spec["volumes"], [
      { name: "device-plugin", hostPath: { path: "/var/lib/kubelet/device-plugins" } },
    ]);
  });

  it("keeps host and images out of its own inputs", async () => {
    const made = await run({ ...onFpga, gpu: { image } });
    const own = made.resources.find(({ type }: Registration) => type === "scorestack:index:FpgaService");
    const text = JSON.stringify(own?.inputs);
    assert.ok(!text.includes("sha256") && !text.includes("nodePools"), text);
    assert.ok(text.includes("amd.com/u250"));
  });

  for (const [at, args, words] of [
    ["2026-11-24T00:00:00Z", {}, /stops its FPGA machines on 2027-05-31, in 188 days: no reservation since 2026-04-02/],
    ["2027-05-30T23:59:59.999Z", {}, /in 1 day:/],
    ["2026-11-24T00:00:00Z", { acknowledgeRetirement: true }, undefined],
    ["2026-11-24T00:00:00Z", { accelerator: "gpu" }, undefined],
    ["2027-06-01T00:00:00Z", { accelerator: "gpu" }, undefined],
    ["2030-01-01T00:00:00Z", { host: { ...azureHost, nodePools: undefined }, nodePool: "agents" }, undefined],
  ] as readonly (readonly [string, Partial<FpgaServiceArgs>, RegExp | undefined])[]) {
    const what = JSON.stringify({ ...args, host: args.host && "elsewhere" });
    it(`${words ? "warns" : "does not warn"} of the machines' end on ${at} with ${what}`, () => {
      const problems = new Problems("");
      const { warnings } = checkFpgaService(problems, "churn", { ...onFpga, ...args }, new Date(at));
      assert.deepEqual(problems.lines, []);
      const [warning, ...more] = warnings.filter((text) => text !== undefined);
      assert.deepEqual([more, warning === undefined], [[], words === undefined]);
      assert.match(warning ?? "", words ?? /^$/);
    });
  }
});
