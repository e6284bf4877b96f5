import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import {
  LocalService,
  type LocalServiceArgs,
  ModelImage,
  type ModelImageArgs,
  RegisteredModel,
  type RegisteredModelArgs,
} from "../../components";
import { conda, Project, script } from "../fixture";
import { runProgram } from "../harness";
import { refused } from "../support/refused";
import { takeRejections } from "../rejections";

const server = "azureml-inference-server-http";
const identity = "a".repeat(64);
const model = { modelName: "churn", version: 1, digest: identity };
const tags = 'must be a map of strings, got {"n":1}; write numbers and booleans in quotes';
const serving = "must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last";
const variables =
  "'environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself";

/** What a user gets wrong: the arguments, files that differ, and the whole error. */
type Row<Args> = readonly [
  args: Partial<Record<keyof Args, unknown>>,
  error: string,
  files?: Readonly<Record<string, string>>,
];

const models: readonly Row<RegisteredModelArgs>[] = [
  [{ path: "none" }, "'path' must exist, got 'none'; correct the path or create it"],
  [
    { path: "empty" },
    "'path' must hold at least one file, got 'empty'; fill the folder or see what .amlignore leaves out",
    { "empty/.amlignore": "*\n" },
  ],
  [
    { modelName: "my model" },
    "'modelName' must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first, got 'my model'; for example 'my-model'",
  ],
  [{ tags: { n: 1 } }, `'tags' ${tags}`],
  [{ properties: { n: 1 } }, `'properties' ${tags}`],
  [{ description: " " }, "'description' must be a text that is not empty, got ' '"],
  [{ modelFramework: "" }, "'modelFramework' must be a text that is not empty, got ''"],
  [
    { modelFrameworkVersion: "1" },
    "'modelFrameworkVersion' must come with 'modelFramework', got no 'modelFramework'; name the framework, such as 'scikit-learn'",
  ],
  [{ sampleInput: "none.json" }, "'sampleInput' must exist, got 'none.json'; correct the path or create it"],
  [{ sampleInput: "work" }, "'sampleInput' must be a file, got 'work'"],
];

