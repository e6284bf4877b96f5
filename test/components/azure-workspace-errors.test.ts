import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AzureWorkspace, ModelImage, RegisteredModel } from "../../components";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { refused } from "../support/refused";
import { takeRejections } from "../rejections";

/** What a user gets wrong, beside `location`, and the whole error. */
type Row = readonly [args: Readonly<Record<string, unknown>>, error: string];

const made = "it is for what is made";
const region = "'location' must be the name of a region in lower-case letters and digits";

const rows: readonly Row[] = [
  [
    { location: undefined },
    "'location' must be given, or 'existing.resourceGroupName', got neither; such as 'westeurope'",
  ],
  [{ location: "West Europe" }, `${region}, got 'West Europe'; did you mean 'westeurope'`],
  [{ location: "eu-west-1" }, `${region}, got 'eu-west-1'; such as 'westeurope'`],
  [
    { tags: { "a/b": "c" } },
    '\'tags\' must be at most 48 strings by name, names of 1 to 128 characters without <, >, %, &, \\, ? and /, texts of at most 256, got {"a/b":"c"}',
  ],
  [{ protectData: "yes" }, "'protectData' must be true or false, got 'yes'"],
  [{ assignRoles: 1 }, "'assignRoles' must be true or false, got 1"],
  [
    { images: { builder: "kaniko" } },
    "'images.builder' must be 'buildkit', 'acr-upload', 'acr-git' or 'prebuilt', got 'kaniko'",
  ],
  [
    { names: { resourceGroup: "team." } },
    "'names.resourceGroup' must be 1 to 90 letters, digits, underscores, parentheses, dashes and dots, no dot last, got 'team.'",
  ],
  [
    { names: { storageAccount: "Team-Store" } },
    "'names.storageAccount' must be 3 to 24 lower-case letters and digits, got 'Team-Store'; for example 'teamstore'",
  ],
  [
    { names: { keyVault: "1--vault" } },
    "'names.keyVault' must be 3 to 24 letters, digits and single dashes, a letter first and no dash last, got '1--vault'; for example 'vault'",
  ],
  [
    { names: { registry: "my-images" } },
    "'names.registry' must be 5 to 50 letters and digits, got 'my-images'; for example 'myimages'",
  ],
  [
    { names: { logAnalyticsWorkspace: "log" } },
    "'names.logAnalyticsWorkspace' must be 4 to 63 letters, digits and dashes, a letter or digit first and last, got 'log'",
  ],
  [
    { names: { applicationInsights: "a/b" } },
    "'names.applicationInsights' must be 1 to 255 characters without %, &, \\, ? and /, no space or dot last, got 'a/b'",
  ],
  [
    { names: { workspace: "-ml" } },
    "'names.workspace' must be 3 to 33 letters, digits, dashes and underscores, a letter or digit first, got '-ml'",
  ],
  [
    { names: { identity: "id" } },
    "'names.identity' must be 3 to 128 letters, digits, dashes and underscores, a letter or digit first, got 'id'",
  ],
  [
    { existing: { resourceGroupName: "" } },
    "'existing.resourceGroupName' must be 1 to 90 letters, digits, underscores, parentheses, dashes and dots, no dot last, got ''",
  ],
  [
    { existing: { registry: "/subscriptions/x" } },
    "'existing.registry' must be the id of a Microsoft.ContainerRegistry/registries, or its name in the workspace's resource group, got '/subscriptions/x'",
  ],
  [
    { existing: { storageAccount: "Team" } },
    "'existing.storageAccount' must be the id of a Microsoft.Storage/storageAccounts, or its name in the workspace's resource group, got 'Team'; a name must be 3 to 24 lower-case letters and digits",
  ],
  [{ existing: { registry: "images" }, registry: {} }, `'registry' must be left out with 'existing.registry'; ${made}`],
  [
    { existing: { logAnalyticsWorkspace: "logs" }, logs: {} },
    `'logs' must be left out with 'existing.logAnalyticsWorkspace'; ${made}`,
  ],
  [
    { existing: { storageAccount: "store" }, storage: {} },
    `'storage' must be left out with 'existing.storageAccount'; ${made}`,
  ],
  [{ existing: { keyVault: "vault" }, keyVault: {} }, `'keyVault' must be left out with 'existing.keyVault'; ${made}`],
  [
    { existing: { resourceGroupName: "rg" }, names: { resourceGroup: "rg" } },
    `'names.resourceGroup' must be left out with 'existing.resourceGroupName'; ${made}`,
  ],
  [
    { existing: { identity: "one" }, names: { identity: "one" } },
    `'names.identity' must be left out with 'existing.identity'; ${made}`,
  ],
  [
    {
      existing: { workspace: "ml1", storageAccount: "store", workspaceIdentity: "ml1" },
      keyVault: {},
      names: { keyVault: "vault" },
    },
    ["existing.storageAccount", "existing.workspaceIdentity", "names.keyVault", "keyVault"]
      .map((property) => `'${property}' must be left out with 'existing.workspace'; ${made}`)
      .join("\n"),
  ],
];

describe("errors of AzureWorkspace", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  const make = (args: object) => () => new AzureWorkspace("team", { location: "westeurope", ...args });

  for (const [args, message] of rows) {
    it(`tell: ${message.split("\n", 1)[0]?.slice(0, 110) ?? ""}`, async () => {
      await refused(make(args), message);
    });
  }

  it("come all at once, before anything is made", async () => {
    const run = make({ location: "x", logs: { retentionInDays: 1 }, keyVault: { softDeleteInDays: 1 } });
    await assert.rejects(runProgram(run), ({ message }: Error) => message.split("\n").length === 3);
  });

  it("warn of a region that is not known, with the nearest one, and go on", async () => {
    const warnings: string[] = [];
    const warn = pulumi.log.warn;
    Object.assign(pulumi.log, { warn: (text: string) => (warnings.push(text), Promise.resolve()) });
    try {
      await runProgram(make({ location: "westeurop" }));
      await runProgram(make({ location: "marsnorth" }));
      await runProgram(make({}));
    } finally {
      Object.assign(pulumi.log, { warn });
    }
    assert.deepEqual(warnings, [
      "'westeurop' is not among the regions known on 2026-11-24: did you mean 'westeurope'?",
      "'marsnorth' is not among the regions known on 2026-11-24",
    ]);
  });

  it("stop what uses a value that is known later", async () => {
    await assert.rejects(
      runProgram(make({ names: { registry: pulumi.output("a-b") } })),
      /failed after it had returned/,
    );
    assert.deepEqual(await takeRejections(), ["'names.registry' must be 5 to 50 letters and digits, got 'a-b'"]);
  });

  it("tell that a sample input has no place in Azure, and what an image lacks there", async () => {
    const models = { modelName: "churn", version: "a", digest: "a".repeat(64) };
    const image = { executionScript: "work/score.py", condaFile: "work/conda.yml", models };
    await runProgram(() => {
      const workspace = make({})();
      assert.throws(
        () => new RegisteredModel("churn", { path: "work/model", sampleInput: "work/score.py", workspace }),
        {
          message:
            "'sampleInput' must be left out in Azure, which has no place for it; put it among the model's files, or leave it out",
        },
      );
      assert.throws(() => new ModelImage("image", { ...image, workspace }), {
        message:
          "'condaFile' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it\n" +
          "'models[0].path' must be given: the image is built from the model's files, got nothing; take the RegisteredModel itself, or use the builder 'acr-git' or 'prebuilt'",
      });
    });
  });
});
