import { strict as assert } from "node:assert";
import { fpga } from "../../stacks/fpga";
import { readFpgaSettings } from "../../stacks/settings/fpga";
import { SettingsReader } from "../../stacks/settings/reader";
import { Project } from "../fixture";
import { only, type RunOptions, runProgram } from "../harness";
import { setClock } from "../support/clock";
import { before as day } from "../support/fpga-host";
import { builtImage, devOutputs, sourceStack } from "../support/source-stack";

const deployment = "kubernetes:apps/v1:Deployment";
const pool = "azure-native:containerservice:AgentPool";
const [churn, wine] = [builtImage("churn"), builtImage("wine", "b".repeat(64))];
const onFpga = {
  accelerator: "fpga",
  acknowledgeRetirement: true,
  fpga: { resourceName: "amd.com/u250", bitstream: { modelName: "churn-model" } },
};

/** Does not prove: diffs and life cycles (`test/engine/fpga.test.ts`), or that Azure and Kubernetes take what is registered. */
describe("fpga stack", () => {
  let project: Project;
  let resetClock: () => void;

  before(() => {
    project = new Project();
    resetClock = setClock(day);
  });
  after(() => {
    resetClock();
    project.remove();
  });

  const run = (config: Readonly<Record<string, unknown>> = {}, outputs: object = devOutputs({ churn, wine })) => {
    const all = { location: "westeurope", services: { churn: {} }, ...config };
    const texts = Object.entries(all).map(([key, value]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const options: RunOptions = {
      stack: "fpga",
      config: Object.fromEntries(texts) as Record<string, string>,
      answers: sourceStack({ ...outputs }),
    };
    return runProgram(() => fpga(readFpgaSettings(new SettingsReader())), options);
  };
  const refuses = (config: Readonly<Record<string, unknown>>, lines: readonly string[], outputs?: object) =>
    assert.rejects(run(config, outputs), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });
  const imageOf = (inputs: Record<string, unknown>): string | undefined =>
    (inputs as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec.template.spec.containers[0]
      ?.image;

  it("runs what the settings name, by its digest, in a cluster of its own, and builds nothing", async () => {
    const made = await run();
    const components = made.resources.filter(({ type }) => type.startsWith("scorestack:index:"));
    assert.deepEqual(components.map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`).sort(), [
      "AksCluster cluster",
      "FpgaService churn",
    ]);
    assert.equal(imageOf(only(made, deployment).inputs), churn.ref);
    const { resourceName } = only(made, "azure-native:containerservice:ManagedCluster").inputs;
    assert.equal(only(made, pool, "churn-pool").inputs["resourceName"], resourceName);
    assert.deepEqual(Object.keys(made.result.services), ["churn"]);
  });

  it("runs another image on the other accelerator, and one image twice", async () => {
    const services = {
      churn: { ...onFpga, gpu: { scorer: "wine" } },
      "churn-gpu": { scorer: "churn", gpu: { scorer: "wine", vmSize: "Standard_NC8as_T4_v3" } },
    };
    const made = await run({ services });
    assert.equal(imageOf(only(made, deployment, "churn-deployment-main").inputs), churn.ref);
    assert.equal(imageOf(only(made, deployment, "churn-gpu-deployment-main").inputs), wine.ref);
    const sizes = ["churn-pool", "churn-gpu-pool"].map((name) => only(made, pool, name).inputs["vmSize"]);
    assert.deepEqual(sizes, ["Standard_NP10s", "Standard_NC8as_T4_v3"]);
  });

  it("refuses to serve nothing: no image gets an accelerator unasked", async () => {
    await refuses({ services: {} }, [
      "'scorestack:services' must name at least one service, got none; accelerators are dear: no image gets one unasked; such as { digits: {} }",
    ]);
  });

  it("refuses what is wrong in the settings, all at once, before anything is made", async () => {
    await refuses(
      {
        location: "northeurope",
        cluster: { agentCount: 1, vmSize: "Standard_D4s_v5" },
        services: {
          churn: { ...onFpga, workers: 2, fpga: { resourceName: "u250", bitstream: { name: "churn" } } },
          flow: { gpu: { scorer: "chrun", size: "T4" } },
        },
      },
      [
        "'scorestack:services.churn' must hold only scorer, cpuCores, cpuCoresLimit, memoryInGb, memoryInGbLimit, nodePool, numReplicas, minReplicas, maxReplicas, targetUtilization, maxRequestWaitTimeMs, temporaryInGb, environmentVariables, server, maxConcurrentRequests, scoringTimeoutMs, corsOrigins, authEnabled, keyRotation, tags, description, namespace, exposure, internal, hostname, pathPrefix, tls, port, allowedIpRanges, addressAnnotations, callers, grpc, startTimeoutSeconds, livenessProbe, readinessProbe, workloadIdentityEnabled, appInsightsEnabled, responseLoggingEnabled, dataCollectionEnabled, smokeTestEnabled, smokeTestTimeoutSeconds, accelerator, acknowledgeRetirement, devicesPerReplica, nodes, fpga, gpu, got 'workers'",
        "'scorestack:services.churn.fpga.bitstream' must hold only modelName, file, got 'name'",
        "'scorestack:services.flow.gpu' must hold only scorer, vmSize, devicePlugin, got 'size'",
        "'scorestack:cluster.agentCount' times the vCPUs of 'vmSize' must be at least 12, got 1 × 4 (Standard_D4s_v5) = 4; 3 nodes of that size do, or 'clusterPurpose: \"dev-test\"'",
        "'scorestack:services.churn.fpga.resourceName' must be the name of an extended resource, such as 'example.com/card': a domain, and none of 'kubernetes.io', got 'u250'; 'kubectl describe node' has it under Allocatable, once the device plugin runs",
        "'scorestack:services.churn.fpga.bitstream.modelName' must be the name of a model in the image, got nothing; its models are churn-model:1",
        "'scorestack:services.churn.host.nodePools.location' must be a region that has Azure's FPGA machines, got 'northeurope'; canadacentral, eastus, japaneast, southcentralus, southeastasia, westeurope, westus2",
        "'scorestack:services.flow.scorer' must be one of churn, wine, got 'flow'; these are the images that there are",
        "'scorestack:services.flow.gpu.scorer' must be one of churn, wine, got 'chrun'; these are the images that there are",
      ],
    );
  });

  it("refuses settings of other stacks", async () => {
    await refuses({ scorers: ["churn"], workspace: { network: {} } }, [
      "'scorestack:workspace' must be left out in this stack, got {\"network\":{}}; it is for dev stacks",
      "'scorestack:scorers' must be left out in this stack, got [\"churn\"]; it is for other stacks in a cloud: here only what 'services' names is served",
    ]);
  });
});