const images: readonly Row<ModelImageArgs>[] = [
  [{ executionScript: "none.py" }, "'executionScript' must exist, got 'none.py'; correct the path or create it"],
  [
    { executionScript: "work/model" },
    "'executionScript' must be a .py file, got 'work/model'\n'executionScript' must be a file, got 'work/model'",
  ],
  [
    { executionScript: "work/score.txt" },
    "'executionScript' must be a .py file, got 'work/score.txt'",
    { "work/score.txt": script },
  ],
  [
    {},
    "'executionScript' must define init(), got no function 'init' at its top level (work/score.py); it is called once, to load the model",
    { "work/score.py": script.replace("init", "start") },
  ],
  [
    {},
    "'executionScript' must define run(data), got no function 'run' at its top level (work/score.py); it is called for each request",
    { "work/score.py": script.replace("run", "score") },
  ],
  [
    {},
    "'executionScript' must define run(data), got 'def run()' (work/score.py:5:1); it needs a parameter for the request's data",
    { "work/score.py": script.replace("run(data)", "run()") },
  ],
  [
    {},
    "'executionScript' must define run(data), got 'async def run' (work/score.py:5:1); the server doesn't await it: remove 'async'",
    { "work/score.py": script.replace("def run", "async def run") },
  ],
  [
    {},
    "'executionScript' must define run(data), got 'def run(*data)' (work/score.py:5:1); the server refuses positional-only parameters, '*args' and '**kwargs'",
    { "work/score.py": script.replace("(data)", "(*data)") },
  ],
  [
    {},
    "'executionScript' must define init(), got 'def init(path)' (work/score.py:1:1); the server calls it without arguments",
    { "work/score.py": script.replace("init()", "init(path)") },
  ],
  [
    {},
    "'executionScript' must be valid Python, got '(' that is never closed (work/score.py:6:11); correct the line",
    { "work/score.py": script.replace("return data", "return(data") },
  ],
  [{ condaFile: "none.yml" }, "'condaFile' must exist, got 'none.yml'; correct the path or create it"],
  [{ condaFile: "work" }, "'condaFile' must be a file, got 'work'"],
  [
    {},
    "'condaFile' must be YAML, got Flow sequence in block collection must be sufficiently indented and end with a ] (line 1, column 6)",
    { "work/conda.yml": "a: [b" },
  ],
  [
    {},
    `'condaFile' must bring the inference server, got no '${server}'; add '${server}==1.5.1' below 'pip'`,
    { "work/conda.yml": "dependencies: [numpy]" },
  ],
  [
    {},
    "'condaFile' must list packages that are on PyPI, got 'cudatoolkit=11'; remove it: environments are made from PyPI, and what the system has to have belongs into a container's 'baseImage'",
    { "work/conda.yml": conda.replace("numpy=2.0.2", "cudatoolkit=11") },
  ],
  [
    {},
    "'condaFile' must ask for Python 3.9 to 3.12, got 'python=3.8'; the inference server runs on these only",
    { "work/conda.yml": conda.replace(/python>.*/, "python=3.8") },
  ],
  [{ runtime: "r" }, "'runtime' must be 'python' or 'spark-py', got 'r'"],
  [
    { runtime: "spark-py" },
    "'condaFile' must bring PySpark for the runtime 'spark-py', got no 'pyspark'; add a version such as 'pyspark==3.5.9' below 'pip'",
  ],
  [{ dependencies: ["none"] }, "'dependencies' must exist, got 'none'; correct the path or create it"],
  [
    { dependencies: ["work/score.py"] },
    "'dependencies' must have a name of its own in the image, got 'score.py' twice",
  ],
  [
    { dependencies: ["a b.txt"] },
    "'dependencies' must have a name of letters, digits, dots, dashes and underscores, other than 'azureml-models', got 'a b.txt'; rename it",
    { "a b.txt": "" },
  ],
  [
    { dependencies: ["azureml-models"] },
    "'dependencies' must have a name of letters, digits, dots, dashes and underscores, other than 'azureml-models', got 'azureml-models'; rename it",
    { "azureml-models/x": "" },
  ],
  [{ schemaFile: "none.json" }, "'schemaFile' must exist, got 'none.json'; correct the path or create it"],
  [{ schemaFile: "work" }, "'schemaFile' must be a file, got 'work'"],
  [{ sampleRequests: "none" }, "'sampleRequests' must exist, got 'none'; correct the path or create it"],
  [{ sampleRequests: "work/score.py" }, "'sampleRequests' must be a folder, got 'work/score.py'"],
  [
    { sampleRequests: "work/model" },
    "'sampleRequests' must hold at least one *.json file, got none; add a request with its reply, such as 'one.json'",
  ],
  [
    { sampleRequests: "work/requests" },
    "'sampleRequests' must have in a sample only 'description', 'request', 'reply' in 'one.json', got 'answer'",
    { "work/requests/one.json": '{"answer": 1}' },
  ],
  [{ models: [] }, "'models' must hold at least one model, got none"],
  [{ models: [model, model] }, "'models' must hold each model once, got the same model twice"],
  [
    { models: [model, { ...model, digest: "x" }] },
    "'models[1].digest' must be a content identity of 64 hex characters, got 'x'",
  ],
  [
    { imageName: "Churn" },
    "'imageName' must be 3 to 32 lower-case letters, digits, dashes and dots, a letter or digit first and last, got 'Churn'; for example 'churn'",
  ],
  [
    { baseImage: "no image" },
    "'baseImage' must be an image reference such as 'registry.example.com/team/base:1.2', got 'no image'",
  ],
  [
    { baseImage: "base", baseImageRegistry: { address: "a", username: "u" } },
    "'baseImageRegistry' must have address, username and password, got no password",
  ],
  [
    { baseImage: "base", baseImageRegistry: { password: "hunter2" } },
    "'baseImageRegistry' must have address, username and password, got no address and no username",
  ],
  [
    { baseImageRegistry: { address: "a", username: "u", password: "hunter2" } },
    "'baseImageRegistry' must come with 'baseImage', got no 'baseImage'; name the image or leave the registry out",
  ],
  [{ enableGpu: "yes" }, "'enableGpu' must be true or false, got 'yes'"],
  [{ tags: { n: 1 } }, `'tags' ${tags}`],
  [{ properties: { n: 1 } }, `'properties' ${tags}`],
  [{ description: "" }, "'description' must be a text that is not empty, got ''"],
];

