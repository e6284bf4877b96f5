import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { FpgaService, type FpgaServiceArgs } from "../../components";
import { checkFpgaService } from "../../components/fpga/checks";
import { Problems } from "../../components/internal/validate";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { takeRejections } from "../rejections";
import { setClock } from "../support/clock";
import { azureHost, before as day, bitstreamHead, fpga, image, onFpga } from "../support/fpga-host";
import { refused } from "../support/refused";
import { assertTableOf } from "../support/rules-table";

type Row = readonly [args: Partial<Record<keyof FpgaServiceArgs, unknown>>, error: string];

const table = "docs/validation-fpga.md";
const withFile = (file: string) => ({ fpga: { ...fpga, bitstream: { modelName: "digits-u250", file } } });
const elsewhere = { ...azureHost, nodePools: undefined };

/** What a user gets wrong on FPGAs, and the whole error. */
const rows: readonly Row[] = [
  [{ accelerator: "tpu" }, "'accelerator' must be 'gpu' or 'fpga', got 'tpu'"],
  [{ acknowledgeRetirement: "yes" }, "'acknowledgeRetirement' must be true or false, got 'yes'"],
  [{ fpga: undefined }, "'fpga' must be given with the accelerator 'fpga'"],
  [
    { fpga: { ...fpga, vmSize: "Standard_NP30s" } },
    "'fpga.vmSize' must be 'Standard_NP10s', 'Standard_NP20s' or 'Standard_NP40s', got 'Standard_NP30s'",
  ],
  [{ fpga: { ...fpga, devicePlugin: "no" } }, "'fpga.devicePlugin' must be true or false, got 'no'"],
  [{ fpga: { ...fpga, devicePluginImage: "" } }, "'fpga.devicePluginImage' must be a text that is not empty, got ''"],
  [
    { fpga: { ...fpga, resourceName: "u250" } },
    "'fpga.resourceName' must be the name of an extended resource, such as 'example.com/card': a domain, and none of 'kubernetes.io', got 'u250'; 'kubectl describe node' has it under Allocatable, once the device plugin runs",
  ],
  [{ fpga: { ...fpga, bitstream: undefined } }, "'fpga.bitstream' must be given: a model of the image"],
  [
    { fpga: { ...fpga, bitstream: { modelName: "digits" } } },
    "'fpga.bitstream.modelName' must be the name of a model in the image, got 'digits'; its models are digits-u250:3",
  ],
  [
    withFile("work/design.bit.xclbin"),
    "'fpga.bitstream.file' must be a file of the project that ends in '.azure.xclbin', got 'work/design.bit.xclbin'; attestation returned two files: take 'design.azure.xclbin'",
  ],
  [
    withFile("work/missing.azure.xclbin"),
    "'fpga.bitstream.file' must be a file of the project that ends in '.azure.xclbin', got 'work/missing.azure.xclbin'; attestation returned two files: take 'design.azure.xclbin'",
  ],
  [
    { ...withFile("work/design.bit"), host: { ...elsewhere, nodeSizes: azureHost.nodeSizes }, nodePool: "agents" },
    "'fpga.bitstream.file' must be a file of the project that ends in '.xclbin', got 'work/design.bit'",
  ],
  [
    withFile("work/other.azure.xclbin"),
    "'fpga.bitstream.file' must be a bitstream in the form 'xclbin2', got 'work/other.azure.xclbin'; attestation returned two files: take 'design.azure.xclbin'",
  ],
  [
    withFile("work/short.azure.xclbin"),
    "'fpga.bitstream.file' must be a bitstream in the form 'xclbin2', got 'work/short.azure.xclbin'; attestation returned two files: take 'design.azure.xclbin'",
  ],
  [
    withFile("work/emulated.azure.xclbin"),
    "'fpga.bitstream.file' must be a bitstream for hardware, not for emulation, got 'work/emulated.azure.xclbin'",
  ],
  [
    { host: { ...azureHost, nodePools: { ...azureHost.nodePools, location: "northeurope" } } },
    "'host.nodePools.location' must be a region that has Azure's FPGA machines, got 'northeurope'; canadacentral, eastus, japaneast, southcentralus, southeastasia, westeurope, westus2",
  ],
  [
    { accelerator: "gpu", gpu: { vmSize: "Standard_D4s_v5" } },
    "'gpu.vmSize' must be a size with whole NVIDIA GPUs, such as 'Standard_NC4as_T4_v3', got 'Standard_D4s_v5'",
  ],
  [{ accelerator: "gpu", gpu: { devicePlugin: "no" } }, "'gpu.devicePlugin' must be true or false, got 'no'"],
  [
    { devicesPerReplica: 9 },
    "'devicesPerReplica' must be an integer from 1 to 8, got 9\n'devicesPerReplica' must be at most the devices of one machine, got 9; Standard_NP10s has 1",
  ],
  [
    { devicesPerReplica: 2 },
    "'devicesPerReplica' must be at most the devices of one machine, got 2; Standard_NP10s has 1",
  ],
  [{ host: elsewhere }, "'nodePool' must be given: the host makes no nodes; name one of its 'nodeSizes'"],
  [
    { nodePool: "agents", nodes: { maxNodes: 2 } },
    "'nodes' must be left out with 'nodePool'; they are for nodes that are made",
  ],
  [{ nodes: { zones: ["4"] } }, "'nodes.zones' must be one or more of '1', '2' and '3', each once, got [\"4\"]"],
  [{ nodes: { osDiskSizeInGb: 10 } }, "'nodes.osDiskSizeInGb' must be an integer from 30 to 2048, got 10"],
  [{ nodes: { minNodes: 0 } }, "'nodes.minNodes' must be an integer from 1 to 1000, got 0"],
  [{ nodes: { maxNodes: 2000 } }, "'nodes.maxNodes' must be an integer from 1 to 1000, got 2000"],
  [{ nodes: { minNodes: 5, maxNodes: 3 } }, "'nodes.minNodes' must be at most 'nodes.maxNodes', 3, got 5"],
  [
    { numReplicas: 3, nodes: { maxNodes: 3 } },
    "'nodes.maxNodes' must have room for all replicas and one more, for a new release, got 3; 4 nodes have",
  ],
];
const gone =
  "'accelerator' must be 'gpu' from 2027-05-31 on, when Azure stops its FPGA machines, got 'fpga' on 2027-05-31; docs/fpga.md says how to leave";

