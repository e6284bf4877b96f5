import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import type { LocalImageInputs } from "../../components/internal/local-contract";
import { planContext } from "../../components/internal/build-context";
import { isIntact, readModelFiles, writeContext } from "../../components/internal/context-folder";
import { hashContent } from "../../components/internal/content-hash";
import { readImage } from "../../components/internal/image-plan";
import { requireDocker } from "../../provider/docker/client";
import { removeContainers } from "../../provider/docker/containers";
import { containerImages, ensureContainerImage } from "../../provider/docker/images";
import { Store } from "../../provider/store";
import { contextOf } from "../../provider/store/bundle-context";
import type { Bundle } from "../../provider/store/images";
import { lock } from "../components/azure-place";
import { Project } from "../fixture";

const identity = "a".repeat(64);
const tag = "scorestack/churn:aaaaaaaaaaaa";

/** What is asked of Docker, whose client is a script here. Does not prove that Docker understands it; `test/docker` does. */
describe("containers of local services", () => {
  const { PATH } = process.env;
  let project: Project;
  let store: Store;

  beforeEach(() => {
    project = new Project({ "work/conda.lock": lock, "work/model/run.sh": "#!/bin/sh\n", "programs/.keep": "" });
    fs.chmodSync(project.path("work/model/run.sh"), 0o755);
    store = new Store(project.folder);
    process.env["PATH"] = `${project.path("programs")}${path.delimiter}/usr/bin${path.delimiter}/bin`;
  });
  afterEach(() => {
    process.env["PATH"] = PATH;
    project.remove();
  });

  /** A docker client that notes what it is asked, and answers each command in a way of its own. */
  function answer(ways: Readonly<Record<string, string>>): void {
    const cases = Object.entries(ways).map(([words, way]) => `"${words}"*) ${way} ;;`);
    const script = ["#!/bin/sh", `echo "$*" >> ${project.path("asked")}`, 'case "$*" in', ...cases, "esac"];
    fs.writeFileSync(project.path("programs/docker"), `${script.join("\n")}\n`, { mode: 0o755 });
  }
  const asked = (): string[] => fs.readFileSync(project.path("asked"), "utf8").trimEnd().split("\n");

  const here = { "context inspect": "echo unix:///var/run/docker.sock" };
  const start = "'engine' of service 'churn' must be one that can run here, got 'docker' and";
  const otherwise = "or set 'engine' to 'process'";
  const rows: readonly (readonly [what: string, ways: Readonly<Record<string, string>>, error: string])[] = [
    [
      "no daemon",
      { ...here, version: "echo first >&2; echo 'Cannot connect to the Docker daemon' >&2; exit 1" },
      `${start} no answer of its daemon (Cannot connect to the Docker daemon); start it, ${otherwise}`,
    ],
    [
      "a daemon that is not for this user",
      { ...here, version: "echo 'permission denied while trying to connect' >&2; exit 1" },
      `${start} no answer of its daemon (permission denied while trying to connect); add yourself to the group 'docker' and log in anew, ${otherwise}`,
    ],
    [
      "a daemon on another machine",
      { "context inspect": "echo tcp://10.0.0.1:2375" },
      `${start} a daemon on another machine (tcp://10.0.0.1:2375); unset DOCKER_HOST, choose another docker context, ${otherwise}`,
    ],
  ];
  for (const [what, ways, error] of rows) {
    it(`are refused with ${what}`, async () => {
      answer(ways);
      await assert.rejects(requireDocker("churn"), { message: error });
    });
  }

  it("are refused without Docker", async () => {
    process.env["PATH"] = project.path("programs");
    await assert.rejects(requireDocker("churn"), {
      message: `${start} no docker on PATH; install it (https://docs.docker.com/get-docker), ${otherwise}`,
    });
  });

  it("are allowed with a daemon that answers", async () => {
    answer(here);
    await requireDocker("churn");
  });

  it("are removed by the label of their service's folder", async () => {
    answer({ ps: "echo one; echo two" });
    await removeContainers("/clone/services/churn");
    assert.deepEqual(asked(), [
      "ps --all --quiet --filter label=scorestack.folder=/clone/services/churn",
      "rm --force one two",
    ]);
  });

  it("have images of this clone, by name, or by id where a later build has taken the name", async () => {
    const told = (id: string, tags: string): string =>
      JSON.stringify({ id, tags: "TAGS", size: 7, labels: { "org.opencontainers.image.version": identity } }).replace(
        '"TAGS"',
        tags,
      );
    answer({
      "image ls": "echo one; echo two; echo one; echo three",
      "image inspect": `echo '${told("one", `["${tag}"]`)}'; echo '${told("two", "[]")}'; echo '${told("three", "null")}'`,
    });
    assert.deepEqual(
      await containerImages(store),
      [tag, "two", "three"].map((name) => ({ tag: name, identity, sizeInBytes: 7 })),
    );
    assert.match(asked()[1] ?? "", /one two three$/);
  });

  it("have no images where Docker does not answer, which stops no prune", async () => {
    answer({ "": "exit 1" });
    assert.deepEqual(await containerImages(store), []);
    assert.deepEqual(await store.prune({ keep: 1, dryRun: false }), { removed: [] });
  });

  it("have their images pruned with those of the store", async () => {
    const record = { id: "one", tags: [tag], size: 7, labels: { "org.opencontainers.image.version": identity } };
    answer({ "image ls": "echo one", "image inspect": `echo '${JSON.stringify(record)}'` });
    const { removed } = await store.prune({ keep: 1, dryRun: false });
    assert.deepEqual(removed, [{ kind: "container image", id: tag, sizeInBytes: 7 }]);
    assert.equal(asked().at(-1), `image rm ${tag}`);
    await stored();
    assert.deepEqual((await store.prune({ keep: 1, dryRun: false })).removed, []);
  });

  /** An image of the store, with what the program has of it. */
  async function stored(): Promise<{ bundle: Bundle; program: ReturnType<typeof planContext> }> {
    const sources = { executionScript: "work/score.py", condaFile: "work/conda.yml", sampleRequests: "work/requests" };
    const plan = readImage({ ...sources, runtime: "python", dependencies: [], enableGpu: false }).plan();
    const { digest, sizeInBytes } = hashContent(project.path("work/model"));
    const model = { modelName: "churn", digest };
    const { version } = await store.modelStore.register({ ...model, source: "work/model", sizeInBytes });
    const { environment } = plan;
    const inputs: LocalImageInputs = {
      ...plan,
      identity,
      imageName: "churn",
      runtime: "python",
      models: [{ ...model, version }],
    };
    const key = store.environments.key(environment);
    project.write({
      [`.scorestack/environments/${key}/bin/python`]: "",
      [`.scorestack/environments/${key}/environment.json`]: JSON.stringify({
        key,
        pythonVersion: "3.11.7",
        ...environment,
      }),
      [`.scorestack/environments/${key}.lock`]: lock,
    });
    await store.imageStore.build(inputs, key);
    const bundle = store.imageStore.bundle(identity);
    assert.ok(bundle);
    return { bundle, program: planContext({ ...plan, identity }, [readModelFiles(model, "work/model")]) };
  }

  it("are built from the context that goes to Azure, to the byte, though the sources have changed meanwhile", async () => {
    const { bundle, program } = await stored();
    writeContext(program, project.path("program"));
    project.write({ "work/score.py": "# changed\n", "work/model/weights.txt": "2" });
    writeContext(contextOf(store, bundle), project.path("store"));
    const record = (folder: string): string => fs.readFileSync(project.path(`${folder}/context.json`), "utf8");
    assert.ok(isIntact(project.path("store"), identity));
    assert.equal(record("store"), record("program"));
  });

  it("are not built without a lock that fits", async () => {
    const { bundle } = await stored();
    fs.writeFileSync(project.path(`.scorestack/environments/${bundle.environment}.lock`), "numpy==2.0.2\n");
    assert.throws(() => contextOf(store, bundle), {
      message:
        "'condaFile' of image 'churn' must have a conda.lock that fits, which a container's environment is installed from; npm run lock makes it",
    });
  });

  const context = {
    name: "churn",
    info: () => undefined,
    warn: () => undefined,
    progress: () => undefined,
    cancelled: new AbortController().signal,
    secretPaths: new Set<string>(),
  };

  it("run what Docker has of that identity, and build it where it has none, or another one under its name", async () => {
    const { bundle } = await stored();
    answer({ "image inspect": `echo "sha256:one ${identity}"` });
    assert.equal(await ensureContainerImage(store, bundle, context), "sha256:one");
    assert.equal(asked().length, 1);
    answer({
      "image inspect": `echo "sha256:other ${"b".repeat(64)}"`,
      build: "echo 'Step 3/9 : COPY x'; echo why; exit 1",
    });
    await assert.rejects(ensureContainerImage(store, bundle, context), {
      message: `docker build of '${tag}' ended with exit code 1; correct the cause and run npm run up again; its last lines:\nStep 3/9 : COPY x\nwhy`,
    });
    const build = asked().at(-1) ?? "";
    assert.match(build, new RegExp(`^build --tag ${tag} --label scorestack\\.clone=${project.folder} --build-arg `));
    assert.ok(build.endsWith(` ${project.path(`.scorestack/contexts/${identity}`)}`), build);
    assert.ok(build.includes(` --build-arg IMAGE_IDENTITY=${identity} `), build);
  });

  it("are not built with a password in the image's history", async () => {
    const { bundle } = await stored();
    answer({ "image inspect": "exit 1" });
    const before = process.env["PIP_INDEX_URL"];
    process.env["PIP_INDEX_URL"] = "https://me:hunter2@pypi.example.com/simple";
    try {
      await assert.rejects(ensureContainerImage(store, bundle, context), {
        message:
          "'PIP_INDEX_URL' must hold no password where a container image is built, for it would stand in the image's history; take an index without one",
      });
    } finally {
      process.env["PIP_INDEX_URL"] = before;
      if (before === undefined) {
        delete process.env["PIP_INDEX_URL"];
      }
    }
  });
});
