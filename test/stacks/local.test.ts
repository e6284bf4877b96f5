import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { local } from "../../stacks/local";
import { readLocalSettings } from "../../stacks/settings/local";
import { SettingsReader } from "../../stacks/settings/reader";
import { localTokens } from "../../components/internal/local-contract";
import { conda, Project, sample, script } from "../fixture";
import { only, type RunOptions, runProgram, value } from "../harness";

const spark = conda.replace("numpy", "pyspark=3.5.9\n  - numpy");

/** Does not prove: that the engine takes these settings from `Pulumi.yaml`; `test/local` does. */
describe("local stack", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project({
      "scorers/churn/score.py": script,
      "scorers/churn/conda.yml": conda,
      "scorers/churn/model/trees.bin": "1",
      "scorers/churn/model/.gitkeep": "",
      "scorers/churn/requests/one.json": sample,
      "scorers/flow/scorer.yml": "runtime: spark-py\n",
      "scorers/flow/score.py": script,
      "scorers/flow/conda.yml": spark,
      "scorers/flow/model/pipeline/part": "1",
      "scorers/notes/README.md": "no scorer\n",
    });
  });
  afterEach(() => {
    project.remove();
  });

  const run = (config: Readonly<Record<string, string>> = {}, options: RunOptions = {}) =>
    runProgram(() => local(readLocalSettings(new SettingsReader())), { ...options, config });
  const services = (value: unknown): Readonly<Record<string, string>> => ({
    "scorestack:services": JSON.stringify(value),
  });

  it("serves every scorer folder under its name, by convention", async () => {
    const made = await run();
    assert.deepEqual(
      made.resources.filter(({ custom }) => custom).map(({ type, name }) => [type, name]),
      [
        [localTokens.model, "trees"],
        [localTokens.image, "churn"],
        [localTokens.service, "churn"],
      ],
    );
    assert.equal(only(made, localTokens.model).inputs["source"], "scorers/churn/model/trees.bin");
    const { files, imageName, models } = only(made, localTokens.image).inputs;
    assert.equal(imageName, "churn");
    assert.deepEqual(
      Object.keys(files as object).filter((file) => !file.startsWith("server/")),
      ["app/score.py", "samples/one.json"],
    );
    assert.equal((models as { modelName: string }[])[0]?.modelName, "trees");
    const depends = (type: string, on: string): boolean => only(made, type).dependencies.includes(only(made, on).urn);
    assert.ok(depends(localTokens.image, localTokens.model) && depends(localTokens.service, localTokens.image));
  });

  it("serves spark-py scorers where the settings say so", async () => {
    const made = await run({ "scorestack:spark": "true" });
    assert.equal(only(made, localTokens.image, "flow").inputs["runtime"], "spark-py");
    assert.equal(only(made, localTokens.model, "pipeline").inputs["source"], "scorers/flow/model/pipeline");
    only(made, localTokens.service, "flow");
  });

  it("serves a scorer on demand where a service is its own or names it, and not otherwise", async () => {
    project.write({
      "scorers/rare/scorer.yml": "onDemand: true\nexecutionScript: ../churn/score.py\n",
      "scorers/rare/conda.yml": conda,
      "scorers/rare/model/rare.bin": "1",
    });
    const served = async (value: unknown): Promise<string[]> =>
      Object.keys((await run(services(value))).result.services).sort();
    assert.deepEqual(await served({}), ["churn"]);
    assert.deepEqual(await served({ rare: {} }), ["churn", "rare"]);
    // As every scorer, it then has a service of its own name too.
    assert.deepEqual(await served({ often: { scorer: "rare" } }), ["churn", "often", "rare"]);
    const { files } = only(await run(services({ rare: {} })), localTokens.image, "rare").inputs;
    assert.ok(Object.keys(files as object).includes("app/score.py"));
  });

  it("adds the services of the settings, and gives options to a scorer's own", async () => {
    const made = await run(
      services({
        "churn-keyed": { scorer: "churn", authEnabled: true, tags: { a: "b" } },
        churn: { port: 8080, workers: 2 },
      }),
    );
    const [own, keyed] = ["churn", "churn-keyed"].map((name) => only(made, localTokens.service, name).inputs);
    assert.deepEqual([own?.["port"], own?.["workers"], own?.["authEnabled"]], [8080, 2, false]);
    assert.deepEqual([keyed?.["authEnabled"], keyed?.["tags"]], [true, { a: "b" }]);
    assert.equal(own?.["imageIdentity"], keyed?.["imageIdentity"]);
    assert.equal(made.resources.filter(({ type }) => type === localTokens.image).length, 1);
  });

  it("takes a service's engine and what its container may use from the settings; a pinned image is the provider's to judge", async () => {
    const config = {
      ...services({ churn: { engine: "docker", cpuCores: 1, memoryInGb: 1.5 } }),
      "scorestack:pins": JSON.stringify({ churn: "f".repeat(64) }),
    };
    const { engine, cpuCores, memoryInGb } = only(await run(config), localTokens.service).inputs;
    assert.deepEqual([engine, cpuCores, memoryInGb], ["docker", 1, 1.5]);
  });

  it("reads scorer.yml", async () => {
    project.write({
      "scorers/churn/scorer.yml": [
        "description: who leaves",
        "executionScript: main.py",
        "condaFile: environment.yml",
        "sampleRequests: cases",
        "schemaFile:",
        "dependencies: [util]",
        "tags: {team: growth}",
        "models:",
        "  - {modelName: churn-trees, path: weights/trees.bin, tags: {a: b}, modelFramework: scikit-learn}",
      ].join("\n"),
      "scorers/churn/main.py": script,
      "scorers/churn/environment.yml": conda,
      "scorers/churn/cases/two.json": sample,
      "scorers/churn/util/x.py": "",
      "scorers/churn/weights/trees.bin": "2",
    });
    const made = await run();
    const { files, tags, description, executionScript } = only(made, localTokens.image).inputs;
    assert.deepEqual([tags, description, executionScript], [{ team: "growth" }, "who leaves", "main.py"]);
    assert.deepEqual(
      Object.keys(files as object).filter((file) => !file.startsWith("server/")),
      ["app/main.py", "app/util/x.py", "samples/two.json"],
    );
    const model = only(made, localTokens.model).inputs;
    assert.deepEqual(
      [model["modelName"], model["source"], model["tags"], model["modelFramework"]],
      ["churn-trees", "scorers/churn/weights/trees.bin", { a: "b" }, "scikit-learn"],
    );
  });

  it("gives a pinned service its image, and no other", async () => {
    const pin = "f".repeat(64);
    const made = await run({
      ...services({ "churn-keyed": { scorer: "churn", workers: 2 } }),
      "scorestack:pins": JSON.stringify({ "churn-keyed": pin }),
    });
    const pinned = only(made, localTokens.service, "churn-keyed");
    assert.deepEqual([pinned.inputs["imageIdentity"], pinned.inputs["workers"]], [pin, 2]);
    assert.deepEqual(pinned.dependencies, []);
    const { identity } = only(made, localTokens.image).inputs;
    assert.equal(only(made, localTokens.service, "churn").inputs["imageIdentity"], identity);
  });

  it("makes a scorer that is measured as a service of another name, with its options but for port and keys, and nothing else", async () => {
    const config = services({ churn: { port: 8080, workers: 2, authEnabled: true, keyRotation: { primary: "one" } } });
    const measured = { name: "profiled", scorer: "churn" };
    const made = await runProgram(() => local(readLocalSettings(new SettingsReader()), { measured }), { config });
    assert.deepEqual(
      made.resources.filter(({ custom }) => custom).map(({ type, name }) => [type, name]),
      [
        [localTokens.model, "trees"],
        [localTokens.image, "churn"],
        [localTokens.service, "profiled"],
      ],
    );
    const { serviceName, workers, port, authEnabled, keyRotation } = only(made, localTokens.service).inputs;
    assert.deepEqual(
      [serviceName, workers, port, authEnabled, keyRotation],
      ["profiled", 2, undefined, false, undefined],
    );
  });

  it("joins key rotations of the settings and of rotate-key, in a service alone too", async () => {
    const config = {
      ...services({ "churn-keyed": { scorer: "churn", authEnabled: true, keyRotation: { secondary: "one" } } }),
      "scorestack:keyRotations": JSON.stringify({ "churn-keyed": { primary: "two" } }),
    };
    const rotation = { primary: "two", secondary: "one" };
    const whole = only(await run(config), localTokens.service, "churn-keyed");
    assert.deepEqual(whole.inputs["keyRotation"], rotation);
    const chosen = { name: "churn-keyed", imageIdentity: whole.inputs["imageIdentity"] as string };
    const alone = await runProgram(() => local(readLocalSettings(new SettingsReader()), { only: chosen }), { config });
    assert.deepEqual(only(alone, localTokens.service).inputs, whole.inputs);
  });

  it("makes one service alone where that is asked, whatever its scorer looks like", async () => {
    const config = services({ churn: { scorer: "churn", workers: 2 } });
    const whole = only(await run(config), localTokens.service, "churn");
    project.write({ "scorers/churn/score.py": "def init(" });
    const chosen = { name: "churn", imageIdentity: "f".repeat(64) };
    const made = await runProgram(() => local(readLocalSettings(new SettingsReader()), { only: chosen }), { config });
    assert.deepEqual(
      made.resources.map(({ type, name }) => [type, name]),
      [
        ["scorestack:index:LocalService", "churn"],
        [localTokens.service, "churn"],
      ],
    );
    const alone = only(made, localTokens.service);
    assert.equal(alone.urn, whole.urn);
    assert.deepEqual(alone.inputs, { ...whole.inputs, imageIdentity: chosen.imageIdentity });
    assert.deepEqual(Object.keys(made.result.services), ["churn"]);
  });

  it("tells models, images and services; keys of keyed services only, as secrets", async () => {
    const { result } = await run(services({ "churn-keyed": { scorer: "churn", authEnabled: true } }));
    assert.deepEqual(Object.keys(result.services["churn"] ?? {}), [
      "scoringUri",
      "swaggerUri",
      "healthUri",
      "versionUri",
      "imageId",
      "imageIdentity",
      "modelIds",
    ]);
    const keyed = result.services["churn-keyed"] ?? {};
    assert.deepEqual(Object.keys(keyed).slice(-2), ["primaryKey", "secondaryKey"]);
    assert.equal(await pulumi.isSecret(pulumi.output(keyed["primaryKey"])), true);
    assert.equal(await value(pulumi.output(result.models["trees"]?.["modelId"])), "trees:1");
    assert.equal(await value(pulumi.output(result.images["churn"]?.["imageId"])), "churn:1");
  });

  it("runs for every stack whose name begins with local-, and where the settings say local", async () => {
    await run({}, { stack: "local-prod" });
    await run({ "scorestack:kind": "local" }, { stack: "dev" });
  });

  const yaml = "scorers/churn: scorer.yml";
  const rows: readonly (readonly [
    what: string,
    error: string,
    config?: Record<string, string>,
    files?: Record<string, string>,
    options?: RunOptions,
  ])[] = [
    ["a flag that is none", "'scorestack:spark' must be true or false, got 'yes'", { "scorestack:spark": "yes" }],
    ["services that are no map", "'scorestack:services' must be a map of services by name, got [1]", services([1])],
    [
      "services that are no JSON",
      "'scorestack:services' must be a map of services by name, got 'churn'",
      { "scorestack:services": "churn" },
    ],
    ["a service that is no map", "'scorestack:services.churn' must be a map, got 1", services({ churn: 1 })],
    [
      "a pin of a service that is not there",
      "'scorestack:pins' must be of churn, got 'gone'; let it follow its scorer again: npm run rollback -- gone --undo",
      { "scorestack:pins": JSON.stringify({ gone: "f".repeat(64) }) },
    ],
    [
      "a pin that is no identity",
      "'scorestack:pins.churn' must be a content identity of 64 hex characters, got 'churn:1'; let it follow its scorer again: npm run rollback -- churn --undo",
      { "scorestack:pins": JSON.stringify({ churn: "churn:1" }) },
    ],
    [
      "a key rotation of a service that is not there",
      "'scorestack:keyRotations' must be of churn, got 'gone'; remove it from the stack's settings",
      { "scorestack:keyRotations": JSON.stringify({ gone: { primary: "x" } }) },
    ],
    [
      "a key rotation that is none",
      "'scorestack:keyRotations.churn' must be a map of 'primary' and 'secondary', each a text of 1 to 100 characters, got 'x'; write dates in quotes",
      { "scorestack:keyRotations": JSON.stringify({ churn: "x" }) },
    ],
    [
      "an unknown option",
      "'scorestack:services.churn' must hold only scorer, engine, cpuCores, memoryInGb, port, workers, server, maxConcurrentRequests, maxBatchSize, maxLatencyMs, scoringTimeoutMs, startTimeoutSeconds, corsOrigins, environmentVariables, authEnabled, keyRotation, tags, description, got 'replicas'",
      services({ churn: { replicas: 1 } }),
    ],
    [
      "an unknown scorer",
      "'scorestack:services.other.scorer' must be one of churn, got 'none'; make it: npm run new-scorer",
      services({ other: { scorer: "none" } }),
    ],
    [
      "a service without a scorer",
      "'scorestack:services.other.scorer' must be one of churn, got 'other'; make it: npm run new-scorer",
      services({ other: {} }),
    ],
    [
      "a scorer that is left out",
      "'scorestack:services.flow.scorer' must be one of churn, got 'flow'; its runtime is 'spark-py': set scorestack:spark to true",
      services({ flow: {} }),
    ],
    [
      "a wrong option",
      "'scorestack:services.churn.port' must be an integer from 1 to 65535, got 'x'",
      services({ churn: { port: "x" } }),
    ],
    [
      "a container without a lock",
      "'scorestack:services.churn.image' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
      services({ churn: { engine: "docker" } }),
    ],
    [
      "a wrong service name",
      "'scorestack:services.A.serviceName' must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last, got 'A'",
      services({ A: { scorer: "churn" } }),
    ],
    [
      "one port for two",
      "'scorestack:services.other.port' must be the port of one service only, got 8080; 'churn' has it: choose another, or leave it out",
      services({ churn: { port: 8080 }, other: { scorer: "churn", port: 8080 } }),
    ],
    [
      "a folder name that is no service name",
      "'scorers/My_Scorer: folder name' must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last, got 'My_Scorer'; for example 'my-scorer'",
      {},
      {
        "scorers/My_Scorer/score.py": script,
        "scorers/My_Scorer/conda.yml": conda,
        "scorers/My_Scorer/model/m.bin": "1",
      },
    ],
    [
      "no model",
      "'scorers/churn: models' must hold at least one model, got none",
      {},
      { "scorers/churn/scorer.yml": "models: []" },
    ],
    [
      "a scorer.yml that is no YAML",
      `'${yaml}' must be YAML, got Flow sequence in block collection must be sufficiently indented and end with a ]`,
      {},
      { "scorers/churn/scorer.yml": "a: [" },
    ],
    ["a scorer.yml that is no map", `'${yaml}' must be a map, got [1]`, {}, { "scorers/churn/scorer.yml": "[1]" }],
    [
      "an unknown key",
      `'${yaml}' must hold only description, runtime, executionScript, condaFile, sampleRequests, schemaFile, dependencies, tags, onDemand, models, got 'script'`,
      {},
      { "scorers/churn/scorer.yml": "script: x" },
    ],
    [
      "values of the wrong kind",
      `'${yaml}.runtime' must be 'python' or 'spark-py', got 'r'\n'${yaml}.dependencies' must be a list of texts, got 'x'\n'${yaml}.tags' must be a map, got 1\n'${yaml}.models' must be a list of maps, got [1]`,
      {},
      { "scorers/churn/scorer.yml": "{runtime: r, dependencies: x, tags: 1, models: [1]}" },
    ],
    [
      "a model without a path",
      `'${yaml}.models[0]' must have 'path', got {"modelName":"a"}\n'scorers/churn: models' must hold at least one model, got none`,
      {},
      { "scorers/churn/scorer.yml": "models: [{modelName: a}]" },
    ],
    [
      "an unknown key of a model",
      `'${yaml}.models[0]' must hold only modelName, path, description, tags, properties, modelFramework, modelFrameworkVersion, got 'file'`,
      {},
      { "scorers/churn/scorer.yml": "models: [{modelName: a, path: model/trees.bin, file: x}]" },
    ],
    [
      "a model's name in two scorers",
      "'scorers/other: models' must have names of their own, got 'trees'; 'churn' has a model of that name",
      {},
      { "scorers/other/score.py": script, "scorers/other/conda.yml": conda, "scorers/other/model/trees.txt": "2" },
    ],
    [
      "all of it at once",
      "'scorestack:spark' must be true or false, got '1'\n'scorers/churn: executionScript' must define run(data), got no function 'run' at its top level (scorers/churn/score.py); it is called for each request\n'scorers/churn: condaFile' must exist, got 'scorers/churn/none.yml'; correct the path or create it\n'scorestack:services.churn.workers' must be an integer from 1 to 64, got 0",
      { "scorestack:spark": "1", ...services({ churn: { workers: 0 } }) },
      { "scorers/churn/score.py": "def init(): ...\n", "scorers/churn/scorer.yml": "condaFile: none.yml" },
    ],
  ];
  for (const [what, error, config, files, options] of rows) {
    it(`refuses ${what}, before anything is made`, async () => {
      project.write(files ?? {});
      await assert.rejects(run(config, options), new pulumi.RunError(error));
    });
  }
});