const services: readonly Row<LocalServiceArgs>[] = [
  [{ image: { identity: "latest" } }, "'image.identity' must be a content identity of 64 hex characters, got 'latest'"],
  [{ serviceName: "Churn_1" }, `'serviceName' ${serving}, got 'Churn_1'; for example 'churn-1'`],
  ...[0, 65536, 1.5, "80"].map((port): Row<LocalServiceArgs> => [
    { port },
    `'port' must be an integer from 1 to 65535, got ${JSON.stringify(port).replaceAll('"', "'")}`,
  ]),
  [{ workers: 0 }, "'workers' must be an integer from 1 to 64, got 0"],
  [{ workers: 65 }, "'workers' must be an integer from 1 to 64, got 65"],
  [{ maxConcurrentRequests: 0 }, "'maxConcurrentRequests' must be an integer from 1 to 10000, got 0"],
  [{ server: "tornado" }, "'server' must be 'scorestack' or 'azmlinfsrv', got 'tornado'"],
  [{ maxBatchSize: 1001 }, "'maxBatchSize' must be an integer from 1 to 1000, got 1001"],
  [{ maxBatchSize: 8, maxLatencyMs: 2000 }, "'maxLatencyMs' must be an integer from 0 to 1000, got 2000"],
  [{ maxLatencyMs: 5 }, "'maxLatencyMs' must come with a 'maxBatchSize' above 1, got 5; set it or leave this out"],
  [
    { server: "azmlinfsrv", maxBatchSize: 8 },
    "'maxBatchSize' must be 1 with the server 'azmlinfsrv'; leave one of them out",
  ],
  [{ scoringTimeoutMs: 0 }, "'scoringTimeoutMs' must be an integer from 1 to 3600000, got 0"],
  [{ startTimeoutSeconds: 3601 }, "'startTimeoutSeconds' must be an integer from 1 to 3600, got 3601"],
  ...["example.com", "https://example.com/", "https://a,https://b"].map((origin): Row<LocalServiceArgs> => [
    { corsOrigins: [origin] },
    `'corsOrigins' must be origins such as 'https://example.com', or '*', got ["${origin}"]; scheme, host and port only: no path, no slash at the end`,
  ]),
  [{ environmentVariables: { "1A": "hunter2" } }, `${variables}, got '1A'`],
  [
    { environmentVariables: { A: "x", AZUREML_MODEL_DIR: "hunter2", GUNICORN_CMD_ARGS: "x" } },
    `${variables}, got 'AZUREML_MODEL_DIR', 'GUNICORN_CMD_ARGS'`,
  ],
  [{ environmentVariables: { AML_APP_ROOT: pulumi.secret("hunter2") } }, `${variables}, got 'AML_APP_ROOT'`],
  [{ authEnabled: "yes" }, "'authEnabled' must be true or false, got 'yes'"],
  [
    { primaryKey: "hunter2-hunter2-hunter2" },
    "'primaryKey' must come with 'authEnabled: true'; turn it on or leave the key out",
  ],
  [{ keyRotation: { primary: "one" } }, "'keyRotation' must come with 'authEnabled: true'; turn it on or leave it out"],
  [
    { authEnabled: true, primaryKey: "hunter2-hunter2-hunter2", keyRotation: { primary: "one", secondary: "two" } },
    "'keyRotation.primary' must be left out where 'primaryKey' is given; change that key",
  ],
  [
    { authEnabled: true, keyRotation: { primary: "" } },
    `'keyRotation' must be a map of 'primary' and 'secondary', each a text of 1 to 100 characters, got {"primary":""}; write dates in quotes`,
  ],
  [{ authEnabled: true, primaryKey: "hunter2" }, "'primaryKey' must be 16 to 256 visible ASCII characters"],
  [
    { authEnabled: true, secondaryKey: "hunter2 hunter2 hunter2" },
    "'secondaryKey' must be 16 to 256 visible ASCII characters",
  ],
  [
    { authEnabled: true, primaryKey: "hunter2-hunter2-hunter2", secondaryKey: "hunter2-hunter2-hunter2" },
    "'secondaryKey' must differ from 'primaryKey'",
  ],
  [{ tags: { n: 1 } }, `'tags' ${tags}`],
  [{ description: "" }, "'description' must be a text that is not empty, got ''"],
];

