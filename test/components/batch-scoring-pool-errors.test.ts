import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { BatchScoringPool, type BatchScoringPoolArgs } from "../../components";
import { checkBatchPool } from "../../components/batch/checks";
import { Problems } from "../../components/internal/validate";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { takeRejections } from "../rejections";
import { batchArgs, batchIds, batchWorkspace } from "../support/batch-host";
import { type BatchRow, batchRows } from "../support/batch-error-rows";
import { refused } from "../support/refused";
import { assertTableOf } from "../support/rules-table";

const table = "docs/validation-batch.md";

/** Does not prove that Azure has these rules: each has its source in the table. */
describe("errors of BatchScoringPool", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  const make = (args: BatchRow[0]) => () =>
    new BatchScoringPool("churn", { ...batchArgs, ...(args as Partial<BatchScoringPoolArgs>) });

  batchRows.forEach(([args, error]) => {
    it(error, () => refused(make(args), error));
  });

  it("come all at once, one a line", () =>
    refused(
      make({ minNodes: 5, miniBatchSize: 0, retries: { timeoutSeconds: 0 } }),
      [
        "'minNodes' must be at most 'maxNodes', got 5 and 4",
        "'miniBatchSize' must be an integer from 1 to 1000000, got 0",
        "'retries.timeoutSeconds' must be an integer from 1 to 259200, got 0",
      ].join("\n"),
    ));

  it("refuse an endpoint's name that another pool of the workspace has", () =>
    refused(
      () =>
        ["one", "two"].map(
          (name) => new BatchScoringPool(name, { ...batchArgs, workspace: batchWorkspace, endpointName: "files" }),
        ),
      "'endpointName' must be the name of one endpoint only in its region, got 'files'; 'one' has it: choose another",
    ));

  for (const [what, args, message] of [
    [
      "a model that is not in the image",
      { image: { ...batchArgs.image, modelIds: pulumi.output(["wine:1", "fraud:2"]) } },
      "'model' must be one of the image's models, got 'churn:cccccccccccc'; it has wine:1, fraud:2",
    ],
    [
      "a subnet's id",
      { subnetId: pulumi.output("nodes") },
      "'subnetId' must be the id of a Microsoft.Network/virtualNetworks/subnets, got 'nodes'; /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
    ],
    [
      "a secret among the variables",
      { environmentVariables: { TOKEN: pulumi.secret("hunter2") } },
      "'environmentVariables' must hold no secret; let the scorer ask a Key Vault, with a role for the nodes' identity",
    ],
  ] as const) {
    it(`stop what uses a value that is known later: ${what}`, async () => {
      await assert.rejects(runProgram<unknown>(make(args)), /failed after it had returned/);
      const told = await takeRejections();
      assert.deepEqual(told, [message]);
      assert.doesNotMatch(told.join("\n"), /hunter2/);
    });
  }

  it(`are the very rules that ${table} has, each with its source`, () => {
    assertTableOf(table, [
      ...batchRows.map(([, error]) => error),
      "'endpointName' must be the name of one endpoint only in its region, got",
      "'environmentVariables' must hold no secret; ",
    ]);
  });

  describe("and warnings", () => {
    const warnings = (args: Partial<BatchScoringPoolArgs>, day = "2026-11-24"): readonly string[] =>
      checkBatchPool(new Problems(""), "churn", { ...batchArgs, ...args }, new Date(day)).warnings;

    it("are none for what Azure gives everybody, with a size that stays", () => {
      assert.deepEqual(warnings({}), []);
      assert.deepEqual(warnings({ vmPriority: "lowPriority", instanceCount: 2, maxNodes: 25 }), []);
    });

    for (const [args, text] of [
      [
        { maxNodes: 7 },
        "7 nodes of Standard_D4s_v3 are 28 vCPUs; a subscription may have as few as 24 in a region (dedicated), and jobs then wait for ever: 'vcpuQuota' has this checked",
      ],
      [
        { vmSize: "Standard_NC4as_T4_v3", maxNodes: 1 },
        "1 nodes of Standard_NC4as_T4_v3 are 4 vCPUs; a subscription may have as few as 0 in a region (dedicated), and jobs then wait for ever: 'vcpuQuota' has this checked",
      ],
      [
        { vmPriority: "lowPriority", instanceCount: 2, maxNodes: 26 },
        "26 nodes of Standard_D4s_v3 are 104 vCPUs; a subscription may have as few as 100 in a region (lowPriority), and jobs then wait for ever: 'vcpuQuota' has this checked",
      ],
      [{ maxNodes: 101, vcpuQuota: 500 }, "more than 100 nodes in a cluster, or a job, are given on request only"],
      [
        { vmPriority: "lowPriority", instanceCount: 2, minNodes: 1 },
        "'minNodes': Azure may take low-priority nodes back at any time, so 1 of them may not stay; and what stays costs money all the time",
      ],
      [
        { vmPriority: "lowPriority" },
        "'instanceCount': a job on one low-priority node is cancelled when Azure takes it back: 2 or more go on with what is left",
      ],
      [
        { vmSize: "Standard_DS3_v2" },
        "'vmSize': Azure retires Standard_DS3_v2 on 2028-05-01, and may refuse it to new subscriptions before: choose another in time, such as Standard_D4s_v5",
      ],
      [
        { vmSize: "Standard_D4s_v5" },
        "'vmSize': Standard_D4s_v5 is not on Azure ML's list of series of 2024-01-23, which may be old: az ml compute list-sizes tells whether it can be had",
      ],
      [
        { miniBatchSize: 3001 },
        "3001 files in 30 seconds are more than 100 a second: a mini-batch that takes longer is tried again, and fails in the end",
      ],
      [{ maxConcurrencyPerInstance: 65 }, "65 processes on each node load the models 65 times"],
    ] as const) {
      it(text, () => {
        assert.deepEqual(warnings(args), [text]);
      });
    }

    it("become errors on the day that Azure has the size no more", () => {
      const problems = new Problems("");
      checkBatchPool(problems, "churn", { ...batchArgs, vmSize: "Standard_DS3_v2" }, new Date("2028-05-02"));
      assert.deepEqual(problems.lines, [
        "'vmSize' must be the name of a size that Azure has, such as 'Standard_D4s_v5', got 'Standard_DS3_v2'; retired on 2028-05-01",
      ]);
    });

    it("know the dedicated nodes' own size and quota", () => {
      const topUp = { maxNodes: 9 };
      const pool = { vmPriority: "lowPriority", instanceCount: 2 } as const;
      assert.deepEqual(warnings({ ...pool, dedicatedTopUp: topUp }), [
        "9 nodes of Standard_D4s_v3 are 36 vCPUs; a subscription may have as few as 24 in a region (dedicated), and jobs then wait for ever: 'dedicatedTopUp.vcpuQuota' has this checked",
      ]);
      assert.deepEqual(warnings({ ...pool, dedicatedTopUp: { ...topUp, vcpuQuota: 36 } }), []);
      assert.deepEqual(warnings({ existingCompute: "nodes", subnetId: undefined }), []);
      assert.ok(batchIds.subnet.startsWith("/subscriptions/"));
    });
  });
});
