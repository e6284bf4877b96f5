import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { environmentRequirements, lockFits, lockHeader, parseConda } from "../../components/internal/conda";
import { faultLine } from "../../components/internal/problems";

const server = "azureml-inference-server-http==1.5.1";
const shape = "must list packages as 'name', 'name=version' or 'name>=version'";
const container =
  "remove it: environments are made from PyPI, and what the system has to have belongs into a container's 'baseImage'";

function file(dependencies: readonly string[], pip: readonly string[] = [server]): string {
  const conda = dependencies.map((line) => `  - ${JSON.stringify(line)}\n`).join("");
  return `dependencies:\n${conda}  - pip:\n${pip.map((line) => `      - ${JSON.stringify(line)}\n`).join("")}`;
}

function problems(text: string): string[] {
  return parseConda(text).faults.map((fault) => faultLine({ property: "condaFile", ...fault }));
}

/** Does not prove: that the packages exist, or that they can be installed together. */
describe("conda files", () => {
  for (const [conda, requirement] of [
    ["numpy", "numpy"],
    ["NumPy", "numpy"],
    ["numpy=1", "numpy==1.*"],
    ["numpy=1.26", "numpy==1.26.*"],
    ["numpy=1.26.4", "numpy==1.26.4"],
    ["numpy=1.26.*", "numpy==1.26.*"],
    ["numpy=1.26*", "numpy==1.26.*"],
    ["numpy==1.26", "numpy==1.26"],
    ["numpy==1.26.4", "numpy==1.26.4"],
    ["numpy>=1.2,<2", "numpy>=1.2,<2"],
    ["numpy >=1.2, <2", "numpy>=1.2,<2"],
    ["numpy>=1.2.*", "numpy>=1.2"],
    ["numpy!=1.2.*", "numpy!=1.2.*"],
    ["numpy~=1.2", "numpy~=1.2"],
    ["numpy 1.26.4", "numpy==1.26.4"],
    ["numpy 1.2*", "numpy==1.2.*"],
    ["numpy= 1.2", "numpy==1.2.*"],
    ["numpy=*", "numpy"],
    ["tzdata=2024a", "tzdata==2024a"],
    ["conda-forge::numpy=2.0.2", "numpy==2.0.2"],
    ["conda-forge/linux-64::numpy", "numpy"],
    ["pytorch=2.1", "torch==2.1.*"],
    ["matplotlib-base", "matplotlib"],
    ["py-xgboost", "xgboost"],
    ["opencv", "opencv-python-headless"],
    ["python-dateutil", "python-dateutil"],
    ["pip=23.1", "pip==23.1.*"],
  ] as const) {
    it(`reads '${conda}' as '${requirement}'`, () => {
      assert.deepEqual(parseConda(file([conda])).faults, []);
      assert.deepEqual(parseConda(file([conda])).requirements, [server, requirement].sort());
    });
  }

  for (const [conda, python] of [
    ["python", ""],
    ["python=3.11", "==3.11.*"],
    ["python=3.11.4", "==3.11.4"],
    ["python==3.11.4", "==3.11.4"],
    ["python==3.11", "==3.11.*"],
    ["python 3.10", "==3.10.*"],
    ["python>=3.9,<3.13", ">=3.9,<3.13"],
    ["python >=3.9", ">=3.9"],
    ["python~=3.10", "~=3.10"],
    ["python!=3.9.*,>=3.9", "!=3.9.*,>=3.9"],
  ] as const) {
    it(`reads '${conda}' as Python '${python}'`, () => {
      const read = parseConda(file([conda]));
      assert.deepEqual([read.python, read.requirements, read.faults], [python, [server], []]);
    });
  }

  it("takes the pip section as it is, sorted with the rest", () => {
    const pip = [
      "Foo[bar,baz]>=1,<2 ; python_version < '3.10'",
      "foo-2 @ https://example.com/f.whl",
      server,
      "a (==1.0)",
    ];
    const read = parseConda(file(["zlib-ng", "pip", "setuptools", "wheel", "python=3.12"], pip));
    assert.deepEqual(read.faults, []);
    assert.deepEqual(read.requirements, [...pip, "zlib-ng"].sort());
  });

  it("takes azureml-defaults in place of the server, and the server from conda", () => {
    assert.deepEqual(problems(file([], ["azureml-defaults"])), []);
    assert.deepEqual(problems("dependencies: [azureml-inference-server-http=1.5.1]"), []);
  });

  it("takes one package twice only under different markers", () => {
    const marked = ["g==1; python_version < '3.10'", "g==2; python_version >= '3.10'", server];
    assert.deepEqual(problems(file([], marked)), []);
    assert.deepEqual(problems(file([], [...marked, "G"])), ["'condaFile' must name each package once, got 'g' twice"]);
  });

  for (const [text, ...lines] of [
    [
      "a: [b",
      "must be YAML, got Flow sequence in block collection must be sufficiently indented and end with a ] (line 1, column 6)",
    ],
    ["", "must be a conda environment file, got no list 'dependencies'; see scorers/*/conda.yml for the shape"],
    [
      "dependencies: numpy",
      "must be a conda environment file, got no list 'dependencies'; see scorers/*/conda.yml for the shape",
    ],
    [
      "dependencies: [numpy]",
      "must bring the inference server, got no 'azureml-inference-server-http'; add 'azureml-inference-server-http==1.5.1' below 'pip'",
    ],
    [
      `variables: {A: b}\n${file([])}`,
      "must not set variables, got 'variables'; use the service's environmentVariables",
    ],
    [`extra: 1\n${file([])}`, "must hold name, channels and dependencies only, got 'extra'; remove it"],
    [
      `${file([])}  - {pip: x}\n  - 3\n  -\n`,
      ...['{"pip":"x"}', "3", "null"].map((got) => `${shape}, or a list 'pip', got ${got}`),
    ],
    [file(["numpy=2.0.2=py311_0"]), `${shape}, got 'numpy=2.0.2=py311_0'; leave out the build string`],
    [file(["numpy 2.0.2 py311_0"]), `${shape}, got 'numpy 2.0.2 py311_0'; leave out the build string`],
    [file(["numpy=1.2|1.3"]), `${shape}, got 'numpy=1.2|1.3'`],
    [file(["numpy[version='>1']"]), `${shape}, got 'numpy[version='>1']'`],
    [file(["./local.conda"]), `${shape}, got './local.conda'`],
    [file(["jpeg9=9e"]), `${shape}, got 'jpeg9=9e'`],
    [file(["cudatoolkit=11.8"]), `must list packages that are on PyPI, got 'cudatoolkit=11.8'; ${container}`],
    [
      file(["openssl=1.1.1w", "r-base", "_libgcc_mutex=0.1=main"]),
      ...["openssl=1.1.1w", "r-base", "_libgcc_mutex=0.1=main"].map(
        (name) => `must list packages that are on PyPI, got '${name}'; ${container}`,
      ),
    ],
    [
      file(["python=3.13"]),
      "must ask for Python 3.9 to 3.12, got 'python=3.13'; the inference server runs on these only",
    ],
    [
      file(["python=3.8"]),
      "must ask for Python 3.9 to 3.12, got 'python=3.8'; the inference server runs on these only",
    ],
    [
      file(["python>3.12,<3.9"]),
      "must ask for Python 3.9 to 3.12, got 'python>3.12,<3.9'; the inference server runs on these only",
    ],
    [file(["python=3.9", "python=3.10"]), "must name python once, got 'python=3.10'"],
    [file(["numpy", "NumPy=1"]), "must name each package once, got 'numpy' twice"],
    [
      file([], [server, "-r more.txt"]),
      "must list packages only in 'pip', got '-r more.txt'; name the packages themselves",
    ],
    [
      file([], [server, "--index-url https://x"]),
      "must list packages only in 'pip', got '--index-url https://x'; name the packages themselves",
    ],
    ...["./x.whl", "git+https://x/y", "foo=1.0", "foo bar", "foo>"].map((line) => [
      file([], [server, line]),
      `must list requirements in 'pip', as 'name', 'name==version' or 'name @ url', got '${line}'`,
    ]),
  ] as [string, ...string[]][]) {
    it(`refuses: ${lines[0] ?? ""}`, () => {
      assert.deepEqual(
        problems(text),
        lines.map((line) => `'condaFile' ${line}`),
      );
    });
  }

  it("never throws, whatever the text (property)", () => {
    const line = fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,4}[ =<>!~*,.0-9|[\]:-]{0,8}$/));
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.string(), (conda, pip, text) => {
        parseConda(file(conda, pip));
        parseConda(text);
      }),
    );
  });
});