/** One row for each rule of the components. Does not prove what can only be known when it runs: a free port, Java, disk space. */
describe("errors before anything runs", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => {
    project.remove();
  });

  const tables = [
    ["RegisteredModel", models, (args: object) => new RegisteredModel("churn", { path: "work/model", ...args })],
    [
      "ModelImage",
      images,
      (args: object) =>
        new ModelImage("churn", {
          executionScript: "work/score.py",
          condaFile: "work/conda.yml",
          models: model,
          ...args,
        }),
    ],
    ["LocalService", services, (args: object) => new LocalService("churn", { image: { identity }, ...args })],
  ] as const;
  for (const [component, rows, make] of tables) {
    for (const [args, error, files = {}] of rows) {
      it(`${component}: ${error}`, async () => {
        project.write(files);
        await refused(() => make(args), error);
        assert.doesNotMatch(error, /hunter2/);
      });
    }
  }

  it("are told all at once, one a line, without a stack trace", async () => {
    project.write({ "work/score.py": "", "work/conda.yml": "dependencies: [r-base]" });
    const args = {
      executionScript: "work/score.py",
      condaFile: "work/conda.yml",
      models: [],
      imageName: "X",
      baseImage: "a b",
    };
    await refused(
      () => new ModelImage("churn", args),
      [
        "'baseImage' must be an image reference such as 'registry.example.com/team/base:1.2', got 'a b'",
        "'imageName' must be 3 to 32 lower-case letters, digits, dashes and dots, a letter or digit first and last, got 'X'",
        "'models' must hold at least one model, got none",
        "'executionScript' must define init(), got no function 'init' at its top level (work/score.py); it is called once, to load the model",
        "'executionScript' must define run(data), got no function 'run' at its top level (work/score.py); it is called for each request",
        "'condaFile' must list packages that are on PyPI, got 'r-base'; remove it: environments are made from PyPI, and what the system has to have belongs into a container's 'baseImage'",
        `'condaFile' must bring the inference server, got no '${server}'; add '${server}==1.5.1' below 'pip'`,
      ].join("\n"),
    );
  });

  it("tell of a service name or a port that two services want", async () => {
    const pair = (first: Partial<LocalServiceArgs>, second: Partial<LocalServiceArgs>) => () => {
      new LocalService("first", { image: { identity }, ...first });
      new LocalService("second", { image: { identity }, ...second });
    };
    await refused(
      pair({ serviceName: "same" }, { serviceName: "same" }),
      "'serviceName' must be the name of one service only, got 'same'; 'first' has it: choose another",
    );
    await refused(
      pair({}, { serviceName: "first" }),
      "'serviceName' must be the name of one service only, got 'first'; 'first' has it: choose another",
    );
    await refused(
      pair({ port: 8080 }, { port: 8080 }),
      "'port' must be the port of one service only, got 8080; 'first' has it: choose another, or leave it out",
    );
  });

  /** Runs a program that must fail with the whole message, before anything but components is registered. */
});

describe("errors in values that are known later", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  for (const [what, program, message] of [
    [
      "a port",
      () => new LocalService("churn", { image: { identity }, port: pulumi.output(0) }),
      "'port' must be an integer from 1 to 65535, got 0",
    ],
    [
      "a promise",
      () => new LocalService("churn", { image: { identity }, workers: Promise.resolve(65) }),
      "'workers' must be an integer from 1 to 64, got 65",
    ],
    [
      "an image",
      () => new LocalService("churn", { image: { identity: pulumi.output("x") } }),
      "'image.identity' must be a content identity of 64 hex characters, got 'x'",
    ],
    [
      "a secret",
      () => new LocalService("churn", { image: { identity }, authEnabled: true, primaryKey: pulumi.secret("hunter2") }),
      "'primaryKey' must be 16 to 256 visible ASCII characters",
    ],
    [
      "a secret name",
      () => new RegisteredModel("churn", { path: "work/model", modelName: pulumi.secret("hunter 2") }),
      "'modelName' must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first",
    ],
    [
      "a tag",
      () => new RegisteredModel("churn", { path: "work/model", tags: { a: pulumi.output(1 as unknown as string) } }),
      "'tags' must be a map of strings, got {\"a\":1}; write numbers and booleans in quotes",
    ],
  ] as const) {
    it(`stop what uses them: ${what}`, async () => {
      await assert.rejects(runProgram<unknown>(program), /failed after it had returned/);
      const told = await takeRejections();
      assert.deepEqual(told, [message]);
      assert.doesNotMatch(told.join("\n"), /hunter/);
    });
  }
});
