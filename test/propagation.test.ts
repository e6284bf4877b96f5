import { strict as assert } from "node:assert";
import { LocalService, ModelImage, RegisteredModel } from "../components";
import { localTokens } from "../components/internal/local-contract";
import { conda, Project, script } from "./fixture";
import { type Run, runProgram } from "./harness";

/**
 * The promise: an edit moves exactly what depends on it. Two scorers share one model; each has a service, the first has two.
 * Here it is proven of what the program registers; `test/local` proves it of the processes.
 */
describe("an edit", () => {
  let project: Project;
  const ownFiles = {
    "first/score.py": script,
    "first/conda.yml": conda,
    "first/helpers/scale.py": "FACTOR = 2\n",
    "first/helpers/notes.txt": "left out\n",
    "first/helpers/.amlignore": "*.txt\n",
    "second/score.py": `${script}\n# the second\n`,
    "second/conda.yml": conda,
    "own/model.bin": "own",
    "requests/one.json": JSON.stringify({ request: { json: 1 }, reply: { json: 1 } }),
    "first/README.md": "Read me.\n",
    "first/train.py": "print(1)\n",
  };

  const program = (): void => {
    const shared = new RegisteredModel("shared", { path: "work/model" });
    const own = new RegisteredModel("own", { path: "own/model.bin" });
    const first = new ModelImage("first", {
      executionScript: "first/score.py",
      condaFile: "first/conda.yml",
      models: [shared, own],
      dependencies: ["first/helpers"],
      sampleRequests: "requests",
    });
    const second = new ModelImage("second", {
      executionScript: "second/score.py",
      condaFile: "second/conda.yml",
      models: shared,
    });
    for (const [name, image] of Object.entries({ "first-a": first, "first-b": first, "second-a": second })) {
      new LocalService(name, { image });
    }
  };

  beforeEach(() => {
    project = new Project(ownFiles);
  });
  afterEach(() => {
    project.remove();
  });

  /** Names of the resources whose inputs are not what they were. */
  async function moved(edit: () => unknown): Promise<string[]> {
    const before = identities(await runProgram(program));
    edit();
    const after = identities(await runProgram(program));
    return Object.keys(after)
      .filter((name) => after[name] !== before[name])
      .sort();
  }

  const cases: [what: string, edit: () => unknown, moves: string[]][] = [
    [
      "of a script",
      () => project.write({ "first/score.py": `${script}\n# edited\n` }),
      ["Image first", "Service first-a", "Service first-b"],
    ],
    [
      "of a model that one image holds",
      () => project.write({ "own/model.bin": "other" }),
      ["Image first", "Model own", "Service first-a", "Service first-b"],
    ],
    [
      "of a model that both images hold",
      () => project.write({ "work/model/weights.txt": "2" }),
      ["Image first", "Image second", "Model shared", "Service first-a", "Service first-b", "Service second-a"],
    ],
    [
      "of a conda file",
      () => project.write({ "second/conda.yml": conda.replace("2.0.2", "2.0.1") }),
      ["Image second", "Service second-a"],
    ],
    ["of a comment in a conda file", () => project.write({ "second/conda.yml": `# why\n${conda}` }), []],
    [
      "of a file the script imports",
      () => project.write({ "first/helpers/scale.py": "FACTOR = 3\n" }),
      ["Image first", "Service first-a", "Service first-b"],
    ],
    ["of a file that .amlignore leaves out", () => project.write({ "first/helpers/notes.txt": "other\n" }), []],
    [
      "of a sample request",
      () => project.write({ "requests/one.json": JSON.stringify({ request: { json: 2 }, reply: { json: 2 } }) }),
      ["Image first", "Service first-a", "Service first-b"],
    ],
    [
      "of what serves every image",
      () => project.write({ "runtime/front.py": "# other\n" }),
      ["Image first", "Image second", "Service first-a", "Service first-b", "Service second-a"],
    ],
    [
      "of files that no image holds",
      () => project.write({ "first/README.md": "x", "first/train.py": "print(2)\n", "NOTES.md": "x" }),
      [],
    ],
  ];
  for (const [what, edit, moves] of cases) {
    it(`${what} moves ${moves.length > 0 ? moves.join(", ") : "nothing"}`, async () => {
      assert.deepEqual(await moved(edit), moves);
    });
  }

  it("in another folder, on another day, is no edit", async () => {
    const here = identities(await runProgram(program));
    const other = new Project(ownFiles);
    try {
      assert.deepEqual(identities(await runProgram(program)), here);
    } finally {
      other.remove();
    }
  });
});

function identities(run: Run<unknown>): Record<string, string> {
  const identity: Readonly<Record<string, string>> = {
    [localTokens.model]: "digest",
    [localTokens.image]: "identity",
    [localTokens.service]: "imageIdentity",
  };
  return Object.fromEntries(
    run.resources.flatMap(({ type, name, inputs }) => {
      const property = identity[type];
      return property ? [[`${type.split(":").pop() ?? ""} ${name}`, String(inputs[property])]] : [];
    }),
  );
}
