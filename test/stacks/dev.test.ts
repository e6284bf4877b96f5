import { strict as assert } from "node:assert";
import { environmentRequirements, parseConda } from "../../components/internal/conda";
import { lockHeader } from "../../components/internal/lock";
import { dev } from "../../stacks/dev";
import { readDevSettings } from "../../stacks/settings/dev";
import { SettingsReader } from "../../stacks/settings/reader";
import { conda, Project, sample, script } from "../fixture";
import { only, type RunOptions, runProgram } from "../harness";

const lock = `${lockHeader(environmentRequirements(parseConda(conda)))}\nnumpy==2.0.2 --hash=sha256:${"0".repeat(64)}\n`;
const group = "azure-native:containerinstance:ContainerGroup";
const location = { "scorestack:location": "westeurope" };

/** Does not prove: diffs and life cycles (`test/engine/dev.test.ts`), or that Azure takes what is registered. */
describe("dev stack", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({
      "scorers/churn/score.py": script,
      "scorers/churn/conda.yml": conda,
      "scorers/churn/conda.lock": lock,
      "scorers/churn/model/trees.bin": "1",
      "scorers/churn/requests/one.json": sample,
      "scorers/flow/scorer.yml": "runtime: spark-py\n",
      "scorers/flow/score.py": script,
      "scorers/flow/conda.yml": conda.replace("numpy", "pyspark=3.5.9\n  - numpy"),
      "scorers/flow/model/pipeline/part": "1",
    });
  });
  afterEach(() => {
    project.remove();
  });

  const run = (config: Readonly<Record<string, string>> = {}, options: RunOptions = {}) =>
    runProgram(() => dev(readDevSettings(new SettingsReader())), {
      stack: "dev",
      ...options,
      config: { ...location, ...config },
    });
  const services = (value: unknown): Readonly<Record<string, string>> => ({
    "scorestack:services": JSON.stringify(value),
  });

  it("serves every scorer folder under its name, from one workspace, and proves each", async () => {
    const made = await run();
    const components = made.resources.filter(({ type }) => type.startsWith("scorestack:index:"));
    assert.deepEqual(components.map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`).sort(), [
      "AciService churn",
      "AzureWorkspace workspace",
      "ModelImage churn",
      "RegisteredModel trees",
    ]);
    const container = only(made, group);
    const [{ image } = { image: "" }] = container.inputs["containers"] as { image: string }[];
    assert.match(image, /\.azurecr\.io\/churn@sha256:[0-9a-f]{64}$/);
    assert.ok(made.resources.some(({ type, name }) => type === "command:local:Command" && name === "churn-smoke-test"));
    assert.deepEqual(Object.keys(made.result.services["churn"] ?? {}), [
      "scoringUri",
      "swaggerUri",
      "healthUri",
      "versionUri",
      "imageRef",
      "imageIdentity",
      "modelIds",
      "primaryKey",
      "secondaryKey",
    ]);
  });

  it("gives services options, and adds services of the same image", async () => {
    const made = await run(services({ churn: { cpuCores: 2 }, "churn-open": { scorer: "churn", authEnabled: false } }));
    assert.equal(made.resources.filter(({ type }) => type === "scorestack:index:ModelImage").length, 1);
    const [{ resources } = { resources: {} }] = only(made, group, "churn").inputs["containers"] as {
      resources: object;
    }[];
    assert.deepEqual(resources, { requests: { cpu: 2, memoryInGB: 1.5 } });
    assert.equal("primaryKey" in (made.result.services["churn-open"] ?? {}), false);
  });

  it("serves the scorers that are asked for", async () => {
    project.write({
      "scorers/wine/score.py": script,
      "scorers/wine/conda.yml": conda,
      "scorers/wine/model/a.bin": "2",
    });
    const made = await run({ "scorestack:scorers": '["churn"]' });
    assert.deepEqual(Object.keys(made.result.services), ["churn"]);
  });

  it("keeps secret settings secret, in the options that may hold them", async () => {
    project.write({
      "Pulumi.dev.yaml":
        "config:\n  scorestack:services:\n    churn:\n      environmentVariables: { TOKEN: { secure: x }, PLAIN: y }\n",
    });
    const made = await run(services({ churn: { environmentVariables: { TOKEN: "canary", PLAIN: "y" } } }), {
      secretKeys: ["scorestack:services"],
    });
    const container = only(made, group);
    assert.ok(container.secrets.includes("containers"));
    assert.match(JSON.stringify(container.inputs), /"name":"TOKEN","secureValue":"canary"/);
    assert.match(JSON.stringify(container.inputs), /"name":"PLAIN","value":"y"/);
  });

  const rows: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      "no region",
      { "scorestack:location": "" },
      "'scorestack:location' must be given, or 'workspace.existing.resourceGroupName', got neither; such as 'westeurope'",
    ],
    [
      "an unknown setting",
      { "scorestack:region": "westeurope" },
      "'scorestack:region' must be one of kind, spark, services, location, workspace, scorers, pins, keyRotations, pools, source, images, cluster, batchJobs, edge, got 'region'; correct or remove it",
    ],
    [
      "a setting of local stacks",
      { "scorestack:pins": '{"churn":"x"}' },
      `'scorestack:pins' must be left out in this stack, got {"churn":"x"}; it is for local stacks`,
    ],
    [
      "an unknown option of the workspace",
      { "scorestack:workspace": '{"sku":"Basic"}' },
      "'scorestack:workspace' must hold only existing, names, network, storage, keyVault, registry, logs, modelRegistry, publishers, assignRoles, protectData, images, tags, got 'sku'",
    ],
    [
      "a wrong option of the workspace",
      { "scorestack:workspace": '{"names":{"registry":"no-dashes"}}' },
      "'scorestack:workspace.names.registry' must be 5 to 50 letters and digits, got 'no-dashes'; for example 'nodashes'",
    ],
    [
      "scorers that are no list",
      { "scorestack:scorers": "churn" },
      "'scorestack:scorers' must be a list of texts, got 'churn'",
    ],
    [
      "a scorer that is not there",
      { "scorestack:scorers": '["gone"]' },
      "'scorestack:scorers' must be of churn, flow, got 'gone'; make it: npm run new-scorer",
    ],
    [
      "an unknown option of a service",
      services({ churn: { replicas: 1 } }),
      "'scorestack:services.churn' must hold only scorer, workers, server, maxConcurrentRequests, maxBatchSize, maxLatencyMs, scoringTimeoutMs, startTimeoutSeconds, corsOrigins, environmentVariables, authEnabled, keyRotation, tags, description, cpuCores, memoryInGb, gpu, port, dnsNameLabel, dnsNameLabelReuseScope, tls, subnetId, location, zone, sku, ccePolicy, priority, restartPolicy, livenessProbe, readinessProbe, identityIds, appInsightsEnabled, responseLoggingEnabled, dataCollectionEnabled, logsEnabled, customerKey, smokeTestEnabled, smokeTestTimeoutSeconds, got 'replicas'",
    ],
    [
      "a wrong option of a service",
      services({ churn: { cpuCores: 0 } }),
      "'scorestack:services.churn.cpuCores' must be a number from 1 to 31 in steps of 0.1, got 0; a container group has from 1 to 31 CPU",
    ],
  ];
  for (const [what, config, message] of rows) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(run(config), (error: Error) => {
        assert.deepEqual(error.message.split("\n"), [message]);
        return true;
      });
    });
  }

  it("refuses a scorer without a lock file that fits", async () => {
    project.delete("scorers/churn/conda.lock");
    await assert.rejects(run(), {
      message:
        "'scorers/churn: condaFile' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
    });
  });

  it("tells everything at once, before anything is made", async () => {
    project.delete("scorers/churn/conda.lock");
    await assert.rejects(
      run({
        ...services({ churn: { cpuCores: 0 } }),
        "scorestack:location": "",
        "scorestack:scorers": '["gone","churn"]',
      }),
      (error: Error) => {
        assert.equal(error.message.split("\n").length, 4);
        return true;
      },
    );
  });
});