/** One row for each rule of `FpgaService` alone; those of `AksService` are its own. Does not prove: that Azure and clusters have these rules. */
describe("FpgaService: errors before anything runs", () => {
  let project: Project;
  let resetClock: () => void;

  before(() => {
    project = new Project();
    const files = {
      "other.azure.xclbin": bitstreamHead({ magic: "xclbin1\0" }),
      "short.azure.xclbin": bitstreamHead().subarray(0, 100),
      "emulated.azure.xclbin": bitstreamHead({ mode: 5 }),
      "good.azure.xclbin": bitstreamHead(),
      "u200.azure.xclbin": bitstreamHead({ platform: "xilinx_u200_gen3x16_xdma_2_202110_1" }),
      "design.bit.xclbin": bitstreamHead(),
      "design.bit": bitstreamHead(),
    };
    Object.entries(files).forEach(([name, bytes]) => {
      fs.writeFileSync(project.path(`work/${name}`), bytes);
    });
    resetClock = setClock(day);
  });
  after(() => {
    resetClock();
    project.remove();
  });

  const make = (args: object) => () => new FpgaService("churn", { ...onFpga, ...args });

  for (const [args, error] of rows) {
    it(error, async () => {
      await refused(make(args), error);
    });
  }

  it("tell what is wrong with the service itself as well, all at once", async () => {
    await refused(
      make({ fpga: { ...fpga, vmSize: "U250" }, cpuCores: 600 }),
      [
        "'fpga.vmSize' must be 'Standard_NP10s', 'Standard_NP20s' or 'Standard_NP40s', got 'U250'",
        "'cpuCores' must be a number from 0.01 to 512, got 600",
      ].join("\n"),
    );
  });

  for (const [at, lines] of [
    ["2027-05-30T23:59:59.999Z", []],
    ["2027-05-31T00:00:00.000Z", [gone]],
    // In UTC, wherever the program runs.
    ["2027-05-30T23:30:00-05:00", [gone]],
    ["2027-05-31T01:30:00+14:00", []],
    ["2030-01-01T00:00:00Z", [gone.replace("on 2027-05-31;", "on 2030-01-01;")]],
  ] as const) {
    it(`FPGAs are ${lines.length > 0 ? "refused" : "taken"} on ${at}, acknowledged or not`, () => {
      for (const acknowledgeRetirement of [true, false]) {
        const problems = new Problems("");
        checkFpgaService(problems, "churn", { ...onFpga, acknowledgeRetirement }, new Date(at));
        assert.deepEqual(problems.lines, lines);
      }
    });
  }

  it("take the very day from the clock of who runs the program", async () => {
    const reset = setClock("2027-05-31T00:00:01Z");
    try {
      await refused(make({}), gone);
      await runProgram(make({ accelerator: "gpu" }));
    } finally {
      reset();
    }
  });

  it("are none for the bitstream that Azure returned; one for another shell is warned of", () => {
    const warningsOf = (file: string) => {
      const problems = new Problems("");
      const args = { ...onFpga, ...withFile(file), acknowledgeRetirement: true };
      const { warnings } = checkFpgaService(problems, "churn", args, new Date(day));
      assert.deepEqual(problems.lines, []);
      return warnings.filter((text) => text !== undefined);
    };
    assert.deepEqual(warningsOf("work/good.azure.xclbin"), []);
    assert.match(
      warningsOf("work/u200.azure.xclbin").join(),
      /is for 'xilinx_u200_.*shell gen3x16-xdma 2\.1 of the U250/,
    );
  });

  for (const [what, args, message] of [
    [
      "the region",
      { host: { ...azureHost, nodePools: { ...azureHost.nodePools, location: pulumi.output("northeurope") } } },
      rows.find(([, error]) => error.startsWith("'host.nodePools.location'"))?.[1],
    ],
    [
      "the models of the image",
      { image: { ...image, modelIds: pulumi.output(["digits:1"]) } },
      "'fpga.bitstream.modelName' must be the name of a model in the image, got 'digits-u250'; its models are digits:1",
    ],
  ] as const) {
    it(`stop what uses a value that is known later: ${what}`, async () => {
      await assert.rejects(runProgram<unknown>(make(args)), /failed after it had returned/);
      assert.deepEqual([...new Set(await takeRejections())], [message]);
    });
  }

  it(`are the very rules that ${table} has, each with its source`, () => {
    assertTableOf(table, [...rows.flatMap(([, error]) => error.split("\n")), gone]);
  });
});