describe("lock files", () => {
  const requirements = ["b==1", "a==2", 'B; python_version < "3.10"'];
  const header = "# scorestack-lock sha256:dc2290c0e6152c95fa142871d724783c12161f97dc230b0eea7f5ebdc3342ce9";

  it("name the hash of the sorted requirements in their first line", () => {
    assert.equal(lockHeader(requirements), header);
    assert.equal(lockHeader([...requirements].reverse()), header);
  });

  it("fit the requirements they were made from, with any line ends", () => {
    assert.equal(lockFits(`${header}\nb==1\n`, requirements), true);
    assert.equal(lockFits(`${header}\r\nb==1\r\n`, requirements), true);
    assert.equal(lockFits(`${header}\n`, [...requirements, "c"]), false);
    assert.equal(lockFits("b==1\n", requirements), false);
    assert.equal(lockFits("", requirements), false);
  });

  it("are of what the file asks for and what serves it, in the file's version if it names one", () => {
    const requirements = (pip: string[]) => environmentRequirements(parseConda(file([], pip)));
    assert.deepEqual(requirements([server]), [server, "httptools>=0.6,<1", "uvicorn>=0.30,<1"]);
    assert.deepEqual(requirements([server, "Uvicorn==0.39.0"]), ["Uvicorn==0.39.0", server, "httptools>=0.6,<1"]);
  });

  it("of the scorers here fit their conda files, which have no faults", () => {
    const folder = path.resolve(__dirname, "../../scorers");
    for (const scorer of fs.readdirSync(folder)) {
      const read = (name: string): string => fs.readFileSync(path.join(folder, scorer, name), "utf8");
      const conda = parseConda(read("conda.yml"));
      assert.deepEqual(
        [scorer, conda.faults, lockFits(read("conda.lock"), environmentRequirements(conda))],
        [scorer, [], true],
      );
    }
  });
});
